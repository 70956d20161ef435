import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import END, panel, panels

from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency, shift


@given(panels(), st.data())
def test_select_keeps_rows_in_the_order_asked_for(whole: Panel, data: st.DataObject) -> None:
    rows = np.array(data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=5)), dtype=np.int64)
    part = whole.select(rows)
    assert part.item_ids == tuple(whole.item_ids[row] for row in rows)
    np.testing.assert_array_equal(part.values, whole.values[rows])
    np.testing.assert_array_equal(part.lengths, whole.lengths[rows])


@given(panels(), st.integers(0, 80), st.integers(0, 80))
def test_until_twice_is_until_once(whole: Panel, first: int, second: int) -> None:
    once, twice = whole.until(first + second), whole.until(first).until(second)
    np.testing.assert_array_equal(once.values, twice.values)
    np.testing.assert_array_equal(once.lengths, twice.lengths)
    np.testing.assert_array_equal(once.ends, twice.ends)


@pytest.mark.parametrize("frequency", list(Frequency))
def test_until_moves_the_ends(frequency: Frequency) -> None:
    past = panel([[1.0, 2.0, 3.0], [4.0]], frequency).until(2)
    assert past.values[0].tolist() == [1.0]
    assert past.lengths.tolist() == [1, 0]
    np.testing.assert_array_equal(past.ends, shift(np.array([END, END]), -2, frequency))


@given(st.integers(0, 7), st.integers(0, 3))
def test_drivers_are_known_as_far_ahead_as_they_are_now(periods: int, steps: int) -> None:
    whole = panel([[1.0, 2.0, 3.0, 4.0, 5.0]])
    known = np.arange(8.0)[None, :]  # five past and three future periods
    known[:, 5 + steps :] = np.nan
    past = replace(whole, drivers={"price": known}).until(periods)
    seen = past.values.shape[1]
    values = past.drivers["price"][0]
    assert len(values) == seen + 3
    times = np.arange(4 - periods - seen + 1, 4 - periods + 3 + 1)  # of the columns; what the driver was is its time
    is_known = (times >= 0) & (np.arange(len(values)) < seen + steps)
    np.testing.assert_array_equal(values, np.where(is_known, times, np.nan))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"values": np.ones((2, 3))}, "values must be float64 of shape"),
        ({"values": np.ones((1, 3), dtype=np.float32)}, "got float32"),
        ({"values": np.ones((1, 0))}, "between 0 and the 0 periods"),
        ({"lengths": np.array([3.0])}, "lengths must be integers"),
        ({"lengths": np.array([4])}, "between 0 and the 3 periods"),
        ({"ends": np.array(["NaT"], dtype="datetime64[D]")}, "ends must be dates"),
        ({"values": np.array([[1.0, np.inf, 2.0]])}, "values of item item-0 is infinite in column 1"),
        ({"drivers": {"price": np.ones((1, 2))}}, "driver price must be float64 of shape (1, 3 or more)"),
        ({"drivers": {"price": np.array([[1.0, 1.0, -np.inf]])}}, "driver price of item item-0 is infinite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        replace(panel([[1.0, 2.0, 3.0]]), **change)


def test_until_refuses_the_future() -> None:
    with pytest.raises(ValueError, match="0 or more periods before"):
        panel([[1.0]]).until(-1)


@given(panels())
def test_trimmed_keeps_every_value(whole: Panel) -> None:
    trimmed = whole.trimmed()
    assert trimmed.values.shape[1] == whole.lengths.max()
    np.testing.assert_array_equal(trimmed.values, whole.values[:, whole.values.shape[1] - trimmed.values.shape[1] :])
