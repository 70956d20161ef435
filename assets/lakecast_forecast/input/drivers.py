"""Known-in-advance values: the `x_*` columns as rows of the table `driver`."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input.grid import Periods
from lakecast_forecast.input.values import Identifiers
from lakecast_schema.tables import DRIVER


def driver_table(
    dataset_id: str, periods: Periods, items: Identifiers, drivers: Mapping[str, NDArray[np.float64]]
) -> pa.Table:
    """Rows of `driver`: per item, period and name the mean of the rows' values; unknown ones have no row.

    Where all items have the same value in every period in which any has one, it is said once, for all items.
    """
    parts = [_one(dataset_id, periods, items, name, values) for name, values in sorted(drivers.items())]
    return pa.concat_tables([DRIVER.schema.empty_table(), *parts]).combine_chunks()


def _one(dataset_id: str, periods: Periods, items: Identifiers, name: str, values: NDArray[np.float64]) -> pa.Table:
    known = np.flatnonzero(~np.isnan(values))
    if known.size == 0:
        return DRIVER.schema.empty_table()
    order = known[np.lexsort((periods.index[known], items.codes[known]))]
    index, item = periods.index[order], items.codes[order]
    heads = np.flatnonzero(np.r_[True, (index[1:] != index[:-1]) | (item[1:] != item[:-1])])
    counts = np.diff(np.r_[heads, order.size])
    mean = np.add.reduceat(values[order], heads) / counts
    index, item, starts = index[heads], item[heads], periods.starts[order][heads]
    owners: list[str | None] = [items.names[code] for code in item]
    if len(items.names) > 1:
        distinct, first, group, size = np.unique(index, return_index=True, return_inverse=True, return_counts=True)
        if np.all(size == len(items.names)) and np.all(mean == mean[first][group]):
            mean, starts, owners = mean[first], starts[first], [None] * distinct.size
    return pa.table(
        [
            pa.array([dataset_id] * mean.size, pa.string()),
            pa.array(owners, pa.string()),
            pa.array(starts, pa.date32()),
            pa.array([name] * mean.size, pa.string()),
            pa.array(mean, pa.float64()),
        ],
        schema=DRIVER.schema,
    )
