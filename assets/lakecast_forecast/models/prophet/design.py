"""Columns of Prophet's model: the piecewise linear trend, seasonality, holidays and drivers, past and future."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import calendar
from lakecast_forecast.models.prophet.options import Options
from lakecast_forecast.panel import Array, Dates
from lakecast_schema.periods import Frequency

YEARLY_ORDER, WEEKLY_ORDER = 10, 3
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Almanac:
    """Everything that depends on dates only: consecutive periods, the last `horizon` of them being the future.

    dates: (T + h,); yearly, weekly: Fourier terms; holidays: indicators, none but for daily periods.
    """

    dates: Dates
    horizon: int
    frequency: Frequency
    yearly: Array
    weekly: Array
    holidays: Array

    @classmethod
    def of(cls, end: np.datetime64, past: int, horizon: int, frequency: Frequency, country: str | None) -> Self:
        """Columns of the `past` periods up to the one that starts on `end`, and of the `horizon` after it."""
        dates = calendar.periods(end, frequency, past, horizon)
        days = calendar.holiday_columns(dates, country if frequency is Frequency.DAILY else None)[1]
        return cls(
            dates,
            horizon,
            frequency,
            calendar.harmonics(dates, calendar.YEAR_DAYS, YEARLY_ORDER),
            calendar.harmonics(dates, 7, WEEKLY_ORDER),
            days,
        )


@dataclass(frozen=True)
class Design:
    """Columns for series whose known periods are the same.

    trend: (T, 2 + s) and future_trend (h, 2 + s): 1, t, max(t - s_j, 0); times of the future in `ahead` (h,), in
    lengths of the history, its end being 1; features: (T, k), future_features: (h, k), scales: (k,) priors.
    """

    trend: Array
    future_trend: Array
    ahead: Array
    features: Array
    future_features: Array
    scales: Array


def design(almanac: Almanac, observed: NDArray[np.bool_], options: Options) -> Design:
    """Columns for series that are known where `observed` (L,) says, the last L periods before the future.

    Seasonality follows the library's rules: yearly from 730 days of history on, weekly from 14 days on if known
    periods lie less than a week apart. Yearly periods have no seasonality within the year. Holidays that the
    history has not seen have no effect. At least two periods must be known.
    """
    now = len(almanac.dates) - almanac.horizon
    past, future = slice(now - len(observed), now), slice(now, None)
    known = almanac.dates[past][observed]
    if len(known) < 2:
        raise ValueError(f"Prophet needs at least two known periods, got {len(known)}")
    span = known[-1] - known[0]
    times = (known - known[0]) / span
    ahead = (almanac.dates[future] - known[0]) / span
    changes = _changepoints(times, options)

    blocks: list[tuple[Array, float]] = []
    if span >= 730 * _DAY and almanac.frequency is not Frequency.YEARLY:
        blocks.append((almanac.yearly, options.seasonality_scale))
    if span >= 14 * _DAY and np.diff(known).min() < 7 * _DAY:
        blocks.append((almanac.weekly, options.seasonality_scale))
    seen = almanac.holidays[past][observed].any(axis=0)
    blocks.append((almanac.holidays[:, seen], options.holidays_scale))
    columns = np.concatenate([block for block, _ in blocks], axis=1)
    return Design(
        trend=_trend(times, changes),
        future_trend=_trend(ahead, changes),
        ahead=ahead,
        features=columns[past][observed],
        future_features=columns[future],
        scales=np.concatenate([np.full(block.shape[1], scale) for block, scale in blocks]),
    )


def _changepoints(times: Array, options: Options) -> Array:
    """Scaled times of the potential changes; one at 0, which changes nothing, where there is room for none."""
    last = int(np.floor(len(times) * options.changepoint_range))
    count = min(options.changepoints, last - 1)
    if count < 1:
        return np.zeros(1)
    return times[np.linspace(0, last - 1, count + 1).round().astype(np.int64)[1:]]


def _trend(times: Array, changes: Array) -> Array:
    hinges = np.maximum(times[:, None] - changes, 0.0)
    return np.concatenate([np.ones((len(times), 1)), times[:, None], hinges], axis=1)
