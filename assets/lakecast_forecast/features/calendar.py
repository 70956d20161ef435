"""Calendar features: the dates of a panel's periods, a country's holidays, weekday and time of year.

All of it is known in advance, so the features of the future are as good as those of the past.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array, Dates
from lakecast_schema.periods import Frequency, shift

YEAR_DAYS = 365.25
HOLIDAY = slice(15, 16)
"""The column of `features` that marks holidays."""
_THURSDAY = 3  # weekday of 1970-01-01, Monday being 0


def periods(end: np.datetime64, frequency: Frequency, before: int, after: int) -> Dates:
    """First days of `before` periods up to and including the one that starts on `end`, and of `after` more."""
    steps = np.arange(1 - before, after + 1)
    return shift(np.asarray(end, dtype="datetime64[D]"), steps, frequency)


def holidays_of(country: str, first: np.datetime64, last: np.datetime64) -> Mapping[str, Dates]:
    """Holidays of a country between two days (inclusive): English name -> its dates, ascending.

    Optional ones are included where the calendar knows them: in Brazil that is Carnival, Corpus Christi and the
    eves of Christmas and New Year, which move demand more than most public holidays. Names without a date between
    the two days are left out. Source: the `holidays` package.

    Raises ValueError for a country it does not know.
    """
    years = [int(str(day)[:4]) for day in (first, last)]
    found: dict[str, list[np.datetime64]] = {}
    for year in range(years[0], years[1] + 1):
        for day, name in _year(country, year):
            if first <= day <= last:
                found.setdefault(name, []).append(day)
    return {name: np.array(sorted(days), dtype="datetime64[D]") for name, days in sorted(found.items())}


@lru_cache(maxsize=1024)
def _year(country: str, year: int) -> tuple[tuple[np.datetime64, str], ...]:
    import holidays  # 0.3 s, and only daily panels need it

    try:
        known = getattr(holidays, country)
    except AttributeError:
        raise ValueError(
            f"there is no holiday calendar of country {country!r}; use an ISO code such as BR, or None for none"
        ) from None
    wanted = {"public", "optional"} & set(known.supported_categories)
    language = "en_US" if "en_US" in known.supported_languages else known.default_language
    days = known(years=year, expand=False, language=language, categories=wanted or None)
    return tuple((np.datetime64(day, "D"), name) for day in sorted(days) for name in days.get_list(day))


def holiday_columns(dates: Dates, country: str | None) -> tuple[tuple[str, ...], Array]:
    """Indicator of each holiday: its names and a (len(dates), names) array of 0 and 1, for ascending dates."""
    if country is None or len(dates) == 0:
        return (), np.zeros((len(dates), 0))
    named = holidays_of(country, dates[0], dates[-1])
    columns = [np.isin(dates, days) for days in named.values()]
    if not columns:
        return (), np.zeros((len(dates), 0))
    return tuple(named), np.stack(columns, axis=1).astype(np.float64)


def weekday(dates: Dates) -> NDArray[np.int64]:
    """Day of the week of each date, Monday being 0."""
    return (np.asarray(dates, dtype="datetime64[D]").astype(np.int64) + _THURSDAY) % 7


def harmonics(dates: Dates, period: float, order: int) -> Array:
    """Fourier terms of a period in days, (len(dates), 2 × order): sine and cosine of each multiple in turn."""
    days = np.asarray(dates, dtype="datetime64[D]").astype(np.float64)
    angles = 2 * np.pi * days[:, None] / period * np.arange(1, order + 1)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(len(days), 2 * order)


def features(dates: Dates, country: str | None) -> Array:
    """What a neural net sees of each day, (len(dates), 19), for ascending, consecutive days.

    Seven weekday indicators, two harmonics of the year and two of the month, a holiday, its eve, its morrow, and
    a day that a holiday and a weekend enclose (bridges close shops).
    """
    week = np.eye(7)[weekday(dates)]
    month_start = np.asarray(dates, dtype="datetime64[M]").astype("datetime64[D]")
    of_month = (dates - month_start).astype(np.float64) / 30.5
    month = np.stack([trig(2 * np.pi * k * of_month) for k in (1, 2) for trig in (np.sin, np.cos)], axis=1)
    wide = np.arange(dates[0] - 1, dates[-1] + 2) if len(dates) else dates
    holiday = holiday_columns(wide, country)[1].max(axis=1, initial=0.0)
    free = np.maximum(holiday, weekday(wide) >= 5)
    today, eve, morrow = holiday[1:-1], holiday[2:], holiday[:-2]
    bridge = (1 - free[1:-1]) * free[2:] * free[:-2]
    return np.concatenate(
        [week, harmonics(dates, YEAR_DAYS, 2), month, np.stack([today, eve, morrow, bridge], axis=1)], axis=1
    )
