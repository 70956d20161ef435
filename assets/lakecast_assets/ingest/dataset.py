"""One data set of a folder: its rows put on the grid, and every table in the shape of its contract."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.landed import landed_table
from lakecast_assets.ingest.masters import FIGURES, TEXTS, MasterRows
from lakecast_assets.ingest.matching import matching, of_dataset
from lakecast_assets.ingest.stock import inventory_table, with_unknown
from lakecast_forecast.input import messages
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.panel import classes
from lakecast_forecast.input.report import Line
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.series import constant, demand_series
from lakecast_schema.periods import Frequency, shift
from lakecast_schema.tables import DIM_ITEM, FACT_INVENTORY, Table

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Parts:
    """What a folder holds, and the data set that is wanted of it.

    now: the instant of the run; over: the first day that is not over yet; takes_all: whether this data set reports
    rejected rows that belong to none in particular.
    """

    dataset_id: str
    demand: DemandRows
    items: MasterRows | None
    stock: MasterRows | None
    now: dt.datetime
    over: dt.date
    takes_all: bool
    by_location: bool = False


@dataclass(frozen=True)
class Assembly:
    """A data set's frequency, its tables by name, and the lines of its reading report."""

    frequency: Frequency
    tables: Mapping[str, pa.Table]
    report: tuple[Line, ...]


def assemble(parts: Parts, rules: Rules) -> Assembly:
    """A data set of a folder. Raises `InputError`, `FrequencyUnclear` and `GridTooLargeError`."""
    demand = parts.demand
    here = np.flatnonzero(demand.datasets.codes == _code(demand, parts.dataset_id))
    read = demand_series(demand, parts.dataset_id, here, rules, over=parts.over, broken=parts.takes_all)
    names, frequency = read.names, read.periods.frequency
    dim_item = _dim_item(parts, names, read.series.is_active, frequency)
    tables = {
        "landed_demand": landed_table(demand.file, parts.dataset_id, here, parts.now),
        "demand": read.demand,
        "driver": read.driver,
    }
    stock, strangers = _inventory(parts, dim_item["item_id"].to_pylist())
    last = (shift(read.series.dates.max()[None], 1, frequency) - 1)[0]
    tables["fact_inventory"], stale = with_unknown(stock, dim_item, last, frequency)
    demand_class = classes(tables["demand"], frequency)
    tables["dim_item"] = _with(dim_item, "demand_class", demand_class, DIM_ITEM)
    tables["rejected_rows"] = _rejected(parts)
    report = (*read.report, *stale, *matching(parts, tables, read.items.names, names, strangers), *_of_rejected(parts))
    return Assembly(frequency, tables, report)


def _code(rows: DemandRows, dataset_id: str) -> int:
    if dataset_id not in rows.datasets.names:
        known = ", ".join(rows.datasets.names[:10])
        raise InputError(rows.file.name, f"has no data set {dataset_id}", f"Name one of: {known}", column="dataset_id")
    return rows.datasets.names.index(dataset_id)


def _dim_item(parts: Parts, demanded: list[str], is_active: Bools, frequency: Frequency) -> pa.Table:
    """Every item with demand, then those of the items file that have none yet; sorted by item."""
    asleep = {name for name, active in zip(demanded, is_active.tolist(), strict=True) if not active}
    rows = parts.items
    mine = of_dataset(rows, parts.dataset_id)
    described = {} if rows is None else {rows.items.names[rows.items.codes[row]]: row for row in mine.tolist()}
    names = sorted({*demanded, *described})
    place = np.array([described.get(name, -1) for name in names], dtype=np.int64)
    columns: dict[str, pa.Array] = {
        "dataset_id": constant(parts.dataset_id, len(names)),
        "item_id": pa.array(names, pa.string()),
        "frequency": constant(str(frequency), len(names)),
    }
    for name in TEXTS:
        words = np.array([None], dtype=object) if rows is None else np.r_[rows.texts.get(name, _NONE), [None]]
        usable = place if words.size > 1 else np.full_like(place, -1)
        columns[name] = pa.array(words[usable].tolist(), pa.string())
    for name in FIGURES:
        figures = np.array([np.nan]) if rows is None else np.r_[rows.figures.get(name, _NO_FIGURE), np.nan]
        usable = place if figures.size > 1 else np.full_like(place, -1)
        columns[name] = pa.array(figures[usable], pa.float64(), from_pandas=True)
    columns["is_active"] = pa.array([name not in asleep for name in names], pa.bool_())
    columns["demand_class"] = pa.nulls(len(names), pa.string())
    return pa.table([columns[name] for name in DIM_ITEM.column_names], schema=DIM_ITEM.schema)


_NONE: NDArray[np.object_] = np.array([], dtype=object)
_NO_FIGURE: NDArray[np.float64] = np.array([], dtype=np.float64)


def _inventory(parts: Parts, items: list[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """Rows of `fact_inventory`, and the items that have stock but are no items of the data set."""
    rows = parts.stock
    if rows is None:
        return FACT_INVENTORY.schema.empty_table(), ()
    mine = of_dataset(rows, parts.dataset_id)
    names = set(items)
    is_item = np.array([name in names for name in rows.items.names] + [False])[rows.items.codes[mine]]
    strangers = mine[~is_item]
    if rows.datasets is not None and strangers.size:
        rows.verdicts.reject_each(strangers, "item_id", [messages.NOWHERE] * strangers.size)
    lost = tuple(rows.items.names[code] for code in np.unique(rows.items.codes[strangers]))
    return inventory_table(parts.dataset_id, rows, mine[is_item]), lost


def _rejected(parts: Parts) -> pa.Table:
    """Rejected rows of all files; one that names no data set of its own is reported by one data set only."""
    default = parts.dataset_id if parts.takes_all else ""
    tables = []
    for rows in _files(parts):
        if rows.datasets is None:
            of = np.full(rows.file.rows.size, default, dtype=object)
        else:
            of = np.array(rows.datasets.names, dtype=object)[rows.datasets.codes]
        table = rows.verdicts.table(of, default, parts.now)
        tables.append(table.filter(pa.compute.equal(table["dataset_id"], parts.dataset_id)))
    return pa.concat_tables(tables).combine_chunks()


def _files(parts: Parts) -> Iterator[DemandRows | MasterRows]:
    yield from (rows for rows in (parts.demand, parts.items, parts.stock) if rows is not None)


def _of_rejected(parts: Parts) -> Iterator[Line]:
    for rows in _files(parts):
        mine = np.full(rows.file.rows.size, parts.takes_all)
        if rows.datasets is not None:
            name = parts.dataset_id
            code = rows.datasets.names.index(name) if name in rows.datasets.names else -1
            mine = rows.datasets.codes == code
        yield from rows.verdicts.lines(mine, parts.takes_all)


def _with(table: pa.Table, name: str, values: Mapping[str, str], contract: Table) -> pa.Table:
    column = pa.array([values.get(item) for item in table["item_id"].to_pylist()], pa.string())
    return table.set_column(contract.column_names.index(name), contract.schema.field(name), column)
