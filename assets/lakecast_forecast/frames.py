"""Data frames of any library in and out: pandas, Polars, Arrow and whatever else narwhals reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from lakecast_forecast.input.demand import OPTIONAL, REQUIRED
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.files import DRIVER_PREFIX, InputFile

Frame: TypeAlias = Any
"""A pandas or Polars DataFrame, an Arrow table, anything with Arrow's PyCapsule interface, or a mapping of columns."""

NAME = "data frame"
_UNNAMED_INDEX = "__index_level_"  # as Arrow calls an index of pandas that has no name
_ALIASES = {"item_id": "unique_id", "date": "ds", "quantity": "y"}
"""Our names of the columns -> those of utilsforecast and its kin."""


@dataclass(frozen=True)
class Style:
    """How a frame's owner writes frames: their library and their names of the columns.

    backend: the library by its name, "pyarrow" for a mapping of columns.
    item_id, date, quantity: the names of these columns; item_type: the Arrow type of the identifiers.
    """

    backend: str = "pyarrow"
    item_id: str = "item_id"
    date: str = "date"
    quantity: str = "quantity"
    item_type: pa.DataType = field(default_factory=pa.string)

    def column(self, ours: str) -> str:
        """The frame's own name of one of our columns."""
        return {"item_id": self.item_id, "date": self.date, "quantity": self.quantity}.get(ours, ours)

    def write(self, table: pa.Table) -> Frame:
        """An Arrow table with the columns item_id, date and so on as such a frame."""
        if "item_id" in table.column_names and pa.types.is_integer(self.item_type):
            place = table.column_names.index("item_id")
            table = table.set_column(place, "item_id", table["item_id"].cast(self.item_type))
        table = table.rename_columns([self.column(name) for name in table.column_names])
        if self.backend == "pyarrow":
            return table
        if self.backend == "pandas":  # which has no days, and would make objects of them
            days = [pa.timestamp("ns") if pa.types.is_date(field.type) else field.type for field in table.schema]
            return table.cast(pa.schema(list(zip(table.column_names, days, strict=True)))).to_pandas()
        backend: Any = nw.Implementation.from_string(self.backend)
        return nw.from_arrow(table, backend=backend).to_native()


def read(frame: Frame) -> tuple[InputFile, Style]:
    """A frame with the columns item_id, date, quantity and any x_*, or unique_id, ds and y, as rows of input.

    Rows are numbered by their position, the first being 0, as `DataFrame.iloc` counts them. Other columns are ignored
    and named in `InputFile.ignored`. Raises `InputError` for what is no frame, lacks a column or holds no rows.
    """
    table, backend = _arrow(frame)
    names = {ours: _name(table.column_names, ours) for ours in REQUIRED}
    for name in table.column_names:
        if table.column_names.count(name) > 1:
            raise InputError(NAME, "two columns have this name", "Rename or remove one", column=name)
    if table.num_rows == 0:
        raise InputError(NAME, "holds no rows", f"Give rows with {', '.join(names.values())}")
    extra = [
        name
        for name in table.column_names
        if name not in names.values() and (name.startswith(DRIVER_PREFIX) or name in OPTIONAL)
    ]
    chosen = {ours: table[theirs] for ours, theirs in names.items()} | {name: table[name] for name in extra}
    known = pa.table({name: _plain(name, column) for name, column in chosen.items()})
    others = (name for name in table.column_names if name not in (*names.values(), *extra))
    ignored = tuple(name for name in others if not name.startswith(_UNNAMED_INDEX))
    item_type = known["item_id"].type
    style = Style(backend, names["item_id"], names["date"], names["quantity"], item_type)
    return InputFile(NAME, "", known, np.arange(known.num_rows), (), ignored), style


def arrow(frame: Frame) -> pa.Table:
    """A frame as an Arrow table."""
    return _arrow(frame)[0]


def _arrow(frame: Frame) -> tuple[pa.Table, str]:
    """The frame as an Arrow table, and its library."""
    if isinstance(frame, Mapping):
        return _table(frame), "pyarrow"
    try:
        narwhal = nw.from_native(frame)
    except TypeError:
        return _capsule(frame)
    if isinstance(narwhal, nw.LazyFrame):
        raise InputError(NAME, f"is a lazy {type(frame).__name__}", "Call its collect() first")
    try:
        table = narwhal.to_arrow()
    except (pa.ArrowException, TypeError) as error:
        raise InputError(
            NAME, f"cannot be read as Arrow ({_line(error)})", "Give every column values of one type"
        ) from error
    return table, str(narwhal.implementation)


def _capsule(frame: Frame) -> tuple[pa.Table, str]:
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.table(frame), "pyarrow"
    raise InputError(
        type(frame).__name__,
        "is no data frame",
        "Give a pandas or Polars DataFrame, an Arrow table or a mapping of columns, with item_id, date and quantity",
    )


def _table(columns: Mapping[str, Any]) -> pa.Table:
    try:
        return pa.table({str(name): pa.array(values) for name, values in columns.items()})
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(
            "mapping of columns", f"cannot be read ({_line(error)})", "Give columns of one length, each of one type"
        ) from error


def _name(header: list[str], ours: str) -> str:
    """What the frame calls one of our columns."""
    theirs = _ALIASES[ours]
    if ours in header and theirs in header:
        raise InputError(NAME, f"has both {ours} and {theirs}", "Keep the one that is meant", column=ours)
    if ours in header or theirs in header:
        return ours if ours in header else theirs
    names = ", ".join(header) or "none"
    remedy = f"Name a column {ours} (or {theirs}); found are: {names}"
    if not set(header) & {*_ALIASES, *_ALIASES.values()}:
        remedy += ". What stands in a pandas index becomes a column by reset_index()"
    raise InputError(NAME, "the column is missing", remedy, column=ours)


def _plain(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column without dictionary encoding and large or view string types."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        raise InputError(NAME, f"is of type {column.type}", "Give text, numbers or dates", column=name)
    return column


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
