"""Rows are narrowed by blocks only where that loses none: the answers are those of all rows."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import made_lake
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_graphql import read
from lakecast_graphql.read import narrowing
from lakecast_graphql.read.view import View
from lakecast_lake import columns, snapshots


@cache
def loaded() -> columns.Snapshot:
    with TemporaryDirectory() as folder:
        lake = made_lake.make(Path(folder) / "lake", items=6, datasets=("alpha", "beta"))
        return columns.load(lake, snapshots.newest(lake))


TESTS = st.fixed_dictionaries(
    {},
    optional={
        "forecast": st.builds(lambda x: {"gt": x}, st.floats(0, 20)),
        "supplier": st.sampled_from([{"eq": "no such"}, {"is_null": True}, {"is_null": False}]),
        "dataset_id": st.sampled_from([{"eq": "alpha"}, {"in_": ["alpha", "beta"]}]),
        "or_": st.just([{"dataset_id": {"eq": "beta"}}, {"forecast": {"lt": 5.0}}]),
        "not_": st.just({"dataset_id": {"eq": "beta"}}),
        "horizon": st.just({"lte": 7}),
    },
)
GROUPS = st.lists(st.sampled_from(["dataset_id", "category", "source", "item_id", "period", "horizon"]), max_size=3)


@settings(deadline=None)
@given(TESTS, GROUPS, st.sampled_from(["live", "backtest", "all"]), st.sampled_from([None, "arima"]))
def test_totals_are_the_same_from_some_rows_and_from_all(where, by, kind, source):
    snapshot = loaded()

    def answers(worth: float) -> list[tuple[object, ...]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(narrowing, "_WORTH", worth)
            snapshot.memo.clear()
            page = read.forecast_totals(View(snapshot), where, source, kind, tuple(by), "native").nodes
            names = ("item_count", "row_count", "forecast", "actual", "wape", "bias", "coverage_80", *dict.fromkeys(by))
            return [tuple(getattr(row, name) for name in names) for row in page]

    some, every = answers(1.0), answers(-1.0)
    assert len(some) == len(every)
    for one, other in zip(some, every, strict=True):
        for value, wanted in zip(one, other, strict=True):
            assert value == (pytest.approx(wanted, rel=1e-9) if isinstance(wanted, float) else wanted)
