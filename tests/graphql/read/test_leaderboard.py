"""Winners of items: equal to looking at one item after the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.read.leaderboard import _best, _rounded

ERROR = st.sampled_from([np.nan, 0.0, 0.5, 2.0])


@given(st.lists(st.lists(ERROR, min_size=1, max_size=4), max_size=6))
def test_the_first_of_the_smallest_errors_wins(errors):
    item = np.repeat(np.arange(len(errors), dtype=np.int32) * 3, [len(own) for own in errors])
    wanted = []
    for own in errors:
        known = [value for value in own if not np.isnan(value)]
        best = own.index(min(known)) if known else None
        wanted += [place == best for place in range(len(own))]
    assert _best(item, np.array([value for own in errors for value in own], np.float64)).tolist() == wanted


def test_means_that_differ_by_the_order_of_adding_up_tie():
    assert _rounded(0.1 + 0.2) == _rounded(0.3)
    assert _rounded(0.3) != _rounded(0.3 * (1 + 1e-9))
