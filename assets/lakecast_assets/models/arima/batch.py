"""A batch of series ready for fitting: time first, scaled, gaps filled, with its seasonality."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_assets.models.arima.adjust import Seasonality, seasonality
from lakecast_assets.models.base import Array


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
    gaps = np.flatnonzero((~known & (np.arange(len(values))[:, None] >= starts)).any(0))
    _interpolate(values, known, starts, gaps)
    seasons = seasonality(values, known, starts, season)
    if len(gaps):
        factor, offset = seasons.over(len(values))
        level = np.where(known, (values - offset) / factor, 0.0)
        _interpolate(level, known, starts, gaps)
        filled = np.maximum(level * factor + offset, 0.0)
        inside = np.arange(len(values))[:, None] >= starts
        values = np.where(known | ~inside, values, filled)
    return Batch(values, known, starts, scale, seasons)


def _scale(values: Array, known: NDArray[np.bool_]) -> Array:
    """Mean of the known values (n,), computed so that the largest numbers do not overflow."""
    largest = np.maximum(values.max(0), np.finfo(np.float64).tiny)
    return np.asarray(np.maximum(largest * ((values / largest).sum(0) / known.sum(0)), np.finfo(np.float64).tiny))


def _interpolate(
    values: Array, known: NDArray[np.bool_], starts: NDArray[np.int64], columns: NDArray[np.int64]
) -> None:
    """Fill the unknown values of some columns linearly, in place."""
    for column in columns:
        at = np.flatnonzero(known[:, column])
        missing = np.flatnonzero(~known[:, column])
        missing = missing[missing > starts[column]]
        values[missing, column] = np.interp(missing, at, values[at, column])
