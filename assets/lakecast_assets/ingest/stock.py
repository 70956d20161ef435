"""Rows of `fact_inventory`: the stock of an item on a day, added up over depots, lots and addresses."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.masters import STOCK_FIGURES, MasterRows
from lakecast_schema.tables import FACT_INVENTORY

Integers = NDArray[np.int64]


def inventory_table(dataset_id: str, rows: MasterRows, mine: Integers) -> pa.Table:
    """One row per item and day of the rows at the positions `mine`, which all have an item and a day.

    A figure that several rows give is their sum. An empty one adds nothing; one that cannot be used makes the sum
    unknown, since what the other rows give would be a stock that is too small.
    """
    if rows.day is None or mine.size == 0:
        return FACT_INVENTORY.schema.empty_table()
    mine = mine[np.lexsort((rows.day[mine], rows.items.codes[mine]))]
    item, day = rows.items.codes[mine], rows.day[mine]
    heads = np.flatnonzero(np.r_[True, (item[1:] != item[:-1]) | (day[1:] != day[:-1])])
    figures = {}
    for name in STOCK_FIGURES:
        if name not in rows.figures:
            figures[name] = pa.nulls(heads.size, pa.float64())
            continue
        value = rows.figures[name][mine]
        unknown = np.logical_and.reduceat(np.isnan(value), heads)
        unknown |= np.logical_or.reduceat(rows.not_usable[name][mine], heads)
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
