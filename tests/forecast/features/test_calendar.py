"""The calendar: dates of periods, holidays and what the nets see of a day."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_forecast.features import calendar
from lakecast_schema.periods import Frequency

DAYS = st.dates(datetime.date(1995, 1, 1), datetime.date(2035, 12, 31)).map(lambda day: np.datetime64(day, "D"))


@given(DAYS, st.sampled_from(list(Frequency)), st.integers(1, 40), st.integers(0, 20))
def test_periods_end_and_go_on_where_they_should(
    end: np.datetime64, frequency: Frequency, before: int, after: int
) -> None:
    if frequency not in (Frequency.DAILY, Frequency.WEEKLY):
        end = end.astype("datetime64[M]").astype("datetime64[D]")
    dates = calendar.periods(end, frequency, before, after)
    assert len(dates) == before + after
    assert dates[before - 1] == end
    assert (np.diff(dates) > np.timedelta64(0, "D")).all()


@given(DAYS)
def test_weekdays_are_those_of_the_standard_library(day: np.datetime64) -> None:
    assert calendar.weekday(np.array([day]))[0] == day.astype(datetime.date).weekday()


def test_brazil_has_carnival_and_its_fixed_holidays() -> None:
    named = calendar.holidays_of("BR", np.datetime64("2024-01-01"), np.datetime64("2024-12-31"))
    assert np.datetime64("2024-02-13") in named["Carnival"]
    assert list(named["Independence Day"]) == [np.datetime64("2024-09-07")]
    assert list(named["Corpus Christi"]) == [np.datetime64("2024-05-30")]


def test_holidays_lie_between_the_days_asked_for() -> None:
    first, last = np.datetime64("2023-09-07"), np.datetime64("2024-09-06")
    days = np.concatenate(list(calendar.holidays_of("BR", first, last).values()))
    assert days.min() == first
    assert days.max() < np.datetime64("2024-09-07")


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(ValueError, match="country 'XX'"):
        calendar.holidays_of("XX", np.datetime64("2024-01-01"), np.datetime64("2024-12-31"))


@given(DAYS, st.integers(1, 400))
def test_features_of_a_day_do_not_depend_on_the_days_around_it(first: np.datetime64, count: int) -> None:
    dates = first + np.arange(count)
    together = calendar.features(dates, "BR")
    assert together.shape[0] == count
    assert np.isfinite(together).all()
    assert (np.abs(together) <= 1).all()
    middle = count // 2
    assert np.array_equal(together[middle], calendar.features(dates[middle : middle + 1], "BR")[0])


def test_a_bridge_lies_between_a_holiday_and_a_weekend() -> None:
    dates = np.arange(np.datetime64("2024-05-29"), np.datetime64("2024-06-01"))  # Corpus Christi is a Thursday
    today, eve, morrow, bridge = calendar.features(dates, "BR")[:, -4:].T
    assert list(eve) == [1, 0, 0]
    assert list(today) == [0, 1, 0]
    assert list(morrow) == [0, 0, 1]
    assert list(bridge) == [0, 0, 1]


def test_no_country_has_no_holidays() -> None:
    dates = np.arange(np.datetime64("2024-12-24"), np.datetime64("2024-12-27"))
    assert not calendar.features(dates, None)[:, -4:-1].any()
    assert calendar.holiday_columns(dates, None)[1].shape == (3, 0)
