"""What a plain script may write in place of the contract's types, as long as no value changes."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lakecast_lake.errors import BadResults
from lakecast_schema.contract import COUNT, DATE, INSTANT, REAL, TEXT, Table
from lakecast_schema.rules import SHOWN_ROWS

_PANDAS_INDEX = "__index_level_"


def contract_types(table: Table, rows: pa.Table, path: Path) -> pa.Table:
    """`rows` with the contract's types where the types at hand hold the same values.

    Taken are: timestamps of midnight for dates; instants of any resolution, without zone read as UTC; any width of
    integers, floats and decimals for reals, NaN for null where a real may be null; whole numbers of any type for
    counts; large, viewed and dictionary-encoded text; columns of nothing but null, whatever their type. All else stays
    as it is, for the gate to name. The index column that pandas writes is dropped.

    Raises BadResults for a date with a time of day, or a count with a fraction.
    """
    types = {column.name: column.type for column in table.columns}
    nullable = {column.name for column in table.columns if column.nullable}
    names = [name for name in rows.column_names if not name.startswith(_PANDAS_INDEX)]
    arrays = []
    for name in names:
        values, kind = rows[name], types.get(name)
        try:
            converted = values if kind is None or values.type == kind else _CONVERSIONS[kind](values)
            if kind == REAL and name in nullable and pa.types.is_floating(converted.type):
                converted = pc.if_else(pc.is_nan(converted), pa.scalar(None, converted.type), converted)
        except _Refused as refusal:
            raise _bad_rows(path, name, refusal, values) from refusal
        arrays.append(converted)
    return pa.table(arrays, names=names)


class _Refused(Exception):
    """Some values do not fit; `where` marks them."""

    def __init__(self, what: str, where: pa.ChunkedArray) -> None:
        super().__init__(what)
        self.where = where


def _bad_rows(path: Path, name: str, refusal: _Refused, values: pa.ChunkedArray) -> BadResults:
    rows = pc.indices_nonzero(refusal.where).to_pylist()
    shown = "".join(f"\n  row {row}: {name}={values[row]}" for row in rows[:SHOWN_ROWS])
    count = f"{len(rows)} row{'s' if len(rows) != 1 else ''}"
    return BadResults(f"{path}: {name}", f"{refusal} ({count}){shown}\n", "Correct these rows and import again.")


def _date(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_null(kind) or pa.types.is_date(kind):
        return values.cast(DATE)
    if not pa.types.is_timestamp(kind):
        return values
    days = values.cast(pa.timestamp(kind.unit)).cast(DATE, safe=False)
    midnight = days.cast(pa.timestamp(kind.unit))
    late = pc.fill_null(pc.not_equal(midnight, values.cast(pa.timestamp(kind.unit))), False)
    if pc.any(late).as_py():
        raise _Refused("a date must be a day, or a timestamp of midnight", late)
    return days


def _instant(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_null(kind):
        return values.cast(INSTANT)
    if not pa.types.is_timestamp(kind):
        return values
    zoned = values if kind.tz else pc.assume_timezone(values, "UTC")
    return zoned.cast(INSTANT, safe=False)  # drops what is finer than a microsecond


def _real(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    numeric = (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    )
    return values.cast(REAL) if numeric else values


def _count(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_decimal(kind):
        values, kind = values.cast(REAL), REAL
    if pa.types.is_floating(kind):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, kind), values)
        odd = pc.fill_null(pc.not_equal(values, pc.floor(values)), False)
        if pc.any(odd).as_py():
            raise _Refused("a count must be a whole number", odd)
        return values.cast(COUNT, safe=False)
    return values.cast(COUNT) if pa.types.is_integer(kind) or pa.types.is_null(kind) else values


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return values.cast(kind).cast(TEXT) if text or pa.types.is_null(kind) else values


_CONVERSIONS: dict[pa.DataType, Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    DATE: _date,
    INSTANT: _instant,
    REAL: _real,
    COUNT: _count,
    TEXT: _text,
}
