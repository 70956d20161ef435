"""Mean demand per period of rarely bought items: the classic estimators, every series of a batch at once."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features.series import Series
from lakecast_forecast.panel import Array

_FEWEST = 4  # periods that must remain when leading zeros are dropped
_BURN_IN = 3
_OPTIMISED = np.array([0.1, 0.15, 0.2, 0.25, 0.3])  # smoothing of aggregated series, as ADIDA's authors bound it
_WIDEST = 24  # periods that are aggregated at most


def since_first_demand(series: Series) -> Series:
    """The series from their first demand on, unless that leaves fewer than four periods."""
    periods = series.values.shape[1]
    occurs = series.values > 0
    first = np.where(occurs.any(axis=1), occurs.argmax(axis=1) if periods else 0, series.start)
    start = np.where(periods - first >= _FEWEST, np.maximum(first, series.start), series.start)
    return Series(series.values, start.astype(np.int64), series.season)


def ses(series: Series, smoothing: float) -> Array:
    """(n,) level of simple exponential smoothing, begun at the mean of the first quarter of the series."""
    levels: Array = _smoothed(series.values, series.start, np.array([smoothing]))[0]
    return np.asarray(levels[0])


def moving_average(series: Series, periods: int) -> Array:
    """(n,) mean of the last `periods` periods, of all where there are fewer."""
    recent = series.values[:, max(series.values.shape[1] - periods, 0) :]
    return np.asarray(recent.sum(axis=1) / np.maximum(np.minimum(series.lengths, periods), 1))


def tsb(series: Series, size_smoothing: float = 0.1, chance_smoothing: float = 0.05) -> Array:
    """(n,) chance of a demand times its size, each smoothed (Teunter, Syntetos & Babai 2011, EJOR 214, 606-615).

    Unlike Croston's method it lets an item fade that is no longer bought.
    """
    occurs = series.values > 0
    count = np.maximum(occurs.sum(axis=1), 1)
    size = np.where(occurs, series.values, 0.0).sum(axis=1) / count
    chance = occurs.sum(axis=1) / np.maximum(series.lengths, 1)
    for period in range(int(series.start.min(initial=0)), series.values.shape[1]):
        on = period >= series.start
        hit = occurs[:, period]
        size = np.where(on & hit, size + size_smoothing * (series.values[:, period] - size), size)
        chance = np.where(on, chance + chance_smoothing * (hit - chance), chance)
    return np.asarray(size * chance)


def adida(series: Series) -> Array:
    """(n,) smoothing of the series aggregated to its mean interval (Nikolopoulos et al. 2011, JORS 62, 544-554)."""
    return _aggregated(series)[0]


def imapa(series: Series) -> Array:
    """(n,) mean over all aggregation levels up to the mean interval (Petropoulos & Kourentzes 2015, JORS 66)."""
    return _aggregated(series)[1]


RATES: Mapping[str, Callable[[Series], Array]] = {
    "ses_slow": lambda series: ses(series, 0.05),
    "ses": lambda series: ses(series, 0.1),
    "ses_fast": lambda series: ses(series, 0.2),
    "tsb": tsb,
    "adida": adida,
    "imapa": imapa,
    "season": lambda series: moving_average(series, max(series.season, 6)),
    "two_seasons": lambda series: moving_average(series, 2 * max(series.season, 6)),
}
"""Estimators that a combination is made of."""


def _aggregated(series: Series) -> tuple[Array, Array]:
    """Per period rates (n,) at the mean interval's aggregation level, and averaged over all levels up to it."""
    n, periods = series.values.shape
    interval = series.lengths / np.maximum((series.values > 0).sum(axis=1), 1)
    widest = np.clip(np.round(interval), 1, np.minimum(_WIDEST, np.maximum(series.lengths // 2, 1))).astype(np.int64)
    total, last = np.zeros(n), np.zeros(n)
    for width in range(1, int(widest.max(initial=0)) + 1):
        rows = np.flatnonzero(widest >= width)
        buckets = periods // width
        sums = series.values[rows, periods - buckets * width :].reshape(len(rows), buckets, width).sum(axis=2)
        lost = periods - buckets * width
        first = np.maximum(np.minimum(-(-np.maximum(series.start[rows] - lost, 0) // width), buckets - 1), 0)
        levels, errors = _smoothed(sums, first, _OPTIMISED)
        rate = levels[errors.argmin(axis=0), np.arange(len(rows))] / width
        total[rows] += rate
        last[rows] = rate
    return last, total / widest


def _smoothed(values: Array, start: NDArray[np.int64], smoothing: Array) -> tuple[Array, Array]:
    """Last levels and sums of squared errors, both (parameters, n)."""
    periods = values.shape[1]
    lengths = periods - start
    early = np.maximum(3, lengths // 4)
    columns = np.arange(periods)
    head = (columns >= start[:, None]) & (columns < (start + early)[:, None])
    first = np.where(head, values, 0.0).sum(axis=1) / np.maximum(head.sum(axis=1), 1)
    level = np.repeat(first[None, :], len(smoothing), axis=0)
    errors = np.zeros_like(level)
    for period in range(int(start.min(initial=periods)), periods):
        error = np.where(period >= start, values[:, period] - level, 0.0)
        errors += np.where(period >= start + _BURN_IN, error * error, 0.0)
        level += smoothing[:, None] * error
    return level, errors
