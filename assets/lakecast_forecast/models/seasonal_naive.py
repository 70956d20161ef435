"""The baseline: the next season repeats the last one."""

from dataclasses import dataclass

import numpy as np

from lakecast_forecast.features.series import Series, filled
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

_FEW = 8
"""Seasonal differences below which their spread is mixed with a prior one."""


@dataclass(frozen=True)
class SeasonalNaive(Source):
    """Forecast = the value one season before, repeated (Hyndman & Athanasopoulos, Forecasting, 3rd ed., 5.2).

    Its quantiles are those of the item's own seasonal differences, taken with both signs (a naive forecast has no
    drift) and widened with the square root of the seasons ahead. It is what every other source is measured
    against, and what an item gets that no other model can fit.

    >>> from lakecast_forecast import SeasonalNaive, example_demand
    >>> forecast = SeasonalNaive().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.0, 2.0, 23.0, 27.0]
    """

    name: str = "seasonal_naive"
    version: str = "v1.0.0"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "SeasonalNaive":
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics({"quantiles": "symmetric seasonal differences"})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item, also one without any observation: that one gets zeros and says so."""
        series = filled(panel)
        lag = np.where(series.lengths > series.season, series.season, 1)
        ahead = np.arange(horizon)
        source = series.values.shape[1] - lag[:, None] + ahead[None, :] % lag[:, None]
        empty = series.lengths == 0
        rows = np.arange(len(panel))[:, None]
        if series.values.shape[1] == 0:
            mean = np.zeros((len(panel), horizon))
        else:
            mean = np.where(empty[:, None], 0.0, series.values[rows, np.maximum(source, 0)])
        seasons = ahead[None, :] // lag[:, None] + 1
        spread = _error_quantiles(series, lag)
        quantiles = mean[:, :, None] + np.sqrt(seasons)[:, :, None] * spread[:, None, :]
        issues = tuple(Issue.NO_DEMAND.of() if none else None for none in empty)
        return Forecasts(mean, np.maximum(quantiles, 0.0), issues)


def _error_quantiles(series: Series, lag: Array) -> Array:
    """(n, levels) quantiles of one season's naive error, symmetric around 0."""
    out = np.zeros((len(lag), len(LEVELS)))
    lengths = series.lengths
    for length in np.unique(lengths):
        if length < 1:
            continue
        rows = np.flatnonzero(lengths == length)
        step = int(lag[rows[0]])
        life = series.values[rows, series.values.shape[1] - length :]
        errors = life[:, step:] - life[:, :-step] if length > step else np.empty((len(rows), 0))
        out[rows] = _symmetric(errors, life.mean(axis=1))
    return out


def _symmetric(errors: Array, level: Array) -> Array:
    """Quantiles of the errors with both signs; where they are few, joined by a prior spread of half the level."""
    missing = max(_FEW - errors.shape[1], 0)
    prior = 0.5 * level[:, None] * np.linspace(0.25, 1.5, missing)[None, :]
    both = np.concatenate([errors, -errors, prior, -prior], axis=1)
    return np.moveaxis(np.quantile(both, LEVELS, axis=1), 0, 1)
