import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import AWKWARD, assert_valid, panel, panels

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency


def test_repeats_the_last_season() -> None:
    forecasts = SeasonalNaive().predict(panel([list(range(1, 29))], Frequency.DAILY), 10)
    assert forecasts.mean[0].tolist() == [22, 23, 24, 25, 26, 27, 28, 22, 23, 24]


def test_repeats_the_last_value_of_less_than_a_season() -> None:
    assert SeasonalNaive().predict(panel([[3.0, 5.0]]), 3).mean[0].tolist() == [5, 5, 5]


@given(panels(), st.integers(1, 20))
def test_is_always_a_forecast(whole: Panel, horizon: int) -> None:
    assert_valid(SeasonalNaive().predict(whole, horizon), whole, horizon)


@pytest.mark.parametrize("name", AWKWARD)
def test_survives(name: str) -> None:
    whole = panel([AWKWARD[name]])
    assert_valid(SeasonalNaive().predict(whole, 5), whole, 5)


def test_says_that_nothing_was_observed() -> None:
    assert SeasonalNaive().predict(panel([[]]), 2).issues == ("no observed demand: forecast is zero",)


def test_intervals_widen_with_the_seasons_ahead_and_hold_on_a_random_walk() -> None:
    rng = np.random.default_rng(1)
    walks = 1000 + rng.normal(0, 1, (400, 80)).cumsum(axis=1)
    forecasts = SeasonalNaive().predict(panel(list(walks[:, :60]), Frequency.YEARLY), 20)
    low, high = forecasts.quantiles[:, :, LEVELS.index(0.1)], forecasts.quantiles[:, :, LEVELS.index(0.9)]
    covered = (walks[:, 60:] >= low) & (walks[:, 60:] <= high)
    assert 0.74 <= covered.mean() <= 0.86
    assert ((high - low)[:, 19] > 3 * (high - low)[:, 0]).all()
