"""Rows to JSON, column by column: no value is completed on its own.

Texts are appended to a list that is joined once, so that a large answer is copied once.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from lakecast_graphql.execution.gathering import FEWEST, gathered
from lakecast_graphql.execution.shape import Kept, Selected, Shape, Values
from lakecast_graphql.execution.surprise import Surprise
from lakecast_graphql.read.column import NULL, Column, Nested, NestedLists, Spans, cell
from lakecast_graphql.read.column import Values as ValueColumn
from lakecast_graphql.read.rows import Row, Rows, Units

Pieces = list[bytes | Sequence[bytes]]
"""What rows are put together from, in order: texts that all rows share, and a cell per row."""


def render(value: Any, chosen: Selected, values: Values, out: list[bytes]) -> None:
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


def render_list(rows: Rows, shape: Shape, values: Values, out: list[bytes]) -> None:
    """Append a JSON array of the rows; units that were rendered before are not rendered again."""
    if not rows.count:
        out.append(b"[]")
        return
    if rows.units is None or values.blocks is None:
        texts = units_of(rows, shape, values, [rows.count])
    else:
        texts = _units(rows, rows.units, shape, values, values.blocks)
    separator = b"["
    for text in texts:
        out.append(separator)
        out.append(text)
        separator = b","
    out.append(b"]")


def render_rows(rows: Rows, shape: Shape, values: Values) -> list[bytes]:
    """(rows,) a JSON object per row."""
    return _by_row(_pieces(rows, shape, values), rows.count) if rows.count else []


def render_row(row: Row, shape: Shape, values: Values) -> bytes:
    """The JSON object of a row that stands alone. One of many is a Surprise: it would cost as much as all of them."""
    if len(row.rows) != 1:
        raise Surprise("row of many")
    return render_rows(row.rows, shape, values)[0]


def _list(value: Sequence[Any], chosen: Selected, values: Values, out: list[bytes]) -> None:
    separator = b"["
    for entry in value:
        out.append(separator)
        render(entry, chosen, values, out)
        separator = b","
    out.append(b"]" if value else b"[]")


def _object(value: Any, shape: Shape, values: Values, out: list[bytes]) -> None:
    separator = b"{"
    for chosen in shape.fields:
        out.append(separator + chosen.key)
        separator = b","
        if chosen.name == "__typename":
            out.append(cell(shape.type_name))
        elif chosen.takes_arguments:
            raise Surprise("method of an object")
        else:
            render(getattr(value, chosen.name), chosen, values, out)
    out.append(b"}" if shape.fields else b"{}")


def _units(rows: Rows, units: Units, shape: Shape, values: Values, kept: Kept) -> list[bytes]:
    """(units,) the rows of each unit, joined by commas."""
    group = kept.group(units.space, shape.key(values, units.alike))
    known = group.texts
    found = [known.get(key) for key in units.keys]
    missing = [place for place, text in enumerate(found) if text is None]
    kept.blocks.hits += len(found) - len(missing)
    if missing:
        kept.blocks.misses += len(missing)
        some = rows if len(missing) == len(found) else units.make(missing)
        texts = units_of(some, shape, values, [units.sizes[place] for place in missing])
        for place, text in zip(missing, texts, strict=True):
            found[place] = text
        kept.blocks.put(group, [units.keys[place] for place in missing], texts)
        kept.missed(group, units, shape, values)
    return [text for text in found if text is not None]


def units_of(rows: Rows, shape: Shape, values: Values, sizes: Sequence[int]) -> list[bytes]:
    """(units,) the JSON of units of so many rows each, rows joined by commas."""
    if rows.count >= FEWEST:
        spans = _spans(rows, shape)
        if spans is not None:
            return gathered(spans, sizes)
    return _by_unit(_pieces(rows, shape, values), sizes)


def _spans(rows: Rows, shape: Shape) -> list[bytes | Spans] | None:
    """What many rows are gathered from; None where a field does not offer it, or all rows are the same."""
    pieces: list[bytes | Spans] = []
    shared = b"{"
    for chosen in shape.fields:
        shared += chosen.key
        if chosen.name == "__typename":
            shared += cell(shape.type_name) + b","
            continue
        if chosen.shape is not None or chosen.name not in rows.fields or chosen.name in rows.methods:
            return None
        column = rows.column(chosen.name)
        constant = column.constant()
        if constant is None:
            spans = column.spans()
            if spans is None:
                return None
            pieces += [shared, spans]
            shared = b","
        else:
            shared += constant + b","
    return [*pieces, shared[:-1] + b"}"] if pieces else None


def _pieces(rows: Rows, shape: Shape, values: Values) -> Pieces:
    pieces: Pieces = []
    separator = b"{"
    for chosen in shape.fields:
        constant, cells = _cells(rows, chosen, shape, values)
        pieces.append(separator + chosen.key)
        pieces.append(cells if constant is None else constant)
        separator = b","
    pieces.append(b"}" if shape.fields else b"{}")
    return _joined(pieces)


def _cells(rows: Rows, chosen: Selected, shape: Shape, values: Values) -> tuple[bytes | None, Sequence[bytes]]:
    """The cell that all rows share, or a cell per row."""
    if chosen.name == "__typename":
        return cell(shape.type_name), ()
    if chosen.name in rows.methods:
        given = {name: value for name, value in chosen.given(values).items() if value is not None}
        column = rows.method(chosen.name, **given)
    elif chosen.name in rows.fields:
        column = rows.column(chosen.name)
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
        return [b"[" + b",".join(cells[a:b]) + b"]" for a, b in pairwise(start)]
    if isinstance(column, ValueColumn):
        texts = []
        for value in column.values:
            out: list[bytes] = []
            render(value, chosen, values, out)
            texts.append(b"".join(out))
        return texts
    raise Surprise("column of objects")


def _joined(pieces: Pieces) -> Pieces:
    """Neighbouring texts that all rows share, made one."""
    found: Pieces = []
    for piece in pieces:
        if isinstance(piece, bytes) and found and isinstance(found[-1], bytes):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _by_row(pieces: Pieces, count: int) -> list[bytes]:
    """(rows,) texts of rows."""
    if len(pieces) == 1:
        only = pieces[0]
        return [only] * count if isinstance(only, bytes) else list(only)
    columns = [piece for piece in pieces if not isinstance(piece, bytes)]
    template = b"".join(piece.replace(b"%", b"%%") if isinstance(piece, bytes) else b"%b" for piece in pieces)
    return [template % cells for cells in zip(*columns, strict=True)]


def _by_unit(pieces: Pieces, sizes: Sequence[int]) -> list[bytes]:
    """(units,) texts of units of so many rows each, rows joined by commas.

    Slices of lists are assigned and joined by C code: twice as fast as a template per row.
    """
    count, width = sum(sizes), len(pieces)
    flat: list[bytes] = [b""] * (count * width)
    for place, piece in enumerate(pieces):
        if place == width - 1:
            assert isinstance(piece, bytes)
            piece = piece + b","
        flat[place::width] = [piece] * count if isinstance(piece, bytes) else piece
    if len(sizes) == 1:
        return [b"".join(flat)[:-1]]
    texts, begin = [], 0
    for size in sizes:
        end = begin + size * width
        texts.append(b"".join(flat[begin:end])[:-1])
        begin = end
    return texts
