"""The week's shape of each item, shrunk where demand is rare."""

import numpy as np

from lakecast_forecast.features.series import Series
from lakecast_forecast.panel import Array

_DECAY = 0.005
_SHRINK = 8.0  # demands per phase at which the item's own shape counts half
_LEAST = 0.05


def shape(series: Series) -> Array:
    """(n, season) factors around 1 by phase, phase 0 being the first period after the end."""
    n, periods = series.values.shape
    weight = np.where(series.mask(), (1 - _DECAY) ** np.arange(periods)[::-1], 0.0)
    level = (weight * series.values).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    out = np.ones((n, series.season))
    demands = (series.values > 0).sum(axis=1) / series.season
    for phase in range(series.season):
        columns = slice((periods + phase) % series.season, None, series.season)
        total = weight[:, columns].sum(axis=1)
        mean = (weight[:, columns] * series.values[:, columns]).sum(axis=1) / np.maximum(total, 1e-300)
        known = (total > 0) & (level > 0)
        ratio = np.divide(mean, level, out=np.ones(n), where=known)
        out[:, phase] = (ratio * demands + _SHRINK) / (demands + _SHRINK)
    return np.maximum(out, _LEAST)


def without(series: Series, factors: Array) -> Series:
    """The series divided by its shape."""
    phases = np.arange(-series.values.shape[1], 0) % series.season
    return Series(series.values / factors[:, phases], series.start, series.season)


def ahead(factors: Array, horizon: int) -> Array:
    """(n, horizon) factors of the coming periods."""
    return np.asarray(factors[:, np.arange(horizon) % factors.shape[1]])
