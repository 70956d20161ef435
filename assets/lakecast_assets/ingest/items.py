"""Rows of `dim_item`: every item with demand, and those of the items file that have none yet."""

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.masters import FIGURES, TEXTS, MasterRows
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.files import as_text, rows_at
from lakecast_forecast.input.panel import classes
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.series import DemandSeries, constant
from lakecast_forecast.input.values import identifiers
from lakecast_schema.tables import DIM_ITEM

Integers = NDArray[np.int64]
YEAR = np.timedelta64(365, "D")


FACTS = ("name", "category", "unit", "supplier")
"""What a demand file says of its items where there is no other file of items."""


def facts_of(demand: DemandRows, here: Integers) -> dict[str, dict[str, str]]:
    """Fact -> item -> the first that any of the rows `here` of a demand file says of it."""
    facts = {"unit": dict.fromkeys(demand.items.names, demand.unit)} if demand.unit else {}
    for name in FACTS:
        if name in demand.file.table.column_names:
            words = identifiers(rows_at(demand.file.table.select([name]), here)[name])
            items = demand.items.codes[here]
            told = np.flatnonzero((words.codes >= 0) & (items >= 0))
            codes, first = np.unique(items[told], return_index=True)
            facts[name] = {
                demand.items.names[code]: words.names[words.codes[told[place]]]
                for code, place in zip(codes.tolist(), first.tolist(), strict=True)
            }
    return facts


def item_table(
    dataset_id: str,
    read: DemandSeries,
    rows: MasterRows | None,
    mine: Integers,
    facts: Mapping[str, Mapping[str, str]],
    rules: Rules,
) -> pa.Table:
    """Items of a data set, sorted: those with demand, and those that the rows at the positions `mine` describe.

    facts: what `facts_of` found; rules: have the currency and service measure of items that state none.
    """
    demand_class: dict[str, str] = {}
    for first in range(0, len(read.names), _TOGETHER):  # a panel of all items would hold every value once more
        begin, end = read.series.offsets[[first, min(first + _TOGETHER, len(read.names))]].tolist()
        demand_class |= classes(read.demand.slice(begin, end - begin), read.periods.frequency)
    described = {} if rows is None else {rows.items.names[rows.items.codes[row]]: row for row in mine.tolist()}
    names = sorted({*read.names, *described})
    place = np.array([described.get(name, -1) for name in names], dtype=np.int64)
    active = dict(zip(read.names, read.series.is_active.tolist(), strict=True))
    yearly = _yearly(read)
    columns: dict[str, pa.Array] = {
        "dataset_id": constant(dataset_id, len(names)),
        "champion": pa.nulls(len(names), pa.string()),  # known when all sources have forecast
        "item_id": pa.array(names, pa.string()),
        "frequency": constant(str(read.periods.frequency), len(names)),
        "is_active": pa.array([active.get(name, True) for name in names], pa.bool_()),
        "demand_class": pa.array([demand_class.get(name) for name in names], pa.string()),
        "attributes": pa.array(_attributes(rows, place), pa.string()),
        "yearly_demand": pa.array([yearly.get(name) for name in names], pa.float64()),
    }
    for name in TEXTS:
        words = np.array([None], dtype=object) if rows is None else np.r_[rows.texts.get(name, _NONE), [None]]
        usable = place if words.size > 1 else np.full_like(place, -1)
        known = facts.get(name, {})
        default = {"currency": rules.currency, "service_measure": rules.service_measure}.get(name) or None
        texts = [word or known.get(item, default) for item, word in zip(names, words[usable].tolist(), strict=True)]
        columns[name] = pa.array(texts, pa.string())
    for name in FIGURES:
        figures = np.array([np.nan]) if rows is None else np.r_[rows.figures.get(name, _NO_FIGURE), np.nan]
        usable = place if figures.size > 1 else np.full_like(place, -1)
        columns[name] = pa.array(figures[usable], pa.float64(), from_pandas=True).cast(DIM_ITEM.schema.field(name).type)
    return pa.table([columns[name] for name in DIM_ITEM.column_names], schema=DIM_ITEM.schema)


def review_days(rows: MasterRows | None, mine: Integers) -> dict[str, float]:
    """Item -> its review period, of those that the rows at the positions `mine` give one."""
    if rows is None or "review_period_days" not in rows.figures:
        return {}
    days = rows.figures["review_period_days"][mine]
    items = rows.items.codes[mine]
    known = np.isfinite(days)
    return {rows.items.names[code]: day for code, day in zip(items[known].tolist(), days[known].tolist(), strict=True)}


_TOGETHER = 5_000
"""Items that are classified at once."""
_NONE: NDArray[np.object_] = np.array([], dtype=object)
_NO_FIGURE: NDArray[np.float64] = np.array([], dtype=np.float64)


def _yearly(read: DemandSeries) -> dict[str, float]:
    """Item -> demand of the 365 days up to the data set's last known period."""
    series = read.series
    known = ~np.isnan(series.quantity)
    recent = known & (series.dates > series.dates[known].max() - YEAR)
    sums = np.add.reduceat(np.where(recent, series.quantity, 0.0), series.offsets[:-1])
    return dict(zip(read.names, sums.tolist(), strict=True))


def _attributes(rows: MasterRows | None, place: Integers) -> list[str | None]:
    """What the other columns of the items file say of each item, as a JSON object of texts; None where nothing."""
    others = None if rows is None else rows.file.others()
    if rows is None or others is None:
        return [None] * place.size
    there = np.flatnonzero(place >= 0)
    table = others.take(pa.array(place[there]))
    texts = {
        name: as_text(column).to_pylist()
        for name, column in zip(rows.file.ignored, table.columns, strict=True)
        if name.strip()
    }
    attributes: list[str | None] = [None] * place.size
    for number, item in enumerate(there.tolist()):
        values = {name: each[number].strip() for name, each in texts.items() if (each[number] or "").strip()}
        attributes[item] = json.dumps(values, ensure_ascii=False) if values else None
    return attributes
