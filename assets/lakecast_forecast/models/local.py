"""What the local batched models share: which items can be fitted, how much history is read, the normal quantiles."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features.history import by_length, recent
from lakecast_forecast.interface import LEVELS, NORMAL, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.arima.batch import Batch, batch
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency

HISTORY = {
    Frequency.DAILY: 420,
    Frequency.WEEKLY: 260,
    Frequency.MONTHLY: 240,
    Frequency.QUARTERLY: 160,
    Frequency.YEARLY: 100,
}
"""Most recent periods that are read: smoothing has forgotten older ones, and they cost as much as the others."""

SHORTEST = 4
"""Known periods below which there is no model but the baseline."""

_AT_ONCE = 128
"""Series solved together: few enough for the processor's cache under a grid of some hundred parameters."""

_BOUND = 10.0
"""A mean beyond this many times the largest demand is cut: an extrapolated trend, not a forecast."""


@dataclass(frozen=True)
class Solution:
    """Mean and standard deviation of the prediction, both (h, n), in the batch's scaled units."""

    mean: Array
    deviation: Array


Solve = Callable[[Batch, int, int], Solution]
"""(batch, season, horizon) -> solution of every series; no series may influence another."""


def forecast(panel: Panel, horizon: int, solve: Solve) -> Forecasts:
    """Forecasts with normal quantiles of every item that has demand enough, the baseline for the others."""
    demand = recent(panel, HISTORY[panel.frequency])
    known = ~np.isnan(demand)
    has_demand: NDArray[np.bool_] = np.asarray((known & (np.nan_to_num(demand) > 0)).any(axis=1))
    fits: NDArray[np.bool_] = np.asarray(has_demand & (known.sum(axis=1) >= SHORTEST))
    mean = np.zeros((len(panel), horizon))
    quantiles = np.zeros((len(panel), horizon, len(LEVELS)))
    issues: list[str | None] = [None] * len(panel)
    others = np.flatnonzero(~fits)
    if others.size:
        naive = SeasonalNaive().predict(panel.select(others), horizon)
        mean[others], quantiles[others] = naive.mean, naive.quantiles
        for row, issue in zip(others, naive.issues, strict=True):
            few = Issue.FEW_PERIODS.of(least=SHORTEST) if has_demand[row] else Issue.NOTHING_TO_FIT.of()
            issues[row] = issue or few
    rows = np.flatnonzero(fits)
    for part in by_length(demand, rows, _AT_ONCE):
        ready = batch(demand[part], panel.frequency.season_length)
        solved = solve(ready, panel.frequency.season_length, horizon)
        scale = ready.scale[:, None]
        largest = np.maximum(ready.values.max(axis=0), 1.0)[:, None]
        center = np.clip(solved.mean.T, 0.0, _BOUND * largest) * scale
        spread = np.clip(solved.deviation.T, 0.0, _BOUND * largest) * scale
        mean[part] = center
        quantiles[part] = np.maximum(center[:, :, None] + spread[:, :, None] * NORMAL, 0.0)
    return Forecasts(mean, quantiles, tuple(issues))


def grid_weights(errors: Array, count: Array, sharpness: float = 1.0) -> Array:
    """Likelihood weights (R, n) over a parameter grid from sums of squared errors (R, n) of `count` (n,) periods.

    exp(-sharpness × count / 2 × log(error / best)): averaging over the grid in place of picking its best point.
    """
    logs = np.log(errors + 1e-12)
    weight = np.exp(-0.5 * np.minimum(sharpness * count * (logs - logs.min(axis=0)), 500.0))
    return np.asarray(weight / weight.sum(axis=0))
