"""The one place where a model's output is judged: what is not a forecast is replaced by the baseline, with a reason."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.interface import LEVELS, Fitted, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Array, Panel

_EXPLODED = 1000.0
"""A forecast of this many times the largest demand ever seen is a failure of the model, not news."""
_ROUNDING = 1e-13
"""What is smaller, as a share of the largest demand ever seen, is left over from subtracting and counts as 0: as a
forecast all but certain, it would teach the calibration something else in every batch."""

FAILURES = (ArithmeticError, ValueError, IndexError, RuntimeError, np.linalg.LinAlgError)
"""What numerical code raises on data that it cannot handle; any other error is a defect and goes up."""


def predict(fitted: Fitted, panel: Panel, horizon: int) -> Forecasts:
    """The model's forecasts of every item of the panel, valid whatever the series are.

    Means and quantiles come out finite, not negative and ordered. An item for which the model fails, or gives no
    finite forecast or an absurd one, gets the seasonal naive forecast and the reason. Where a whole batch
    fails, it is halved until the items at fault stand alone: the others keep their model.
    """
    if len(panel) == 0:
        return Forecasts(np.empty((0, horizon)), np.empty((0, horizon, len(LEVELS))), ())
    try:
        raw = fitted.predict(panel, horizon)
    except FAILURES as error:
        if len(panel) == 1:
            return _baseline(panel, horizon, Issue.MODEL_FAILED.of(error=_words(error)))
        half = len(panel) // 2
        rows = np.arange(len(panel))
        return joined([predict(fitted, panel.select(part), horizon) for part in (rows[:half], rows[half:])])
    return checked(raw, panel, horizon)


def checked(raw: Forecasts, panel: Panel, horizon: int) -> Forecasts:
    """The forecasts with every row made valid: see `predict`.

    Raises ValueError where the arrays have the wrong shape, which is a defect of the model and not of the data.
    """
    wanted = (len(panel), horizon)
    if raw.mean.shape != wanted or raw.quantiles.shape != (*wanted, len(LEVELS)) or len(raw.issues) != len(panel):
        raise ValueError(
            f"a model must return means of shape {wanted}, quantiles of {(*wanted, len(LEVELS))} and an issue per "
            f"item, got {raw.mean.shape}, {raw.quantiles.shape} and {len(raw.issues)}"
        )
    figures = np.concatenate([raw.mean[:, :, None], raw.quantiles], axis=2)
    finite: NDArray[np.bool_] = np.isfinite(figures).all(axis=(1, 2))
    largest = np.nan_to_num(panel.values, nan=0.0).max(axis=1, initial=0.0)
    peak = np.abs(np.where(finite[:, None, None], figures, 0.0)).max(axis=(1, 2), initial=0.0)
    sane = peak <= _EXPLODED * largest
    good: NDArray[np.bool_] = np.asarray(finite & (sane | (largest == 0)))
    least = _ROUNDING * largest[:, None]
    mean = np.where(good[:, None] & (raw.mean > least), raw.mean, 0.0)
    quantiles = np.sort(np.where(good[:, None, None] & (raw.quantiles > least[:, :, None]), raw.quantiles, 0.0), axis=2)
    if good.all():
        return Forecasts(mean, quantiles, raw.issues)
    rows = np.flatnonzero(~good)
    baseline = SeasonalNaive().predict(panel.select(rows), horizon)
    mean[rows], quantiles[rows] = baseline.mean, baseline.quantiles
    issues = list(raw.issues)
    for row, naive in zip(rows, baseline.issues, strict=True):
        problem = Issue.EXPLODED if finite[row] else Issue.NOT_FINITE
        issues[row] = naive or raw.issues[row] or problem.of()
    return Forecasts(mean, quantiles, tuple(issues))


def unfitted(panel: Panel, horizon: int, error: Exception) -> Forecasts:
    """The baseline for every item of a model whose training failed."""
    return _baseline(panel, horizon, Issue.TRAINING_FAILED.of(error=_words(error)))


def joined(parts: list[Forecasts]) -> Forecasts:
    """Forecasts of several panels, one below the other."""
    return Forecasts(
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.quantiles for part in parts]),
        tuple(issue for part in parts for issue in part.issues),
    )


def ordered(quantiles: Array) -> Array:
    """Quantiles made ascending and not negative (rearrangement: Chernozhukov et al. 2010)."""
    return np.sort(np.maximum(quantiles, 0.0), axis=-1)


def _baseline(panel: Panel, horizon: int, reason: str) -> Forecasts:
    naive = checked(SeasonalNaive().predict(panel, horizon), panel, horizon)
    issues = tuple(issue or reason for issue in naive.issues)
    return replace(naive, issues=issues)


def _words(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
