"""Recognising how long a period is from the dates alone."""

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates, Frequency, first_day, grid_index, shift

_COARSEST_FIRST = (
    Frequency.YEARLY,
    Frequency.QUARTERLY,
    Frequency.MONTHLY,
    Frequency.WEEKLY,
    Frequency.DAILY,
)
_MONTHS = {Frequency.YEARLY: 12, Frequency.QUARTERLY: 3, Frequency.MONTHLY: 1}
_NEARLY_ALL = 0.9
_HALF = 0.5
_MANY = {
    Frequency.YEARLY: 3,
    Frequency.QUARTERLY: 3,
    Frequency.MONTHLY: 3,
    Frequency.WEEKLY: 5,
    Frequency.DAILY: 0,
}
"""Dates that chance would not put on a grid: fewer than one time in 10,000, were they any days."""
_PLAIN = 8
_ABOUT = 0.25
"""Share of a period by which periods of another calendar may be longer or shorter."""
_FISCAL_STEPS = 3
_TOGETHER = 1 << 20
"""Dates that are looked at at once."""
_AT_THE_END = 5
"""Days at either end of a period among which its first and last working days are."""


class FrequencyUnclear(ValueError):
    """The dates fit no frequency without doubt; the message says why and what to do."""


def recognise(dates: Dates, items: NDArray[np.integer] | None = None) -> Frequency:
    """The one frequency of a data set.

    dates: (n,) days in any order, repeats allowed. items: (n,) integer codes that say which item a date
    belongs to; None where all belong to one.

    The rule: the coarsest frequency on whose grid every item's dates lie, if that is no accident.
    Dates of an item lie on the grid of years where they share day and month, of quarters where they share
    the day and are whole quarters apart, of months where they share the day of the month (or all are the
    last day of their month), of weeks where they share the weekday. An item's first date lies on any grid, so
    only the dates after it, or after the first of all where all items share one grid, bear witness. It is
    no accident where at least half of them lie one period after the date before, or where they are so many that
    chance would not have put them there. Otherwise the dates are days of a log of events.

    Three doubts are errors: all dates are the same number of periods apart, more than one (every second week
    is no frequency that we know), they are four or five weeks apart (a fiscal calendar), or the dates would lie on
    a coarser grid but for a few strays (at most a tenth).

    Raises `FrequencyUnclear`.
    """
    days, codes = _distinct(dates, items)
    if days.size == 0 or np.all(days == days[0]):
        raise FrequencyUnclear(
            f"{'one date only' if days.size else 'no dates'}: a frequency shows from two dates on. "
            "Add history, or state the frequency."
        )
    for frequency in _COARSEST_FIRST:
        if not np.all(_phase_is_constant(days, codes, frequency)):
            continue
        steps, share_one_grid = _steps(days, codes, frequency)
        if (share_one_grid or steps.size >= _MANY[frequency]) and np.gcd.reduce(steps) > 1:
            raise FrequencyUnclear(
                f"the dates, from {days.min()} to {days.max()}, lie on a {frequency} grid, but no two are "
                "one period apart. Known are daily, weekly, monthly, quarterly and yearly data: fill the missing "
                "periods with rows of zero demand, or state the frequency."
            )
        if frequency is Frequency.WEEKLY:
            _refuse_fiscal_months(steps)
        if steps.size and _is_no_accident(steps, frequency):
            break
    _refuse_strays(days, frequency)
    return frequency


def closings(dates: Dates, items: NDArray[np.integer] | None = None) -> Frequency | None:
    """The frequency of dates that are first or last working days of calendar periods, None where they are none.

    All lie in the first `_AT_THE_END` days of months (quarters, years), or all in the last, not all on the same one;
    no item has two in a period, and nine of ten periods follow the one before.
    """
    different = _different(np.asarray(dates, dtype="datetime64[D]"))
    if different.size < _PLAIN:
        return None
    for frequency in _MONTHS:
        starts = first_day(different, frequency)
        after = (different - starts).astype(np.int64)
        before = (shift(starts, 1, frequency) - 1 - different).astype(np.int64)
        if any(offset.max() < _AT_THE_END and offset.min() != offset.max() for offset in (after, before)):
            days, codes = _distinct(dates, items)
            gaps = np.diff(grid_index(days, frequency))[codes[1:] == codes[:-1]]
            if gaps.size and gaps.min() > 0 and np.mean(gaps == 1) >= _NEARLY_ALL:
                return frequency
    return None


def coarser_items(dates: Dates, items: NDArray[np.integer], frequency: Frequency) -> dict[int, Frequency]:
    """Items whose own dates are plainly of a coarser frequency than that of their data set: code -> frequency.

    Plain is: at least `_PLAIN` dates, all on the coarser grid, and nine in ten one period after the one before.
    """
    days, codes = _distinct(dates, items)
    heads = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    sizes = np.diff(np.r_[heads, codes.size])
    # An item with as many dates as its span has periods of the finer frequency needs no second look.
    spans = days[heads + sizes - 1] - days[heads]
    sparse = np.flatnonzero((sizes >= _PLAIN) & (spans.astype(np.int64) >= 5 * (sizes - 1)))
    coarser: dict[int, Frequency] = {}
    for place in sparse.tolist():
        own = days[heads[place] : heads[place] + sizes[place]]
        one = np.zeros(own.size, dtype=np.int64)
        for other in _COARSEST_FIRST[: _COARSEST_FIRST.index(frequency)]:
            if np.all(_phase_is_constant(own, one, other)):
                gaps = np.diff(grid_index(_as_first_days(own, other), other))
                if np.mean(gaps == 1) >= _NEARLY_ALL:
                    coarser[int(codes[heads[place]])] = other
                break
    return coarser


def has_own_periods(dates: Dates, items: NDArray[np.integer], frequency: Frequency) -> bool:
    """Whether successive dates of an item nearly always lie about one period apart, as those of fiscal periods do.

    Events, such as purchases, lie irregularly apart, whatever their mean distance.
    """
    days, codes = _distinct(dates, items)
    gaps = np.diff(days).astype(np.int64)[codes[1:] == codes[:-1]] / frequency.mean_days
    about_one = np.abs(gaps - 1.0) <= _ABOUT
    return gaps.size >= _FISCAL_STEPS and bool(about_one.mean() >= _NEARLY_ALL)


def _steps(days: Dates, codes: NDArray[np.int64], frequency: Frequency) -> tuple[NDArray[np.int64], bool]:
    """Periods from each date to the next, of all dates where they share one grid, else within items; which of both."""
    days = _as_first_days(days, frequency)
    phase = _phase(days, frequency)
    if np.all(phase == phase[0]):
        index: NDArray[np.int64] = np.unique(grid_index(days, frequency))
        return index[1:] - index[:-1], True
    index = grid_index(days, frequency)
    return (index[1:] - index[:-1])[codes[1:] == codes[:-1]], False


def _as_first_days(days: Dates, frequency: Frequency) -> Dates:
    """Last days of months, which differ from month to month, as the first days after them."""
    return days + 1 if frequency in _MONTHS and _are_last_days(days) else days


def _is_no_accident(steps: NDArray[np.int64], frequency: Frequency) -> bool:
    return bool(np.mean(steps == 1) >= _HALF or steps.size >= _MANY[frequency])


def _refuse_fiscal_months(steps: NDArray[np.int64]) -> None:
    by_month = np.isin(steps, (4, 5))
    if steps.size >= _FISCAL_STEPS and steps.min() >= 4 and np.any(steps == 5) and by_month.mean() >= _HALF:
        raise FrequencyUnclear(
            "the dates are four or five weeks apart, as in a fiscal calendar of 4-4-5 weeks, whose periods are not "
            "months. Add a calendar.csv with the columns period, start and end, or write daily or weekly demand."
        )


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
    if np.all(key[1:] > key[:-1]):  # ordered and distinct already, as files mostly are
        return days, codes
    key = np.unique(key)
    return first + key % span, key // span + low


def _different(days: Dates) -> Dates:
    """The days that there are, in order: marked, and some at a time, since to sort or copy millions costs much."""
    if not days.size:
        return days
    numbers = np.ascontiguousarray(days).view(np.int64)
    first = numbers.min()
    marks = np.zeros(int(numbers.max() - first) + 1, dtype=bool)
    for begin in range(0, numbers.size, _TOGETHER):
        marks[numbers[begin : begin + _TOGETHER] - first] = True
    different: Dates = (first + np.flatnonzero(marks)).astype("datetime64[D]")
    return different


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
