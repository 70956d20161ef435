"""The limit on the periods of a data set; what grids are otherwise, the tests of whole files say."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_forecast.input import grid
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency


def filled(span: int) -> tuple[grid.Series, bool]:
    """Three items with two demands `span` days apart, the last one with a single demand; whether they are a log."""
    days = np.datetime64("2024-01-01") + np.array([0, span, 0, span, 0])
    items = np.array([0, 0, 1, 1, 2])
    periods, quantity, blurred = grid.place(days, items, Frequency.DAILY), np.arange(5.0), np.zeros(3, bool)
    meaning = grid.gaps(periods, items, quantity, blurred, Rules())
    end = int(periods.index.max())
    return grid.fill(periods, items, quantity, blurred, meaning, end, inactive_days=365), meaning.is_log


def test_items_times_the_longest_of_them_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "LARGEST_GRID", 33)
    series, _ = filled(10)
    assert np.diff(series.offsets).tolist() == [11, 11, 11]
    with pytest.raises(grid.GridTooLargeError, match=r"2024-01-01 to 2024-01-12, span 12 daily periods of 3 items"):
        filled(11)


def test_a_log_of_events_is_zero_between_them() -> None:
    series, is_log = filled(3)
    assert is_log
    np.testing.assert_array_equal(series.quantity, [0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0])


def slow_series(
    days: list[int], items: list[int], quantity: list[float], *, is_log: bool, end: int, inactive_days: int
) -> dict[int, tuple[list[float | None], bool]]:
    """Item -> its quantities per day from its first to its last one, and whether it is active: in plain Python."""
    result = {}
    for item in sorted(set(items)):
        cells: dict[int, float | None] = {}
        for day, owner, value in zip(days, items, quantity, strict=True):
            if owner == item:
                known = None if np.isnan(value) else value
                earlier = cells.get(day)
                cells[day] = known if earlier is None else earlier + (known or 0.0)
        known_days = sorted(day for day, value in cells.items() if value is not None)
        if not known_days:
            continue
        used = [day for day in known_days if (cells[day] or 0.0) > 0]
        latest = used[-1] if used else known_days[0]
        longest = max((late - early for early, late in itertools.pairwise(used)), default=0)
        active = end - latest <= max(inactive_days, 2 * longest)
        last = max(known_days[-1], end) if active and is_log else known_days[-1]
        series = [cells.get(day, 0.0 if is_log else None) for day in range(known_days[0], last + 1)]
        while series[-1] is None:
            series.pop()
        result[item] = series, active
    if not any(active for _, active in result.values()):
        return slow_series(days, items, quantity, is_log=is_log, end=end, inactive_days=10**6)
    return result


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 25), st.integers(0, 3), st.sampled_from([0.0, 1.0, 2.5, float("nan")])),
        min_size=1,
        max_size=24,
    ).filter(lambda rows: any(not np.isnan(quantity) for _, _, quantity in rows)),
    is_log=st.booleans(),
    inactive_days=st.integers(1, 12),
)
def test_series_are_those_that_plain_python_makes(
    rows: list[tuple[int, int, float]], is_log: bool, inactive_days: int
) -> None:
    days, items, quantity = (list(column) for column in zip(*rows, strict=True))
    periods = grid.place(np.array(days).astype("datetime64[D]"), np.array(items), Frequency.DAILY)
    end = max(day for day, _, value in rows if not np.isnan(value))
    values, blurred = np.array(quantity), np.zeros(4, bool)
    meaning = replace(grid.gaps(periods, np.array(items), values, blurred, Rules()), is_log=is_log)
    series = grid.fill(periods, np.array(items), values, blurred, meaning, end, inactive_days)
    expected = slow_series(days, items, quantity, is_log=is_log, end=end, inactive_days=inactive_days)
    assert series.items.tolist() == list(expected)
    assert series.is_active.tolist() == [active for _, active in expected.values()]
    for place, (values, _) in enumerate(expected.values()):
        part = slice(*series.offsets[place : place + 2])
        np.testing.assert_array_equal(series.quantity[part], np.array(values, dtype=float))
        first = min(day for day, item, value in rows if item == series.items[place] and not np.isnan(value))
        np.testing.assert_array_equal(series.dates[part].astype(int), first + np.arange(len(values)))


@pytest.mark.parametrize(
    ("missing", "zeros", "is_log"), [(0, 0, False), (1, 0, True), (2, 2, True), (2, 3, False), (1, 1, True)]
)
def test_a_log_of_events_has_gaps_and_few_zeros(missing: int, zeros: int, is_log: bool) -> None:
    days = np.r_[np.arange(49 - missing), 49]
    quantity = np.r_[np.zeros(zeros), np.ones(days.size - zeros)]
    items, blurred = np.zeros(days.size, np.int64), np.zeros(1, bool)
    periods = grid.place(days.astype("datetime64[D]"), items, Frequency.DAILY)
    meaning = grid.gaps(periods, items, quantity, blurred, Rules())
    assert (meaning.share, meaning.is_log) == (missing / 50, is_log)
    assert grid.gaps(periods, items, quantity, blurred, Rules(gaps="zero")).is_log
    assert not grid.gaps(periods, items, quantity, blurred, Rules(gaps="unknown")).is_log
    assert (
        grid.gaps(periods, items, quantity, ~blurred, Rules()).share == 0
    )  # some dates are missing: the item does not count
    one_of_many = np.r_[np.arange(51), 52]
    items = np.zeros(52, np.int64)
    periods = grid.place(one_of_many.astype("datetime64[D]"), items, Frequency.DAILY)
    assert not grid.gaps(periods, items, np.ones(52), blurred, Rules()).is_log  # 1 of 53 is less than 2 %


def test_unknown_dates_leave_what_lies_between_unknown() -> None:
    days = np.array([0, 3, 0, 3]).astype("datetime64[D]")
    items = np.array([0, 0, 1, 1])
    periods = grid.place(days, items, Frequency.DAILY)
    quantity, blurred = np.ones(4), np.array([True, False])
    meaning = replace(grid.gaps(periods, items, quantity, blurred, Rules()), is_log=True)
    series = grid.fill(periods, items, quantity, blurred, meaning, 5, 365)
    np.testing.assert_array_equal(series.quantity, [1, np.nan, np.nan, 1, 1, 0, 0, 1, 0, 0])


def test_dates_off_the_grid_count_for_their_calendar_period() -> None:
    days = np.array(["2024-01-15", "2024-02-16", "2024-01-03"], "datetime64[D]")
    items = np.array([0, 0, 1])
    monthly = grid.place(days, items, Frequency.MONTHLY)
    assert monthly.starts.astype(str).tolist() == ["2024-01-01", "2024-02-01", "2024-01-01"]
    assert monthly.index.tolist() == [648, 649, 648]
    mondays = np.array(["2024-01-01", "2024-01-15", "2024-01-03", "2024-01-24"], "datetime64[D]")
    weekly = grid.place(mondays, np.array([0, 0, 1, 1]), Frequency.WEEKLY)
    assert (weekly.starts == mondays).all()
    weekly = grid.place(mondays, np.array([0, 0, 0, 1]), Frequency.WEEKLY)
    assert weekly.starts.astype(str).tolist() == ["2024-01-01", "2024-01-15", "2024-01-01", "2024-01-22"]
