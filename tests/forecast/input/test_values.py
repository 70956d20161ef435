"""Text and typed columns as arrays: what is understood, and what is set apart."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from lakecast_forecast.input.values import days, identifiers, numbers


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-01-31", "2024-01-31"), ("20240131", "2024-01-31"), (" 2024-02-29 ", "2024-02-29"),
        ("2024-02", "2024-02-01"), ("2024-01-31T23:59:59Z", "2024-01-31"), ("2024-01-31 10:00", "2024-01-31"),
        ("2024-01-31T10:00:00.5+03:00", "2024-01-31"), ("2023-02-29", None), ("2024-13", None),
        ("31/01/2024", "2024-01-31"), ("2024-01-31 noon", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_days_are_iso_8601_with_or_without_a_time(text: str | None, day: str | None) -> None:
    found = days(pa.chunked_array([pa.array([text, "2020-05-05"])]))
    np.testing.assert_array_equal(found, np.array([day, "2020-05-05"], "datetime64[D]"))


def test_typed_days_keep_their_local_day() -> None:
    noon = dt.datetime(2024, 1, 31, 23, 30)
    np.testing.assert_array_equal(days(pa.array([noon, None])), np.array(["2024-01-31", None], "datetime64[D]"))
    zoned = pa.array([dt.datetime(2024, 2, 1, 1, 0, tzinfo=dt.UTC)], pa.timestamp("us", "America/Sao_Paulo"))
    np.testing.assert_array_equal(days(zoned), np.array(["2024-01-31"], "datetime64[D]"))
    np.testing.assert_array_equal(days(pa.array([dt.date(1969, 12, 31)])), np.array(["1969-12-31"], "datetime64[D]"))


def test_numbers_have_a_decimal_point_and_say_what_they_are_not() -> None:
    column = pa.array(["1.5", " -2 ", "+3e2", ".5", "4.", "1,5", "12 units", "0x10", "", "  ", None, "NaN", "+inf"])
    found = numbers(column)
    np.testing.assert_array_equal(found.values[:5], [1.5, -2, 300, 0.5, 4])
    assert np.flatnonzero(found.unclear).tolist() == [5, 6, 7]
    assert np.flatnonzero(found.empty).tolist() == [8, 9, 10]
    assert np.flatnonzero(found.not_finite).tolist() == [11, 12]


def test_typed_numbers_are_as_they_are() -> None:
    found = numbers(pa.array([1, None, 3], pa.int32()))
    np.testing.assert_array_equal(found.values, [1, np.nan, 3])
    assert found.empty.tolist() == [False, True, False]
    assert not found.unclear.any()


def test_names_are_sorted_and_trimmed_and_an_empty_one_is_none() -> None:
    found = identifiers(pa.array([" b", "a", "", None, "b "]))
    assert found.names == ("a", "b")
    assert found.codes.tolist() == [1, 0, -1, -1, 1]
    chosen = found.select(np.array([0, 3, 4]))
    assert chosen.names == ("b",)
    assert chosen.codes.tolist() == [0, -1, 0]
