"""Demand and drivers as the aligned arrays that models take."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.features.classify import classify
from lakecast_forecast.input.values import identifiers, numpy
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency, grid_index


def build_panel(
    dataset_id: str,
    frequency: Frequency,
    demand: pa.Table,
    driver: pa.Table,
    horizon: int,
    country: str | None = None,
) -> Panel:
    """The panel of one data set from its rows of `demand` and `driver`, items in ascending order.

    horizon: periods after each item's end for which the drivers are kept.
    """
    demand = demand if _is_sorted(demand) else demand.sort_by([("item_id", "ascending"), ("date", "ascending")])
    items = identifiers(demand["item_id"])
    heads = np.flatnonzero(np.r_[True, items.codes[1:] != items.codes[:-1]])
    lengths = np.diff(np.r_[heads, items.codes.size])
    days = numpy(demand["date"]).astype("datetime64[D]")
    ends = days[heads + lengths - 1]
    periods = int(lengths.max())
    column = np.arange(items.codes.size) - np.repeat(heads, lengths) + np.repeat(periods - lengths, lengths)
    values = np.full((len(items.names), periods), np.nan)
    values[items.codes, column] = demand["quantity"].to_numpy()
    last = grid_index(ends, frequency)
    drivers, notes = known_ahead(_drivers(driver, items.names, last, periods, horizon, frequency), periods)
    return Panel(dataset_id, frequency, items.names, values, lengths, ends, drivers, country, notes)


def known_ahead(
    drivers: Mapping[str, NDArray[np.float64]], periods: int
) -> tuple[Mapping[str, NDArray[np.float64]], tuple[str, ...]]:
    """The drivers without those of which nothing is known ahead, and a sentence on each that was left out.

    A model that learned from a driver which it then has to do without would promise what it cannot keep: for an item
    whose future of a driver is unknown, the driver is unknown, and where that is so for all items there is none.
    Drivers of panels without a future stay.
    """
    result, notes = {}, []
    for name, values in drivers.items():
        if values.shape[1] == periods:
            result[name] = values
            continue
        blind: NDArray[np.bool_] = np.asarray(~np.isfinite(values[:, periods:]).any(axis=1))
        used = np.isfinite(values).any(axis=1)
        if blind.all():
            notes.append(
                f"driver x_{name} is left out: no value is known after any item's last demand. Give its future as rows "
                "with an empty quantity"
            )
            continue
        if count := int((blind & used).sum()):
            notes.append(f"driver x_{name} is left out for {count} items, of which it is not known ahead")
        result[name] = np.where(blind[:, None], np.nan, values)
    return result, tuple(notes)


def _is_sorted(demand: pa.Table) -> bool:
    """Whether rows lie in the order of item and date, as a commit writes them."""
    items = identifiers(demand["item_id"]).codes
    days = numpy(demand["date"]).astype("datetime64[D]")
    return bool(np.all((items[1:] > items[:-1]) | ((items[1:] == items[:-1]) & (days[1:] > days[:-1]))))


def _drivers(
    driver: pa.Table,
    names: tuple[str, ...],
    last: NDArray[np.int64],
    periods: int,
    horizon: int,
    frequency: Frequency,
) -> Mapping[str, NDArray[np.float64]]:
    """name -> (n, periods + horizon), the column `periods` - 1 being each item's last period."""
    if driver.num_rows == 0:
        return {}
    owner = identifiers(driver["item_id"])
    place = {name: row for row, name in enumerate(names)}
    row_of = np.array([*(place.get(name, -2) for name in owner.names), -1])[owner.codes]  # -1 all, -2 nobody
    index = grid_index(numpy(driver["date"]).astype("datetime64[D]"), frequency)
    kind = identifiers(driver["name"])
    value = driver["value"].to_numpy()
    width = periods + horizon
    result = {}
    for code, name in enumerate(kind.names):
        array = np.full((len(names), width), np.nan)
        mine = kind.codes == code
        for all_items in (True, False):  # an item's own value goes before the one for all
            rows = np.flatnonzero(mine & (row_of == -1 if all_items else row_of >= 0))
            if rows.size == 0:
                continue
            items = np.repeat(np.arange(len(names)), rows.size) if all_items else row_of[rows]
            when = np.tile(index[rows], len(names)) if all_items else index[rows]
            what = np.tile(value[rows], len(names)) if all_items else value[rows]
            column = when - last[items] + periods - 1
            inside = (column >= 0) & (column < width)
            array[items[inside], column[inside]] = what[inside]
        result[name] = array
    return result


def classes(demand: pa.Table, frequency: Frequency) -> Mapping[str, str]:
    """Item -> Syntetos-Boylan class of its demand."""
    panel = build_panel("", frequency, demand, pa.table({}), 0)
    return dict(zip(panel.item_ids, classify(panel).tolist(), strict=True))
