"""Rows of `open_order`: what is on its way of an item on a due date, checked against what the stock says of it."""

import datetime as dt
from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_assets.ingest.masters import MasterRows
from lakecast_forecast.input import messages
from lakecast_forecast.input.report import Line, line
from lakecast_schema.tables import OPEN_ORDER

Integers = NDArray[np.int64]
_SAME = 1e-6
"""Quantities that differ by less are equal: they are sums of decimals."""


def open_order_table(dataset_id: str, rows: MasterRows | None, mine: Integers) -> pa.Table:
    """One row per item and due date of the rows at the positions `mine`, which all have an item and a day.

    Orders of a day are added up; rows of no usable quantity, or of nothing, add none.
    """
    if rows is None or rows.day is None:
        return OPEN_ORDER.schema.empty_table()
    quantity = rows.figures["quantity"]
    mine = mine[quantity[mine] > 0]
    if mine.size == 0:
        return OPEN_ORDER.schema.empty_table()
    mine = mine[np.lexsort((rows.day[mine], rows.items.codes[mine]))]
    item, day = rows.items.codes[mine], rows.day[mine]
    heads = np.flatnonzero(np.r_[True, (item[1:] != item[:-1]) | (day[1:] != day[:-1])])
    return pa.table(
        [
            pa.array([dataset_id] * heads.size, pa.string()),
            pa.array([rows.items.names[code] for code in item[heads].tolist()], pa.string()),
            pa.array(day[heads], pa.date32()),
            pa.array(np.add.reduceat(quantity[mine], heads), pa.float64()),
        ],
        schema=OPEN_ORDER.schema,
    )


def without_shared(
    orders: pa.Table, rows: MasterRows | None, shared: Collection[str]
) -> tuple[pa.Table, tuple[Line, ...]]:
    """Orders without those of items of several data sets, where their file does not say whose they are."""
    if rows is None or rows.datasets is not None or not orders.num_rows:
        return orders, ()
    doubtful = pc.is_in(orders["item_id"], pa.array(sorted(shared), pa.string()))
    names = pc.unique(orders["item_id"].filter(doubtful)).to_pylist()
    if not names:
        return orders, ()
    words = messages.SHARED_ORDERS.of(file=rows.file.name)
    return orders.filter(pc.invert(doubtful)), (line("warning", words, names),)


def of_inactive(orders: pa.Table, rows: MasterRows | None, dim_item: pa.Table) -> Iterator[Line]:
    """A line about items whose demand has ended and of which something is on its way all the same."""
    if rows is None:
        return
    asleep = dim_item["item_id"].filter(pc.invert(dim_item["is_active"]))
    names = pc.unique(orders["item_id"].filter(pc.is_in(orders["item_id"], asleep))).to_pylist()
    if names:
        yield line("warning", messages.ORDERS_INACTIVE.of(file=rows.file.name), names)


def doubts(
    orders: pa.Table, of_orders: MasterRows | None, inventory: pa.Table, of_stock: MasterRows | None, today: dt.date
) -> tuple[Line, ...]:
    """What a reading report says of orders: those that are overdue, and those that the stock contradicts.

    orders, inventory: rows of `open_order` and `fact_inventory` of a data set, read from the files of `of_orders` and
    `of_stock`.
    """
    if of_orders is None:
        return ()
    file, report = of_orders.file.name, []
    rows = orders.to_pylist()
    late = [row["item_id"] for row in rows if row["due_date"] < today]
    if late:
        report.append(line("warning", messages.ORDERS_OVERDUE.of(file=file, today=today), late))
    total: dict[str, float] = {}
    for row in rows:
        total[row["item_id"]] = total.get(row["item_id"], 0.0) + row["quantity"]
    stated = {}
    for row in sorted(inventory.to_pylist(), key=lambda row: row["date"]):
        stated[row["item_id"]] = row["on_order"]
    stock = "" if of_stock is None else of_stock.file.name
    differing = [
        f"{name} ({quantity:g} in {stock}, {total.get(name, 0.0):g} in {file})"
        for name, quantity in sorted(stated.items())
        if quantity is not None and abs(quantity - total.get(name, 0.0)) > _SAME
    ]
    if differing:
        report.append(line("warning", messages.ORDERS_DIFFER.of(file=file, stock=stock), differing))
    return tuple(report)
