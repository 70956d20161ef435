"""Intervals of any level: nested, monotone, and as often right as they promise, for single models and the ensemble."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import panel, seasonal, sporadic

from lakecast_forecast import registry
from lakecast_forecast.ensemble import combine
from lakecast_forecast.evaluation import origins, validity
from lakecast_forecast.evaluation.backtest import SourceForecasts, at_levels, merged, run_source, symmetric
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_forecast.intervals import bounds, checked, column_names, normal_quantiles, quantile_levels
from lakecast_forecast.panel import Array, Panel

INTERVALS = (0.5, 0.8, 0.9, 0.95, 0.995)
HORIZON = 6
NAMES = [name for name in registry.names() if name in registry._BUILT_IN and name not in ("lstm", "mlp")]


def demand(kind: str) -> tuple[Panel, Array]:
    """A panel of 200 items, and what followed."""
    rng = np.random.default_rng(5)
    series = {
        "walks": 1000 + rng.normal(0, 10, (200, 66)).cumsum(axis=1),
        "skewed": rng.lognormal(3, 0.5, (200, 66)),
        "rare": rng.binomial(1, 0.2, (200, 66)) * (1.0 + rng.poisson(1.5, (200, 66))),
    }[kind]
    return panel(list(series[:, :-HORIZON])), series[:, -HORIZON:]


def coverages(forecasts: Forecasts, actual: Array) -> list[float]:
    result = []
    for level in INTERVALS:
        low, high = (forecasts.quantiles[:, :, forecasts.levels.index(bound)] for bound in bounds(level))
        result.append(float(((actual >= low) & (actual <= high)).mean()))
    return result


def backtests(whole: Panel, names: Sequence[str]) -> list[SourceForecasts]:
    plan = origins.plan(whole.lengths, whole.frequency, HORIZON)
    return [run_source(registry.get(name), whole, plan, HORIZON) for name in names]


@pytest.mark.parametrize("name", ["theta", "ets"])
@pytest.mark.parametrize("kind", ["walks", "skewed"])
def test_calibrated_intervals_hold_at_every_level(kind: str, name: str) -> None:
    whole, actual = demand(kind)
    (source,) = backtests(whole, [name])
    fine = at_levels(source, whole, quantile_levels(INTERVALS))
    np.testing.assert_allclose(coverages(fine.live, actual), INTERVALS, atol=0.055)
    assert abs(coverages(fine.live, actual)[-1] - 0.995) < 0.007
    past = np.mean([coverages(window, origins.actuals(whole, offset, HORIZON))
                    for window, offset in zip(fine.backtest, fine.origins.offsets, strict=False)], axis=0)  # fmt: skip
    np.testing.assert_allclose(past, INTERVALS, atol=0.055)


@pytest.mark.parametrize("name", ["empirical", "negative_binomial"])
def test_those_of_rare_demand_hold_at_least(name: str) -> None:
    whole, actual = demand("rare")
    (source,) = backtests(whole, [name])
    fine = at_levels(source, whole, quantile_levels(INTERVALS)).live
    assert (np.array(coverages(fine, actual)) > np.array(INTERVALS) - 0.01).all()
    assert (fine.quantiles[:, :, -1] > fine.quantiles[:, :, -2]).mean() > 0.5  # 99.5 % reaches beyond 95 %


def test_the_ensembles_hold_and_lie_between_those_that_stay() -> None:
    whole, actual = demand("walks")
    members = backtests(whole, ["theta", "ets"])
    plain = combine(members, whole)
    grid = symmetric(quantile_levels(INTERVALS))
    fine = merged(plain, combine([member.raw_at(grid) for member in members], whole))
    np.testing.assert_allclose(coverages(fine.live, actual), INTERVALS, atol=0.055)
    assert (np.diff(fine.live.quantiles, axis=2) >= 0).all()
    for window, whole_window in zip((plain.live, *plain.backtest), (fine.live, *fine.backtest), strict=True):
        np.testing.assert_array_equal(whole_window.at(LEVELS).quantiles, window.quantiles)


@pytest.mark.parametrize("name", NAMES)
def test_every_models_intervals_are_nested_and_the_fixed_ones_stay(name: str) -> None:
    whole = panel([*seasonal(5, 60), *sporadic(5, 60), [3.0], [0.0] * 20])
    forecasts = validity.predict(registry.get(name).fit(whole, 4), whole, 4)
    fine = forecasts.at(tuple(sorted({*LEVELS, *quantile_levels((0.01, *INTERVALS, 0.9999))})))
    assert (np.diff(fine.quantiles, axis=2) >= 0).all()
    np.testing.assert_array_equal(fine.at(LEVELS).quantiles, forecasts.quantiles)
    np.testing.assert_array_equal(fine.mean, forecasts.mean)


@given(
    levels=st.lists(st.floats(0.0005, 0.9995), min_size=1, max_size=6),
    mean=st.floats(50, 1e6),
    share=st.floats(0, 0.2),
)
def test_a_normal_distribution_is_interpolated_exactly(levels: list[float], mean: float, share: float) -> None:
    def normal(at: Sequence[float]) -> Array:
        return (mean + share * mean * normal_quantiles(at))[None, None, :]

    forecasts = Forecasts(np.full((1, 1), mean), normal(LEVELS), (None,))
    found = forecasts.at(levels)
    assert found.levels == tuple(round(level, 10) for level in levels)
    np.testing.assert_allclose(found.quantiles, np.maximum(normal(found.levels), 0), rtol=1e-9, atol=1e-6)


def test_levels_that_are_none_are_refused() -> None:
    forecasts = Forecasts(np.ones((1, 1)), np.ones((1, 1, len(LEVELS))), (None,))
    for level in (0.0, 1.0, -0.1, 1.5):
        with pytest.raises(ValueError, match="lie between 0 and 1"):
            forecasts.at([level])
    assert forecasts.at(LEVELS) is forecasts
    for wrong in (0, 100, -5, 101):
        with pytest.raises(ValueError, match="is none; give fractions"):
            checked([wrong])


def test_levels_are_fractions_or_percents() -> None:
    assert checked([95, 0.8, 80, 99.5]) == (0.8, 0.95, 0.995)
    assert checked(90) == (0.9,)  # type: ignore[arg-type]
    assert bounds(0.8) == (0.1, 0.9)
    assert quantile_levels((0.5, 0.8)) == (0.1, 0.25, 0.5, 0.75, 0.9)
    assert column_names(0.995) == ("lower_99.5", "upper_99.5")
    assert column_names(0.8) == ("lower_80", "upper_80")
