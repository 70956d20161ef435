"""From the published columns to whole rows: kind, cutoff, run and what a plain script leaves out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.errors import BadResults
from lakecast_lake.handover.frequencies import ItemFrequencies
from lakecast_schema.contract import Table
from lakecast_schema.periods import shift
from lakecast_schema.rules import ContractError, check
from lakecast_schema.tables import FACT_FORECAST, PUBLISHED_COLUMNS

_WINDOW = ("kind", "cutoff")


def gate(table: Table, rows: pa.Table, path: Path) -> None:
    """`rules.check`, its refusal as one of a file."""
    try:
        check(table, rows)
    except ContractError as error:
        remedy = "Correct the file and import again; the lake is as it was."
        raise BadResults(str(path), f"breaks the contract\n{error}\n", remedy) from error


def check_forecasts(rows: pa.Table, path: Path) -> None:
    """Hold rows as they came against the contract, as far as they go: the published columns must be there.

    Kind and cutoff come together or not at all; without them an item, source and date is there once.
    """
    columns = [name for name in _WINDOW if name in rows.column_names]
    if len(columns) == 1:
        missing = next(name for name in _WINDOW if name not in columns)
        raise BadResults(
            str(path), f"has {columns[0]} but no {missing}", f"Add {missing}, or leave {columns[0]} out, too."
        )
    names = {*PUBLISHED_COLUMNS, *rows.column_names}
    gate(narrowed(FACT_FORECAST, names), rows, path)


def narrowed(table: Table, names: set[str]) -> Table:
    """The contract without the columns that are not in `names`."""
    return replace(
        table,
        columns=tuple(column for column in table.columns if column.name in names),
        key=tuple(name for name in table.key if name in names),
        ascending=tuple(name for name in table.ascending if name in names),
        after=tuple(pair for pair in table.after if set(pair) <= names),
    )


def complete_forecasts(rows: pa.Table, frequencies: ItemFrequencies, run_id: str) -> pa.Table:
    """Whole rows of `fact_forecast`, in the order in which they came.

    rows: as `check_forecasts` lets them pass.

    Where kind and cutoff are left out: per item and source, rows from the first null actual on are live, their
    cutoff the period before that; rows before it are backtest, their cutoff the period before the first of them.
    """
    if "kind" not in rows.column_names:
        kind, cutoff = _windows(rows, frequencies)
        rows = rows.append_column("kind", kind).append_column("cutoff", cutoff)
    if "run_id" not in rows.column_names:
        rows = rows.append_column("run_id", pa.repeat(run_id, rows.num_rows))
    for column in FACT_FORECAST.columns:
        if column.name not in rows.column_names:
            rows = rows.append_column(column.name, pa.nulls(rows.num_rows, column.type))
    return rows.select(FACT_FORECAST.column_names).cast(FACT_FORECAST.schema)


def _windows(rows: pa.Table, frequencies: ItemFrequencies) -> tuple[pa.Array, pa.Array]:
    """Kind and cutoff of each row."""
    dates = rows["date"].to_numpy().astype("datetime64[D]")
    series = codes(rows, ("dataset_id", "item_id", "source"))
    order = np.lexsort((dates, series))
    sorted_dates, sorted_series = dates[order], series[order]
    unknown = pc.is_null(rows["actual"]).to_numpy()[order]

    position = np.arange(len(order))
    starts = _begins(sorted_series)
    last_unknown = np.maximum.accumulate(np.where(unknown, position, -1))
    live = last_unknown >= starts
    first = _begins(sorted_series * 2 + live)

    cutoff = np.empty(len(order), dtype="datetime64[D]")
    for _, frequency, mine in frequencies.groups(rows):
        window = mine[order]
        cutoff[window] = shift(sorted_dates[first[window]], -1, frequency)
    back = np.empty_like(order)
    back[order] = position
    kind = pa.array(np.where(live, "live", "backtest")[back], pa.string())
    return kind, pa.array(cutoff[back], pa.date32())


def codes(rows: pa.Table, columns: tuple[str, ...]) -> NDArray[np.int64]:
    """An integer per row, equal where all the columns are."""
    code = np.zeros(rows.num_rows, dtype=np.int64)
    for name in columns:
        values = rows[name].combine_chunks().dictionary_encode()
        code = code * (len(values.dictionary) + 1) + values.indices.to_numpy(zero_copy_only=False)
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def _begins(sorted_codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per row, the position at which its run of equal codes begins."""
    new = np.ones(len(sorted_codes), dtype=bool)
    new[1:] = sorted_codes[1:] != sorted_codes[:-1]
    return np.maximum.accumulate(np.where(new, np.arange(len(sorted_codes)), 0))
