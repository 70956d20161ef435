"""Dynamic optimised theta on a grid of parameters, every series of a batch at once."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from lakecast_forecast.interface import Diagnostics, Forecasts
from lakecast_forecast.models.arima.batch import Batch
from lakecast_forecast.models.local import Solution, forecast, grid_weights
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

_SMOOTHING = (0.05, 0.12, 0.22, 0.35, 0.5, 0.65, 0.8, 0.95)
_THETA = (1.0, 1.25, 1.6, 2.0, 2.8, 4.5, 10.0)
_START = (0.5, 1.0)  # first level as a share of the first value
_BURN_IN = 3  # periods whose errors do not count, while the line has no direction yet


@dataclass(frozen=True)
class Theta(Source):
    """Dynamic optimised theta model (Fiorucci et al. 2016, IJF 32, 1151-1161) of the seasonally adjusted series.

    Smoothing, theta and the first level come from a grid over which the forecasts are averaged by likelihood,
    `sharpness` times as decided as Bayes would be.

    sharpness: above 0; the larger, the nearer to the single best point of the grid.

    >>> from lakecast_forecast import Theta, example_demand
    >>> forecast = Theta(sharpness=1).fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.5, 0.5, 24.0, 28.4]
    """

    sharpness: float = 2.0
    name: str = "theta"
    version: str = "v1.0.0"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "Theta":
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics({"sharpness": self.sharpness, "smoothing": _SMOOTHING, "theta": _THETA})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; normal quantiles around the theta forecast."""
        return forecast(panel, horizon, self._solve)

    def _solve(self, ready: Batch, season: int, horizon: int) -> Solution:
        count = (ready.periods - ready.starts).astype(np.float64)
        state, squared, alpha = _filtered(_left_aligned(ready), count)
        used = np.maximum(count - _BURN_IN, 2)
        weight = grid_weights(squared, count, self.sharpness)
        mean = np.empty((horizon, len(count)))
        for ahead in range(horizon):
            value = state.expected()
            mean[ahead] = (weight * value).sum(axis=0)
            state = state.after(value)
        noise = np.sqrt(squared.min(axis=0) / used)
        average = (weight * alpha).sum(axis=0)
        deviation = noise * np.sqrt(1 + average**2 * np.arange(horizon)[:, None])
        factor, offset = ready.seasons.ahead(horizon)
        return Solution(mean * factor + offset, deviation * factor)


@dataclass(frozen=True)
class _State:
    """Level, line and count of a theta model for every grid point and series, each (R, n) or broadcast to it.

    intercept and slope are those of the least squares line through all values seen so far (their own recursion),
    average their mean; fading is (1 - alpha) to the power of the count.
    """

    alpha: Array
    curvature: Array  # 1 - 1 / theta
    count: Array
    level: Array
    intercept: Array
    slope: Array
    average: Array
    fading: Array

    def expected(self) -> Array:
        line = self.fading * self.intercept + (1 - self.fading * (1 - self.alpha)) / self.alpha * self.slope
        return self.level + self.curvature * line

    def after(self, value: Array) -> "_State":
        n = self.count
        average = (n * self.average + value) / (n + 1)
        slope = ((n - 1) * self.slope + 6 * (value - self.average) / (n + 1)) / (n + 2)
        return _State(
            self.alpha,
            self.curvature,
            n + 1,
            self.alpha * value + (1 - self.alpha) * self.level,
            average - slope * (n + 2) / 2,
            slope,
            average,
            self.fading * (1 - self.alpha),
        )


def _filtered(values: Array, count: Array) -> tuple[_State, Array, Array]:
    """Run the models through left-aligned values (T, n). Returns the last state, squared errors (R, n) and alpha."""
    grid = np.array(list(product(_SMOOTHING, _THETA, _START)))
    alpha, theta, share = grid[:, 0, None], grid[:, 1, None], grid[:, 2, None]
    curvature, n = 1 - 1 / theta, values.shape[1]
    level = share * values[0]
    squared = np.zeros((len(grid), n))
    intercept, slope, average, fading = values[0] * 0.0, np.zeros(n), np.zeros(n), np.ones_like(alpha)
    last = np.ones((len(grid), n))
    for period in range(len(values)):
        on = period < count
        line = fading * intercept + (1 - fading * (1 - alpha)) / alpha * slope
        error = values[period] - level - curvature * line
        if period >= _BURN_IN:
            squared += np.where(on, error * error, 0.0)
        level = np.where(on, alpha * values[period] + (1 - alpha) * level, level)
        fading = fading * (1 - alpha)
        last = np.where(on, fading, last)
        if period == 0:
            intercept, average = values[0].copy(), values[0].copy()
            continue
        mean = (period * average + values[period]) / (period + 1)
        step = ((period - 1) * slope + 6 * (values[period] - average) / (period + 1)) / (period + 2)
        intercept = np.where(on, mean - step * (period + 2) / 2, intercept)
        slope, average = np.where(on, step, slope), np.where(on, mean, average)
    return _State(alpha, curvature, count, level, intercept, slope, average, last), squared, alpha


def _left_aligned(ready: Batch) -> Array:
    """(T, n) the adjusted series beginning in row 0: the model counts periods from a series' start."""
    rows = ready.starts + np.arange(ready.periods)[:, None]
    inside = rows < ready.periods
    adjusted = ready.adjusted()
    columns = np.arange(len(ready.starts))
    return np.where(inside, adjusted[np.minimum(rows, ready.periods - 1), columns], 0.0)
