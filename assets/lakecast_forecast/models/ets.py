"""Exponential smoothing with trend and season on a grid of parameters, every series of a batch at once."""

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.interface import Diagnostics, Forecasts
from lakecast_forecast.models.arima.batch import Batch
from lakecast_forecast.models.local import Solution, forecast, grid_weights
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

Season = Literal["none", "additive", "multiplicative"]

_LEVEL = (0.03, 0.08, 0.16, 0.28, 0.45, 0.65, 0.9)
_TREND = (0.03, 0.15, 0.4)
_DAMPING = (0.85, 0.95, 0.99)
_SEASON = (0.01, 0.08, 0.25)
_LONG_SEASON = 24
"""Seasons longer than this are taken out beforehand: a state per phase has too little to learn from."""
_LEAST_INDEX = 0.02


@dataclass(frozen=True)
class Form:
    """One member: with or without damped trend, and the kind of its season."""

    trend: bool
    season: Season

    def parameters(self, season_length: int) -> int:
        """Estimated parameters and states."""
        return 2 + 2 * self.trend + (season_length if self.season != "none" else 0)


@dataclass(frozen=True)
class Ets(Source):
    """Average of {no, damped} trend × {no, additive, multiplicative} season, additive errors, weighted by AICc.

    The forms are those of Hyndman, Koehler, Ord & Snyder (2008). Smoothing parameters come from a grid over which
    each form is averaged by likelihood; the forms are then weighted by exp(-temperature × AICc / 2), after Kolassa
    2011, IJF 27, 238-251.

    temperature: 0 weighs all forms alike, 1 is Akaike's weight, more comes nearer to the best form alone.

    >>> from lakecast_forecast import Ets, example_demand
    >>> forecast = Ets().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.5, 0.5, 24.0, 28.0]
    """

    temperature: float = 0.6
    name: str = "ets"
    version: str = "v1.0.0"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "Ets":
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        grid = {"level": _LEVEL, "trend": _TREND, "damping": _DAMPING, "season": _SEASON}
        return Diagnostics({"temperature": self.temperature, **grid})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; normal quantiles around the average."""
        return forecast(panel, horizon, self._solve)

    def _solve(self, ready: Batch, season: int, horizon: int) -> Solution:
        beforehand = season > _LONG_SEASON
        kinds: tuple[Season, ...] = ("none",)
        if 1 < season <= _LONG_SEASON:
            kinds = ("none", "additive", "multiplicative")
        series = ready.adjusted() if beforehand else ready.values
        members = [
            _member(Form(trend, kind), series, ready.starts, season, horizon)
            for trend in (False, True)
            for kind in kinds
        ]
        criteria = np.array([criterion for _, _, criterion in members])
        relative = np.minimum(criteria - criteria.min(axis=0), 1e6)
        weight = np.exp(-0.5 * self.temperature * relative)
        weight = np.where(np.isfinite(criteria), weight, 0.0)
        weight = (weight / weight.sum(axis=0))[:, None, :]
        mean = (weight * np.array([center for center, _, _ in members])).sum(axis=0)
        deviation = (weight * np.array([spread for _, spread, _ in members])).sum(axis=0)
        if beforehand:
            factor, offset = ready.seasons.ahead(horizon)
            mean, deviation = mean * factor + offset, deviation * factor
        return Solution(mean, deviation)


def _member(
    form: Form, series: Array, starts: NDArray[np.int64], season: int, horizon: int
) -> tuple[Array, Array, Array]:
    """Mean (h, n), standard deviation (h, n) and AICc (n,) of one form; infinite AICc where it does not apply."""
    periods = len(series)
    inside = np.arange(periods)[:, None] >= starts
    count = (periods - starts).astype(np.float64)
    grid = np.array(
        list(
            product(
                _LEVEL,
                _TREND if form.trend else (0.0,),
                _DAMPING if form.trend else (0.0,),
                _SEASON if form.season != "none" else (0.0,),
            )
        )
    )
    applies = np.ones(len(starts), dtype=np.bool_)
    index = np.ones((1, len(starts)))
    if form.season != "none":
        index, applies = _initial_season(series, inside, season, form.season == "multiplicative")
    level, slope = _initial_level(series, starts, index, season, form)
    burn_in = starts + min(3, season)
    states, squared = _filtered(form, series, starts, burn_in, grid, (level, slope, index))
    used = np.maximum(periods - burn_in, 1)
    k = form.parameters(season)
    best = squared.min(axis=0)
    criterion = count * np.log(best / used + 1e-12) + 2 * k + 2 * k * (k + 1) / np.maximum(count - k - 1, 1)
    weight = grid_weights(squared, count)
    mean = _ahead(form, states, grid, weight, horizon)
    alpha = (weight * grid[:, 0, None]).sum(axis=0)
    noise = np.sqrt(best / np.maximum(used - 4, 1))
    deviation = noise * np.sqrt(1 + alpha**2 * np.arange(horizon)[:, None])
    return mean, deviation, np.where(applies, criterion, np.inf)


def _filtered(
    form: Form,
    series: Array,
    starts: NDArray[np.int64],
    burn_in: NDArray[np.int64],
    grid: Array,
    initial: tuple[Array, Array, Array],
) -> tuple[tuple[Array, Array, Array], Array]:
    """Run every grid point through the series. Returns the last states and the sums of squared errors (R, n).

    Phases of the seasonal state (season, R, n) count from the first period after the end.
    """
    alpha, beta, damping, gamma = (grid[:, k, None] for k in range(4))
    shape = (len(grid), series.shape[1])
    level, slope = (np.broadcast_to(state, shape).copy() for state in initial[:2])
    index = np.repeat(initial[2][:, None, :], shape[0] if form.season != "none" else 1, axis=1)
    squared = np.zeros(shape)
    periods, everyone = len(series), int(starts.max(initial=0))
    for period in range(int(starts.min(initial=0)), periods):
        phase = (period - periods) % len(index)
        base = level + damping * slope if form.trend else level
        if form.season == "none":
            error = adjusted = series[period] - base
        elif form.season == "additive":
            error = adjusted = series[period] - base - index[phase]
        else:
            error = series[period] - base * index[phase]
            adjusted = error / index[phase]
        if period < everyone:  # some series have not begun: they stay as they are
            on = period >= starts
            error, adjusted = np.where(on, error, 0.0), np.where(on, adjusted, 0.0)
            base = np.where(on, base, level)
            slope_before = np.where(on, damping * slope, slope) if form.trend else slope
        else:
            slope_before = damping * slope if form.trend else slope
        squared += np.where(period >= burn_in, error * error, 0.0)
        level = base + alpha * adjusted
        if form.trend:
            slope = slope_before + alpha * beta * adjusted
        if form.season == "additive":
            index[phase] += gamma * (1 - alpha) * error
        elif form.season == "multiplicative":
            index[phase] += gamma * (1 - alpha) * error / np.maximum(np.abs(base), 1e-3)
            np.maximum(index[phase], _LEAST_INDEX, out=index[phase])
    return (level, slope, index), squared


def _ahead(form: Form, states: tuple[Array, Array, Array], grid: Array, weight: Array, horizon: int) -> Array:
    """(h, n) forecasts averaged over the grid."""
    level, slope, index = states
    damping = grid[:, 2, None]
    reach = np.zeros_like(damping)
    mean = np.empty((horizon, weight.shape[1]))
    for ahead in range(horizon):
        value = level
        if form.trend:
            reach = reach + damping ** (ahead + 1)
            value = level + reach * slope
        phase = ahead % len(index)
        if form.season == "additive":
            value = value + index[phase]
        elif form.season == "multiplicative":
            value = value * index[phase]
        mean[ahead] = (weight * value).sum(axis=0)
    return mean


def _initial_level(
    series: Array, starts: NDArray[np.int64], index: Array, season: int, form: Form
) -> tuple[Array, Array]:
    """First level and slope (n,) from the deseasonalised beginning of each series."""
    periods, columns = len(series), np.arange(len(starts))
    window = max(4, min(season, 8))
    rows = starts + np.arange(2 * window)[:, None]
    there = rows < periods
    rows = np.minimum(rows, periods - 1)
    values = series[rows, columns]
    phases = (rows - periods) % len(index)
    if form.season == "additive":
        values = values - index[phases, columns]
    elif form.season == "multiplicative":
        values = values / index[phases, columns]
    early, late = there[:window], there[window:]
    first = np.where(early, values[:window], 0.0).sum(axis=0) / early.sum(axis=0)
    if not form.trend:
        return first, np.zeros_like(first)
    second = np.where(late, values[window:], 0.0).sum(axis=0) / window
    slope = np.where(late.all(axis=0), (second - first) / window, 0.0)
    return first - slope * (window + 1) / 2, slope


def _initial_season(
    series: Array, inside: NDArray[np.bool_], season: int, multiplicative: bool
) -> tuple[Array, NDArray[np.bool_]]:
    """Classical indices (season, n) by phase after the end, and whether a series has two seasons to compute them.

    A multiplicative season needs positive demand throughout.
    """
    periods, n = series.shape
    index = np.ones((season, n)) if multiplicative else np.zeros((season, n))
    applies = inside.sum(axis=0) >= 2 * season
    if multiplicative:
        applies &= np.where(inside, series, 1.0).min(axis=0) > 0
    width = season + (season % 2 == 0)
    if periods < max(width, 2 * season):
        return index, np.zeros(n, dtype=np.bool_)
    kernel = np.full(width, 1.0 / season)
    if season % 2 == 0:
        kernel[[0, -1]] /= 2
    inner = periods - width + 1
    average = np.zeros((inner, n))
    for lag, share in enumerate(kernel):
        average += share * series[lag : lag + inner]
    middle = slice(width // 2, width // 2 + inner)
    usable = inside[:inner]
    detrended = series[middle] / np.maximum(average, 1e-9) if multiplicative else series[middle] - average
    phases = (np.arange(periods)[middle] - periods) % season
    for phase in range(season):
        rows = phases == phase
        there = usable[rows].sum(axis=0)
        mean = np.where(usable[rows], detrended[rows], 0.0).sum(axis=0) / np.maximum(there, 1)
        index[phase] = np.where(there > 0, mean, index[phase])
    if multiplicative:
        return np.maximum(index / np.maximum(index.mean(axis=0), 1e-9), 0.05), applies
    return index - index.mean(axis=0), applies
