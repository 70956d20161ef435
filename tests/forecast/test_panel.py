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


@given(st.integers(0, 7))
def test_drivers_stay_known_when_the_origin_moves(periods: int) -> None:
    whole = panel([[1.0, 2.0, 3.0, 4.0, 5.0]])
    known = np.arange(8.0)[None, :]  # five past and three future periods
    whole = Panel(**{**vars(whole), "drivers": {"price": known}})
    past = whole.until(periods)
    drivers = past.drivers["price"][0]
    last = 4 - periods  # what the driver was in the last period that the origin sees
    column = past.values.shape[1] - 1
    if periods < 5:
        assert drivers[column] == last
    assert drivers[-1] == 7
    assert np.isnan(drivers[: max(periods - 5, 0)]).all()


def test_until_refuses_the_future() -> None:
    with pytest.raises(ValueError, match="0 or more periods before"):
        panel([[1.0]]).until(-1)


@given(panels())
def test_trimmed_keeps_every_value(whole: Panel) -> None:
    trimmed = whole.trimmed()
    assert trimmed.values.shape[1] == whole.lengths.max()
    np.testing.assert_array_equal(trimmed.values, whole.values[:, whole.values.shape[1] - trimmed.values.shape[1] :])
