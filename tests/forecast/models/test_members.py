"""What every model that needs no training of its own must do, whatever the series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import AWKWARD, assert_valid, panel, panels, seasonal, sporadic

from lakecast_forecast import registry
from lakecast_forecast.evaluation import validity
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

MEMBERS = (
    "seasonal_naive", "ets", "theta", "random_walk", "ses", "moving_average", "adida", "imapa", "tsb", "empirical",
    "negative_binomial",
)  # fmt: skip


def run(name: str, whole: Panel, horizon: int) -> Forecasts:
    return validity.predict(registry.get(name).fit(whole, horizon, seed=0), whole, horizon)


@pytest.mark.parametrize("name", MEMBERS)
def test_awkward_series_get_a_forecast_of_sensible_size(name: str) -> None:
    whole = panel(list(AWKWARD.values()))
    found = run(name, whole, 6)
    assert_valid(found, whole, 6)
    for row, kind in enumerate(AWKWARD):
        largest = np.nanmax(np.append(whole.values[row], 0.0))
        assert found.mean[row].max() <= 20 * largest, kind
    constant = list(AWKWARD).index("constant")
    np.testing.assert_allclose(found.mean[constant], 7, rtol=0.01)


@pytest.mark.parametrize("name", MEMBERS)
@settings(max_examples=15, deadline=None)
@given(whole=panels(), horizon=st.integers(1, 14))
def test_generated_series_get_a_valid_forecast(name: str, whole: Panel, horizon: int) -> None:
    assert_valid(run(name, whole, horizon), whole, horizon)


@pytest.mark.parametrize("name", MEMBERS)
def test_rows_do_not_influence_each_other(name: str) -> None:
    whole = panel([one[k % 30 :] for k, one in enumerate([*seasonal(20, 80), *sporadic(20, 80)])])
    fitted = registry.get(name).fit(whole, 8, seed=0)
    together = validity.predict(fitted, whole, 8)
    for rows in (np.array([3]), np.arange(40)[::-1], np.arange(0, 40, 3)):
        alone = validity.predict(fitted, whole.select(rows).trimmed(), 8)
        np.testing.assert_allclose(alone.mean, together.mean[rows], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(alone.quantiles, together.quantiles[rows], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", MEMBERS)
def test_forecasts_scale_with_the_unit(name: str) -> None:
    whole = panel(seasonal(10, 60))
    larger = Panel(**{**vars(whole), "values": whole.values * 1024})
    one, other = run(name, whole, 6), run(name, larger, 6)
    np.testing.assert_allclose(1024 * one.mean, other.mean, rtol=1e-6)
    np.testing.assert_allclose(1024 * one.quantiles, other.quantiles, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["ets", "theta", "random_walk"])
@pytest.mark.parametrize("frequency", [Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.DAILY])
def test_seasonal_series_are_followed_better_than_by_their_last_values(name: str, frequency: Frequency) -> None:
    season = frequency.season_length
    series = np.array(seasonal(30, 9 * season + 8, season))
    whole, actuals = panel(list(series[:, :-8]), frequency), series[:, -8:]
    error = np.abs(run(name, whole, 8).mean - actuals).sum()
    assert error < 0.9 * np.abs(run("seasonal_naive", whole, 8).mean - actuals).sum()
    assert error < 0.7 * np.abs(series[:, [-9]] - actuals).sum()


@pytest.mark.parametrize("name", ["ets", "theta", "random_walk"])
def test_trends_go_on(name: str) -> None:
    line = np.array([100 + 5.0 * np.arange(40)])
    forecast = run(name, panel(list(line), Frequency.YEARLY), 6).mean[0]
    assert forecast[-1] > 305
    assert (np.diff(forecast) > 0).all()


def test_a_random_walk_goes_on_with_half_of_its_drift_in_logarithms() -> None:
    growing = 100 * 1.05 ** np.arange(40)
    mean = run("random_walk", panel([list(growing)], Frequency.YEARLY), 6).mean[0]
    np.testing.assert_allclose(mean, growing[-1] * 1.05 ** (0.5 * np.arange(1, 7)), rtol=1e-3)


@pytest.mark.parametrize("name", ["theta", "random_walk", "ets"])
def test_intervals_of_a_walk_widen_with_the_root_of_the_horizon_and_hold(name: str) -> None:
    walks = 1000 + np.random.default_rng(3).normal(0, 10, (200, 76)).cumsum(axis=1)
    whole, actuals = panel(list(walks[:, :60]), Frequency.YEARLY), walks[:, 60:]
    quantiles = run(name, whole, 16).quantiles
    low, high = quantiles[:, :, LEVELS.index(0.1)], quantiles[:, :, LEVELS.index(0.9)]
    assert 2.5 < np.median((high - low)[:, 15] / (high - low)[:, 0]) < 5
    late = (actuals >= low)[:, 8:] & (actuals <= high)[:, 8:]
    assert 0.7 < late.mean() < 0.9


def test_intervals_of_noise_hardly_widen() -> None:
    whole = panel(list(np.random.default_rng(4).normal(1000, 50, (100, 60))), Frequency.YEARLY)
    quantiles = run("theta", whole, 16).quantiles
    width = quantiles[:, :, LEVELS.index(0.9)] - quantiles[:, :, LEVELS.index(0.1)]
    assert 1.03 < np.median(width[:, 15] / width[:, 0]) < 1.2


def test_a_long_season_is_followed() -> None:
    series = np.array(seasonal(10, 52 * 4 + 13, 52))
    whole, actuals = panel(list(series[:, :-13]), Frequency.WEEKLY), series[:, -13:]
    for name in ("ets", "theta"):
        error = np.abs(run(name, whole, 13).mean - actuals).sum()
        assert error < 0.8 * np.abs(series[:, [-14]] - actuals).sum()
