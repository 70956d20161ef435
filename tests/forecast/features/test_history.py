"""Recent periods of a panel, and rows in groups of similar length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import panel

from lakecast_forecast.features.history import by_length, recent


def test_recent_periods_are_not_negative_and_unknown_before_the_start() -> None:
    whole = panel([[1.0, -2.0, np.nan, 4.0, 5.0], [7.0, 8.0]])
    np.testing.assert_array_equal(recent(whole, 4), [[0, np.nan, 4, 5], [np.nan, np.nan, 7, 8]])
    np.testing.assert_array_equal(recent(whole, 9), [[1, 0, np.nan, 4, 5], [np.nan] * 3 + [7, 8]])
    hidden = panel([[1.0, 2.0, 3.0]])
    hidden.lengths[0] = 2
    np.testing.assert_array_equal(recent(hidden, 3), [[np.nan, 2, 3]])


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=30),
    at_once=st.integers(1, 9),
    ratio=st.sampled_from([1.0, 1.5, 2.0, np.inf]),
)
def test_groups_hold_every_row_once_and_similar_ones_only(lengths: list[int], at_once: int, ratio: float) -> None:
    demand = panel([[1.0] * length for length in lengths]).values
    rows = np.arange(len(lengths))[1::2]
    groups = by_length(demand, rows, at_once, ratio)
    order = np.concatenate([*groups, np.zeros(0, np.int64)])
    assert sorted(order.tolist()) == rows.tolist()
    assert [lengths[row] for row in order] == sorted(lengths[row] for row in rows)
    for group, following in zip(groups, [*groups[1:], None], strict=False):
        assert 1 <= len(group) <= at_once
        assert lengths[group[-1]] <= ratio * lengths[group[0]]
        if following is not None and len(group) < at_once:  # no smaller than it has to be
            assert lengths[following[0]] > ratio * lengths[group[0]]


@pytest.mark.parametrize("ratio", [2.0, np.inf])
def test_no_rows_make_no_groups(ratio: float) -> None:
    assert by_length(np.ones((3, 4)), np.zeros(0, np.int64), 5, ratio) == []
