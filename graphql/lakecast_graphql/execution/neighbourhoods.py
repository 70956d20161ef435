"""Rows of a run put together from cells that are kept: columns are turned into JSON for some hundred units at a time.

Cells belong to columns, whatever is selected beside them, and take less than half of what rendered rows do. A
neighbourhood is laid out once enough of its rows were asked for one by one: where all of a lake is asked for alike and
little of it can be kept, laying out what is dropped again would cost more than it saves.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from lakecast_graphql.cache.cells import KeptCells
from lakecast_graphql.errors import ApiError
from lakecast_graphql.execution.render import sources_of
from lakecast_graphql.execution.shape import Shape, Values
from lakecast_graphql.execution.surprise import Surprise
from lakecast_graphql.read.interleaving import Source, interleave
from lakecast_graphql.read.runs import Run

_ROWS_BITS = 11
_MOST_BITS = 7
"""A neighbourhood has 1,024 to 2,048 rows and up to 128 units."""
_MOST_CELLS = 24_000
"""Cells of a neighbourhood, beyond which laying it out would hold up other requests."""
_UNKNOWN: list[Source] = []
_WORTH = 8
"""Share of a neighbourhood's rows, one in so many, that are rendered without it before it is laid out."""


def page_of(run: Run, shape: Shape, values: Values) -> list[bytes] | None:
    """The texts of a page's rows in order, joined by commas within each; None where cells are not at hand."""
    kept = values.kept
    if kept is None or kept.cells is None:
        return None
    around = _Around(run, shape, values, kept.serial, kept.cells)
    low, high = run.low >> around.bits, (run.high - 1) >> around.bits
    begin = run.low if run.at is None else run.at.item(run.low) + run.skipped
    end = begin + run.count
    texts = []
    for number in range(low, high + 1):
        first, last = around.rows(number)
        parts = around.parts(number, run.count if low == high else last - first)
        if parts is None:
            return None
        start = max(begin, first)
        texts += interleave(parts, [min(end, last) - start], start - first)
    return texts


def texts_of(run: Run, keys: Sequence[int], shape: Shape, values: Values) -> dict[int, bytes] | None:
    """The texts of some whole units by their keys, which ascend; None where cells are not at hand."""
    kept = values.kept
    if kept is None or kept.cells is None:
        return None
    around = _Around(run, shape, values, kept.serial, kept.cells)
    found: dict[int, bytes] = {}
    for number, some in _by_neighbourhood(keys, around.bits):
        between = range(some[0], some[-1] + 1)  # to leave out those that are not wanted costs more
        sizes = run.sizes(between)
        first, last = around.rows(number)
        parts = around.parts(number, sum(sizes) if len(some) == len(keys) else last - first)
        if parts is None:
            return None
        begin = between.start if run.at is None else run.at.item(between.start)
        found.update(zip(between, interleave(parts, sizes, begin - first), strict=True))
    return {key: found[key] for key in keys}


def _by_neighbourhood(keys: Sequence[int], bits: int) -> Iterator[tuple[int, Sequence[int]]]:
    if keys[0] >> bits == keys[-1] >> bits:
        yield keys[0] >> bits, keys
    else:
        for number, some in groupby(keys, lambda key: key >> bits):
            yield number, list(some)


class _Around:
    """The neighbourhoods that a run's units lie in. One has `1 << bits` units, the first of them `number << bits`."""

    __slots__ = ("_cells", "_key", "_run", "_serial", "_shape", "_values", "bits")

    def __init__(self, run: Run, shape: Shape, values: Values, serial: int, cells: KeptCells) -> None:
        self._run = run
        self._shape = shape
        self._values = values
        self._serial = serial
        self._cells = cells
        self._key = shape.key(values, run.alike)
        self.bits = _MOST_BITS
        if run.at is not None:
            rows: int = run.at.item(-1) // run.units
            self.bits = min(_MOST_BITS, max(0, _ROWS_BITS - rows.bit_length()))

    def _units(self, number: int) -> range:
        return range(number << self.bits, min((number + 1) << self.bits, self._run.units))

    def rows(self, number: int) -> tuple[int, int]:
        """A neighbourhood's first row, and the first one behind it."""
        units, at = self._units(number), self._run.at
        return (units.start, units.stop) if at is None else (at.item(units.start), at.item(units.stop))

    def parts(self, number: int, wanted: int) -> list[Source] | None:
        """What a neighbourhood's rows are put together from; None where it is not laid out.

        Args:
            wanted: rows that are asked for of it.
        """
        name = (self._serial, self._run.space, number)
        found = self._cells.of(name)
        parts = found.selections.get(self._key, _UNKNOWN)
        if parts is not _UNKNOWN:
            self._cells.hits += 1
            return parts
        self._cells.misses += 1
        first, last = self.rows(number)
        if (last - first) * self._shape.weight > _MOST_CELLS:
            return None
        if found.wanted_by(self._key, wanted) * _WORTH < last - first:
            return None
        try:
            parts = sources_of(self._run.of_keys(self._units(number)), self._shape, self._values, found.columns)
        except (ApiError, Surprise):  # of a row that perhaps nobody has asked for
            parts = None
        found.selections[self._key] = parts
        self._cells.grown(name, found)
        return parts
