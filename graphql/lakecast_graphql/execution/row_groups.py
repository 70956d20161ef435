"""Rows put together from cells that are kept: columns are turned into JSON for some hundred units at a time.

Cells belong to columns, whatever is selected beside them. A row group is laid out once enough of its rows were
asked for one by one: where all of a lake is asked for alike and little of it can be kept, laying out what is dropped
again would cost more than it saves.
"""

from collections.abc import Callable, Hashable

from lakecast_graphql.errors import ApiError
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.selection import Shape, Values
from lakecast_graphql.rows.interleaving import Source, Span
from lakecast_graphql.rows.rows import KeyRange, Rows

SourcesOf = Callable[[Rows, Shape, Values, dict[Hashable, Source]], list[Source]]
"""See `render.sources_of`."""

_MOST_CELLS = 24_000
"""Cells of a row group, beyond which laying it out would hold up other requests."""
_UNKNOWN: list[Source] = []
_WORTH = 8
"""Share of a row group's rows, one in so many, that are rendered without it before it is laid out."""


def spans_of(keys: KeyRange, shape: Shape, values: Values, sources_of: SourcesOf) -> list[Span] | None:
    """Some rows in order, put together from the cells of their row groups; None where these are not at hand."""
    cells = values.cells
    if cells is None:
        return None
    space = keys.space
    selection = shape.key(values, space.alike)
    bits = space.bits
    low, high = keys.low >> bits, (keys.high - 1) >> bits
    spans = []
    for number in range(low, high + 1):
        first_unit, last_unit = number << bits, min((number + 1) << bits, space.units)
        first, last = space.first_row(first_unit), space.first_row(last_unit)
        name = (cells.serial, space.name, number)
        group = cells.cache.of(name)
        sources = group.selections.get(selection, _UNKNOWN)
        if sources is not _UNKNOWN:
            cells.cache.hits += 1
        else:
            cells.cache.misses += 1
            count = last - first if low < high else keys.last - keys.first
            if (last - first) * shape.weight > _MOST_CELLS or group.count_rows_without(
                selection, count
            ) * _WORTH < last - first:
                return None
            try:
                sources = sources_of(space.rows_of(range(first_unit, last_unit)), shape, values, group.columns)
            except (ApiError, NotCompilable):  # of a row that perhaps nobody has asked for
                sources = None
            group.selections[selection] = sources
            cells.cache.recount(name, group)
        if sources is None:
            return None
        begin = max(keys.first, first)
        spans.append(Span(sources, min(keys.last, last) - begin, begin - first))
    return spans
