"""Rows gathered from one buffer are the rows that lists of cells make."""

from itertools import accumulate, pairwise

import made_lake
import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.execution.gathering import gathered
from lakecast_graphql.read import item_texts
from lakecast_graphql.read.column import Coded, Column, Counts, Dates, Numbers
from lakecast_lake import columns, snapshots
from lakecast_lake.columns import Snapshot

SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=5)


@given(SIZES, st.data())
def test_same_as_cells(sizes: list[int], data: st.DataObject) -> None:
    count = sum(sizes)

    def drawn(values: st.SearchStrategy[object], kind: type) -> np.ndarray:
        return np.array(data.draw(st.lists(values, min_size=count, max_size=count)), kind)

    shown: list[Column] = [
        Numbers(drawn(st.floats(allow_infinity=False), np.float64)),
        Counts(drawn(st.integers(-(2**60), 2**60), np.int64)),
        Dates(drawn(st.integers(19_000, 19_000 + count), np.int32)),
        Coded(['a",', "ü\\", None], drawn(st.integers(0, 2), np.int64)),
    ]
    pieces: list[object] = [b"["]
    for column in shown:
        spans = column.spans()
        assert spans is not None
        pieces += [spans, b","]
    texts = gathered([*pieces[:-1], b"]"], sizes)  # type: ignore[list-item]
    rows = list(zip(*(column.cells() for column in shown), strict=True))
    expected = [
        b",".join(b"[" + b",".join(row) + b"]" for row in rows[a:b]) for a, b in pairwise(accumulate(sizes, initial=0))
    ]
    assert texts == expected


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    lake = made_lake.make(tmp_path_factory.mktemp("lake") / "lake", items=11, datasets=("alpha",))
    return columns.load(lake, snapshots.newest(lake))


@pytest.mark.parametrize("name", ["item_id", "name", "category", "supplier"])
def test_texts_of_many_items_are_those_of_each(snapshot: Snapshot, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.arange(snapshot.items.count)[::-1].copy()
    alone = item_texts.column(snapshot, name, codes, "item_id") if len(codes) < 9 else None
    monkeypatch.setattr(item_texts, "_FEW", 0)
    monkeypatch.setattr(item_texts, "_BITS", 2)
    monkeypatch.setattr(item_texts, "_FAR", 1_000)
    many = item_texts.column(snapshot, name, codes, "item_id")
    values = snapshot.items.table[name].to_pylist()
    ids = snapshot.items.table["item_id"].to_pylist()
    expected = [values[code] if values[code] is not None else ids[code] for code in codes.tolist()]
    assert [many[row] for row in range(len(many))] == expected
    assert list(many.cells()) == list(map(orjson.dumps, expected))
    assert alone is None or [alone[row] for row in range(len(alone))] == expected
