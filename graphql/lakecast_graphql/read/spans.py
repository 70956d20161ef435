"""Items that are neighbours: cells of what belongs to them are rendered some hundred items at a time, and kept.

A page of items is nearly always a span. Its texts and figures are the same in every answer of a snapshot, so what one
page had rendered is there for all pages nearby, whatever else these select.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from lakecast_graphql.read.column import Column
from lakecast_graphql.read.interleaving import Source
from lakecast_lake.columns import Snapshot

BITS = 9
"""Cells are rendered for 512 items at a time: some tenths of a millisecond a column."""
FEW = 8
"""Items up to which a column is read for them alone."""

Make = Callable[[int, int], Column]
"""The column of the items first:last."""


@dataclass(frozen=True, eq=False)
class _Cells:
    """(items,) cells of neighbouring items."""

    cells: list[bytes]

    @property
    def nbytes(self) -> int:
        return sum(map(len, self.cells)) + 50 * len(self.cells)


def neighbourhood(snapshot: Snapshot, key: Hashable, number: int, make: Make) -> list[bytes]:
    """The cells of a column, by its key, of the items from `number << BITS` on; shared, not to be changed."""
    name = ("cells", key, number)
    known = snapshot.memo.find(name)
    if isinstance(known, _Cells):
        return known.cells
    first = number << BITS
    last = min(first + (1 << BITS), snapshot.items.count)
    return snapshot.memo.get(name, lambda: _Cells(list(make(first, last).cells()))).cells


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The items low:high of a snapshot."""

    snapshot: Snapshot
    low: int
    high: int

    @staticmethod
    def of(snapshot: Snapshot, codes: Sequence[int]) -> "Span | None":
        """The span that some item codes are; None where they are none, or few."""
        return Span(snapshot, codes.start, codes.stop) if type(codes) is range and len(codes) > FEW else None

    def column(self, key: Hashable, make: Make) -> Column:
        """A column of these items, by a key that no other column of the snapshot has."""
        first, last = self.low >> BITS, (self.high - 1) >> BITS
        begin = first << BITS
        cells = neighbourhood(self.snapshot, key, first, make)[self.low - begin : self.high - begin]
        for number in range(first + 1, last + 1):
            cells += neighbourhood(self.snapshot, key, number, make)[: self.high - (number << BITS)]
        return Kept(cells, lambda: make(self.low, self.high))


class Kept(Column):
    """A column whose cells are known; `make` gives the values, which only resolvers read, when first asked for."""

    def __init__(self, cells: list[bytes], make: Callable[[], Column]) -> None:
        self._cells = cells
        self._make = make
        self._values: Column | None = None

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, row: int) -> Any:
        if self._values is None:
            self._values = self._make()
        return self._values[row]

    def cells(self) -> Sequence[bytes]:
        """(rows,) the values as JSON."""
        return self._cells

    def source(self) -> Source:
        """(rows,) the same."""
        return self._cells
