"""Rows to JSON, column by column: no value is completed on its own."""

from collections.abc import Sequence
from typing import Any

from lakecast_graphql.execution.shape import Selected, Shape, Values
from lakecast_graphql.execution.surprise import Surprise
from lakecast_graphql.read.column import NULL, Column, Nested, NestedLists, cell
from lakecast_graphql.read.column import Values as ValueColumn
from lakecast_graphql.read.rows import Row, Rows


def render_rows(rows: Rows, shape: Shape, values: Values) -> list[bytes]:
    """(rows,) a JSON object per row."""
    count = len(rows)
    if not count:
        return []
    pieces: list[bytes | Sequence[bytes]] = []
    separator = b"{"
    for chosen in shape.fields:
        constant, cells = _cells(rows, chosen, shape, values)
        pieces.append(separator + chosen.key)
        pieces.append(cells if constant is None else constant)
        separator = b","
    pieces.append(b"}" if shape.fields else b"{}")
    return _interleave(_joined(pieces), count)


def render_list(rows: Rows, shape: Shape, values: Values) -> bytes:
    """A JSON array of the rows."""
    return b"[" + b",".join(render_rows(rows, shape, values)) + b"]"


def render(value: Any, chosen: Selected, values: Values) -> bytes:
    """Any value of a field: what the read functions return, or a part of it."""
    if value is None:
        return NULL
    if isinstance(value, Rows):
        assert chosen.shape is not None
        return render_list(value, chosen.shape, values)
    if isinstance(value, list | tuple) and chosen.is_list:
        return b"[" + b",".join([render(entry, chosen, values) for entry in value]) + b"]"
    if chosen.shape is None:
        return cell(chosen.names[getattr(value, "value", value)]) if chosen.names is not None else cell(value)
    if isinstance(value, Row):
        return render_rows(_single(value), chosen.shape, values)[0]
    return _object(value, chosen.shape, values)


def _single(row: Row) -> Rows:
    if len(row.rows) != 1:
        raise Surprise("row of many")
    return row.rows


def _object(value: Any, shape: Shape, values: Values) -> bytes:
    parts = []
    for chosen in shape.fields:
        if chosen.name == "__typename":
            parts.append(chosen.key + cell(shape.type_name))
            continue
        if chosen.takes_arguments:
            raise Surprise("method of an object")
        parts.append(chosen.key + render(getattr(value, chosen.name), chosen, values))
    return b"{" + b",".join(parts) + b"}"


def _cells(rows: Rows, chosen: Selected, shape: Shape, values: Values) -> tuple[bytes | None, Sequence[bytes]]:
    """The cell that all rows share, or a cell per row."""
    if chosen.name == "__typename":
        return cell(shape.type_name), ()
    if chosen.name in rows.fields:
        column = rows.column(chosen.name)
    elif chosen.name in rows.methods:
        given = {name: value for name, value in chosen.given(values).items() if value is not None}
        column = rows.method(chosen.name, **given)
    else:
        raise Surprise("unknown field")
    if chosen.shape is None:
        constant = column.constant()
        return (constant, ()) if constant is not None else (None, column.cells())
    return None, _objects(column, chosen, values)


def _objects(column: Column, chosen: Selected, values: Values) -> list[bytes]:
    shape = chosen.shape
    assert shape is not None
    if isinstance(column, Nested):
        cells = render_rows(column.rows, shape, values)
        if column.index is None:
            return cells
        return [NULL if place < 0 else cells[place] for place in column.index.tolist()]
    if isinstance(column, NestedLists):
        cells, start = render_rows(column.rows, shape, values), column.start.tolist()
        return [b"[" + b",".join(cells[a:b]) + b"]" for a, b in zip(start, start[1:], strict=False)]
    if isinstance(column, ValueColumn):
        return [render(value, chosen, values) for value in column.values]
    raise Surprise("column of objects")


def _joined(pieces: list[bytes | Sequence[bytes]]) -> list[bytes | Sequence[bytes]]:
    """Neighbouring texts that all rows share, made one."""
    found: list[bytes | Sequence[bytes]] = []
    for piece in pieces:
        if isinstance(piece, bytes) and found and isinstance(found[-1], bytes):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _interleave(pieces: list[bytes | Sequence[bytes]], count: int) -> list[bytes]:
    if len(pieces) == 1:
        only = pieces[0]
        return [only] * count if isinstance(only, bytes) else list(only)
    columns = [piece for piece in pieces if not isinstance(piece, bytes)]
    template = b"".join(piece.replace(b"%", b"%%") if isinstance(piece, bytes) else b"%b" for piece in pieces)
    return [template % cells for cells in zip(*columns, strict=True)]
