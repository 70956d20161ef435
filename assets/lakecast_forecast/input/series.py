"""The good rows of one data set as series: on the grid, repeated rows settled, gaps filled."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.drivers import driver_table
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.grid import Periods, Series, fill, place, repeated
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.values import Identifiers
from lakecast_schema.tables import DEMAND

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class DemandSeries:
    """Series of one data set, and its tables `demand` and `driver`.

    items: of all rows that have an item and a period, those without a usable quantity included; names: the items that
    have a series, in its order.
    """

    periods: Periods
    items: Identifiers
    series: Series
    names: list[str]
    demand: pa.Table
    driver: pa.Table


def demand_series(demand: DemandRows, dataset_id: str, here: Integers, rules: Rules) -> DemandSeries:
    """The series of the rows at the positions `here`, those of one data set.

    Rows that repeat another one are rejected in `demand.verdicts`, or added up, as the rules say. Raises `InputError`
    where no row can be used, `FrequencyUnclear` and `GridTooLargeError`.
    """
    rows = here[demand.placed[here]]
    items = demand.items.select(rows)
    quantity = demand.quantity[rows]
    known = ~np.isnan(quantity)
    if not known.any():
        raise InputError(
            demand.file.name,
            f"no row of data set {dataset_id} can be used",
            "Correct its rows; the reasons are those of the file's first rejected rows",
        )
    periods = _place(demand.day[rows], items.codes, known, rules)
    late, first = repeated(demand.day[rows], periods, items.codes, quantity, rules)
    if late.size:
        reasons = [
            f"row {row} already gives the item's demand of that date; keep one row, or let repeated rows be "
            "added up (duplicates: sum)"
            for row in demand.file.rows[rows[first]].tolist()
        ]
        demand.verdicts.reject_each(rows[late].tolist(), "date", reasons)
        quantity = quantity.copy()
        quantity[late] = np.nan
    series = fill(periods, items.codes, quantity, rules)
    names = [items.names[code] for code in series.items]
    drivers = {name: values[rows] for name, values in demand.drivers.items()}
    return DemandSeries(
        periods,
        items,
        series,
        names,
        _demand(dataset_id, names, series),
        driver_table(dataset_id, periods, items, drivers),
    )


def _place(days: NDArray[np.datetime64], items: Integers, known: NDArray[np.bool_], rules: Rules) -> Periods:
    """All rows placed; only those with a quantity tell the frequency, if it is not given."""
    if rules.frequency is not None or known.all():
        return place(days, items, rules.frequency)
    frequency = place(days[known], items[known], None).frequency
    return place(days, items, frequency)


def _demand(dataset_id: str, names: list[str], series: Series) -> pa.Table:
    codes = np.repeat(np.arange(len(names), dtype=np.int32), series.lengths)
    return pa.table(
        [
            constant(dataset_id, codes.size),
            pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string())).cast(pa.string()),
            pa.array(series.dates.astype("datetime64[D]"), pa.date32()),
            pa.array(series.quantity, pa.float64(), from_pandas=True),
        ],
        schema=DEMAND.schema,
    )


def constant(value: str, rows: int) -> pa.Array:
    """A text column of one value."""
    codes = np.zeros(rows, dtype=np.int8)
    return pa.DictionaryArray.from_arrays(codes, pa.array([value], pa.string())).cast(pa.string())
