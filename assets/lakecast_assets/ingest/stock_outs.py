"""Stock-outs: periods whose stock was 0 from their first day to their last, so that low demand is no demand."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lakecast_assets.ingest.masters import MasterRows
from lakecast_assets.ingest.stock_history import StockHistory
from lakecast_forecast.input import messages
from lakecast_forecast.input.fiscal import FiscalCalendar
from lakecast_forecast.input.report import Line, line
from lakecast_forecast.input.series import DemandSeries
from lakecast_schema.periods import Dates, shift

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

LOW = 0.5
"""Share of an item's mean demand per period below which a period without stock tells nothing of its demand."""


def stock_outs(
    read: DemandSeries, rows: MasterRows | None, history: StockHistory, calendar: FiscalCalendar | None
) -> Bools:
    """(k,) of the series' periods: whether stock was out through them and demand was low.

    rows: of stock, those of this data set in `history`. Stock was out through a period where all of the
    item's rows in it say 0, and so does the last one before it, at most a period old. An item that never has stock on
    record is delivered some other way.
    """
    out = np.zeros(read.series.quantity.size, dtype=bool)
    if rows is None or not history.places.size:
        return out
    place = {name: number for number, name in enumerate(read.names)}
    first, last = _bounds(read.series.dates, read, calendar)
    on_hand = np.where(rows.not_usable["on_hand"], np.nan, rows.figures["on_hand"])[history.places]
    on_hand = np.where(history.stale, np.nan, on_hand)
    for item, day, stock in _histories(rows.items.codes[history.places], history.days, on_hand):
        number = place.get(rows.items.names[item], -1)
        if number < 0 or not (np.any(stock > 0) and np.any(stock <= 0)):
            continue
        here = slice(int(read.series.offsets[number]), int(read.series.offsets[number + 1]))
        through = _through(day, stock, first[here], last[here])
        quantity = read.series.quantity[here]
        usual = quantity[~through & ~np.isnan(quantity)]
        if usual.size:
            out[here] = through & (quantity < LOW * usual.mean())
    return out


def of_stock_outs(read: DemandSeries, out: Bools, file: str) -> Iterator[Line]:
    """A line about the periods that count as unknown."""
    owner = np.searchsorted(read.series.offsets, np.flatnonzero(out), side="right") - 1
    days = read.series.dates[out]
    cells = [f"{read.names[item]} in the period from {day}" for item, day in zip(owner.tolist(), days, strict=True)]
    if cells:
        yield line("info", messages.STOCK_OUTS.of(file=file), cells)


def _bounds(starts: Dates, read: DemandSeries, calendar: FiscalCalendar | None) -> tuple[Dates, Dates]:
    """(k,) first and last day of each period."""
    if calendar is None:
        return starts, shift(starts, 1, read.periods.frequency) - 1
    place = np.searchsorted(calendar.months, starts)
    return calendar.starts[place], calendar.ends[place]


def _histories(
    items: Integers, days: Dates, on_hand: NDArray[np.float64]
) -> Iterator[tuple[int, Dates, NDArray[np.float64]]]:
    """Per item its days, and its stock of each; NaN where a row of the day has none.

    items, days, on_hand: (n,) in the order of item and day.
    """
    heads = np.flatnonzero(np.r_[True, (items[1:] != items[:-1]) | (days[1:] != days[:-1])])
    items, days, stock = items[heads], days[heads], np.add.reduceat(on_hand, heads)
    bounds = np.r_[np.flatnonzero(np.r_[True, items[1:] != items[:-1]]), items.size]
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        yield int(items[start]), days[start:end], stock[start:end]


def _through(day: Dates, stock: NDArray[np.float64], first: Dates, last: Dates) -> Bools:
    """(p,) of periods from `first` to `last`: whether all stock on record in them and at their beginning is 0."""
    before = np.searchsorted(day, first, side="right") - 1  # the last one on or before the first day
    end = np.searchsorted(day, last, side="right")
    some = np.r_[0, np.cumsum(~(stock <= 0))]
    inside = end > np.searchsorted(day, first, side="left")
    known = (before >= 0) & inside & (first - day[np.maximum(before, 0)] <= last - first + 1)
    through: Bools = known & (some[end] - some[np.maximum(before, 0)] == 0)
    return through
