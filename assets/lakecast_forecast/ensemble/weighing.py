"""Weights of an ensemble's components, from their forecasts at rolling origins and the demand that followed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.panel import Array
from lakecast_schema.accuracy import pinball

Loss = Callable[[Array], float]
"""Weights (C,) -> loss."""

_PICKS = 8


@dataclass(frozen=True)
class Evidence:
    """Past forecasts of C components, and the demand that followed, over r pairs of item and window.

    quantiles: (C, r, h, levels); means: (C, r, h); actuals: (r, h), NaN where unknown.
    scale, squared_scale: (r,) what MASE and RMSSE divide by; NaN leaves a row out.
    """

    quantiles: Array
    means: Array
    actuals: Array
    scale: Array
    squared_scale: Array

    def quantile_loss(self, weights: Array) -> float:
        """Mean scaled quantile loss of the components so weighted; NaN without any evidence."""
        mixed = np.tensordot(weights, self.quantiles, axes=1)
        loss = 2 * pinball(self.actuals, mixed, LEVELS).mean(axis=2) / self.scale[:, None]
        return _mean(loss)

    def squared_error(self, weights: Array) -> float:
        """Mean squared scaled error of the means so weighted; NaN without any evidence."""
        mixed = np.tensordot(weights, self.means, axes=1)
        return _mean((self.actuals - mixed) ** 2 / self.squared_scale[:, None])


def greedy(loss: Loss, components: int) -> Array | None:
    """(C,) weights by forward selection with replacement (Caruana et al. 2004), None without evidence.

    Starts from nothing and adds, eight times, the component that lowers the loss of the average most. Coarse weights
    that sum to 1 are all that a few windows can tell.
    """
    counts = np.zeros(components)
    for _ in range(_PICKS):
        trials = np.eye(components) + counts
        losses = np.array([loss(trial / trial.sum()) for trial in trials])
        if not np.isfinite(losses).any():
            return None
        counts = trials[int(np.nanargmin(losses))]
    return np.asarray(counts / counts.sum())


def improved(loss: Loss, prior: Array, margin: float) -> Array:
    """The prior weights, or others nearby where these lower the loss by more than the margin (a fraction).

    Tried are mixtures of the prior with each single component, by quarters.
    """
    best, lowest = prior, loss(prior) * (1 - margin)
    for single in np.eye(len(prior)):
        for share in (0.25, 0.5, 0.75, 1.0):
            trial = (1 - share) * prior + share * single
            value = loss(trial)
            if value < lowest:  # False where there is no evidence
                best, lowest = trial, value
    return best


def _mean(values: Array) -> float:
    known = np.isfinite(values)
    return float(values[known].mean()) if known.any() else float("nan")
