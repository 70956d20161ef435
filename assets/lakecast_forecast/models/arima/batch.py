"""A batch of series ready for fitting: time first, scaled, gaps filled, with its seasonality."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.models.arima.adjust import Seasonality, seasonality
from lakecast_forecast.panel import Array

_ROUNDS = 3  # of filling gaps and finding the season


@dataclass(frozen=True)
class Batch:
    """n series over T periods, right-aligned, each divided by its mean.

    values: (T, n) demand, 0 before a series' start and filled where it is not known.
    known: (T, n) whether the demand of a period is known.
    starts: (n,) first period of each series, which is known.
    scale: (n,) what the demand was divided by.
    seasons: seasonal indices of the scaled series.
    """

    values: Array
    known: NDArray[np.bool_]
    starts: NDArray[np.int64]
    scale: Array
    seasons: Seasonality

    @property
    def periods(self) -> int:
        return len(self.values)

    def inside(self) -> NDArray[np.bool_]:
        """(T, n) whether a period is not before the series' start."""
        return np.arange(self.periods)[:, None] >= self.starts

    def adjusted(self) -> Array:
        """The series (T, n) without their season, 0 before the start."""
        factor, offset = self.seasons.over(self.periods)
        return np.where(self.inside(), (self.values - offset) / factor, 0.0)


def batch(demand: Array, season: int) -> Batch:
    """Prepare the rows of `demand` (n, T), NaN where not known; each has a known value above 0.

    Leading periods in which no series has begun are dropped.
    Gaps are filled by interpolating the seasonally adjusted series; after the last known value it stays level.
    """
    demand = demand[:, int((~np.isnan(demand)).argmax(1).min()) :]
    values = np.ascontiguousarray(demand.T)
    known = ~np.isnan(values)
    starts = known.argmax(0)
    values = np.where(known, np.maximum(values, 0.0), 0.0)
    scale = _scale(values, known)
    values = values / scale
    seasons = seasonality(values, known, starts, season)
    gaps = np.flatnonzero((~known & (np.arange(len(values))[:, None] >= starts)).any(0))
    if len(gaps):
        filled, its_seasons = _filled(values[:, gaps], known[:, gaps], starts[gaps], season)
        values[:, gaps] = filled
        seasons.factor[:, gaps], seasons.offset[:, gaps] = its_seasons.factor, its_seasons.offset
    return Batch(values, known, starts, scale, seasons)


def _filled(
    values: Array, known: NDArray[np.bool_], starts: NDArray[np.int64], season: int
) -> tuple[Array, Seasonality]:
    """Series with every gap filled, and their seasonality; one needs the other, so they take turns."""
    inside = np.arange(len(values))[:, None] >= starts
    filled = values.copy()
    _interpolate(filled, known, starts)
    for _ in range(_ROUNDS):
        seasons = seasonality(filled, known, starts, season)
        factor, offset = seasons.over(len(values))
        level = np.where(known, (values - offset) / factor, 0.0)
        _interpolate(level, known, starts)
        filled = np.where(known | ~inside, values, np.maximum(level * factor + offset, 0.0))
    return filled, seasons


def _scale(values: Array, known: NDArray[np.bool_]) -> Array:
    """Mean of the known values (n,), computed so that the largest numbers do not overflow."""
    largest = np.maximum(values.max(0), np.finfo(np.float64).tiny)
    return np.asarray(np.maximum(largest * ((values / largest).sum(0) / known.sum(0)), np.finfo(np.float64).tiny))


def _interpolate(values: Array, known: NDArray[np.bool_], starts: NDArray[np.int64]) -> None:
    """Fill the unknown values of every series linearly, in place."""
    for column, start in enumerate(starts):
        at = np.flatnonzero(known[:, column])
        missing = np.flatnonzero(~known[:, column])
        missing = missing[missing > start]
        values[missing, column] = np.interp(missing, at, values[at, column])
