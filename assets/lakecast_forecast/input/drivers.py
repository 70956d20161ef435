"""Known-in-advance values: the `x_*` columns as rows of the table `driver`."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.grid import Periods, Series
from lakecast_forecast.input.report import Line, line
from lakecast_forecast.input.values import Identifiers
from lakecast_schema.grammar import count_of
from lakecast_schema.periods import Frequency, grid_index
from lakecast_schema.tables import DRIVER


def driver_table(
    dataset_id: str, periods: Periods, items: Identifiers, drivers: Mapping[str, NDArray[np.float64]]
) -> pa.Table:
    """Rows of `driver`: per item, period and name the mean of the rows' values; unknown ones have no row.

    Where all items have the same value in every period in which any has one, it is said once, for all items.
    """
    parts = [_one(dataset_id, periods, items, name, values) for name, values in sorted(drivers.items())]
    return pa.concat_tables([DRIVER.schema.empty_table(), *parts]).combine_chunks()


def of_drivers(driver: pa.Table, names: Sequence[str], series: Series, frequency: Frequency) -> Iterator[Line]:
    """Lines about drivers that are not known, or not for long, after the demand.

    driver: rows of `driver`; names: of the items of `series`.
    """
    ends = grid_index(series.dates[series.offsets[1:] - 1], frequency)
    place = {name: item for item, name in enumerate(names)}
    for name in pc.unique(driver["name"]).to_pylist():
        rows = driver.filter(pc.equal(driver["name"], name))
        days = rows["date"].to_numpy().astype("datetime64[D]")
        owner = np.array([-1 if item is None else place.get(item, -2) for item in rows["item_id"].to_pylist()])
        known = np.full(len(names), np.iinfo(np.int64).min)
        mine = owner >= 0
        np.maximum.at(known, owner[mine], grid_index(days[mine], frequency))
        if np.any(owner == -1):  # said once, for all items
            known = np.maximum(known, grid_index(days[owner == -1], frequency).max())
        used = np.flatnonzero((known > np.iinfo(np.int64).min) & series.is_active)
        periods = known[used] - ends[used]
        if not used.size:
            continue
        if periods.max() <= 0:
            yield line("warning", messages.DRIVER_WITHOUT_FUTURE.of(name=name), count=0)
            continue
        if periods.max() < frequency.default_horizon:
            ahead, adiante = (
                count_of(int(periods.max()), words) for words in ("[period|periods]", "[período|períodos]")
            )
            yield line("warning", messages.DRIVER_ENDS.of(name=name, periods=ahead, periodos=adiante), count=0)
        if np.any(periods <= 0):
            without = [names[item] for item in used[periods <= 0].tolist()]
            yield line("warning", messages.DRIVER_OF_SOME.of(name=name), without)


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
