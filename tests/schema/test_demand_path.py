"""Demand over calendar time: equal to walking day by day, before and after the forecast's end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.demand_path import DemandPath, _count_up_to
from lakecast_schema.periods import Frequency, days_in

FORECAST = st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 40.0]), min_size=1, max_size=9)
LENGTHS = st.sampled_from([1.0, 7.0, 30.0])
SEASON = st.integers(1, 5)


def day_by_day(forecast, length, season, days):
    """Demand of each whole day, straight from the definition."""
    last_season = forecast[-min(season, len(forecast)) :]
    daily = []
    for period in range(int(days / length) + 1):
        past = period - len(forecast)
        demand = forecast[period] if past < 0 else last_season[past % len(last_season)]
        daily += [demand / length] * int(length)
    return daily[: int(days)]


def path_of(forecast, length, season):
    """A path of two items, the second with less demand, so that rows cannot mix unseen."""
    rows = np.array([forecast, [0.25] * len(forecast)])
    return DemandPath.of(rows, np.full(rows.shape, length), season)


@given(FORECAST, LENGTHS, SEASON, st.integers(0, 400))
def test_demand_until_a_day_is_the_sum_of_the_days_before_it(forecast, length, season, days):
    until = path_of(forecast, length, season).until(np.array([float(days), 5.0]))
    assert until[0] == pytest.approx(sum(day_by_day(forecast, length, season, days)), abs=1e-9)


@given(FORECAST, LENGTHS, SEASON, st.integers(0, 200))
def test_demand_exceeds_an_amount_on_the_day_that_is_said(forecast, length, season, amount):
    limit = 400.0
    stock = np.array([float(amount), np.nan])
    (found, unknown) = path_of(forecast, length, season).days_until(stock, np.full(2, limit))
    assert np.isnan(unknown)
    total = np.cumsum(day_by_day(forecast, length, season, limit))
    exceeding = np.flatnonzero(total > amount + 1e-9)
    if np.isnan(found):
        assert len(exceeding) == 0 or total[-1] == pytest.approx(amount, abs=1e-6)
    elif len(exceeding) == 0:  # reached on the last day, to the last bit
        assert total[-1] == pytest.approx(amount, abs=1e-6)
    else:
        assert exceeding[0] <= found + 1e-6
        assert found <= exceeding[0] + 1 + 1e-6


def test_a_month_is_spread_over_its_calendar_days():
    days = days_in(np.array([["2025-01-01", "2025-02-01"]], "datetime64[D]"), Frequency.MONTHLY)
    path = DemandPath.of(np.array([[31.0, 28.0]]), days.astype(float), 12)
    assert path.until(np.array([10.0])) == pytest.approx([10.0])
    assert path.until(np.array([45.0])) == pytest.approx([45.0])
    assert path.daily == pytest.approx([1.0])


def test_shorter_forecasts_are_padded():
    path = DemandPath.of(np.array([[1.0, 2.0, np.nan], [1.0, 2.0, 3.0]]), np.ones((2, 3)), 1)
    assert path.horizon.tolist() == [2.0, 3.0]
    assert path.until(np.array([4.0, 4.0])) == pytest.approx([1 + 2 + 2 + 2, 1 + 2 + 3 + 3])
    assert path.take(np.array([0])).times(2.0).until(np.array([2.0])) == pytest.approx([6.0])


@given(st.integers(1, 9).flatmap(lambda width: st.lists(st.lists(st.integers(0, 5), min_size=width, max_size=width))))
def test_entries_up_to_a_value_are_counted_row_by_row(rows):
    columns = np.sort(np.array(rows, np.float64).reshape(len(rows), -1 if rows else 1), axis=1)
    for value in (-1.0, 0.0, 2.0, 2.5, 5.0, np.inf, np.nan):
        values = np.full(len(columns), value)
        wanted = (columns <= values[:, None]).sum(axis=1)
        assert _count_up_to(columns, values).tolist() == wanted.tolist()


def test_the_long_run_takes_a_share_of_the_path_and_none_where_it_has_no_weight():
    path = DemandPath.of(np.full((3, 4), 6.0), np.full((3, 4), 2.0), 4)
    mixed = path.mixed(np.array([1.0, 1.0, np.nan]), np.array([0.25, 1.0, 0.0]))
    assert mixed.until(np.full(3, 4.0)) == pytest.approx([0.75 * 12 + 0.25 * 4, 4.0, 12.0])


def test_the_beginning_may_lie_within_the_first_day_and_not_before_it():
    path = DemandPath.of(np.array([[4.0, 8.0]]), np.ones((1, 2)), 2)
    assert path.after(np.array([0.5])).until(np.array([0.5])) == pytest.approx(2.0)
    assert path.after(np.array([-3.0])).until(np.array([1.0])) == pytest.approx(4.0)
