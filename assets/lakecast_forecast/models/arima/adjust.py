"""Classical seasonal adjustment of a whole batch: multiplicative for positive series, additive for the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array

_SIGNIFICANCE = 1.645  # of the seasonal autocorrelation: 90 %, as the theta method and Naive2 of M3 test it
_LONG_SEASON = 13  # seasons from this length on have too few repetitions for an index per period
_HARMONICS = 4  # that smooth the indices of a long season
_REPEATS = 3  # seasons that a series must hold
_LONG_REPEATS = 2  # of a long one, whose smoothed indices gained 8 to 14 % on weekly series of two years


@dataclass(frozen=True)
class Seasonality:
    """Indices of n series by phase; the first future period has phase 0, and so has every period that it repeats.

    factor: (season, n) multiplies the adjusted series; 1 where the season is additive or absent.
    offset: (season, n) is added to it; 0 where it is multiplicative or absent.
    """

    factor: Array
    offset: Array

    def over(self, periods: int) -> tuple[Array, Array]:
        """Factor and offset (periods, n) of a history that ends with the batch."""
        phases = np.arange(-periods, 0) % len(self.factor)
        return self.factor[phases], self.offset[phases]

    def ahead(self, horizon: int) -> tuple[Array, Array]:
        """Factor and offset (horizon, n) of the future."""
        phases = np.arange(horizon) % len(self.factor)
        return self.factor[phases], self.offset[phases]


def seasonality(series: Array, known: NDArray[np.bool_], starts: NDArray[np.int64], season: int) -> Seasonality:
    """Indices of the series (T, n) whose autocorrelation at the season is significant; neutral ones otherwise.

    series: right-aligned and filled where `known` (T, n) is False; starts: (n,) first period of each. The test
    and the ratio to a centred moving average follow Assimakopoulos & Nikolopoulos (2000).
    """
    periods, n = series.shape
    factor, offset = np.ones((season, n)), np.zeros((season, n))
    lengths = periods - starts
    least = season * (_LONG_REPEATS if season >= _LONG_SEASON else _REPEATS)
    if season == 1 or not np.any(lengths >= least):
        return Seasonality(factor, offset)
    inside = np.arange(periods)[:, None] >= starts
    positive = np.where(known, series, 1.0).min(0) > 0.0
    trend, has_trend = _moving_average(series, inside, season)
    usable = has_trend & known
    with np.errstate(divide="ignore", invalid="ignore"):
        detrended = np.where(positive, series / trend, series - trend)
    index, counts = _phase_means(np.where(usable, detrended, 0.0), usable, season)
    if season >= _LONG_SEASON:
        index = _smooth(index)
    seasonal = (lengths >= least) & (counts.min(0) > 0) & _is_seasonal(series, inside, lengths, season)
    level = index.mean(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = index / level
    multiplicative = seasonal & positive & (ratio.min(0) > 0.0)
    additive = seasonal & ~positive
    factor[:, multiplicative] = ratio[:, multiplicative]
    offset[:, additive] = (index - level)[:, additive]
    return Seasonality(factor, offset)


def _moving_average(series: Array, inside: NDArray[np.bool_], season: int) -> tuple[Array, NDArray[np.bool_]]:
    """The centred average over a season (T, n), and where its whole window lies inside the series."""
    even = season % 2 == 0
    width = season + even
    half = width // 2
    weights = np.full(width, 1.0 / season)
    if even:
        weights[[0, -1]] /= 2
    average = np.ones_like(series)
    inner = len(series) - width + 1
    total = np.zeros((inner, series.shape[1]))
    for i, weight in enumerate(weights):
        total += weight * series[i : i + inner]
    average[half : half + inner] = total
    whole = np.zeros_like(inside)
    whole[half : half + inner] = inside[:inner]
    return average, whole


def _phase_means(values: Array, usable: NDArray[np.bool_], season: int) -> tuple[Array, NDArray[np.int64]]:
    """Mean (season, n) of the usable values of each phase, and how many there are."""
    periods = len(values)
    means, counts = [], []
    for phase in range(season):
        rows = slice((periods + phase) % season, None, season)
        count = usable[rows].sum(0)
        means.append(values[rows].sum(0) / np.maximum(count, 1))
        counts.append(count)
    return np.array(means), np.array(counts)


def _smooth(index: Array) -> Array:
    """Project the indices (season, n) of a long season on its mean and first harmonics."""
    season = len(index)
    angles = 2 * np.pi * np.arange(season)[:, None] * np.arange(1, _HARMONICS + 1) / season
    basis = np.concatenate([np.ones((season, 1)), np.sqrt(2) * np.cos(angles), np.sqrt(2) * np.sin(angles)], 1)
    projected: Array = np.einsum("sk,kn->sn", basis, np.einsum("sk,sn->kn", basis, index)) / season
    return projected


def _is_seasonal(
    series: Array, inside: NDArray[np.bool_], lengths: NDArray[np.int64], season: int
) -> NDArray[np.bool_]:
    """Whether the autocorrelation at the season exceeds its standard error under shorter-lag correlation."""
    centred = np.where(inside, series - np.where(inside, series, 0.0).sum(0) / np.maximum(lengths, 1), 0.0)
    power = np.maximum(np.einsum("tn,tn->n", centred, centred), 1e-300)
    correlations = np.array(
        [np.einsum("tn,tn->n", centred[lag:], centred[:-lag]) / power for lag in range(1, season + 1)]
    )
    error = np.sqrt((1 + 2 * (correlations[:-1] ** 2).sum(0)) / np.maximum(lengths, 1))
    seasonal = np.abs(correlations[-1])
    if season >= _LONG_SEASON:  # of two seasons only half the products exist: the usual estimate would be halved
        seasonal *= lengths / np.maximum(lengths - season, 1)
    significant: NDArray[np.bool_] = seasonal > _SIGNIFICANCE * error
    return significant
