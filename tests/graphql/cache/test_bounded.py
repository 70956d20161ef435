"""Caches stay within their bytes, whatever is put into them."""

from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.cache.blocks import OF_GROUP, RenderedBlocks
from lakecast_graphql.cache.blocks import OVERHEAD as TEXT_OVERHEAD
from lakecast_graphql.cache.bounded import OVERHEAD, Bounded
from lakecast_graphql.cache.cells import KeptCells
from lakecast_graphql.read.interleaving import Cells


@given(st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=3000))), st.integers(10_000, 40_000))
def test_bounded_keeps_within_its_limit_and_forgets_the_oldest(puts: list[tuple[int, bytes]], limit: int) -> None:
    kept: Bounded[bytes] = Bounded(limit, lambda key, value: len(value))
    last: dict[int, bytes] = {}
    for key, value in puts:
        kept.put(key, value)
        last[key] = value
        assert kept.bytes <= limit
        if len(value) + OVERHEAD <= limit // 8:
            assert kept.get(key) == value
    for key, value in last.items():
        assert kept.get(key) in (None, value)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(-1, 30), unique=True, max_size=8))),
    st.integers(100, 20_000),
)
def test_rendered_blocks_keep_within_their_limit(puts: list[tuple[int, list[int]]], limit: int) -> None:
    blocks = RenderedBlocks(limit)
    for name, keys in puts:
        group = blocks.group((name % 2, name))
        blocks.put(group, keys, [b"%d:%d" % (name, key) * 20 for key in keys])
        assert blocks.bytes <= limit
        assert all(text.startswith(b"%d:%d" % (name, key)) for key, text in group.texts.items())
        assert -1 not in group.texts
        assert group.bytes == OF_GROUP + sum(len(text) + TEXT_OVERHEAD for text in group.texts.values())
    blocks.keep_only(1)
    assert not blocks.group((0, 0)).texts
    blocks.keep_only(2)
    assert blocks.bytes == 0


def test_nothing_is_kept_of_a_selection_that_was_dropped() -> None:
    blocks = RenderedBlocks(100_000)
    before = blocks.group((1, "before"))
    blocks.put(before, range(500), [b"x" * 20] * 500)
    assert len(before.texts) == 500
    blocks.keep_only(2)
    assert not before.is_kept
    assert not before.texts
    blocks.put(before, [1], [b"late"])
    assert not before.texts
    assert blocks.bytes == 0


def test_only_as_much_goes_as_must() -> None:
    blocks = RenderedBlocks(100_000)
    old, new = blocks.group((1, "old")), blocks.group((1, "new"))
    blocks.put(old, range(100), [b"x" * 850] * 100)
    left = len(old.texts)
    blocks.put(new, [1], [b"y" * 850])
    assert left - 1 == len(old.texts) > 90
    assert 0 not in old.texts
    assert new.texts[1] == b"y" * 850


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(1, 200))), st.integers(0, 60_000))
def test_cells_keep_within_their_limit(puts: list[tuple[int, int, int]], limit: int) -> None:
    cells = KeptCells(limit)
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


def test_a_column_of_a_neighbourhood_is_counted() -> None:
    cells = KeptCells(1 << 20)
    found = cells.of((1, "item", 0))
    before = cells.bytes
    found.columns["name"] = Cells([b"x" * 100] * 500, 500)
    found.columns["source"] = b"y" * 1_000
    cells.grown((1, "item", 0), found)
    assert cells.bytes - before >= 51_000
