"""Rows to JSON, column by column: no value is completed on its own.

Pieces are appended to a list that is joined once, so that a large answer is written once.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from lakecast_graphql.execution import row_groups
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.selection import SelectedField, Shape, Values, part_of_key
from lakecast_graphql.rows.column import NULL, Column, cell
from lakecast_graphql.rows.column import Values as ValueColumn
from lakecast_graphql.rows.interleaving import Cells, Piece, Source, Span, interleave, joined
from lakecast_graphql.rows.nested import Nested, NestedLists
from lakecast_graphql.rows.rows import Row, Rows


def render(value: Any, field: SelectedField, values: Values, out: list[Piece]) -> None:
    """Append any value of a field: what the read functions return, or a part of it."""
    if value is None:
        out.append(NULL)
    elif isinstance(value, Rows):
        assert field.shape is not None
        render_list(value, field.shape, values, out)
    elif field.is_list and isinstance(value, list | tuple):
        _list(value, field, values, out)
    elif field.shape is None:
        out.append(cell(field.names[getattr(value, "value", value)]) if field.names is not None else cell(value))
    elif isinstance(value, Row):
        out.append(render_row(value, field.shape, values))
    else:
        _object(value, field.shape, values, out)


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


def _list(value: Sequence[Any], field: SelectedField, values: Values, out: list[Piece]) -> None:
    separator = b"["
    for entry in value:
        out.append(separator)
        render(entry, field, values, out)
        separator = b","
    out.append(b"]" if value else b"[]")


def _object(value: Any, shape: Shape, values: Values, out: list[Piece]) -> None:
    separator = b"{"
    for field in shape.fields:
        out.append(separator + field.key)
        separator = b","
        if field.name == "__typename":
            out.append(cell(shape.type_name))
        elif field.takes_arguments:
            raise NotCompilable("method of an object")
        else:
            render(getattr(value, field.name), field, values, out)
    out.append(b"}" if shape.fields else b"{}")


def units_of(rows: Rows, shape: Shape, values: Values, sizes: list[int]) -> list[bytes]:
    """(units,) the JSON of units of so many rows each, rows joined by commas."""
    return interleave(sources_of(rows, shape, values), sizes)


def sources_of(
    rows: Rows, shape: Shape, values: Values, cells_by_name: dict[Hashable, Source] | None = None
) -> list[Source]:
    """What rows are put together from, in order; texts that all of them share are joined.

    Args:
        known: path, name and arguments of a field -> its cells, used where they are there and added where not.
    """
    parts = _Parts(values, cells_by_name)
    parts.add(rows, shape)
    return [*parts.sources, parts.shared] if parts.shared else parts.sources


class _Parts:
    """What rows are put together from: `sources`, and behind them `shared`, a text that all of them share."""

    def __init__(self, values: Values, cells_by_name: dict[Hashable, Source] | None) -> None:
        self.sources: list[Source] = []
        self.shared = b""
        self._values = values
        self._cells = cells_by_name

    def add(self, rows: Rows, shape: Shape, path: tuple[Hashable, ...] = ()) -> None:
        """Add the objects of some rows: one a row, found under `path`."""
        if not shape.fields:
            self.shared += b"{}"
            return
        for opening, field in zip(shape.openings, shape.fields, strict=True):
            self.shared += opening
            if field.name == "__typename":
                self.shared += cell(shape.type_name)
            elif self._cells is None:
                self._add(rows, field)
            else:
                here = (*path, field.name, part_of_key(field, self._values))
                name = here if field.shape is None else (*here, field.shape.key(self._values))
                cells = self._cells.get(name)
                if cells is None:
                    self._add(rows, field, here, name)
                else:
                    self._put(cells)
        self.shared += b"}"

    def _add(self, rows: Rows, field: SelectedField, path: tuple[Hashable, ...] = (), name: Hashable = None) -> None:
        """Add a field; its cells become known by `name`."""
        column = _column(rows, field, self._values)
        if field.shape is None:
            source = column.source()
        elif isinstance(column, Nested) and column.index is None:  # one object a row: its parts are the row's
            self.add(column.rows, field.shape, path)
            return
        elif isinstance(column, NestedLists) and column.start is None:
            self.shared += b"["
            self.add(column.rows, field.shape, path)
            self.shared += b"]"
            return
        else:
            source = _objects(column, field, self._values)
        if self._cells is not None:
            source = self._cells[name] = source if type(source) is bytes else Cells(source, rows.count)
        self._put(source)

    def _put(self, source: Source) -> None:
        if type(source) is bytes:
            self.shared += source
        else:
            self.sources += (self.shared, source)
            self.shared = b""


def _column(rows: Rows, field: SelectedField, values: Values) -> Column:
    method = rows.methods.get(field.name)
    if method is not None:
        return method(
            rows.of, **{name: value for name, value in field.argument_values(values).items() if value is not None}
        )
    maker = rows.fields.get(field.name)
    if maker is None:
        raise NotCompilable("unknown field")
    return maker(rows.of)


def _objects(column: Column, field: SelectedField, values: Values) -> list[bytes]:
    shape = field.shape
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
            render(value, field, values, out)
            texts.append(joined(out))
        return texts
    raise NotCompilable("column of objects")
