"""One data set of a folder: its rows put on the grid, and every table in the shape of its contract."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.landed import landed_table
from lakecast_assets.ingest.masters import FIGURES, TEXTS, MasterRows
from lakecast_assets.ingest.stock import inventory_table
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.grid import Series
from lakecast_forecast.input.panel import classes
from lakecast_forecast.input.rejections import summary
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.series import constant, demand_series
from lakecast_schema.periods import Frequency
from lakecast_schema.tables import DIM_ITEM, FACT_INVENTORY, Table

Integers = NDArray[np.int64]
_NOWHERE = "names an item that is neither in the demand nor in the items file; add it there or remove the row"


@dataclass(frozen=True)
class Parts:
    """What a folder holds, and the data set that is wanted of it."""

    dataset_id: str
    demand: DemandRows
    items: MasterRows | None
    stock: MasterRows | None
    now: dt.datetime


def assemble(
    parts: Parts, rules: Rules, *, takes_all: bool
) -> tuple[Frequency, Mapping[str, pa.Table], tuple[str, ...]]:
    """Frequency, tables and notes of a data set.

    takes_all: whether this data set reports rejected rows that belong to none in particular. Raises `InputError`,
    `FrequencyUnclear` and `GridTooLargeError`.
    """
    demand = parts.demand
    here = np.flatnonzero(demand.datasets.codes == _code(demand, parts.dataset_id))
    found = demand_series(demand, parts.dataset_id, here, rules)
    frequency, names = found.periods.frequency, found.names
    dim_item = _dim_item(parts, names, frequency)
    tables = {
        "landed_demand": landed_table(demand.file, parts.dataset_id, here, parts.now),
        "demand": found.demand,
        "driver": found.driver,
    }
    tables["fact_inventory"], strangers = _inventory(parts, dim_item["item_id"].to_pylist())
    demand_class = classes(found.demand, frequency)
    tables["dim_item"] = _with(dim_item, "demand_class", demand_class, DIM_ITEM)
    tables["rejected_rows"] = _rejected(parts, takes_all)
    return frequency, tables, _notes(parts, tables, found.items.names, names, strangers, found.series, takes_all)


def _code(rows: DemandRows, dataset_id: str) -> int:
    if dataset_id not in rows.datasets.names:
        known = ", ".join(rows.datasets.names[:10])
        raise InputError(rows.file.name, f"has no data set {dataset_id}", f"Name one of: {known}", column="dataset_id")
    return rows.datasets.names.index(dataset_id)


def _dim_item(parts: Parts, demanded: list[str], frequency: Frequency) -> pa.Table:
    """Every item with demand, then those of the items file that have none yet; sorted by item."""
    rows = parts.items
    mine = _of_dataset(rows, parts.dataset_id)
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
    columns["demand_class"] = pa.nulls(len(names), pa.string())
    return pa.table([columns[name] for name in DIM_ITEM.column_names], schema=DIM_ITEM.schema)


_NONE: NDArray[np.object_] = np.array([], dtype=object)
_NO_FIGURE: NDArray[np.float64] = np.array([], dtype=np.float64)


def _of_dataset(rows: MasterRows | None, dataset_id: str) -> Integers:
    """Positions of the good rows that speak of a data set."""
    if rows is None:
        return np.array([], dtype=np.int64)
    good = ~rows.verdicts.rejected
    if rows.datasets is not None:
        if dataset_id not in rows.datasets.names:
            return np.array([], dtype=np.int64)
        good &= rows.datasets.codes == rows.datasets.names.index(dataset_id)
    return np.flatnonzero(good)


def _inventory(parts: Parts, items: list[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """Rows of `fact_inventory`, and the items that have stock but are no items of the data set."""
    rows = parts.stock
    if rows is None:
        return FACT_INVENTORY.schema.empty_table(), ()
    mine = _of_dataset(rows, parts.dataset_id)
    names = set(items)
    is_item = np.array([name in names for name in rows.items.names] + [False])[rows.items.codes[mine]]
    strangers = mine[~is_item]
    if rows.datasets is not None and strangers.size:
        rows.verdicts.reject_each(strangers.tolist(), "item_id", [_NOWHERE] * strangers.size)
    lost = tuple(rows.items.names[code] for code in np.unique(rows.items.codes[strangers]))
    return inventory_table(parts.dataset_id, rows, mine[is_item]), lost


def _rejected(parts: Parts, takes_all: bool) -> pa.Table:
    """Rejected rows of all files; one that names no data set of its own is reported by one data set only."""
    tables = []
    for rows in (parts.demand, parts.items, parts.stock):
        if rows is None:
            continue
        own = rows.datasets
        if own is None:
            of = np.full(rows.file.rows.size, parts.dataset_id if takes_all else "", dtype=object)
        else:
            of = np.array(own.names, dtype=object)[own.codes]
        table = rows.verdicts.table(of, parts.dataset_id if takes_all else "", parts.now)
        tables.append(table.filter(pa.compute.equal(table["dataset_id"], parts.dataset_id)))
    return pa.concat_tables(tables).combine_chunks()


def _with(table: pa.Table, name: str, values: Mapping[str, str], contract: Table) -> pa.Table:
    column = pa.array([values.get(item) for item in table["item_id"].to_pylist()], pa.string())
    return table.set_column(contract.column_names.index(name), contract.schema.field(name), column)


def _notes(
    parts: Parts,
    tables: Mapping[str, pa.Table],
    seen: tuple[str, ...],
    used: list[str],
    strangers: tuple[str, ...],
    series: Series,
    takes_all: bool,
) -> tuple[str, ...]:
    """What a person should know about the reading, in sentences."""
    rejected = tables["rejected_rows"]
    notes = [f"{count} rows rejected: {reason}" for reason, count in summary(rejected).items()]
    if lost := sorted(set(seen) - set(used)):
        notes.append(f"{len(lost)} items have no usable row{_such_as(lost)}")
    if without := sorted(set(tables["dim_item"]["item_id"].to_pylist()) - set(used)):
        notes.append(f"{len(without)} items of the items file have no demand and get no forecast{_such_as(without)}")
    if strangers:
        notes.append(
            f"{len(strangers)} items of the stock file are neither in the demand nor in the items file, so their "
            f"stock is not used{_such_as(strangers)}"
        )
    if parts.stock is not None:
        with_stock = set(tables["fact_inventory"]["item_id"].to_pylist())
        if bare := [name for name in used if name not in with_stock]:
            notes.append(f"{len(bare)} items with demand have no stock in {parts.stock.file.name}{_such_as(bare)}")
    if parts.items is not None:
        mine = _of_dataset(parts.items, parts.dataset_id)
        described = {parts.items.items.names[code] for code in parts.items.items.codes[mine].tolist()}
        if bare := [name for name in used if name not in described]:
            notes.append(f"{len(bare)} items with demand are not in {parts.items.file.name}{_such_as(bare)}")
    if takes_all:
        notes += _of_no_dataset(parts)
    if parts.demand.file.ignored:
        notes.append(f"{parts.demand.file.name}: unknown columns ignored: {', '.join(parts.demand.file.ignored)}")
    if series.is_log:
        notes.append("periods without a row count as no demand (a log of events)")
    return tuple(notes)


def _such_as(names: Sequence[str]) -> str:
    return f", such as {' and '.join(names[:2])}"


def _of_no_dataset(parts: Parts) -> list[str]:
    """Sentences about rows of items and stock whose data set has no demand."""
    notes = []
    for rows in (parts.items, parts.stock):
        if rows is not None and rows.datasets is not None:
            lost = [name for name in rows.datasets.names if name not in parts.demand.datasets.names]
            if lost:
                count = int(np.isin(rows.datasets.codes, [rows.datasets.names.index(name) for name in lost]).sum())
                notes.append(f"{count} rows of {rows.file.name} name a data set without demand{_such_as(lost)}")
    return notes
