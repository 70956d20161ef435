from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import AWKWARD, assert_valid, panel, panels, seasonal
from scipy.special import ndtri

from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import OtherPanel, SourceForecasts, backtested, run_source
from lakecast_forecast.features.classify import classify
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Array, Panel


def run(whole: Panel, horizon: int = 6, **options: object) -> SourceForecasts:
    plan = origins.plan(whole.lengths, whole.frequency, horizon)
    return run_source(SeasonalNaive(), whole, plan, horizon, **options)  # type: ignore[arg-type]


def assert_same(one: SourceForecasts, other: SourceForecasts) -> None:
    for a, b in zip((one.live, *one.backtest), (other.live, *other.backtest), strict=True):
        np.testing.assert_allclose(a.mean, b.mean, rtol=1e-9)
        np.testing.assert_allclose(a.quantiles, b.quantiles, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(panels(), st.integers(1, 12))
def test_whatever_the_series_the_forecasts_are_valid(whole: Panel, horizon: int) -> None:
    found = run(whole, horizon)
    for forecasts in (found.live, *found.backtest):
        assert_valid(forecasts, whole, horizon)


def test_awkward_series_among_others() -> None:
    whole = panel([*AWKWARD.values(), *seasonal(30, 60)])
    found = run(whole)
    assert found.origins.scored >= 1
    for forecasts in (found.live, *found.backtest):
        assert_valid(forecasts, whole, 6)
    assert (found.seconds > 0).all()


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_batches_do_not_matter(batch_size: int) -> None:
    whole = panel([one[k:] for k, one in enumerate(seasonal(20, 70))])
    assert_same(run(whole), run(whole, batch_size=batch_size))


def test_the_order_of_items_does_not_matter() -> None:
    whole = panel([one[k:] for k, one in enumerate(seasonal(20, 70))])
    rows = np.random.default_rng(0).permutation(20)
    shuffled = run(whole.select(rows))
    np.testing.assert_allclose(run(whole).live.quantiles[rows], shuffled.live.quantiles, rtol=1e-9)


def test_the_map_does_not_matter() -> None:
    whole = panel(seasonal(20, 70))
    with ThreadPoolExecutor(2) as pool:
        assert_same(run(whole), run(whole, batch_size=3, map=pool.map))


@dataclass(frozen=True)
class Sure:
    """Forecasts the mean of what it knows, and is five times too sure of it; learns in `fit` how much it has seen."""

    name: str = "sure"
    version: str = "v1.0.0"
    learned: float = 0.0

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics()

    def fit(self, panel: Panel, horizon: int, *, seed: int = 0) -> "Sure":
        return Sure(learned=float(np.nansum(panel.values)))

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        mean = np.repeat(np.nanmean(panel.values, axis=1)[:, None], horizon, axis=1)
        quantiles = mean[:, :, None] + np.nanstd(panel.values, axis=1)[:, None, None] / 5 * ndtri(np.array(LEVELS))
        return Forecasts(mean, quantiles, (None,) * len(panel))


def noise(items: int = 150, periods: int = 60) -> Panel:
    """Items whose demand is noise around a level, smooth and erratic ones."""
    draw = np.random.default_rng(6)
    return panel(list(np.maximum(draw.normal(100, 20, (items, periods)), 0.1)))


def covered(forecasts: Forecasts, demand: Array) -> float:
    """Share of the demand within the 80 % interval."""
    low, high = (forecasts.quantiles[:, :, LEVELS.index(level)] for level in (0.1, 0.9))
    return float(((demand >= low) & (demand <= high)).mean())


def test_intervals_of_scored_windows_and_of_the_future_are_calibrated() -> None:
    whole = noise()
    past, actuals = whole.until(4), whole.values[:, -4:]
    plan = origins.plan(past.lengths, past.frequency, 4)
    found = run_source(Sure(), past, plan, 4)
    assert found.origins.scored == 3
    assert set(classify(past).tolist()) == {"smooth"}
    assert covered(found.raw_live, actuals) < 0.3
    assert covered(found.live, actuals) == pytest.approx(0.8, abs=0.06)
    for number in range(3):
        demand = origins.actuals(past, plan.offsets[number], 4)
        assert covered(found.raw[number], demand) < 0.3
        assert covered(found.backtest[number], demand) == pytest.approx(0.8, abs=0.06)
        np.testing.assert_array_equal(found.backtest[number].mean, found.raw[number].mean)


def test_without_older_windows_a_scored_one_stays_as_it_was_forecast() -> None:
    whole = noise(periods=20)
    found = run_source(Sure(), whole, origins.Origins((4,), 1), 4)
    np.testing.assert_array_equal(found.backtest[0].quantiles, found.raw[0].quantiles)
    assert not np.allclose(found.live.quantiles, found.raw_live.quantiles)


def test_a_model_is_trained_on_what_was_known_and_asked_about_that() -> None:
    whole = noise(items=5)
    trained, asked = [], []

    class Watched(Sure):
        def fit(self, panel: Panel, horizon: int, *, seed: int = 0) -> Sure:
            trained.append(panel.values)
            return self

        def predict(self, panel: Panel, horizon: int) -> Forecasts:
            asked.append(panel.values)
            return super().predict(panel, horizon)

    run_source(Watched(), whole, origins.Origins((4, 8, 12, 14), 2), 4)
    for seen, ends in ((trained, (0, 4, 8, 14)), (asked, (0, 4, 8, 12, 14))):
        assert len(seen) == len(ends)
        for values, end in zip(seen, ends, strict=True):
            np.testing.assert_array_equal(values, whole.values[:, : whole.values.shape[1] - end])


@pytest.mark.parametrize("scored", [0, 1, 2])
def test_a_joint_model_is_trained_for_the_present_the_scored_past_and_the_oldest(scored: int) -> None:
    own, other = noise(items=3), noise(items=4)
    trained: list[tuple[int, int, int]] = []

    class Joint(Sure):
        def learns_from_others(self, panel: Panel) -> bool:
            return True

        def fit_with_others(
            self, panel: Panel, horizon: int, others: Sequence[tuple[Panel, int]], *, seed: int = 0
        ) -> Sure:
            ((beside, steps),) = others
            assert (horizon, steps, seed) == (4, 3, 5)
            trained.append((panel.values.shape[1], beside.values.shape[1], len(beside)))
            return self

    known, periods = own.values.shape[1], other.values.shape[1]
    more = OtherPanel(other, origins.Origins((3, 6, 11), 2), 3)
    run_source(Joint(), own, origins.Origins((4, 8, 13), scored), 4, seed=5, others=[more])
    expected = [(known - 13, periods - 11, 4)]
    expected += [(known - 4 * scored, periods - 6, 4)] * (scored > 0)
    assert trained == [*expected, (known, periods, 4)]


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(
    ("periods", "others", "offsets", "starts"),
    [
        (80, 0, (4, 8, 13), [None, 13, 13]),  # .84 of what is known now was known at the oldest origin
        (60, 0, (4, 8, 13), [None, 13, None]),  # .78, and .9 of what was known at the scored one
        (60, 200, (4, 8, 13), [None, 13, 13]),
        (40, 0, (4, 5, 20), [None, None, 5]),  # .5 and .57, and .88 at the scored one
    ],
)
def test_a_model_goes_on_from_a_state_that_knew_most(
    periods: int, others: int, offsets: tuple[int, ...], starts: list[int | None], fails: bool
) -> None:
    own = noise(items=3, periods=periods)
    trained: list[tuple[int, int | None]] = []

    class Further(Sure):
        def __init__(self, ended: int = 0) -> None:
            self.ended = ended

        def learns_from_others(self, panel: Panel) -> bool:
            return True

        def fit_with_others(self, panel: Panel, horizon: int, others: object, *, seed: int = 0) -> "Further":
            return self.trained(panel, None)

        def fit_further(
            self, fitted: "Further", panel: Panel, horizon: int, others: object, *, seed: int = 0
        ) -> "Further":
            return self.trained(panel, fitted.ended)

        def trained(self, panel: Panel, start: int | None) -> "Further":
            ended = periods - panel.values.shape[1]
            trained.append((ended, start))
            if fails and len(trained) == 1:
                raise ValueError("too little")
            return Further(ended)

    plan = origins.Origins(offsets, 2)
    beside = [OtherPanel(noise(items=3, periods=others), plan, 4)] if others else []
    run_source(Further(), own, plan, 4, others=beside)
    assert [ended for ended, _ in trained] == [offsets[2], offsets[1], 0]
    if fails:  # what was not learned is nothing to go on from
        starts = [None, None, offsets[1]]
    assert [start for _, start in trained] == starts


def test_without_windows_a_joint_model_is_trained_once() -> None:
    trained = []

    class Joint(Sure):
        def learns_from_others(self, panel: Panel) -> bool:
            return True

        def fit_with_others(self, panel: Panel, horizon: int, others: object, *, seed: int = 0) -> Sure:
            trained.append(panel.values.shape[1])
            return self

    whole = noise(items=3)
    result = run_source(Joint(), whole, origins.Origins((), 0), 4)
    assert trained == [whole.values.shape[1]]
    assert result.backtest == result.raw == ()


@pytest.mark.parametrize("error", [ValueError("too short"), ArithmeticError("overflow")])
def test_a_training_that_fails_leaves_the_baseline_and_says_so(error: Exception) -> None:
    class Failing(Sure):
        def fit(self, panel: Panel, horizon: int, *, seed: int = 0) -> Sure:
            raise error

    whole = noise(items=3)
    result, fitted = backtested(Failing(), whole, origins.Origins((4, 8), 1), 4)
    assert fitted is error
    assert result.diagnostics == Diagnostics()
    assert set(result.live.issues) == {f"training failed: {error}; seasonal naive instead"}
    np.testing.assert_array_equal(result.live.mean, SeasonalNaive().predict(whole, 4).mean)
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        run(whole, batch_size=0)


def test_seconds_are_shared_among_the_items_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("lakecast_forecast.evaluation.backtest.time.perf_counter", lambda: float(next(clock)))
    seconds = run_source(Sure(), noise(items=3), origins.Origins((4,), 1), 4, batch_size=2).seconds
    # Training takes one second and every batch one: of two items and of one, now and at the origin.
    np.testing.assert_allclose(np.sort(seconds), [1 / 3 + 1, 1 / 3 + 1, 1 / 3 + 2])


def test_the_last_values_change_no_forecast_of_their_window() -> None:
    clean = panel(seasonal(40, 80))
    garbage = clean.values.copy()
    garbage[:, -6:] = np.random.default_rng(0).lognormal(8, 2, (40, 6))
    spoiled = Panel(**{**vars(clean), "values": garbage})
    one, other = run(clean), run(spoiled)
    np.testing.assert_array_equal(one.backtest[0].mean, other.backtest[0].mean)
    np.testing.assert_array_equal(one.backtest[0].quantiles, other.backtest[0].quantiles)
    assert not np.allclose(one.live.quantiles, other.live.quantiles)
