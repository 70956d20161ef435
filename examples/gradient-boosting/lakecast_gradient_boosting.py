"""A plug-in of Lakecast: scikit-learn's gradient boosting on lags, one model for all items and steps ahead."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from lakecast_forecast.features.series import Series, filled
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

_MOST_ROWS = 60_000
_HELD_OUT = 0.2


@dataclass(frozen=True)
class GradientBoosting(Source):
    """Gradient boosted trees that predict demand in units of an item's recent mean, directly for every step ahead.

    Features: the last lags, the same phase of the last seasons, the step and the drivers of the predicted period.
    Quantiles are those of the errors on training windows that were held out. Options: lags (default two seasons,
    at most 28), trees, learning_rate.
    """

    lags: int | None = None
    trees: int = 150
    learning_rate: float = 0.06
    name: str = "gradient_boosting"
    version: str = "v1.0.0"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "FittedGradientBoosting":
        """Train on windows of all items. Raises ValueError where no item has a full window."""
        lags = self.lags or int(np.clip(2 * panel.frequency.season_length, 4, 28))
        series = filled(panel)
        item, origin = _windows(series, lags, horizon, seed)
        if not len(item):
            raise ValueError(f"no item has the {lags + horizon} periods that one training window takes")
        steps = np.random.default_rng(seed).integers(0, horizon, len(item))
        features, level = _features(panel, series, item, origin, steps, lags)
        target = series.values[item, origin + steps] / level
        kept = np.isfinite(target) & (np.isfinite(panel.values[item, origin + steps]))
        features, target, steps = features[kept], np.clip(target[kept], 0, 50), steps[kept]
        held = np.random.default_rng(seed + 1).random(len(target)) < _HELD_OUT
        if held.all() or not held.any():
            held = np.arange(len(target)) % 2 == 0
        trees = HistGradientBoostingRegressor(
            max_iter=self.trees, learning_rate=self.learning_rate, random_state=seed, early_stopping=False
        )
        trees.fit(features[~held], target[~held])
        errors = target[held] - trees.predict(features[held])
        return FittedGradientBoosting(trees, lags, np.quantile(errors, LEVELS), len(target))


@dataclass(frozen=True)
class FittedGradientBoosting:
    """The trees, and the quantiles (levels,) of their errors in units of an item's level."""

    trees: HistGradientBoostingRegressor
    lags: int
    errors: Array
    rows: int

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics({"lags": self.lags, "trees": int(self.trees.n_iter_), "training_rows": self.rows})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; lags before an item's start are left to the trees as unknown."""
        series = filled(panel)
        n, periods = series.values.shape
        item = np.repeat(np.arange(n), horizon)
        steps = np.tile(np.arange(horizon), n)
        features, level = _features(panel, series, item, np.full(len(item), periods), steps, self.lags)
        mean = np.maximum(self.trees.predict(features) * level, 0.0).reshape(n, horizon)
        spread = level.reshape(n, horizon)[:, :, None] * self.errors
        return Forecasts(mean, np.maximum(mean[:, :, None] + spread, 0.0), (None,) * n)


def _windows(series: Series, lags: int, horizon: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Item and origin column of training windows that lie within an item's life; at most 60,000, drawn evenly."""
    periods = series.values.shape[1]
    first, last = series.start + lags, periods - horizon
    counts = np.maximum(last - first + 1, 0)
    total = int(counts.sum())
    if total == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    drawn = np.arange(total)
    if total > _MOST_ROWS:
        drawn = np.sort(np.random.default_rng(seed).choice(total, _MOST_ROWS, replace=False))
    before = np.concatenate([[0], np.cumsum(counts)])
    item = np.searchsorted(before, drawn, side="right") - 1
    return item.astype(np.int64), (first[item] + drawn - before[item]).astype(np.int64)


def _features(
    panel: Panel,
    series: Series,
    item: NDArray[np.int64],
    origin: NDArray[np.int64],
    steps: NDArray[np.int64],
    lags: int,
) -> tuple[Array, Array]:
    """Features (r, k) of predicting `steps` periods after the origin, and the level (r,) that scales them."""

    def at(column: NDArray[np.int64]) -> Array:
        known = (column >= series.start[item]) & (column >= 0)
        return np.where(known, series.values[item, np.maximum(column, 0)], np.nan)

    past = np.stack([at(origin - lag) for lag in range(1, lags + 1)], axis=1)
    count = np.maximum(np.isfinite(past).sum(axis=1), 1)
    level = np.nan_to_num(past).sum(axis=1) / count
    level = np.where(level > 0, level, 1.0)
    season = series.season
    back = season * (steps // season + 1) - steps  # periods before the origin that have the predicted phase
    phases = np.stack([at(origin - back - season * k) for k in range(2)], axis=1)
    known = np.stack(
        [values[item, np.minimum(origin + steps, values.shape[1] - 1)] for values in panel.drivers.values()]
        or [np.zeros(len(item))],
        axis=1,
    )
    scaled = np.concatenate([past, phases], axis=1) / level[:, None]
    return np.concatenate([scaled, steps[:, None].astype(np.float64), known], axis=1), level
