"""From Prophet's estimates to distributions: noise and future changes of the trend, in closed form."""

import numpy as np

from lakecast_forecast.interface import NORMAL
from lakecast_forecast.panel import Array

_LARGEST = float(np.finfo(np.float64).max)


def trend_variance(delta: Array, ahead: Array) -> Array:
    """Variance (n, h) that future changes add to the trend, from the estimated changes (n, s) of n series.

    The library draws changes at the rate of the history's potential ones, s per length of history, each from a
    Laplace distribution whose scale is the mean size of the estimated ones. A change c before time t moves the
    trend by δ (t - c), so the variance is s ∫ 2 scale² (t - c)² dc from the history's end, time 1, to t.
    """
    changes = delta.shape[1]
    scale = np.abs(delta).mean(axis=1) if changes else np.zeros(len(delta))
    variance: Array = 2 / 3 * changes * scale[:, None] ** 2 * np.maximum(ahead - 1, 0.0) ** 3
    return variance


def distribution(mean: Array, deviation: Array) -> tuple[Array, Array]:
    """Mean (n, h) and quantiles (n, h, levels) of a Normal distribution cut off at 0; finite and ordered."""
    with np.errstate(over="ignore", invalid="ignore"):
        quantiles = mean[:, :, None] + deviation[:, :, None] * NORMAL
    return np.clip(mean, 0.0, _LARGEST), np.clip(np.nan_to_num(quantiles, nan=0.0), 0.0, _LARGEST)
