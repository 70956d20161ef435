"""Rows that are an unbroken range of all rows of their kind: their JSON may be taken from what others made of it.

Nearly all pages are such ranges, so what stands here is measured in microseconds: plain integers, and no array but to
look something up in.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakecast_lake.columns.segment import Ints

if TYPE_CHECKING:
    from lakecast_graphql.rows.rows import Rows

Alike = Callable[[str, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class KeyRange:
    """The rows first:last of a space, which is divided into units: items, blocks of forecasts, rows of small tables.

    Attributes:
        space: what rows are counted in; the same row of the same space of one snapshot is always alike.
        units: how many units the space has.
        around: the units that the rows lie in.
        rows_of: the rows of some whole units.
        at: (units + 1,) first row of each unit; None where units have one row.
        alike: name and arguments of a method -> the arguments in the form that all have that mean the same.
    """

    space: Hashable
    units: int
    around: range
    rows_of: "Callable[[range], Rows]"
    first: int
    last: int
    at: Ints | None = None
    alike: Alike | None = None

    def rows_in(self, units: range) -> tuple[int, int]:
        """The first row of some units, and the first one behind them."""
        if self.at is None:
            return units.start, units.stop
        return self.at.item(units.start), self.at.item(units.stop)

    @property
    def rows_per_unit(self) -> int:
        """On average."""
        return 1 if self.at is None else self.at.item(-1) // self.units


def of_single_rows(
    space: Hashable, count: int, rows_of: "Callable[[range], Rows]", first: int, last: int, alike: Alike | None = None
) -> KeyRange:
    """The rows first:last of a space of units that have one row each."""
    return KeyRange(space, count, range(first, last), rows_of, first, last, alike=alike)
