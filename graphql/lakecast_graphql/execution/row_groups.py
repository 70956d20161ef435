"""Rows put together from cells that are kept: columns are turned into JSON for some hundred units at a time.

Cells belong to columns, whatever is selected beside them. A row group is laid out once enough of its rows were
asked for one by one: where all of a lake is asked for alike and little of it can be kept, laying out what is dropped
again would cost more than it saves.
"""

from collections.abc import Callable, Hashable

from lakecast_graphql.cache.cells import CellCache
from lakecast_graphql.errors import ApiError
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.selection import Shape, Values
from lakecast_graphql.rows.interleaving import Source, interleave
from lakecast_graphql.rows.rows import KeyRange, Rows

SourcesOf = Callable[[Rows, Shape, Values, dict[Hashable, Source]], list[Source]]
"""See `render.sources_of`."""

_ROWS_BITS = 11
_MOST_BITS = 7
"""A row group has 1,024 to 2,048 rows and up to 128 units."""
_MOST_CELLS = 24_000
"""Cells of a row group, beyond which laying it out would hold up other requests."""
_UNKNOWN: list[Source] = []
_WORTH = 8
"""Share of a row group's rows, one in so many, that are rendered without it before it is laid out."""


def texts_of(keys: KeyRange, shape: Shape, values: Values, sources_of: SourcesOf) -> list[bytes] | None:
    """The JSON of some rows in order, in pieces whose rows are joined by commas; None where cells are not at hand."""
    kept = values.kept
    if kept is None or kept.cells is None:
        return None
    around = _RowGroups(keys, shape, values, kept.serial, kept.cells, sources_of)
    low, high = keys.around.start >> around.bits, (keys.around.stop - 1) >> around.bits
    texts = []
    for number in range(low, high + 1):
        first, last = keys.rows_in(around.units(number))
        parts = around.parts(number, last - first if low < high else keys.last - keys.first)
        if parts is None:
            return None
        begin = max(keys.first, first)
        texts += interleave(parts, [min(keys.last, last) - begin], begin - first)
    return texts


class _RowGroups:
    """The row groups that rows lie in. One has `1 << bits` units, the first of them `number << bits`."""

    __slots__ = ("_cells", "_key", "_keys", "_serial", "_shape", "_sources_of", "_values", "bits")

    def __init__(
        self, keys: KeyRange, shape: Shape, values: Values, serial: int, cells: CellCache, sources_of: SourcesOf
    ) -> None:
        self._keys = keys
        self._shape = shape
        self._values = values
        self._serial = serial
        self._cells = cells
        self._sources_of = sources_of
        self._key = shape.key(values, keys.alike)
        self.bits = min(_MOST_BITS, max(0, _ROWS_BITS - keys.rows_per_unit.bit_length()))

    def units(self, number: int) -> range:
        """The units of a row group."""
        return range(number << self.bits, min((number + 1) << self.bits, self._keys.units))

    def parts(self, number: int, wanted: int) -> list[Source] | None:
        """What a row group's rows are put together from; None where it is not laid out.

        Args:
            wanted: rows that are asked for of it.
        """
        name = (self._serial, self._keys.space, number)
        found = self._cells.of(name)
        parts = found.selections.get(self._key, _UNKNOWN)
        if parts is not _UNKNOWN:
            self._cells.hits += 1
            return parts
        self._cells.misses += 1
        units = self.units(number)
        first, last = self._keys.rows_in(units)
        if (last - first) * self._shape.weight > _MOST_CELLS:
            return None
        if found.wanted_by(self._key, wanted) * _WORTH < last - first:
            return None
        try:
            parts = self._sources_of(self._keys.rows_of(units), self._shape, self._values, found.columns)
        except (ApiError, NotCompilable):  # of a row that perhaps nobody has asked for
            parts = None
        found.selections[self._key] = parts
        self._cells.grown(name, found)
        return parts
