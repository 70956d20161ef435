"""What moves the demand of a telecom tower maintainer in Brazil from day to day."""

import datetime as dt

import numpy as np
from holidays import country_holidays
from numpy.typing import NDArray

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

_RAIN_PEAK = 20  # day of the year: the rainy season of the south-east peaks in the second half of January
_WEEKDAYS = np.array([1.15, 1.05, 1.0, 0.98, 0.92])  # Monday to Friday
_HOLIDAY = 0.25
_CATCHING_UP = 1.25
_RENEWAL_DAYS = 21


def weekday(days: Days, weekend: float) -> Array:
    """(T,) factor of each day's place in the week; Saturdays see `weekend` of a weekday's demand, Sundays half."""
    factors = np.r_[_WEEKDAYS, weekend, weekend / 2]
    return np.asarray(factors[(days.astype(np.int64) + 3) % 7])  # day 0, 1970-01-01, was a Thursday


def holidays(days: Days) -> Array:
    """(T,) factor of Brazil's public holidays: little happens on the day, and is caught up on the next."""
    years = range(days[0].astype(dt.date).year, days[-1].astype(dt.date).year + 1)
    free = np.array(sorted(country_holidays("BR", years=years)), dtype="datetime64[D]")
    factor = np.ones(days.size)
    factor[np.isin(days, free + 1)] = _CATCHING_UP
    factor[np.isin(days, free)] = _HOLIDAY
    return factor


def rain(days: Days, strength: float) -> Array:
    """(T,) factor of the season: `strength` at the height of the rains (January), 1 on average."""
    day = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    return np.asarray(1 + (strength - 1) * np.cos(2 * np.pi * (day - _RAIN_PEAK) / 365.25))


def renewal(days: Days, strength: float) -> Array:
    """(T,) factor of contract renewal: up to `strength` in the first three weeks of January and July."""
    months = days.astype("datetime64[M]")
    day = (days - months.astype("datetime64[D]")).astype(np.int64)
    month = months.astype(np.int64) % 12
    during = np.isin(month, (0, 6)) & (day < _RENEWAL_DAYS)
    fading = 1 - np.clip(day, 0, _RENEWAL_DAYS) / (2 * _RENEWAL_DAYS)
    return np.where(during, 1 + (strength - 1) * fading, 1.0)
