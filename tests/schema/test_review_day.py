"""The fixed day on which orders are placed."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.review_day import ReviewDay

DATE = st.dates(dt.date(1960, 1, 1), dt.date(2100, 1, 1))


@given(DATE, st.integers(0, 6))
def test_the_next_weekday_is_the_first_from_the_date_on(date, weekday):
    names = ["monday", "terça-feira", "Wednesday", "quinta", "friday", "Sábado", "domingo"]
    (days,) = ReviewDay.of(names[weekday]).days_from(np.array([date], "datetime64[D]"))
    assert 0 <= days < 7
    assert (date + dt.timedelta(days=days)).weekday() == weekday


@given(DATE, st.integers(1, 31))
def test_the_next_day_of_the_month_is_the_last_where_there_is_none(date, day):
    (days,) = ReviewDay.of(str(day)).days_from(np.array([date], "datetime64[D]"))
    review = date + dt.timedelta(days=days)
    after = review + dt.timedelta(days=1)
    assert review.day == day or (review.day < day and after.month != review.month)
    between = [date + dt.timedelta(days=k) for k in range(int(days))]
    assert all(each.day != day for each in between)
    assert days <= ReviewDay.of(str(day)).interval


@pytest.mark.parametrize("text", ["", "0", "32", "mon day", "-1"])
def test_what_is_no_day_is_refused_with_the_remedy(text):
    with pytest.raises(ValueError, match="weekday such as monday, or a day of the month from 1 to 31"):
        ReviewDay.of(text)


def test_the_interval_is_the_longest_there_is():
    assert [ReviewDay.of(text).interval for text in ("monday", "5")] == [7.0, 31.0]
