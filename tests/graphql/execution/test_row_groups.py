"""Row groups are laid out once enough of their rows were asked for, and then rows are put together from their cells."""

from collections.abc import Callable
from typing import Any

import pytest

from lakecast_graphql.cache.cells import CellCache
from lakecast_graphql.errors import bad_input
from lakecast_graphql.execution import row_groups
from lakecast_graphql.execution.row_groups import spans_of
from lakecast_graphql.execution.selection import SelectedField, Shape, SnapshotCells, Values
from lakecast_graphql.rows.interleaving import Cells, joined
from lakecast_graphql.rows.rows import KeyRange, Rows, Space

SHAPE = Shape("Item", (SelectedField(b'"name":', "name"),))
BITS, UNITS = 4, 40


class Layout:
    """Sixteen units a group, one row each, the last group shorter; `ranges` were laid out."""

    def __init__(self) -> None:
        self.ranges: list[range] = []
        self.space = Space("items", UNITS, self._rows_of)
        self.space.bits = BITS
        self.cache = CellCache(1 << 20)

    def _rows_of(self, units: range) -> Rows:
        self.ranges.append(units)
        return Rows(len(units), {}, of=units)

    def sources_of(self, rows: Rows, shape: Shape, values: Values, columns: dict[Any, Any]) -> list[Any]:
        return [b"r", Cells([b"%d" % unit for unit in rows.of], rows.count)]

    def ask(self, first: int, last: int, sources_of: Callable[..., Any] | None = None, serial: int = 1) -> bytes | None:
        keys = KeyRange(self.space, first, last, first, last)
        values = Values({}, (), SnapshotCells(serial, self.cache))
        spans = spans_of(keys, SHAPE, values, sources_of or self.sources_of)
        return None if spans is None else b"|".join(joined([span]) for span in spans)


@pytest.fixture
def layout() -> Layout:
    return Layout()


def test_without_cells_nothing_is_laid_out(layout: Layout) -> None:
    keys = KeyRange(layout.space, 0, 16, 0, 16)
    assert spans_of(keys, SHAPE, Values({}), layout.sources_of) is None
    assert not layout.ranges


def test_a_group_is_laid_out_once_an_eighth_of_its_rows_was_asked_for(layout: Layout) -> None:
    assert layout.ask(5, 6) is None  # 1 of 16
    assert not layout.ranges
    assert layout.ask(7, 8) == b"r7"  # 2 of 16
    assert layout.ranges == [range(16)]
    assert layout.ask(3, 5) == b"r3,r4"
    assert layout.ranges == [range(16)]
    assert (layout.cache.hits, layout.cache.misses) == (1, 2)


def test_rows_that_were_asked_for_at_once_count_each(layout: Layout) -> None:
    assert layout.ask(14, 16) == b"r14,r15"
    assert layout.ranges == [range(16)]


def test_rows_of_several_groups_lay_out_all_of_them_at_once(layout: Layout) -> None:
    assert layout.ask(15, 33) == b"r15|" + b",".join(b"r%d" % unit for unit in range(16, 32)) + b"|r32"
    assert layout.ranges == [range(16), range(16, 32), range(32, 40)]


def test_the_last_group_ends_with_the_space(layout: Layout) -> None:
    assert layout.ask(39, 40) == b"r39"
    assert layout.ranges == [range(32, 40)]


def test_another_snapshot_has_groups_of_its_own(layout: Layout) -> None:
    layout.ask(0, 16)
    layout.ask(0, 16, serial=2)
    assert layout.ranges == [range(16), range(16)]


def test_what_one_row_refuses_is_not_laid_out_again(layout: Layout) -> None:
    calls = []

    def refuse(*_: object) -> Any:
        calls.append(1)
        raise bad_input("of another row")

    assert layout.ask(0, 16, refuse) is None
    assert layout.ask(0, 16, refuse) is None
    assert len(calls) == 1


def test_a_group_that_would_hold_up_others_is_not_laid_out(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = (*SHAPE.fields, SelectedField(b'"sku":', "sku"))
    keys, values = KeyRange(layout.space, 0, 16, 0, 16), Values({}, (), SnapshotCells(1, layout.cache))
    monkeypatch.setattr(row_groups, "_MOST_CELLS", 31)
    assert spans_of(keys, Shape("Item", fields), values, layout.sources_of) is None
    monkeypatch.setattr(row_groups, "_MOST_CELLS", 32)
    assert spans_of(keys, Shape("Item", fields), values, layout.sources_of) is not None
