"""Arithmetic of periods: which frequencies exist, and the dates of their first days.

A period is named by its first day, a ``datetime64[D]``. A *grid index* counts periods from a fixed origin, so
that consecutive periods have consecutive indices and a gap shows as a jump.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Dates = NDArray[np.datetime64]
Indices = NDArray[np.int64]


class Frequency(StrEnum):
    """How long a period is. The values are what `dim_item.frequency` holds."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def season_length(self) -> int:
        """Periods in one season: 7 days, 52 weeks, 12 months, 4 quarters, 1 year."""
        return {"daily": 7, "weekly": 52, "monthly": 12, "quarterly": 4, "yearly": 1}[self.value]

    @property
    def default_horizon(self) -> int:
        """Periods forecast unless a run says otherwise."""
        return {"daily": 28, "weekly": 13, "monthly": 12, "quarterly": 8, "yearly": 6}[self.value]

    @property
    def mean_days(self) -> float:
        """Calendar days of an average period."""
        return {
            "daily": 1.0,
            "weekly": 7.0,
            "monthly": 365.25 / 12,
            "quarterly": 365.25 / 4,
            "yearly": 365.25,
        }[self.value]


def as_frequency(name: str | None) -> Frequency | None:
    """The frequency of that name, None for None. Raises ValueError that lists what there is."""
    try:
        return None if name is None else Frequency(name)
    except ValueError:
        known = ", ".join(Frequency)
        raise ValueError(f"no frequency {name!r}; choose one of {known}, or None to recognise it") from None


def positive_horizon(horizon: int) -> int:
    """The horizon. Raises ValueError where it is no number of periods of at least 1."""
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
        raise ValueError(f"horizon is {horizon!r}; give the number of periods ahead, a whole number of at least 1")
    return int(horizon)


_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}


def grid_index(dates: Dates, frequency: Frequency) -> Indices:
    """Index of the period that holds each date.

    Weeks are counted from the Monday of 1970-01-05 by whole weeks; the weekday that a weekly series starts its
    weeks on is kept by `shift`, not here.
    """
    days = np.asarray(dates, dtype="datetime64[D]").astype(np.int64)
    if frequency is Frequency.DAILY:
        return days
    if frequency is Frequency.WEEKLY:
        return (days - 4) // 7
    return np.asarray(dates, dtype="datetime64[M]").astype(np.int64) // _MONTHS[frequency]


def first_day(dates: Dates, frequency: Frequency) -> Dates:
    """First day of the period that holds each date; weeks start on Monday."""
    if frequency is Frequency.DAILY:
        return np.asarray(dates, dtype="datetime64[D]")
    index = grid_index(dates, frequency)
    if frequency is Frequency.WEEKLY:
        return (index * 7 + 4).astype("datetime64[D]")
    return (index * _MONTHS[frequency]).astype("datetime64[M]").astype("datetime64[D]")


def shift(dates: Dates, periods: Indices | int, frequency: Frequency) -> Dates:
    """Move first days by a number of periods (negative: back), keeping a week's weekday and a year's month.

    `dates` and `periods` broadcast against each other.
    """
    starts = np.asarray(dates, dtype="datetime64[D]")
    steps = np.asarray(periods, dtype=np.int64)
    if frequency is Frequency.DAILY:
        return np.asarray(starts + steps, dtype="datetime64[D]")
    if frequency is Frequency.WEEKLY:
        return np.asarray(starts + 7 * steps, dtype="datetime64[D]")
    months = starts.astype("datetime64[M]")
    within = starts - months.astype("datetime64[D]")
    moved = (months + _MONTHS[frequency] * steps).astype("datetime64[D]") + within
    return np.asarray(moved, dtype="datetime64[D]")


def days_in(dates: Dates, frequency: Frequency) -> Indices:
    """Calendar days of the periods that start on `dates`."""
    length = shift(dates, 1, frequency) - np.asarray(dates, dtype="datetime64[D]")
    return np.asarray(length, dtype=np.int64)
