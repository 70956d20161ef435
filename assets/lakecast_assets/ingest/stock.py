"""Rows of `fact_inventory`: the stock of an item on a day, added up over depots, lots and addresses."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_assets.ingest.masters import STOCK_FIGURES, MasterRows
from lakecast_assets.ingest.stock_history import LONG, StockHistory
from lakecast_forecast.input import messages
from lakecast_forecast.input.report import Line, line
from lakecast_schema.decision_inputs import DEFAULT_REVIEW_PERIOD_DAYS
from lakecast_schema.periods import Frequency
from lakecast_schema.tables import FACT_INVENTORY


def inventory_table(dataset_id: str, rows: MasterRows | None, history: StockHistory) -> pa.Table:
    """One row per item and day of a history of stock.

    A figure that several rows give is their sum. An empty one adds nothing; one that is stale or cannot be used makes
    the sum unknown, since what the other rows give would be a stock that is too small.
    """
    if rows is None or not history.places.size:
        return FACT_INVENTORY.schema.empty_table()
    item, day = rows.items.codes[history.places], history.days
    heads = np.flatnonzero(np.r_[True, (item[1:] != item[:-1]) | (day[1:] != day[:-1])])
    figures = {}
    for name in STOCK_FIGURES:
        if name not in rows.figures:
            figures[name] = pa.nulls(heads.size, pa.float64())
            continue
        value = rows.figures[name][history.places]
        unknown = np.logical_and.reduceat(np.isnan(value), heads)
        unknown |= np.logical_or.reduceat(rows.not_usable[name][history.places] | history.stale, heads)
        total = np.where(unknown, np.nan, np.add.reduceat(np.nan_to_num(value), heads))
        figures[name] = pa.array(total, pa.float64(), from_pandas=True)
    return pa.table(
        [
            pa.array([dataset_id] * heads.size, pa.string()),
            pa.array([rows.items.names[code] for code in item[heads].tolist()], pa.string()),
            pa.array(day[heads], pa.date32()),
            figures["on_hand"],
            figures["on_order"],
        ],
        schema=FACT_INVENTORY.schema,
    )


def with_unknown(
    stock: pa.Table, dim_item: pa.Table, last: np.datetime64, frequency: Frequency, file: str, shared: Collection[str]
) -> tuple[pa.Table, tuple[Line, ...]]:
    """The stock, unknown on its newest day for items whose newest stock is no base for a decision; what to say of it.

    Stale is an item's newest stock that is older than the newest of all by more than the item's review period, or older
    or newer than the day `last`, with which the demand ends, by more than two periods and `LONG` days. file: its name;
    shared: items whose stock may belong to any of several data sets.
    """
    if stock.num_rows == 0:
        return stock, ()
    names = stock["item_id"].to_pylist()
    days = stock["date"].to_numpy().astype("datetime64[D]")
    newest: dict[str, np.datetime64] = {}
    for name, day in zip(names, days, strict=True):
        newest[name] = max(day, newest.get(name, day))
    review = dict(zip(dim_item["item_id"].to_pylist(), dim_item["review_period_days"].to_pylist(), strict=True))
    latest = days.max()
    allowed = max(LONG, 2 * frequency.mean_days)
    old = [
        name
        for name, day in newest.items()
        if (latest - day).astype(int) > (review.get(name) or DEFAULT_REVIEW_PERIOD_DAYS)
    ]
    recent = [(name, day) for name, day in newest.items() if name not in set(old)]
    ahead = [name for name, day in recent if (day - last).astype(int) > allowed]
    behind = [name for name, day in recent if (last - day).astype(int) > allowed]
    several = [name for name, _ in recent if name in shared]
    report = []
    if old:
        report.append(line("warning", messages.STALE_STOCK.of(newest=latest, file=file), old))
    if ahead:
        report.append(line("warning", messages.STALE_DEMAND.of(newest=latest, last=last), ahead))
    if behind:
        report.append(line("warning", messages.OLD_STOCK.of(newest=latest, last=last, file=file), behind))
    if several:
        report.append(line("warning", messages.SHARED_STOCK.of(file=file), several))
    if not report:
        return stock, ()
    unknown = {*ahead, *behind, *several}
    of_unknown = np.array([name in unknown and day == newest[name] for name, day in zip(names, days, strict=True)])
    for figure in STOCK_FIGURES:
        place = stock.column_names.index(figure)
        blank = pc.if_else(pa.array(of_unknown), pa.scalar(None, pa.float64()), stock[figure])
        stock = stock.set_column(place, FACT_INVENTORY.schema.field(figure), blank)
    rows = pa.table(
        [
            pa.array([stock["dataset_id"][0].as_py()] * len(old), pa.string()),
            pa.array(old, pa.string()),
            pa.array(np.full(len(old), latest), pa.date32()),
            pa.nulls(len(old), pa.float64()),
            pa.nulls(len(old), pa.float64()),
        ],
        schema=FACT_INVENTORY.schema,
    )
    return pa.concat_tables([stock, rows]).sort_by([("item_id", "ascending"), ("date", "ascending")]), tuple(report)
