from dataclasses import replace

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


def test_shifts_count_as_far_as_windows_agree_on_them() -> None:
    """Items of a window share its dates: what one window alone was missed by is little to go by."""

    def shift(*sizes: float) -> float:
        return float(learn([missed(np.full((400, 3), size)) for size in sizes], 3).classes["lumpy"][0, 5])

    np.testing.assert_allclose([shift(4), shift(4, 4), shift(4, 4, 4)], 4, rtol=1e-6)
    assert shift(4, -4) == shift(6, 0, 0) == 0
    # all levels' mean shifts are 3 and 11 / 3 less their own place; squared errors of these means are 1 and 4 / 9
    places = (NORMAL**2).mean()
    shares = 1 - 1 / (9 + places), 1 - (4 / 9) / (121 / 9 + places)
    np.testing.assert_allclose([shift(2, 4), shift(3, 5, 3)], [3 * share for share in shares], rtol=1e-4)


def test_each_class_agrees_for_itself_and_one_of_few_misses_as_all() -> None:
    agreed = [missed(np.full((300, 6), 4.0)) for _ in range(2)]
    for items, share in ((100, 0.0), (5, 1.0)):
        odd = [replace(missed(np.full((items, 6), by)), classes=np.full(items, "erratic")) for by in (4.0, -4.0)]
        both = [joined(*pair) for pair in zip(agreed, odd, strict=True)]
        shifts = learn(both, 6).classes
        np.testing.assert_allclose(shifts["lumpy"][:, 5], 4, rtol=1e-6)
        np.testing.assert_allclose(shifts["erratic"][:, 5], 4 * share, rtol=0.02)


def joined(one: Window, other: Window) -> Window:
    mean, quantiles = (
        np.concatenate([getattr(each.forecasts, name) for each in (one, other)]) for name in ("mean", "quantiles")
    )
    actuals, counts, classes = (
        np.concatenate([getattr(each, name) for each in (one, other)]) for name in ("actuals", "counts", "classes")
    )
    return Window(Forecasts(mean, quantiles, (None,) * len(mean)), actuals, counts, classes)


def test_a_horizon_keeps_its_shift_where_no_other_has_any() -> None:
    """Of atoms, the shifts of whole windows may all be 0: then no window differs from another."""
    item = np.arange(400)[:, None]
    actuals = np.where(item % np.where(np.arange(12) < 10, 20, 5) == 0, 3.0, 0.0)
    quantiles = np.broadcast_to(np.where(np.array(LEVELS) > 0.9, 3.0, 0.0), (400, 12, len(LEVELS)))
    forecasts = Forecasts(np.full((400, 12), 0.2), quantiles, (None,) * 400)
    shifts = learn([Window(forecasts, actuals, np.ones(400, bool), np.full(400, "lumpy"))] * 2, 12).classes["lumpy"]
    np.testing.assert_array_equal(shifts[:9], 0)
    assert shifts[11, LEVELS.index(0.9)] == 3 / spread(quantiles)[0, 0]
