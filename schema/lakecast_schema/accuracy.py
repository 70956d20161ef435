"""Error measures of forecasts: pure functions over rows, one figure per item.

Rows are pairs of forecast and actual in any order, `item` saying whose they are as a code from 0. Definitions:
MASE and sMAPE as in Hyndman & Koehler (2006), "Another look at measures of forecast accuracy", RMSSE as in the M5
competition (Makridakis et al., 2022), pinball loss and interval score as in Gneiting & Raftery (2007), "Strictly
proper scoring rules, prediction, and estimation".
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.tables import BOUND_LEVELS

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Mean = Callable[[Array], Array]


def scales(values: Array, season_length: int) -> tuple[Array, Array]:
    """What MASE and RMSSE divide by, from training values.

    values: (n, T), right-aligned, NaN where there is none. Returns ((n,), (n,)): the mean absolute difference
    between values a season apart (one period apart where that is zero or unknown), and the mean squared
    difference between neighbours from the first non-zero value on. NaN where undefined or zero.
    """
    started = np.cumsum(np.nan_to_num(values) != 0, axis=1) > 0
    absolute = _row_mean(np.abs(_difference(values, season_length)))
    plain = _row_mean(np.abs(_difference(values, 1)))
    absolute = np.where(absolute > 0, absolute, plain)
    squared = _row_mean(_difference(np.where(started, values, np.nan), 1) ** 2)
    return np.where(absolute > 0, absolute, np.nan), np.where(squared > 0, squared, np.nan)


def _difference(values: Array, lag: int) -> Array:
    if values.shape[1] <= lag:
        return np.full((values.shape[0], 1), np.nan)
    return values[:, lag:] - values[:, :-lag]


def _row_mean(values: Array) -> Array:
    known = np.isfinite(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def metrics(
    item: Codes,
    window: Codes,
    actual: Array,
    forecast: Array,
    bounds: Array | None,
    scale: Array,
    squared_scale: Array,
) -> Mapping[str, Array]:
    """The error columns of `fact_metrics` (without skill and fit_seconds), each (n,) for the n items of `scale`.

    item, window, actual, forecast: (r,), rows whose actual is NaN being left out; `forecast` is the mean.
    bounds: (r, 5) quantiles at BOUND_LEVELS, NaN or None where a source has none.
    scale, squared_scale: (n,) as `scales` returns them. NaN stands for "not defined".
    """
    known = np.isfinite(actual)
    item, window, actual, forecast = item[known], window[known], actual[known], forecast[known]
    n = len(scale)
    error = forecast - actual
    size = np.abs(error)
    magnitude = np.abs(actual)

    def mean(values: Array) -> Array:
        """Per item; NaN for an item that has no rows or an undefined one."""
        count = np.bincount(item, minlength=n)
        total = np.bincount(item, weights=values, minlength=n)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    both = magnitude + np.abs(forecast)
    mae, squared, volume = mean(size), mean(error**2), mean(magnitude)
    relative = np.divide(size, magnitude, out=np.full_like(size, np.nan), where=magnitude > 0)
    positive_volume = np.where(volume > 0, volume, np.nan)
    pairs = np.unique(np.stack([item, window], axis=1), axis=0)[:, 0] if len(item) else item
    return {
        "windows": np.bincount(pairs, minlength=n).astype(np.float64),
        "observations": np.bincount(item, minlength=n).astype(np.float64),
        "mae": mae,
        "rmse": np.sqrt(squared),
        "wape": mae / positive_volume,
        "smape": mean(np.divide(2 * size, both, out=np.zeros_like(size), where=both > 0)),
        "mape": mean(relative),
        "mase": mae / scale,
        "rmsse": np.sqrt(squared / squared_scale),
        "bias": mean(error) / positive_volume,
        **_of_bounds(mean, actual, None if bounds is None else bounds[known], scale),
    }


def _of_bounds(mean: Mean, actual: Array, bounds: Array | None, scale: Array) -> Mapping[str, Array]:
    if bounds is None:
        bounds = np.full((len(actual), len(BOUND_LEVELS)), np.nan)
    lower_95, lower_80, _, upper_80, upper_95 = bounds.T
    missing = np.isnan(bounds).any(axis=1)

    def within(lower: Array, upper: Array) -> Array:
        return mean(np.where(missing, np.nan, (actual >= lower) & (actual <= upper)))

    return {
        "scaled_quantile_loss": 2 * mean(pinball(actual, bounds, BOUND_LEVELS).mean(axis=1)) / scale,
        "interval_score_80": mean(interval_score(actual, lower_80, upper_80, 0.8)),
        "coverage_80": within(lower_80, upper_80),
        "coverage_95": within(lower_95, upper_95),
    }


def pinball(actual: Array, quantiles: Array, levels: tuple[float, ...]) -> Array:
    """Pinball loss (..., len(levels)) of `quantiles` (..., len(levels)) at `levels` against `actual` (...)."""
    tau = np.asarray(levels)
    below = actual[..., None] - quantiles
    loss: Array = np.maximum(tau * below, (tau - 1) * below)
    return loss


def interval_score(actual: Array, lower: Array, upper: Array, confidence: float) -> Array:
    """Width of the interval plus a penalty for actuals outside; all arguments of one shape. Lower is better."""
    penalty = 2 / (1 - confidence)
    score: Array = (upper - lower) + penalty * np.maximum(lower - actual, 0) + penalty * np.maximum(actual - upper, 0)
    return score


def skill(loss: Array, baseline_loss: Array) -> Array:
    """1 - loss / baseline_loss; NaN where the baseline's loss is zero or unknown."""
    return 1 - loss / np.where(baseline_loss > 0, baseline_loss, np.nan)
