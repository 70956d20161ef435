"""Rows of a table's version in the contract's types, where the contract has grown since the version was written."""

from collections.abc import Sequence

import pyarrow as pa

from lakecast_lake.errors import LakeUnreadable
from lakecast_schema.contract import Column, Table

REMEDY = "Publish a run that keeps the contract; what was served before goes on being served."


def conform(contract: Table, rows: pa.Table, columns: Sequence[str], where: str) -> pa.Table:
    """The named columns of `rows` in their order, each of its contract's type; text may be dictionaries.

    A nullable column that the rows lack is null: the contract gained it after they were written.

    where: how an error names the rows. Raises LakeUnreadable for a column of another type, and for a column that
    is missing and must not be null.
    """
    known = {column.name: column for column in contract.columns}
    fields, arrays = [], []
    for name in columns:
        column = known[name]
        if name in rows.column_names:
            values = _typed(column, rows[name], where)
        elif column.nullable:
            values = pa.chunked_array([pa.nulls(rows.num_rows, column.type)])
        else:
            raise broken(where, name, "is missing")
        fields.append(contract.schema.field(name).with_type(values.type))
        arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields)) if fields else rows.select([])


def broken(where: str, column: str, rule: str) -> LakeUnreadable:
    """The error for rows that break the contract in a column."""
    return LakeUnreadable(where, f"the contract is broken: column {column} {rule}", REMEDY)


def _typed(column: Column, values: pa.ChunkedArray, where: str) -> pa.ChunkedArray:
    kind = values.type
    if kind == column.type or (pa.types.is_dictionary(kind) and kind.value_type == column.type):
        return values
    if _is_text(kind) and pa.types.is_string(column.type):
        return values.cast(column.type)
    if pa.types.is_nested(kind) and pa.types.is_nested(column.type):  # names of list elements, fields gained
        try:
            return values.cast(column.type)
        except pa.ArrowException:
            pass
    shown = kind.value_type if pa.types.is_dictionary(kind) else kind
    raise broken(where, column.name, f"must be {column.type}, but is {shown}")


def _is_text(kind: pa.DataType) -> bool:
    """Whether it is one of the types in which Arrow holds text."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
