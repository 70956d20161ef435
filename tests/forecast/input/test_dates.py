"""Rows years away from all others are set apart, where they are few, and only there."""

import numpy as np
import pytest

from lakecast_forecast.input.dates import far_from_the_rest
from lakecast_schema.periods import Dates

FIVE_YEARS = 1827  # the first whole day beyond 5 × 365.25


def days(*numbers: int) -> Dates:
    return np.array(numbers).astype("datetime64[D]")


def test_a_single_row_beyond_the_gap_is_far_whichever_end_it_lies_at() -> None:
    near = range(20_000, 20_011)
    assert far_from_the_rest(days(*near, 20_010 + FIVE_YEARS)).tolist() == [False] * 11 + [True]
    assert far_from_the_rest(days(20_000 - FIVE_YEARS, *near)).tolist() == [True] + [False] * 11
    assert far_from_the_rest(days(1, *near, 40_000)).tolist() == [True, *[False] * 11, True]


def test_a_gap_of_five_years_is_none() -> None:
    assert not far_from_the_rest(days(*range(20_000, 20_011), 20_010 + FIVE_YEARS - 1)).any()


def test_fewer_than_twelve_rows_tell_nothing_of_less_than_decades() -> None:
    assert not far_from_the_rest(days(*range(10), 7_000)).any()
    assert far_from_the_rest(days(*range(11), 7_000)).sum() == 1


def test_beyond_decades_any_minority_is_far() -> None:
    assert np.flatnonzero(far_from_the_rest(days(*range(10), 7_400))).tolist() == [10]
    assert far_from_the_rest(days(*range(-40_000, -39_900), *range(300))).sum() == 100
    assert not far_from_the_rest(days(0, 90_000)).any(), "neither is the rest"
    assert not far_from_the_rest(np.array(["NaT"], dtype="datetime64[D]")).any()


@pytest.mark.parametrize(("far", "near", "expected"), [(2, 98, 2), (3, 97, 0), (2, 97, 0), (1, 20, 1), (2, 20, 0)])
def test_one_row_in_fifty_may_be_far(far: int, near: int, expected: int) -> None:
    rows = days(*[7_000] * far, *(k % 10 for k in range(near)))
    assert far_from_the_rest(rows).tolist() == [True] * expected + [False] * (far + near - expected)
    assert far_from_the_rest(days(*[-7_000] * far, *(k % 10 for k in range(near)))).sum() == expected


def test_two_gaps_part_what_lies_beyond_either() -> None:
    rows = days(*range(200), 9_000, 18_000)
    assert np.flatnonzero(far_from_the_rest(rows)).tolist() == [200, 201]
    assert np.flatnonzero(far_from_the_rest(days(-18_000, -9_000, *range(200)))).tolist() == [0, 1]


def test_rows_without_a_date_are_not_far_and_do_not_count() -> None:
    rows = np.r_[days(*range(11), 90_000), np.array(["NaT"] * 3, dtype="datetime64[D]")]
    assert np.flatnonzero(far_from_the_rest(rows)).tolist() == [11]
    assert not far_from_the_rest(np.r_[days(*range(10), 7_000), np.array(["NaT"], dtype="datetime64[D]")]).any()


@pytest.mark.parametrize(("step", "gap"), [(1, 181), (7, 181), (30, 601)])
def test_a_single_date_far_beyond_all_other_gaps_is_far(step: int, gap: int) -> None:
    rows = [20_000 + step * k for k in range(40) for _ in range(2)]
    for lone in (rows[0] - gap, rows[-1] + gap):
        assert np.flatnonzero(far_from_the_rest(days(*rows, lone))).tolist() == [80]
        assert not far_from_the_rest(days(*rows, lone - 1 if lone > rows[-1] else lone + 1)).any()
        assert not far_from_the_rest(days(*rows, lone, lone)).any(), "two rows are no slip"
    assert np.flatnonzero(far_from_the_rest(days(rows[0] - gap, *rows, rows[-1] + gap))).tolist() == [0, 81]


def test_few_events_with_long_gaps_are_not_alone() -> None:
    assert not far_from_the_rest(days(*(300 * k for k in range(14)), 300 * 13 + 1_500)).any()
    assert not far_from_the_rest(days(*range(11), 400)).any(), "twelve dates tell nothing"
