"""Sums by block and month: equal to adding up row by row, whatever is missing."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_lake.columns.monthly import SUMS, monthly
from lakecast_lake.columns.segment import Segment, build

NUMBER = st.sampled_from([None, 0.0, 1.5, 4.0])
ROW = st.tuples(st.sampled_from("ab"), st.integers(0, 100), st.sampled_from([0.0, 2.5]), NUMBER, NUMBER, NUMBER)


def segment(rows: list[tuple[str, int, float, float | None, float | None, float | None]]) -> Segment:
    table = pa.table(
        {
            "item_id": pa.array([row[0] for row in rows], pa.string()),
            "cutoff": pa.array([date(2026, 1, 1)] * len(rows), pa.date32()),
            "date": pa.array([date(2026, 1, 2) + timedelta(row[1]) for row in rows], pa.date32()),
            **{
                name: pa.array([row[place] for row in rows], pa.float64())
                for place, name in ((2, "forecast"), (3, "actual"), (4, "lower_80"), (5, "upper_80"))
            },
            "lower_95": pa.nulls(len(rows), pa.float64()),
            "upper_95": pa.nulls(len(rows), pa.float64()),
        }
    )
    return build(table, key=("alpha", "arima", "live"), signature=None, where="here", cutoffs=True)


def sums_of(built: Segment, begin: int, end: int) -> dict[str, float]:
    found = dict.fromkeys(SUMS, 0.0)
    for row in range(begin, end):
        value = {name: float(values[row]) for name, values in built.numbers.items()}
        found["rows"] += 1
        found["forecast"] += value["forecast"]
        if np.isnan(value["actual"]):
            continue
        error = value["forecast"] - value["actual"]
        for name, more in (("known", 1), ("actual", value["actual"]), ("abs_error", abs(error)), ("error", error),
                           ("abs_actual", abs(value["actual"]))):  # fmt: skip
            found[name] += more
        for level in ("80", "95"):
            lower, upper = value[f"lower_{level}"], value[f"upper_{level}"]
            if not (np.isnan(lower) or np.isnan(upper)):
                found[f"judged_{level}"] += 1
                found[f"within_{level}"] += lower <= value["actual"] <= upper
    return found


@given(st.lists(ROW, max_size=20, unique_by=lambda row: row[:2]), st.booleans())
def test_sums_are_those_of_the_rows(
    rows: list[tuple[str, int, float, float | None, float | None, float | None]], forgotten: bool
) -> None:
    built = segment([(*row[:3], None, *row[4:]) for row in rows] if forgotten else rows)
    rolled = monthly(built)
    months = [((date(1970, 1, 1) + timedelta(int(day))).replace(day=1) - date(1970, 1, 1)).days for day in built.date]
    blocks = (np.searchsorted(built.start, np.arange(built.rows), "right") - 1).tolist()
    keys = list(zip(blocks, months, strict=True))
    edges = [row for row in range(built.rows) if row == 0 or keys[row] != keys[row - 1]] + [built.rows]
    assert list(zip(rolled.block.tolist(), rolled.month.tolist(), strict=True)) == list(dict.fromkeys(keys))
    for place, (begin, end) in enumerate(pairwise(edges)):
        found = {name: float(rolled.sums[name][place]) for name in SUMS}
        assert found == pytest.approx(sums_of(built, begin, end))
