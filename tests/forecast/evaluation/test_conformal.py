import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_forecast.evaluation.conformal import Window, learn, spread
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_forecast.panel import Array

NORMAL = np.array([-1.96, -1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816, 1.96])


def normal(level: Array, deviation: float, horizon: int) -> Forecasts:
    mean = np.repeat(level[:, None], horizon, axis=1)
    return Forecasts(mean, mean[:, :, None] + deviation * NORMAL, (None,) * len(level))


def window(rng: np.random.Generator, told: float, items: int = 300, horizon: int = 6) -> Window:
    level = rng.uniform(50, 500, items)
    actuals = level[:, None] + rng.normal(0, 10, (items, horizon))
    classes = np.where(np.arange(items) % 2, "smooth", "erratic")
    return Window(normal(level, told, horizon), actuals, np.ones(items, bool), classes)


@settings(max_examples=20)
@given(st.sampled_from([3.0, 10.0, 30.0]), st.integers(0, 50))
def test_intervals_that_are_too_narrow_or_wide_are_calibrated(told: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    past, new = [window(rng, told) for _ in range(2)], window(rng, told)
    found = learn(past, 6).apply(new.forecasts, new.classes).quantiles
    for low, high, promise in ((1, 9, 0.8), (0, 10, 0.95)):
        covered = (new.actuals >= found[:, :, low]) & (new.actuals <= found[:, :, high])
        assert abs(covered.mean() - promise) < 0.04
    np.testing.assert_array_equal(found, np.sort(np.maximum(found, 0), axis=2))


def missed(by: Array, deviation: float = 10.0) -> Window:
    """Rarely bought items, whose shifts are kept whole; demand lay above every quantile by `by` (n, h) spreads."""
    items, horizon = by.shape
    forecasts = normal(np.full(items, 100.0), deviation, horizon)
    sure = Forecasts(forecasts.mean, forecasts.mean[:, :, None] + deviation * NORMAL / 1e6, forecasts.issues)
    width = spread(sure.quantiles)
    return Window(sure, sure.mean + by * width, np.ones(items, bool), np.full(items, "lumpy"))


def test_few_misses_move_the_quantiles_half_as_far() -> None:
    shifts = [learn([missed(np.full((items, 1), 5.0))], 1).classes["lumpy"][0, 5] for items in (50, 150, 399)]
    np.testing.assert_allclose(shifts, [5 / 2, 5 * 3 / 4, 5 * 399 / 449], rtol=1e-6)


def test_a_horizon_learns_from_its_neighbours_and_from_no_other() -> None:
    by = np.tile([1.0, 1.0, 4.0, 4.0, 4.0, 9.0], (150, 1))  # 450 misses are enough, those of one horizon are not
    shifts = learn([missed(by)], 6).classes["lumpy"][:, 5]
    every = np.median(by)
    np.testing.assert_allclose(shifts, [every, 1, 4, 4, 4, every], rtol=1e-6)


def test_a_zero_that_holds_stays_zero() -> None:
    rng = np.random.default_rng(0)
    actuals = rng.binomial(1, 0.1, (400, 4)) * 3.0
    quantiles = np.broadcast_to(np.where(np.array(LEVELS) > 0.9, 3.0, 0.0), (400, 4, len(LEVELS)))
    forecasts = Forecasts(np.full((400, 4), 0.3), quantiles, (None,) * 400)
    classes = np.full(400, "intermittent")
    found = learn([Window(forecasts, actuals, np.ones(400, bool), classes)], 4).apply(forecasts, classes)
    np.testing.assert_allclose(found.quantiles[:, :, :9], 0)


def test_without_any_past_nothing_moves() -> None:
    forecasts = normal(np.array([100.0, 200.0]), 5.0, 3)
    found = learn([], 3).apply(forecasts, np.array(["smooth", "lumpy"]))
    np.testing.assert_allclose(found.quantiles, forecasts.quantiles)


def test_items_that_do_not_count_and_unknown_demand_teach_nothing() -> None:
    rng = np.random.default_rng(3)
    past = window(rng, 10.0)
    half = np.arange(300) < 150
    actuals = np.where(half[:, None], past.actuals, np.nan)
    unknown = learn([Window(past.forecasts, actuals, np.ones(300, bool), past.classes)], 6)
    left_out = learn([Window(past.forecasts, past.actuals, half, past.classes)], 6)
    for name, shift in unknown.classes.items():
        np.testing.assert_allclose(shift, left_out.classes[name])


def test_the_median_of_smooth_demand_is_the_point_forecast_and_stays() -> None:
    rng = np.random.default_rng(4)
    past = window(rng, 10.0)
    biased = Window(past.forecasts, past.actuals + 15.0, past.counts, past.classes)
    found = learn([biased], 6).apply(past.forecasts, past.classes).quantiles
    np.testing.assert_allclose(found[:, :, 5], past.forecasts.quantiles[:, :, 5])
