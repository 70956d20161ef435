"""The rows of a demand file as they came: the bronze table `landed_demand`."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_forecast.input.files import InputFile, as_text, rows_at
from lakecast_schema.contract import INSTANT
from lakecast_schema.tables import LANDED_DEMAND

_SLICE = 1 << 20


def landed_table(file: InputFile, dataset_id: str, rows: NDArray[np.int64], now: dt.datetime) -> pa.Table:
    """Rows of `landed_demand`: those of the file at the ascending positions `rows`, as text."""
    whole = rows.size == file.rows.size
    table = file.table if whole else rows_at(file.table, rows)
    columns = [
        repeat(dataset_id, rows.size, pa.string()),
        repeat(file.digest, rows.size, pa.string()),
        repeat(file.name, rows.size, pa.string()),
        pa.chunked_array([pa.array(file.rows[rows], pa.int64())]),
        repeat(now, rows.size, INSTANT),
        *(as_text(table[name]) for name in ("item_id", "date", "quantity")),
        _drivers(table, file.drivers),
    ]
    return pa.table(columns, schema=LANDED_DEMAND.schema)


def repeat(value: object, rows: int, type_: pa.DataType) -> pa.ChunkedArray:
    """A column of one value whose chunks share their memory."""
    chunk = pa.repeat(pa.scalar(value, type_), min(rows, _SLICE))
    whole, rest = divmod(rows, _SLICE)
    return pa.chunked_array([chunk] * whole + [chunk.slice(0, rest)] * (rest > 0 or rows == 0), type_)


def _drivers(table: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray | pa.Array:
    """The `x_*` columns of each row as a JSON object, null where there are none."""
    if not names:
        return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    members = []
    for name in names:
        text = as_text(table[name])
        for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
            text = pc.replace_substring(text, sign, escaped)
        quoted = pc.binary_join_element_wise('"', text, '"', "")
        members.append(pc.binary_join_element_wise(f'"{name}": ', pc.fill_null(quoted, "null"), ""))
    return pc.binary_join_element_wise("{", pc.binary_join_element_wise(*members, ", "), "}", "")
