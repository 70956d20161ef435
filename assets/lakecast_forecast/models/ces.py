"""Complex exponential smoothing on a grid of parameters, every series of a batch at once."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.interface import Diagnostics, Forecasts
from lakecast_forecast.models.arima.batch import Batch
from lakecast_forecast.models.local import Solution, forecast, grid_weights
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

_REAL = (0.8, 1.0, 1.15, 1.3, 1.45, 1.6, 1.8, 1.95)
_IMAGINARY = (0.9, 0.96, 0.99, 1.0, 1.01, 1.03, 1.06, 1.12)
_SEASON = (0.02, 0.1, 0.25, 0.5)
_LONG_SEASON = 24
"""Longer seasons are taken out beforehand: a state per phase has too little to learn from."""

_BURN_IN = 2  # periods whose errors do not count
_SEASONS_READ = 3  # for the first seasonal states
_POTENTIAL = 1.1  # level over information potential at the start
_LIFT = 3.0  # added to logarithms: the model is not free of its origin, which it expects to be below the series
_LEAST = 1e-3  # of the mean: logarithms of smaller demand are taken of this


@dataclass(frozen=True)
class Ces(Source):
    """Complex exponential smoothing with a real ("partial") season.

    Source: Svetunkov, Kourentzes & Ord 2022, Naval Research Logistics 69, 1108-1123.

    The level has a twin, its information potential, so that one form covers levels and trends without a switch.
    Both start from a run forwards and one back. Smoothing parameters come from the stable points of a grid, over
    which the forecasts are averaged by likelihood.

    log: whether the logarithm of demand is smoothed, where all demand is above zero.

    >>> from lakecast_forecast import Ces, example_demand
    >>> forecast = Ces().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [1.3, 0.5, 23.8, 27.6]
    """

    log: bool = False
    version: str = "v1.0.0"

    @property
    def name(self) -> str:
        return "ces_log" if self.log else "ces"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "Ces":
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        grid = {"real": _REAL, "imaginary": _IMAGINARY, "season": _SEASON}
        return Diagnostics({"log": self.log, **grid})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; normal quantiles around the forecast, which is a median if `log`."""
        return forecast(panel, horizon, self._solve)

    def _solve(self, ready: Batch, season: int, horizon: int) -> Solution:
        beforehand = season > _LONG_SEASON
        series = ready.adjusted() if beforehand else ready.values
        inside = ready.inside()
        positive = self.log & (np.where(inside, series, 1.0).min(axis=0) > 0.0)
        logs = np.where(inside, np.log(np.maximum(series, _LEAST)) + _LIFT, 0.0)
        series = np.where(positive, logs, series)
        mean, noise = _smoothed(series, ready.starts, 1 if beforehand else season, horizon)
        deviation = noise * np.sqrt(1 + 0.5 * np.arange(horizon)[:, None])
        level = np.exp(np.clip(mean - _LIFT, -20.0, 5.0))
        mean = np.where(positive, level, mean)
        deviation = np.where(positive, np.minimum(deviation, 2.0) * level, deviation)
        if beforehand:
            factor, offset = ready.seasons.ahead(horizon)
            mean, deviation = mean * factor + offset, deviation * factor
        return Solution(mean, deviation)


@dataclass(frozen=True)
class CesLog(Ces):
    """`Ces` of logarithms: a source of its own, because the two err differently."""

    log: bool = True


@dataclass(frozen=True)
class _Grid:
    """Parameters of R grid points, each (R, 1): how level, potential and season answer to an error."""

    decay: Array  # 1 - imaginary part
    pull: Array  # 1 - real part
    level_gain: Array
    potential_gain: Array
    season_gain: Array


@dataclass(frozen=True)
class _States:
    """Level and information potential (R, n), and seasonal states (season, R, n) by phase from the end."""

    level: Array
    potential: Array
    season: Array | None

    def expected(self, phase: int) -> Array:
        return self.level if self.season is None else self.level + self.season[phase]

    def moved(self, grid: _Grid) -> tuple[Array, Array]:
        """Level and potential one period on if nothing surprises."""
        return self.level - grid.decay * self.potential, self.level + grid.pull * self.potential


def _stable() -> list[tuple[float, float]]:
    """Points of the grid whose errors are forgotten: eigenvalues of the discount matrix within the unit circle."""
    points = []
    for real, imaginary in product(_REAL, _IMAGINARY):
        transition = np.array([[1.0, imaginary - 1.0], [1.0, 1.0 - real]])
        gain = np.array([[real - imaginary, 0.0], [real + imaginary, 0.0]])
        if np.abs(np.linalg.eigvals(transition - gain)).max() < 0.999:
            points.append((real, imaginary))
    return points


def _grid(seasonal: bool) -> _Grid:
    points = product(_stable(), _SEASON if seasonal else (0.0,))
    real, imaginary, season = np.array([(*point, gain) for point, gain in points]).T[:, :, None]
    return _Grid(1 - imaginary, 1 - real, real - imaginary, real + imaginary, season)


def _smoothed(series: Array, starts: NDArray[np.int64], season: int, horizon: int) -> tuple[Array, Array]:
    """Mean (h, n) and one-step standard deviation (n,) of the series (T, n)."""
    grid = _grid(season > 1)
    first = _first_states(series, starts, season, len(grid.decay))
    forth, _ = _run(series, starts, season, grid, first)
    back, _ = _run(series, starts, season, grid, forth, backwards=True)
    states, squared = _run(series, starts, season, grid, back)
    squared = np.where(np.isfinite(squared), squared, 1e12) + 1e-9
    count = (len(series) - starts).astype(np.float64)
    weight = grid_weights(squared, count)
    mean = np.empty((horizon, series.shape[1]))
    for ahead in range(horizon):
        mean[ahead] = (weight * np.nan_to_num(states.expected(ahead % season))).sum(axis=0)
        level, potential = states.moved(grid)
        states = replace(states, level=level, potential=potential)
    noise = np.sqrt(squared.min(axis=0) / np.maximum(count - 4 - _BURN_IN, 2.0))
    return mean, noise


def _first_states(series: Array, starts: NDArray[np.int64], season: int, points: int) -> _States:
    """The mean of the first periods as level, and of the first seasons' phases as season."""
    periods = len(series)
    age = np.arange(periods)[:, None] - starts
    level = _mean(series, (age >= 0) & (age < max(season, 4)))
    spread = np.repeat(level[None], points, axis=0)
    indices = None
    if season > 1:
        early = (age >= 0) & (age < _SEASONS_READ * season)
        phases = (np.arange(periods) - periods) % season
        means = np.array([_mean(series[phases == phase], early[phases == phase]) for phase in range(season)])
        indices = np.repeat((means - means.mean(axis=0))[:, None], points, axis=1)
    return _States(spread, spread / _POTENTIAL, indices)


def _mean(series: Array, mask: NDArray[np.bool_]) -> Array:
    return np.asarray(np.where(mask, series, 0.0).sum(axis=0) / np.maximum(mask.sum(axis=0), 1))


def _run(
    series: Array, starts: NDArray[np.int64], season: int, grid: _Grid, states: _States, backwards: bool = False
) -> tuple[_States, Array]:
    """The states after reading every series in one direction, and the sums of squared errors (R, n)."""
    periods = len(series)
    seasonal = None if states.season is None else states.season.copy()
    states = replace(states, season=seasonal)
    squared = np.zeros_like(states.level)
    everyone = int(starts.max(initial=0))
    order = range(int(starts.min(initial=0)), periods)
    for period in reversed(order) if backwards else order:
        phase = (period - periods) % season
        error = series[period] - states.expected(phase)
        level, potential = states.moved(grid)
        if period < everyone:  # some series have not begun: they stay as they are
            on = period >= starts
            error = np.where(on, error, 0.0)
            level, potential = np.where(on, level, states.level), np.where(on, potential, states.potential)
        if period >= everyone + _BURN_IN:
            squared += error * error
        elif period >= _BURN_IN:
            squared += np.where(period >= starts + _BURN_IN, error * error, 0.0)
        if seasonal is not None:
            seasonal[phase] += grid.season_gain * error
        level += grid.level_gain * error
        potential += grid.potential_gain * error
        states = replace(states, level=level, potential=potential)
    return states, squared
