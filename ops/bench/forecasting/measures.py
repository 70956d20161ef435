"""Errors of one method on one set: one figure per measure, by the definitions that the product scores itself with."""

from collections.abc import Mapping

import numpy as np

from bench.forecasting.predictions import Predictions
from bench.forecasting.sets import LEVELS, Array, Set
from lakecast_schema.accuracy import interval_score, pinball, scales

_MEDIAN = LEVELS.index(0.5)
_INNER = [k for k, level in enumerate(LEVELS) if 0.1 <= level <= 0.9]


def point(made: Predictions) -> Array:
    """(n, h) what sMAPE and MASE judge: the median, right for absolute errors; the mean where there is none."""
    return made.mean if made.quantiles is None else made.quantiles[:, :, _MEDIAN]


def scaled(part: Set) -> tuple[Array, Array]:
    """(n,) scales of MASE and of RMSSE from the history; NaN where undefined."""
    longest = max(len(values) for values in part.history)
    values = np.full((len(part), longest), np.nan)
    for row, series in enumerate(part.history):
        values[row, longest - len(series) :] = series
    return scales(values, part.kind.season)


def smape(part: Set, forecast: Array) -> Array:
    """(n,) symmetric mean absolute percentage error, 0 to 200 as the M3 competition prints it."""
    size = np.abs(part.future) + np.abs(forecast)
    error = np.abs(part.future - forecast)
    return np.asarray(200 * np.divide(error, size, out=np.zeros_like(error), where=size > 0).mean(axis=1))


def mase(part: Set, forecast: Array) -> Array:
    """(n,) mean absolute scaled error; NaN where its scale is undefined."""
    return np.asarray(np.abs(part.future - forecast).mean(axis=1) / scaled(part)[0])


def quantile_loss(part: Set, quantiles: Array) -> Array:
    """(n,) scaled quantile loss: twice the mean pinball loss of the levels from .1 to .9 over the MASE scale."""
    loss = pinball(part.future, quantiles[:, :, _INNER], tuple(LEVELS[k] for k in _INNER))
    return np.asarray(2 * loss.mean(axis=(1, 2)) / scaled(part)[0])


def score(part: Set, made: Predictions) -> Mapping[str, float]:
    """All measures over the items of `made`, which must be those of `part`; NaN where the method has none.

    RMSSE is pooled: the root of the mean squared scaled error of the mean over all items. "forecast / demand" is the
    sum of the means over that of the demand. Quantile loss and interval score are in units of the MASE scale.
    """
    squared = scaled(part)[1]
    out = {
        "sMAPE": float(smape(part, point(made)).mean()),
        "MASE": float(np.nanmean(mase(part, point(made)))),
        "RMSSE": float(np.sqrt(np.nanmean(((part.future - made.mean) ** 2).mean(axis=1) / squared))),
        "forecast / demand": float(made.mean.sum() / part.future.sum()),
    }
    none = dict.fromkeys(("quantile loss", "coverage 80", "coverage 95", "interval score 95"), float("nan"))
    return {**out, **(none if made.quantiles is None else _distribution(part, made.quantiles))}


def _distribution(part: Set, raw: Array) -> Mapping[str, float]:
    quantiles = np.maximum.accumulate(raw, axis=2)

    def within(low: int, high: int) -> float:
        return float(((part.future >= quantiles[:, :, low]) & (part.future <= quantiles[:, :, high])).mean())

    outer = interval_score(part.future, quantiles[:, :, 0], quantiles[:, :, -1], 0.95).mean(axis=1)
    return {
        "quantile loss": float(np.nanmean(quantile_loss(part, quantiles))),
        "coverage 80": within(1, len(LEVELS) - 2),
        "coverage 95": within(0, len(LEVELS) - 1),
        "interval score 95": float(np.nanmean(outer / scaled(part)[0])),
    }
