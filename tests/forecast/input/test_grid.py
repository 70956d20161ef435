"""The limit on the periods of a data set; what grids are otherwise, the tests of whole files say."""

import numpy as np
import pytest

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
