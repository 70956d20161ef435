"""The first and last period of a data set: whether the data hold them as a whole."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input.fiscal import FiscalCalendar
from lakecast_forecast.input.grid import Periods
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Dates, Frequency, shift

Bools = NDArray[np.bool_]
_USUAL = 0.99
_NEAR = 60
"""Days with demand next to the end in question whose distances tell what is usual: a log may have begun slowly."""


@dataclass(frozen=True)
class Incomplete:
    """Rows that lie in a period which the data hold in part. first, last: (n,) of the first and the last period."""

    first: Bools
    last: Bools

    @property
    def rows(self) -> Bools:
        return self.first | self.last


def incomplete(
    days: Dates,
    periods: Periods,
    counts: Bools,
    over: dt.date | None,
    rules: Rules,
    calendar: FiscalCalendar | None = None,
    seen: Dates | None = None,
) -> Incomplete:
    """Which rows lie in an incomplete first or last period, by `rules.last_period`.

    days: (n,) of the rows; counts: (n,) rows with a demand; over: the first day that is not over yet, None for none;
    calendar: where periods are fiscal, their first and last days; seen: the days with a demand that tell where the data
    begin and end, in order; None for those of the rows.

    auto: a period is incomplete where `over` comes before its end. Where rows are finer than periods, the last is also
        incomplete where the data end longer before its end, and the first where they begin longer after its start,
        than the days with demand next to it usually lie apart (99 of 100 times).
    keep: none is. drop: the last is, and the first as with auto.
    """
    none = np.zeros(days.size, dtype=bool)
    if rules.last_period == "keep":
        return Incomplete(none, none)
    starts, ends = _bounds(days, periods, calendar)
    last = none if over is None else ends > np.datetime64(over)
    first = none
    newest = periods.index == periods.index[counts].max()
    if rules.last_period == "drop":
        last = last | newest
    elif periods.frequency is not Frequency.DAILY and _is_finer(days, periods):
        seen = np.unique(days[counts]) if seen is None else seen
        gaps = np.diff(seen).astype(np.int64)
        missing_after = (ends - 1 - seen[-1]).astype(np.int64)
        missing_before = (seen[0] - starts).astype(np.int64)
        last = last | (newest & (missing_after > _usual(gaps[-_NEAR:])))
        first = (periods.index == periods.index[counts].min()) & (missing_before > _usual(gaps[:_NEAR]))
    return Incomplete(first & ~last, last)


def _usual(gaps: NDArray[np.int64]) -> float:
    return max(float(np.quantile(gaps, _USUAL)), 1.0) if gaps.size else 1.0


def _bounds(days: Dates, periods: Periods, calendar: FiscalCalendar | None) -> tuple[Dates, Dates]:
    """(n,) first day of each row's period, and of the one after it."""
    if calendar is not None:
        place = calendar.period(days)
        return calendar.starts[place], calendar.ends[place] + 1
    # Looked up in a table of all days of the span: calendar arithmetic on each of millions of rows takes long.
    earliest = periods.starts.min()
    after = shift(np.arange(earliest, periods.starts.max() + 1), 1, periods.frequency)
    return periods.starts, after[(periods.starts - earliest).astype(np.int64)]


def _is_finer(days: Dates, periods: Periods) -> bool:
    """Whether periods have rows on several days."""
    seen = np.unique(days)
    return seen.size > np.unique(periods.starts).size
