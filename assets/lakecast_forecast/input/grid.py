"""From rows to series: one value per period, on a grid without gaps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input.rules import Rules
from lakecast_schema.frequency import period_starts, recognise
from lakecast_schema.periods import Dates, Frequency, first_day, grid_index, shift

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

LARGEST_GRID = 400_000_000
"""Items x periods of the longest item that one data set may fill: 3.2 GB."""
_SEVERAL = 0.25


class GridTooLargeError(ValueError):
    """The dates span so many periods that one of them must be wrong."""


@dataclass(frozen=True)
class Periods:
    """Rows placed in periods. starts: (n,) first day of each row's period; index: its number on the grid."""

    frequency: Frequency
    starts: Dates
    index: Integers


@dataclass(frozen=True)
class Series:
    """Series of n items, one after the other.

    items: (n,) code of each item; offsets: (n + 1,) where it starts; dates, quantity: a value per period, the
    quantity NaN where it is unknown; is_log: whether the data set is a log of events.
    """

    items: Integers
    offsets: Integers
    dates: Dates
    quantity: Array
    is_log: bool

    @property
    def lengths(self) -> Integers:
        return np.diff(self.offsets)


def place(days: Dates, items: Integers, frequency: Frequency | None) -> Periods:
    """Put rows into periods of the given frequency, else of the recognised one.

    Where the frequency is given and dates lie off its grid, each counts for the calendar period that holds it.
    Raises `FrequencyUnclear`.
    """
    if frequency is None:
        frequency = recognise(days, items)
        starts = period_starts(days, frequency)
    else:
        starts = period_starts(days, frequency)
        starts = starts if _on_grid(starts, items, frequency) else first_day(days, frequency)
    return Periods(frequency, starts, grid_index(starts, frequency))


def _on_grid(starts: Dates, items: Integers, frequency: Frequency) -> bool:
    """Whether the rows of each item are whole periods apart."""
    _, first, item = np.unique(items, return_index=True, return_inverse=True)
    index = grid_index(starts, frequency)
    return bool(np.all(shift(starts[first][item], index - index[first][item], frequency) == starts))


def repeated(
    days: Dates, periods: Periods, items: Integers, quantity: Array, rules: Rules
) -> tuple[Integers, Integers]:
    """Rows to reject because another row has told their item's demand of their day, and those other rows.

    quantity: (n,) NaN where the row tells none (such rows repeat nothing). Both results are positions of rows, in
    pairs; empty where repeated rows are added up. Rows of different days in one period repeat nothing, either.
    """
    order, fresh = _grouped(items, days.astype(np.int64))
    known = ~np.isnan(quantity[order])
    order, group = order[known], np.cumsum(fresh)[known] - 1
    if order.size == 0 or rules.duplicates == "sum":
        return order[:0], order[:0]
    leads = np.r_[True, group[1:] != group[:-1]]
    if leads.all():
        return order[:0], order[:0]
    number = np.cumsum(leads) - 1
    first = order[leads][number]
    if rules.duplicates == "auto":
        differs = np.zeros(number[-1] + 1, dtype=bool)
        differs[number[quantity[order] != quantity[first]]] = True
        if differs.mean() >= _SEVERAL or rules.gaps == "zero" or _has_inner_gaps(periods, items, quantity):
            return order[:0], order[:0]
    late = ~leads
    return order[late], first[late]


def _has_inner_gaps(periods: Periods, items: Integers, quantity: Array) -> bool:
    order, fresh = _grouped(items, periods.index)
    held = order[fresh]
    known = np.zeros(fresh.sum(), dtype=bool)
    known[(np.cumsum(fresh) - 1)[~np.isnan(quantity[order])]] = True
    _, first, last = _spans(items[held], np.flatnonzero(known))
    index = periods.index[held]
    return any_gap(index, first, last)


def any_gap(index: Integers, first: Integers, last: Integers) -> bool:
    """Whether an item lacks a period between its first and last place in `index`, which is ordered per item."""
    return bool(np.any(index[last] - index[first] > last - first))


def fill(periods: Periods, items: Integers, quantity: Array, rules: Rules) -> Series:
    """Add up the rows of each item and period and fill the periods without a row, as `rules.gaps` says.

    quantity: (n,) NaN where the row says only that its period is unknown. Items without any quantity are left
    out. Raises `GridTooLargeError`.
    """
    order, fresh = _grouped(items, periods.index)
    held = order[fresh]
    heads = np.flatnonzero(fresh)
    value = quantity[order]
    told = np.add.reduceat((~np.isnan(value)).astype(np.int64), heads) > 0
    total = np.where(told, np.add.reduceat(np.nan_to_num(value), heads), np.nan)
    codes, first, last = _spans(items[held], np.flatnonzero(told))
    index = periods.index[held]

    is_log = any_gap(index, first, last)
    to_the_end = rules.gaps == "zero" or (rules.gaps == "auto" and is_log)
    ends = np.full(last.shape, index[last].max()) if to_the_end else index[last]
    lengths = ends - index[first] + 1
    offsets = np.r_[0, np.cumsum(lengths)]
    if lengths.size * lengths.max() > LARGEST_GRID:
        raise GridTooLargeError(
            f"the dates, from {periods.starts.min()} to {periods.starts.max()}, span {lengths.max():,} "
            f"{periods.frequency} periods of {lengths.size:,} items, too many for one data set. "
            "Correct the years of these dates, or split the data set"
        )
    filled = np.full(offsets[-1], 0.0 if to_the_end else np.nan)
    series = np.searchsorted(codes, items[held])
    inside = (series < codes.size) & (codes[np.minimum(series, codes.size - 1)] == items[held])
    offset = index - index[first][np.minimum(series, codes.size - 1)]
    inside &= (offset >= 0) & (offset < lengths[np.minimum(series, codes.size - 1)])
    filled[offsets[series[inside]] + offset[inside]] = total[inside]

    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    dates = shift(np.repeat(periods.starts[held][first], lengths), within, periods.frequency)
    return _without_unknown_ends(Series(codes, offsets, dates, filled, is_log))


def _grouped(items: Integers, index: Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """Rows in the order of item and period, and which of them are the first of their pair."""
    low = index.min(initial=0)
    key = items * (index.max(initial=0) - low + 1) + (index - low)
    order = np.arange(key.size) if np.all(key[1:] >= key[:-1]) else np.argsort(key, kind="stable")
    ordered = key[order]
    return order, np.r_[np.ones(min(key.size, 1), dtype=bool), ordered[1:] != ordered[:-1]]


def _spans(items: Integers, told: Integers) -> tuple[Integers, Integers, Integers]:
    """Of ordered rows: the items with any place in `told`, and their first and last such place."""
    owner = items[told]
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    last = np.r_[first[1:], owner.size] - 1
    return owner[first], told[first], told[last]


def _without_unknown_ends(series: Series) -> Series:
    """Series that end with a known value: what is unknown up to the end is not history."""
    known = np.flatnonzero(~np.isnan(series.quantity))
    last = known[np.searchsorted(known, series.offsets[1:]) - 1]
    lengths = last - series.offsets[:-1] + 1
    if np.array_equal(lengths, series.lengths):
        return series
    position = np.arange(series.quantity.size) - np.repeat(series.offsets[:-1], series.lengths)
    keep = position < np.repeat(lengths, series.lengths)
    offsets = np.r_[0, np.cumsum(lengths)]
    return Series(series.items, offsets, series.dates[keep], series.quantity[keep], series.is_log)
