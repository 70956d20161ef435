"""Theta forecasts from every origin of every series in one pass: what a net corrects."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array

_SMOOTHING = (0.08, 0.2, 0.35, 0.55, 0.8, 0.95)
_THETA = (1.0, 1.5, 2.0, 4.0)
_SHARPNESS = 2.0
_BURN_IN = 2  # errors that do not count, while the line has no direction yet
_TOGETHER = 256


def anchors(values: Array, starts: NDArray[np.int64]) -> tuple[Array, Array]:
    """Level and slope (n, T + 1) of the forecast level + slope × j, j = 0, 1, ..., made after each count of columns.

    values: (n, T) right-aligned series without season; starts: (n,) column of each series' first value. Entry o
    of the result sees columns before o only. Dynamic theta models (Fiorucci et al. 2016, IJF 32, 1151-1161) on a
    grid, averaged by likelihood; with the line held fixed over the horizon their forecast is linear. Origins at
    or before a series' start get 0.
    """
    n, periods = values.shape
    level, slope = np.zeros((n, periods + 1)), np.zeros((n, periods + 1))
    for first in range(0, n, _TOGETHER):
        rows = np.arange(first, min(first + _TOGETHER, n))
        index = starts[rows, None] + np.arange(periods)
        aligned = np.where(index < periods, values[rows[:, None], np.minimum(index, max(periods - 1, 0))], 0.0)
        levels, slopes = _filtered(aligned.T)
        origin = np.arange(periods + 1) - starts[rows, None]  # values seen at each origin
        seen = np.maximum(origin, 0)
        level[rows] = np.where(origin > 0, np.take_along_axis(levels, seen, axis=1), 0.0)
        slope[rows] = np.where(origin > 0, np.take_along_axis(slopes, seen, axis=1), 0.0)
    return level, slope


def _filtered(values: Array) -> tuple[Array, Array]:
    """Level and slope (n, T + 1) after each count of left-aligned values (T, n)."""
    periods, n = values.shape
    grid = np.array(list(product(_SMOOTHING, _THETA)))
    alpha, curvature = grid[:, 0, None], 1 - 1 / grid[:, 1, None]
    levels, slopes = np.zeros((periods + 1, n)), np.zeros((periods + 1, n))
    if periods == 0:
        return levels.T, slopes.T
    state = 0.75 * values[0] * np.ones_like(alpha)
    squared = np.zeros((len(grid), n))
    intercept, slope, mean = np.zeros(n), np.zeros(n), np.zeros(n)
    fading = np.ones_like(alpha)  # (1 - alpha) to the power of the values seen
    for seen in range(periods):
        line = fading * intercept + (1 - fading * (1 - alpha)) / alpha * slope
        error = values[seen] - state - curvature * line
        if seen >= _BURN_IN:
            squared += error * error
        state = alpha * values[seen] + (1 - alpha) * state
        fading = fading * (1 - alpha)
        average = (seen * mean + values[seen]) / (seen + 1)
        if seen:
            slope = ((seen - 1) * slope + 6 * (values[seen] - mean) / (seen + 1)) / (seen + 2)
        mean = average
        intercept = mean - slope * (seen + 2) / 2
        odds = np.log((squared + 1e-9) / (squared.min(axis=0) + 1e-9))
        weight = np.exp(-0.5 * np.minimum(_SHARPNESS * max(seen, 1) * odds, 500.0))
        weight /= weight.sum(axis=0)
        line = fading * intercept + (1 - fading * (1 - alpha)) / alpha * slope
        levels[seen + 1] = (weight * (state + curvature * line)).sum(axis=0)
        slopes[seen + 1] = slope * (weight * curvature).sum(axis=0)
    return levels.T, slopes.T
