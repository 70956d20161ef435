"""Periods: moving back and forth along the grid loses nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.periods import Frequency, days_in, first_day, grid_index, shift

DAYS = st.integers(-20_000, 40_000).map(lambda day: np.array([day]).astype("datetime64[D]"))


@given(DAYS, st.sampled_from(Frequency), st.integers(-300, 300))
def test_shift_moves_the_grid_index_by_as_many_periods_and_back(day, frequency, steps):
    start = first_day(day, frequency)
    moved = shift(start, steps, frequency)
    assert grid_index(moved, frequency) - grid_index(start, frequency) == steps
    assert shift(moved, -steps, frequency) == start


@given(DAYS, st.sampled_from(Frequency))
def test_a_day_lies_within_its_period(day, frequency):
    start = first_day(day, frequency)
    assert start <= day < start + days_in(start, frequency)


@given(DAYS, st.integers(-300, 300))
def test_weeks_keep_their_weekday(day, steps):
    assert shift(day, steps, Frequency.WEEKLY) == day + 7 * steps


@pytest.mark.parametrize(
    ("frequency", "start", "next_start"),
    [
        (Frequency.MONTHLY, "2024-02-01", "2024-03-01"),
        (Frequency.QUARTERLY, "2023-11-01", "2024-02-01"),
        (Frequency.YEARLY, "2023-07-01", "2024-07-01"),
    ],
)
def test_periods_that_start_within_a_year_or_quarter_keep_their_month(frequency, start, next_start):
    assert shift(np.datetime64(start), 1, frequency) == np.datetime64(next_start)
