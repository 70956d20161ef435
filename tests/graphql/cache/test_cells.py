"""The cells of columns stay within their bytes, whatever is added to them."""

from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.cache.cells import CellCache
from lakecast_graphql.execution.selection import SelectedField, Shape, Values
from lakecast_graphql.rows.interleaving import Cells
from lakecast_lake.lru import OVERHEAD


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(1, 200))), st.integers(0, 60_000))
def test_cells_keep_within_their_limit(puts: list[tuple[int, int, int]], limit: int) -> None:
    cells = CellCache(limit)
    for number, column, rows in puts:
        key = (number % 2, "item", number)
        found = cells.of(key)
        found.columns[column] = Cells([b"%d" % number * 5] * rows, rows)
        cells.recount(key, found)
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
    cells.recount((1, "item", 0), found)
    assert cells.bytes - before >= 51_000


def test_a_selection_is_counted_with_its_names() -> None:
    """Clients choose aliases: a selection's key holds them as long as the row group does."""
    fields = tuple(SelectedField(b'"%d":' % number * 100, "name") for number in range(50))
    key = Shape("Item", fields).key(Values({}))
    cells = CellCache(1 << 20)
    group = cells.of((1, "item", 0))
    before = cells.bytes
    group.selections[key] = []
    cells.recount((1, "item", 0), group)
    assert cells.bytes - before >= sum(len(chosen.key) for chosen in fields)
