"""Fiscal calendars: periods, such as those of 4-4-5 weeks, each named by the month that holds most of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input.day_forms import OrderUnclear
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.files import SUFFIXES, find, read
from lakecast_forecast.input.names import plain
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.values import days, identifiers
from lakecast_schema.periods import Dates, Frequency, first_day

FIELDS = ("period", "start", "end")
_LENGTHS = {Frequency.MONTHLY: (25, 38), Frequency.QUARTERLY: (80, 101), Frequency.YEARLY: (350, 378)}
"""Days that a period may have, from and to."""


@dataclass(frozen=True)
class FiscalCalendar:
    """Periods of a file, one after the other.

    places: name of a period, as `names.plain` writes it -> its place; starts, ends: (n,) first and last days; months:
    (n,) first day of the calendar month (quarter, year) that names each; frequency: which of these.
    """

    file: str
    digest: str
    places: Mapping[str, int]
    starts: Dates
    ends: Dates
    months: Dates
    frequency: Frequency

    def period(self, day: Dates) -> NDArray[np.int64]:
        """(k,) place of the period that holds each day, -1 where none does."""
        place = np.searchsorted(self.starts, day, side="right") - 1
        inside = ~np.isnat(day) & (place >= 0)
        inside[inside] = day[inside] <= self.ends[place[inside]]
        return np.where(inside, place, -1)

    def named(self, column: pa.ChunkedArray) -> Dates:
        """First days of the periods that a column names, NaT where it names none."""
        words = identifiers(column)
        first = [self.places.get(plain(name), -1) for name in words.names]
        starts = np.r_[self.starts, np.datetime64("NaT")]
        known: Dates = starts[np.array([*first, -1])[words.codes]]
        return known


def read_calendar(folder: Path, rules: Rules) -> FiscalCalendar | None:
    """The fiscal calendar of a folder: `rules.calendar`, else calendar.csv; None where there is neither.

    Raises `InputError` for periods that overlap, leave days out, or are no months, quarters or years of their own.
    """
    path = folder / rules.calendar if rules.calendar else find(folder, "calendar")
    if path is None:
        return None
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        raise InputError(
            rules.calendar, "is no file of the folder", "Name a file with the columns period, start and end"
        )
    file = read(path, FIELDS, (), stated=rules.columns_of("calendar", FIELDS))
    try:
        starts, ends = (days(file.table[name], rules.dates) for name in ("start", "end"))
    except OrderUnclear as error:
        remedy = "Write dates as 2024-01-31, or state --dates dmy or --dates mdy"
        raise InputError(file.name, str(error), remedy, column="start") from error
    words = identifiers(file.table["period"])
    bad = np.isnat(starts) | np.isnat(ends) | (words.codes < 0) | (ends < starts)
    if bad.any() or file.broken:
        row = int(file.rows[np.flatnonzero(bad)[0]]) if bad.any() else file.broken[0].row
        raise InputError(file.name, "is no period", "Write its name, first and last day in each row", row=row)
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    names = [words.names[code] for code in words.codes[order].tolist()]
    if not np.all(starts[1:] == ends[:-1] + 1):
        place = int(np.flatnonzero(starts[1:] != ends[:-1] + 1)[0])
        problem = f"{names[place]} ends on {ends[place]}, and {names[place + 1]} begins on {starts[place + 1]}"
        raise InputError(file.name, problem, "Let each period begin on the day after the one before")
    lengths = (ends - starts).astype(np.int64) + 1
    frequency = next((f for f, (few, most) in _LENGTHS.items() if np.all((lengths >= few) & (lengths <= most))), None)
    middle = starts + (ends - starts) // 2
    months = middle if frequency is None else first_day(middle, frequency)
    if frequency is None or len({plain(name) for name in names}) < len(names) or np.unique(months).size < months.size:
        raise InputError(
            file.name,
            f"its periods, of {lengths.min()} to {lengths.max()} days, are no months, quarters or years of their own",
            "Give 12 periods a year (4 quarters, or years) with names of their own, or write daily or weekly demand",
        )
    places = {plain(name): place for place, name in enumerate(names)}
    return FiscalCalendar(file.name, file.digest, places, starts, ends, months, frequency)
