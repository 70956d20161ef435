"""Rows of the contract from the columns of an Arrow table."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_graphql.rows.column import Column, Counts, Dates, Enums, Numbers, Values
from lakecast_graphql.rows.rows import Rows


def table_rows(
    table: pa.Table, *, enums: tuple[str, ...] = (), others: Mapping[str, Callable[[Any], Column]] | None = None
) -> Rows:
    """Rows with a field per column, under its name.

    Args:
        enums: columns of lake strings that are enums of the contract.
        others: further fields.
    """

    def maker(name: str) -> Callable[[Any], Column]:
        return lambda _: Enums(_column(table[name])) if name in enums else _column(table[name])

    return Rows(len(table), {**{name: maker(name) for name in table.column_names}, **(others or {})})


def _column(values: pa.ChunkedArray) -> Column:
    if pa.types.is_floating(values.type):
        return Numbers(values.cast(pa.float64()).to_numpy())
    missing = values.is_null().to_numpy() if values.null_count else None
    if pa.types.is_date(values.type):
        return Dates(pc.fill_null(values.cast(pa.int32()), 0).to_numpy(), missing)
    if pa.types.is_integer(values.type):
        return Counts(pc.fill_null(values, 0).to_numpy().astype(np.int64), missing)
    return Values(values.to_pylist())
