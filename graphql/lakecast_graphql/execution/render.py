"""Rows to JSON, column by column: no value is completed on its own.

Pieces are appended to a list that is joined once, so that a large answer is written once.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from lakecast_graphql.execution import row_groups
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.selection import Selected, Shape, Values, part_of_key
from lakecast_graphql.rows.column import NULL, Column, cell
from lakecast_graphql.rows.column import Values as ValueColumn
from lakecast_graphql.rows.interleaving import Cells, Piece, Source, Span, interleave, joined
from lakecast_graphql.rows.nested import Nested, NestedLists
from lakecast_graphql.rows.rows import Row, Rows


def render(value: Any, chosen: Selected, values: Values, out: list[Piece]) -> None:
    """Append any value of a field: what the read functions return, or a part of it."""
    if value is None:
        out.append(NULL)
    elif isinstance(value, Rows):
        assert chosen.shape is not None
        render_list(value, chosen.shape, values, out)
    elif chosen.is_list and isinstance(value, list | tuple):
        _list(value, chosen, values, out)
    elif chosen.shape is None:
        out.append(cell(chosen.names[getattr(value, "value", value)]) if chosen.names is not None else cell(value))
    elif isinstance(value, Row):
        out.append(render_row(value, chosen.shape, values))
    else:
        _object(value, chosen.shape, values, out)


def render_list(rows: Rows, shape: Shape, values: Values, out: list[Piece]) -> None:
    """Append a JSON array of the rows, from kept cells where there are any."""
    if not rows.count:
        out.append(b"[]")
        return
    spans = None if rows.keys is None else row_groups.spans_of(rows.keys, shape, values, sources_of)
    separator = b"["
    for span in spans or (Span(sources_of(rows, shape, values), rows.count),):
        out += (separator, span)
        separator = b","
    out.append(b"]")


def render_rows(rows: Rows, shape: Shape, values: Values) -> list[bytes]:
    """(rows,) a JSON object per row."""
    return units_of(rows, shape, values, [1] * rows.count)


def render_row(row: Row, shape: Shape, values: Values) -> bytes:
    """The JSON object of a row that stands alone. One of many is not: it would cost as much as all."""
    if len(row.rows) != 1:
        raise NotCompilable("row of many")
    return render_rows(row.rows, shape, values)[0]


def _list(value: Sequence[Any], chosen: Selected, values: Values, out: list[Piece]) -> None:
    separator = b"["
    for entry in value:
        out.append(separator)
        render(entry, chosen, values, out)
        separator = b","
    out.append(b"]" if value else b"[]")


def _object(value: Any, shape: Shape, values: Values, out: list[Piece]) -> None:
    separator = b"{"
    for chosen in shape.fields:
        out.append(separator + chosen.key)
        separator = b","
        if chosen.name == "__typename":
            out.append(cell(shape.type_name))
        elif chosen.takes_arguments:
            raise NotCompilable("method of an object")
        else:
            render(getattr(value, chosen.name), chosen, values, out)
    out.append(b"}" if shape.fields else b"{}")


def units_of(rows: Rows, shape: Shape, values: Values, sizes: list[int]) -> list[bytes]:
    """(units,) the JSON of units of so many rows each, rows joined by commas."""
    return interleave(sources_of(rows, shape, values), sizes)


def sources_of(rows: Rows, shape: Shape, values: Values, known: dict[Hashable, Source] | None = None) -> list[Source]:
    """What rows are put together from, in order; texts that all of them share are joined.

    Args:
        known: path, name and arguments of a field -> its cells, used where they are there and added where not.
    """
    parts = _Parts(values, known)
    parts.add(rows, shape)
    return [*parts.sources, parts.shared] if parts.shared else parts.sources


class _Parts:
    """What rows are put together from: `sources`, and behind them `shared`, a text that all of them share."""

    def __init__(self, values: Values, known: dict[Hashable, Source] | None) -> None:
        self.sources: list[Source] = []
        self.shared = b""
        self._values = values
        self._known = known

    def add(self, rows: Rows, shape: Shape, path: tuple[Hashable, ...] = ()) -> None:
        """Add the objects of some rows: one a row, found under `path`."""
        if not shape.fields:
            self.shared += b"{}"
            return
        for opening, chosen in zip(shape.openings, shape.fields, strict=True):
            self.shared += opening
            if chosen.name == "__typename":
                self.shared += cell(shape.type_name)
            elif self._known is None:
                self._add(rows, chosen)
            else:
                here = (*path, chosen.name, part_of_key(chosen, self._values))
                name = here if chosen.shape is None else (*here, chosen.shape.key(self._values))
                cells = self._known.get(name)
                if cells is None:
                    self._add(rows, chosen, here, name)
                else:
                    self._put(cells)
        self.shared += b"}"

    def _add(self, rows: Rows, chosen: Selected, path: tuple[Hashable, ...] = (), name: Hashable = None) -> None:
        """Add a field; its cells become known by `name`."""
        column = _column(rows, chosen, self._values)
        if chosen.shape is None:
            source = column.source()
        elif isinstance(column, Nested) and column.index is None:  # one object a row: its parts are the row's
            self.add(column.rows, chosen.shape, path)
            return
        elif isinstance(column, NestedLists) and column.start is None:
            self.shared += b"["
            self.add(column.rows, chosen.shape, path)
            self.shared += b"]"
            return
        else:
            source = _objects(column, chosen, self._values)
        if self._known is not None:
            source = self._known[name] = source if type(source) is bytes else Cells(source, rows.count)
        self._put(source)

    def _put(self, source: Source) -> None:
        if type(source) is bytes:
            self.shared += source
        else:
            self.sources += (self.shared, source)
            self.shared = b""


def _column(rows: Rows, chosen: Selected, values: Values) -> Column:
    method = rows.methods.get(chosen.name)
    if method is not None:
        return method(rows.of, **{name: value for name, value in chosen.given(values).items() if value is not None})
    field = rows.fields.get(chosen.name)
    if field is None:
        raise NotCompilable("unknown field")
    return field(rows.of)


def _objects(column: Column, chosen: Selected, values: Values) -> list[bytes]:
    shape = chosen.shape
    assert shape is not None
    if isinstance(column, Nested):
        cells = render_rows(column.rows, shape, values)
        assert column.index is not None
        return [NULL if place < 0 else cells[place] for place in column.index.tolist()]
    if isinstance(column, NestedLists):
        assert column.start is not None
        return [b"[%b]" % text for text in units_of(column.rows, shape, values, np.diff(column.start).tolist())]
    if isinstance(column, ValueColumn):
        texts = []
        for value in column.values:
            out: list[Piece] = []
            render(value, chosen, values, out)
            texts.append(joined(out))
        return texts
    raise NotCompilable("column of objects")
