"""One data set of a folder: its rows put on the grid, and every table in the shape of its contract."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.item_units import of_units
from lakecast_assets.ingest.items import facts_of, item_table, review_days
from lakecast_assets.ingest.landed import landed_table
from lakecast_assets.ingest.masters import MasterRows
from lakecast_assets.ingest.matching import Strangers, matching, of_dataset
from lakecast_assets.ingest.orders import doubts, of_inactive, open_order_table, without_shared
from lakecast_assets.ingest.stock import inventory_table, with_unknown
from lakecast_assets.ingest.stock_history import added_up, stock_history
from lakecast_assets.ingest.stock_outs import of_stock_outs, stock_outs
from lakecast_assets.ingest.understood import understood
from lakecast_forecast.input import messages
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.drivers import of_drivers
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.report import Line, line
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.series import DemandSeries, demand_series
from lakecast_forecast.input.values import Identifiers
from lakecast_schema.periods import Frequency, shift

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """What a folder holds, and the data set that is wanted of it.

    now: the instant of the run; today: the last day that demand and stock may have; over: the first day that is not
    over yet; takes_all: whether this data set reports rejected rows that belong to none in particular; landed: whether
    rows are wanted as they came, too; unread: files of the folder that nobody reads; shared: items of
    more than one of its data sets.
    """

    dataset_id: str
    demand: DemandRows
    items: MasterRows | None
    stock: MasterRows | None
    orders: MasterRows | None
    now: dt.datetime
    today: dt.date
    over: dt.date
    takes_all: bool
    by_location: bool = False
    landed: bool = True
    unread: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()


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
    frequency = read.periods.frequency
    mine = of_dataset(parts.items, parts.dataset_id)
    history = stock_history(parts.stock, of_dataset(parts.stock, parts.dataset_id), review_days(parts.items, mine))
    out = stock_outs(read, parts.stock, history, demand.calendar)
    without_stock = tuple(of_stock_outs(read, out, "" if parts.stock is None else parts.stock.file.name))
    read = read.without(out) if without_stock else read
    dim_item = item_table(parts.dataset_id, read, parts.items, mine, facts_of(demand, here), rules)
    tables = {
        "landed_demand": landed_table(demand.file, parts.dataset_id, here if parts.landed else here[:0], parts.now),
        "demand": read.demand,
        "driver": read.driver,
        "dim_item": dim_item,
    }
    items = dim_item["item_id"].to_pylist()
    counted, of_stock = _known(parts, parts.stock, items, read)
    last = (shift(read.series.dates.max()[None], 1, frequency) - 1)[0]
    history = history.select(np.isin(history.places, counted))
    stock = inventory_table(parts.dataset_id, parts.stock, history)
    shared = parts.shared
    file = "" if parts.stock is None else parts.stock.file.name
    without = parts.stock is not None and parts.stock.datasets is None
    tables["fact_inventory"], stale = with_unknown(stock, dim_item, last, frequency, file, shared if without else ())
    ordered, of_orders = _known(parts, parts.orders, items, read)
    tables["open_order"], doubtful = without_shared(
        open_order_table(parts.dataset_id, parts.orders, ordered), parts.orders, shared
    )
    tables["rejected_rows"] = _rejected(parts)
    report = (
        *_understood(parts),
        *read.report,
        *without_stock,
        *of_drivers(read.driver, read.names, read.series, frequency),
        *added_up(parts.stock, history),
        *history.report,
        *stale,
        *doubtful,
        *doubts(tables["open_order"], parts.orders, stock, parts.stock, parts.today),
        *of_units(parts, here),
        *of_inactive(tables["open_order"], parts.orders, dim_item),
        *matching(parts, tables, read, Strangers(of_stock, of_orders)),
        *_of_rejected(parts),
    )
    return Assembly(frequency, tables, report)


def _understood(parts: Parts) -> Iterator[Line]:
    """A line per file; a folder's files are said once, with the data set that reports for all."""
    if not parts.takes_all:
        return
    demand = parts.demand
    yield understood(demand.file, "date", demand.day, {"quantity": demand.quantity})
    if (calendar := demand.calendar) is not None:
        months = {"monthly": ("month", "mês"), "quarterly": ("quarter", "trimestre"), "yearly": ("year", "ano")}
        unit, unidade = months[calendar.frequency]
        told = messages.CALENDAR.of(
            file=calendar.file,
            periods=calendar.starts.size,
            first=calendar.starts[0],
            last=calendar.ends[-1],
            unit=unit,
            unidade=unidade,
            start=calendar.starts[-1],
            end=calendar.ends[-1],
            month=str(calendar.months[-1])[:7],
        )
        yield line("info", told, count=0)
    for rows, date in ((parts.items, ""), (parts.stock, "date"), (parts.orders, "due_date")):
        if rows is not None:
            yield understood(rows.file, date, rows.day, rows.figures)
    for each in _files(parts):
        if each.file.sheets:
            yield line("warning", messages.SHEETS_NOT_READ.of(file=each.file.name), each.file.sheets)
    if parts.unread:
        yield line("warning", messages.FILES_NOT_READ, parts.unread)


def _code(rows: DemandRows, dataset_id: str) -> int:
    if dataset_id not in rows.datasets.names:
        known = ", ".join(rows.datasets.names[:10])
        raise InputError(rows.file.name, f"has no data set {dataset_id}", f"Name one of: {known}", column="dataset_id")
    return rows.datasets.names.index(dataset_id)


def _known(
    parts: Parts, rows: MasterRows | None, items: list[str], read: DemandSeries
) -> tuple[Integers, tuple[str, ...]]:
    """Positions of the rows that speak of an item of the data set, and the names that are none."""
    mine = of_dataset(rows, parts.dataset_id)
    if rows is None:
        return mine, ()
    others = set(read.too_new) - set(items)
    if rows.datasets is None:  # no strangers, in a file that speaks of all data sets
        others |= set(parts.demand.items.names) - set(read.items.names)
    names = set(items) | others
    is_item = np.array([name in names for name in rows.items.names] + [False])[rows.items.codes[mine]]
    strangers = mine[~is_item]
    if rows.datasets is not None and strangers.size:
        rows.verdicts.reject_each(strangers, "item_id", [messages.NOWHERE] * strangers.size)
    mine = mine[is_item]
    own = np.array([name not in others for name in rows.items.names] + [False])[rows.items.codes[mine]]
    return mine[own], tuple(rows.items.names[code] for code in np.unique(rows.items.codes[strangers]))


def _rejected(parts: Parts) -> pa.Table:
    """Rejected rows of all files; one that names no data set of its own is reported by one data set only."""
    default = parts.dataset_id if parts.takes_all else ""
    tables = []
    for rows in _files(parts):
        table = rows.verdicts.table(_dataset_of(rows.datasets, default), default, parts.now)
        tables.append(table.filter(pa.compute.equal(table["dataset_id"], parts.dataset_id)))
    return pa.concat_tables(tables).combine_chunks()


def _dataset_of(datasets: Identifiers | None, default: str) -> Callable[[int], str]:
    """Position of a row -> its data set."""
    if datasets is None:
        return lambda _: default
    names, codes = datasets.names, datasets.codes
    return lambda place: names[codes[place]]


def _files(parts: Parts) -> Iterator[DemandRows | MasterRows]:
    yield from (rows for rows in (parts.demand, parts.items, parts.stock, parts.orders) if rows is not None)


def _of_rejected(parts: Parts) -> Iterator[Line]:
    for rows in _files(parts):
        mine = np.full(rows.file.rows.size, parts.takes_all)
        if rows.datasets is not None:
            name = parts.dataset_id
            code = rows.datasets.names.index(name) if name in rows.datasets.names else -1
            mine = rows.datasets.codes == code
        yield from rows.verdicts.lines(mine, parts.takes_all)
