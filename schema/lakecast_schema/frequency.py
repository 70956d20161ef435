"""Recognising how long a period is from the dates alone."""

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates, Frequency, grid_index, shift

_COARSEST_FIRST = (
    Frequency.YEARLY,
    Frequency.QUARTERLY,
    Frequency.MONTHLY,
    Frequency.WEEKLY,
    Frequency.DAILY,
)
_MONTHS = {Frequency.YEARLY: 12, Frequency.QUARTERLY: 3, Frequency.MONTHLY: 1}
_NEARLY_ALL = 0.9


class FrequencyUnclear(ValueError):
    """The dates fit no frequency without doubt; the message says why and what to do."""


def recognise(dates: Dates, items: NDArray[np.integer] | None = None) -> Frequency:
    """The one frequency of a data set.

    dates: (n,) days in any order, repeats allowed. items: (n,) integer codes that say which item a date
    belongs to; None where all belong to one.

    The rule: the coarsest frequency on whose grid every item's dates lie, so that gaps do not matter.
    Dates of an item lie on the grid of years where they share day and month, of quarters where they share
    the day and are whole quarters apart, of months where they share the day of the month (or all are the
    last day of their month), of weeks where they share the weekday. Two doubts are errors: no two dates
    are exactly one period apart (every second week is no frequency that we know), or the dates would lie
    on a coarser grid but for a few strays (at most a tenth).

    Raises `FrequencyUnclear`.
    """
    days, codes = _distinct(dates, items)
    if days.size == 0 or np.all(days == days[0]):
        raise FrequencyUnclear(
            f"{'one date only' if days.size else 'no dates'}: a frequency shows from two dates on. "
            "Add history, or state the frequency."
        )
    frequency = next(f for f in _COARSEST_FIRST if np.all(_phase_is_constant(days, codes, f)))
    _refuse_strays(days, frequency)
    if not _has_consecutive(days, codes, frequency):
        raise FrequencyUnclear(
            f"the dates, from {days.min()} to {days.max()}, lie on a {frequency} grid, but no two are "
            "one period apart. Known are daily, weekly, monthly, quarterly and yearly data: fill the missing "
            "periods with rows of zero demand, or state the frequency."
        )
    return frequency


def period_starts(dates: Dates, frequency: Frequency) -> Dates:
    """Dates as first days of their periods.

    Months, quarters and years that are all named by the last day of a month become their period's first day;
    all other dates already name their period by a day of its own (weeks may start on any weekday) and stay.
    """
    days = np.asarray(dates, dtype="datetime64[D]")
    if frequency not in _MONTHS or days.size == 0 or not _are_last_days(days):
        return days
    return shift(days + 1, -1, frequency)


def _distinct(dates: Dates, items: NDArray[np.integer] | None) -> tuple[Dates, NDArray[np.int64]]:
    """Distinct (item, date) pairs, ordered by item and date."""
    days = np.asarray(dates, dtype="datetime64[D]")
    codes = np.zeros(days.shape, dtype=np.int64) if items is None else np.asarray(items, dtype=np.int64)
    if days.size == 0:
        return days, codes
    first = days.min()
    span = int((days.max() - first).astype(np.int64)) + 1
    low = codes.min()
    key = (codes - low) * span + (days - first).astype(np.int64)
    if not np.all(key[1:] > key[:-1]):  # ordered and distinct already, as files mostly are
        key = np.unique(key)
    return first + key % span, key // span + low


def _day_of_month(days: Dates) -> NDArray[np.int64]:
    offset: NDArray[np.int64] = (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    return offset


def _are_last_days(days: Dates) -> bool:
    """Whether all dates are last days of their months."""
    few = days[:: max(days.size // 100, 1)]
    return bool(np.all(_day_of_month(few + 1) == 0) and np.all(_day_of_month(days + 1) == 0))


def _phase(days: Dates, frequency: Frequency) -> NDArray[np.int64]:
    """Where in its period each date lies; equal phases are whole periods apart.

    Looked up in a table of all days of the span: calendar arithmetic on each of millions of dates takes long.
    """
    first = days.min()
    phases: NDArray[np.int64] = _phase_of(np.arange(first, days.max() + 1), frequency)[(days - first).astype(np.int64)]
    return phases


def _phase_of(days: Dates, frequency: Frequency) -> NDArray[np.int64]:
    if frequency is Frequency.DAILY:
        return np.zeros(days.shape, dtype=np.int64)
    if frequency is Frequency.WEEKLY:
        return days.astype(np.int64) % 7
    months = days.astype("datetime64[M]").astype(np.int64) % _MONTHS[frequency]
    return months * 31 + _day_of_month(days)


def _phase_is_constant(days: Dates, codes: NDArray[np.int64], frequency: Frequency) -> NDArray[np.bool_]:
    """Per pair of successive dates of an item: do they have the same phase?"""
    same_item = codes[1:] == codes[:-1]
    if frequency in _MONTHS and _are_last_days(days):
        days = days + 1  # named by last days, which differ from month to month
    phase = _phase(days, frequency)
    constant: NDArray[np.bool_] = (phase[1:] == phase[:-1]) | ~same_item
    return constant


def _has_consecutive(days: Dates, codes: NDArray[np.int64], frequency: Frequency) -> bool:
    """Whether two dates of an item, or of the data set as a whole, are exactly one period apart."""
    index = grid_index(days, frequency)
    pooled = np.unique(index)
    within = (np.diff(index) == 1) & (codes[1:] == codes[:-1])
    return bool(np.any(within) or np.any(np.diff(pooled) == 1))


def _refuse_strays(days: Dates, frequency: Frequency) -> None:
    for coarser in _COARSEST_FIRST[: _COARSEST_FIRST.index(frequency)]:
        phase = _phase(days, coarser)
        values, counts = np.unique(phase, return_counts=True)
        stray = phase != values[np.argmax(counts)]
        if _NEARLY_ALL <= 1 - stray.mean() < 1:
            some = ", ".join(str(day) for day in np.unique(days[stray])[:5])
            raise FrequencyUnclear(
                f"{1 - stray.mean():.0%} of the dates lie on a {coarser} grid and the others do not, for "
                f"example {some}. Correct these dates, or state the frequency."
            )
