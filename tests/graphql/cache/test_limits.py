"""Caches stay within their bytes, whatever is put into them."""

from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.cache.cells import CellCache
from lakecast_graphql.cache.lru import OVERHEAD, LruCache
from lakecast_graphql.rows.interleaving import Cells


@given(st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=3000))), st.integers(10_000, 40_000))
def test_bounded_keeps_within_its_limit_and_forgets_the_oldest(puts: list[tuple[int, bytes]], limit: int) -> None:
    kept: LruCache[bytes] = LruCache(limit, lambda key, value: len(value))
    last: dict[int, bytes] = {}
    for key, value in puts:
        kept.put(key, value)
        last[key] = value
        assert kept.bytes <= limit
        if len(value) + OVERHEAD <= limit // 8:
            assert kept.get(key) == value
    for key, value in last.items():
        assert kept.get(key) in (None, value)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(1, 200))), st.integers(0, 60_000))
def test_cells_keep_within_their_limit(puts: list[tuple[int, int, int]], limit: int) -> None:
    cells = CellCache(limit)
    for number, column, rows in puts:
        key = (number % 2, "item", number)
        found = cells.of(key)
        found.columns[column] = Cells([b"%d" % number * 5] * rows, rows)
        cells.grown(key, found)
        assert cells.bytes <= limit
        if found.nbytes + OVERHEAD <= limit // 8:
            assert cells.of(key) is found
    for serial in (1, 2):
        cells.keep_only(serial)
    assert cells.bytes == 0
    assert not cells.of((0, "item", 0)).columns


def test_a_column_of_a_row_group_is_counted() -> None:
    cells = CellCache(1 << 20)
    found = cells.of((1, "item", 0))
    before = cells.bytes
    found.columns["name"] = Cells([b"x" * 100] * 500, 500)
    found.columns["source"] = b"y" * 1_000
    cells.grown((1, "item", 0), found)
    assert cells.bytes - before >= 51_000
