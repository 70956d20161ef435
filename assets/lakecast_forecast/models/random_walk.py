"""Random walk with half drift in logarithms: the theta idea as an IMA(1, 1), and nearly free."""

from dataclasses import dataclass

import numpy as np

from lakecast_forecast.interface import Diagnostics, Forecasts
from lakecast_forecast.models.arima.batch import Batch
from lakecast_forecast.models.local import Solution, forecast, grid_weights
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

_SMOOTHING = np.array([0.05, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
_FLOOR = 1e-3  # of the scaled series, below which no logarithm is taken


@dataclass(frozen=True)
class RandomWalk(Source):
    """y_t = y_{t-1} + c + e_t - (1 - a) e_{t-1} on the logarithms of the seasonally adjusted series, forecast with c/2.

    Half the drift is what the theta method amounts to (Hyndman & Billah 2003, Unmasking the theta method); the
    logarithm makes it proportional. Series with zeros stay as they are. The drift is concentrated out for every
    smoothing parameter of a grid, over which the forecasts are averaged by likelihood.

    drift: share of the drift that goes on, from 0 for none to 1 for all of it.

    >>> from lakecast_forecast import RandomWalk, example_demand
    >>> forecast = RandomWalk().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.4, 0.4, 24.1, 28.4]
    """

    drift: float = 0.5
    name: str = "random_walk"
    version: str = "v1.0.0"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "RandomWalk":
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics({"drift": self.drift, "smoothing": _SMOOTHING.tolist()})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; normal quantiles around the walk."""
        return forecast(panel, horizon, self._solve)

    def _solve(self, ready: Batch, season: int, horizon: int) -> Solution:
        inside = ready.inside()
        level = ready.adjusted()
        positive = np.where(inside, level, 1.0).min(axis=0) > _FLOOR
        logs = np.where(inside & positive, np.log(np.maximum(level, _FLOOR)), level)
        smooth = _SMOOTHING[:, None]
        last, response, errors = _filtered(logs, ready, smooth)
        count: Array = (ready.periods - ready.starts - 1).astype(np.float64)
        slope = errors[1] / np.maximum(errors[2], 1e-12)
        squared = np.maximum(errors[0] - slope * errors[1], 0.0)
        weight = grid_weights(squared, count)
        ahead = np.arange(1, horizon + 1)[:, None]
        start = (weight * (last - slope * response)).sum(axis=0)
        path = start + self.drift * ahead * (weight * slope).sum(axis=0)
        alpha = (weight * smooth).sum(axis=0)
        noise = np.sqrt((weight * squared).sum(axis=0) / np.maximum(count - 2, 1))
        deviation = noise * np.sqrt(1 + alpha**2 * (ahead - 1))
        mean = np.where(positive, np.exp(np.clip(path, -20, 8)), path)
        deviation = np.where(positive, np.clip(deviation, 0, 2) * mean, deviation)
        factor, offset = ready.seasons.ahead(horizon)
        return Solution(mean * factor + offset, deviation * factor)


def _filtered(series: Array, ready: Batch, smooth: Array) -> tuple[Array, Array, tuple[Array, Array, Array]]:
    """Exponential smoothing of the series (T, n) and, beside it, of the drift's unit response.

    Returns the last level (R, n), how much of it a unit of drift explains (R, n), and the sums over time of
    e², e·g and g², e being the error without drift and g what a unit of drift takes from it.
    """
    shape = (len(smooth), series.shape[1])
    first = series[ready.starts, np.arange(series.shape[1])]
    level, response = np.broadcast_to(first, shape).copy(), np.zeros(shape)
    squares, cross, power = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for period in range(int(ready.starts.min()) + 1, ready.periods):
        on = period > ready.starts
        error = np.where(on, series[period] - level, 0.0)
        gain = np.where(on, 1.0 - response, 0.0)
        squares += error * error
        cross += error * gain
        power += gain * gain
        level += smooth * error
        response += np.where(on, smooth * gain - 1.0, 0.0)
    return level, response, (squares, cross, power)
