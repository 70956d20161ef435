"""The champion: equal to a plain reading of the rule, item by item."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.champion import champions

ERROR = st.one_of(st.just(math.nan), st.sampled_from([0.25, 0.5, 1.0]))
ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["arima", "ensemble", "lstm", "zzz"]), ERROR, ERROR),
    min_size=1,
    unique_by=lambda row: row[:2],
)


def plainly(rows):
    """The winner among one item's rows, straight from the words of the contract."""
    for error in (2, 3):
        scored = [row for row in rows if not math.isnan(row[error])]
        if scored:
            return min(scored, key=lambda row: (row[error], row[1]))[1]
    names = sorted(row[1] for row in rows)
    return "ensemble" if "ensemble" in names else names[0]


@given(ROWS)
def test_champion_follows_the_rule(rows):
    item, source, loss, root = zip(*rows, strict=True)
    items, winners = champions(np.array(item), source, loss, root)
    found = {int(code): source[row] for code, row in zip(items, winners, strict=True)}
    assert found == {code: plainly([row for row in rows if row[0] == code]) for code in set(item)}
