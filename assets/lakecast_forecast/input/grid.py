"""From rows to series: one value per period, on a grid without gaps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input.returns import net
from lakecast_forecast.input.rules import Rules
from lakecast_schema.frequency import period_starts, recognise
from lakecast_schema.periods import Dates, Frequency, first_day, grid_index, shift

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

LARGEST_GRID = 400_000_000
"""Items x periods of the longest item that one data set may fill: 3.2 GB."""
_TOGETHER = 10_000
"""Items whose intervals are looked at at once: copies of columns of 100 million rows take gigabytes."""
_A_LOG = 0.02
"""Share of missing periods from which on a data set without as many rows of zero demand is a log of events."""


class GridTooLargeError(ValueError):
    """The dates span so many periods that one of them must be wrong."""


@dataclass(frozen=True)
class Periods:
    """Rows placed in periods. starts: (n,) first day of each row's period; index: its number on the grid."""

    frequency: Frequency
    starts: Dates
    index: Integers


@dataclass(frozen=True)
class Gaps:
    """What periods without a row mean. share: of the periods between items' first and last row; is_log: no demand.

    cells: item-period pairs of the rows whose quantities are `quantity`.
    """

    share: float
    is_log: bool
    quantity: Array
    cells: "_Cells"


@dataclass(frozen=True)
class Series:
    """Series of n items, one after the other.

    items: (n,) code of each item; offsets: (n + 1,) where it starts; dates, quantity: a value per period, the
    quantity NaN where it is unknown; is_active: (n,) False where the item's demand has ended.
    """

    items: Integers
    offsets: Integers
    dates: Dates
    quantity: Array
    is_active: NDArray[np.bool_]

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
        own = frequency is Frequency.DAILY or _on_grid(starts, items, frequency)
        starts = starts if own else first_day(days, frequency)
    index = starts.view(np.int64) if frequency is Frequency.DAILY else grid_index(starts, frequency)
    return Periods(frequency, starts, index)


def _on_grid(starts: Dates, items: Integers, frequency: Frequency) -> bool:
    """Whether the rows of each item are whole periods apart.

    One date of an item lies on any grid, so it does not tell that months begin on that day.
    """
    _, first, item = np.unique(items, return_index=True, return_inverse=True)
    if frequency is not Frequency.WEEKLY and np.array_equal(starts, starts[first][item]):
        return False
    index = grid_index(starts, frequency)
    return bool(np.all(shift(starts[first][item], index - index[first][item], frequency) == starts))


def gaps(periods: Periods, items: Integers, quantity: Array, blurred: NDArray[np.bool_], rules: Rules) -> Gaps:
    """What a period without a row means in a data set, by `rules.gaps`.

    quantity: (n,) NaN where the row tells none: its period is no gap. blurred: (m,) item codes some of whose rows
    have no date that can be read; they do not count.
    """
    cells = _cells(periods, items, quantity)
    complete_items = ~blurred[cells.codes]
    inner = (cells.index[cells.last] - cells.index[cells.first] + 1)[complete_items].sum()
    present = (cells.last - cells.first + 1)[complete_items].sum()
    missing = int(inner - present)
    share = missing / max(int(inner), 1)
    zeros = int(np.count_nonzero(cells.total == 0))
    is_log = share >= _A_LOG and zeros <= missing
    return Gaps(share, rules.gaps == "zero" or (rules.gaps == "auto" and is_log), quantity, cells)


@dataclass(frozen=True)
class _Cells:
    """Item-period pairs that have a row, in order. total: NaN where no row tells a quantity.

    codes: items with any told pair; first, last: places of each one's first and last told pair.
    """

    items: Integers
    starts: Dates
    index: Integers
    total: Array
    codes: Integers
    first: Integers
    last: Integers


def _cells(periods: Periods, items: Integers, quantity: Array) -> _Cells:
    order, fresh = _grouped(items, periods.index)
    if order is None and fresh.all():  # a row per item and period, in order, as tables mostly are: nothing to copy
        total = net(items, quantity)[0] if np.any(quantity < 0) else quantity
        return _Cells(items, periods.starts, periods.index, total, *_spans(items, np.flatnonzero(~np.isnan(quantity))))
    order = np.arange(fresh.size) if order is None else order
    leaders = order[fresh]
    heads = np.flatnonzero(fresh)
    value = quantity[order]
    told = np.add.reduceat((~np.isnan(value)).astype(np.int64), heads) > 0
    total = np.where(told, np.add.reduceat(np.nan_to_num(value), heads), np.nan)
    total, _ = net(items[leaders], total)
    codes, first, last = _spans(items[leaders], np.flatnonzero(told))
    return _Cells(items[leaders], periods.starts[leaders], periods.index[leaders], total, codes, first, last)


def fill(
    periods: Periods,
    items: Integers,
    quantity: Array,
    blurred: NDArray[np.bool_],
    meaning: Gaps,
    end: int,
    inactive_days: int,
) -> Series:
    """Add up the rows of each item and period and fill the periods without a row, as `meaning` says.

    quantity: (n,) NaN where the row says only that its period is unknown. blurred: (m,) item codes whose periods
    without a row are unknown in any case. end: number of the data set's last period, up to which a log's active items
    go on. Items without any quantity are left out. An item is active unless it has had no demand for longer than
    `inactive_days` and than twice its longest interval between two periods of demand.
    Raises `GridTooLargeError`.
    """
    cells = meaning.cells if quantity is meaning.quantity else _cells(periods, items, quantity)
    codes, first, last, index = cells.codes, cells.first, cells.last, cells.index
    is_active = _is_active(cells, end, periods.frequency, inactive_days)
    ends = np.where(is_active & meaning.is_log, np.maximum(index[last], end), index[last])
    lengths = ends - index[first] + 1
    offsets = np.r_[0, np.cumsum(lengths)]
    if lengths.size * lengths.max() > LARGEST_GRID:
        raise GridTooLargeError(
            f"the dates, from {periods.starts.min()} to {periods.starts.max()}, span {lengths.max():,} "
            f"{periods.frequency} periods of {lengths.size:,} items, too many for one data set. "
            "Correct the years of these dates, or split the data set"
        )
    if np.array_equal(np.r_[first, cells.items.size], offsets) and np.array_equal(
        last + 1, offsets[1:]
    ):  # none missing
        return without_unknown_ends(Series(codes, offsets, cells.starts, cells.total, is_active))
    nothing = np.where(blurred[codes] | (not meaning.is_log), np.nan, 0.0)
    filled = np.repeat(nothing, lengths)
    series = np.minimum(np.searchsorted(codes, cells.items), codes.size - 1)
    offset = index - index[first][series]
    inside = (codes[series] == cells.items) & (offset >= 0) & (offset < lengths[series])
    filled[offsets[series[inside]] + offset[inside]] = cells.total[inside]

    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    dates = shift(np.repeat(cells.starts[first], lengths), within, periods.frequency)
    return without_unknown_ends(Series(codes, offsets, dates, filled, is_active))


def _is_active(cells: _Cells, end: int, frequency: Frequency, inactive_days: int) -> NDArray[np.bool_]:
    """(n,) of `cells.codes`: whether the item's demand goes on at the end of the data set."""
    latest = cells.index[cells.first].copy()  # where nothing was ever needed, from the first row on
    longest = np.zeros(cells.codes.size, dtype=np.int64)
    bounds = np.append(np.searchsorted(cells.items, cells.codes), np.searchsorted(cells.items, cells.codes[-1] + 1))
    for begin in range(0, cells.codes.size, _TOGETHER):
        start, stop = bounds[begin], bounds[min(begin + _TOGETHER, cells.codes.size)]
        used = start + np.flatnonzero(cells.total[start:stop] > 0)
        owner, index = cells.items[used], cells.index[used]
        place = np.searchsorted(cells.codes, owner)
        known = cells.codes[np.minimum(place, cells.codes.size - 1)] == owner
        np.maximum.at(latest, place[known], index[known])
        same = (owner[1:] == owner[:-1]) & known[1:]
        np.maximum.at(longest, place[1:][same], np.diff(index)[same])
    idle = (end - latest) * frequency.mean_days
    is_active: NDArray[np.bool_] = idle <= np.maximum(inactive_days, 2 * longest * frequency.mean_days)
    return is_active if is_active.any() else np.ones(idle.size, dtype=bool)  # it is the data set that has ended


def _grouped(items: Integers, index: Integers) -> tuple[Integers | None, NDArray[np.bool_]]:
    """Rows in the order of item and period, None where they are so, and which of them are the first of their pair."""
    low = index.min(initial=0)
    key = items * (index.max(initial=0) - low + 1) + (index - low)
    order = None if np.all(key[1:] >= key[:-1]) else np.argsort(key, kind="stable")
    ordered = key if order is None else key[order]
    return order, np.r_[np.ones(min(key.size, 1), dtype=bool), ordered[1:] != ordered[:-1]]


def _spans(items: Integers, told: Integers) -> tuple[Integers, Integers, Integers]:
    """Of ordered rows: the items with any place in `told`, and their first and last such place."""
    owner = items[told]
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    last = np.r_[first[1:], owner.size] - 1
    return owner[first], told[first], told[last]


def without_unknown_ends(series: Series) -> Series:
    """Series that end with a known value: what is unknown up to the end is not history."""
    known = np.flatnonzero(~np.isnan(series.quantity))
    last = known[np.searchsorted(known, series.offsets[1:]) - 1]
    lengths = last - series.offsets[:-1] + 1
    if np.array_equal(lengths, series.lengths):
        return series
    position = np.arange(series.quantity.size) - np.repeat(series.offsets[:-1], series.lengths)
    keep = position < np.repeat(lengths, series.lengths)
    offsets = np.r_[0, np.cumsum(lengths)]
    return Series(series.items, offsets, series.dates[keep], series.quantity[keep], series.is_active)
