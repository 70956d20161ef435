"""Conformal calibration: quantiles shifted so that they hold as often as they promise, learned from older windows.

Every quantile of every source is moved by the quantile of its own past misses, measured in units of the
forecast's own spread and pooled over the items of a demand class at neighbouring horizons (conformalised quantile
regression: Romano, Patterson & Candès 2019, with one shift per level). Atoms stay: where the demand and the
quantile are both 0 often enough, the shift is 0.

Of smooth and erratic items the median stays and only half of a lopsided shift is kept, a quarter of a spread at
most: there, past misses to one side are mostly the economy of those windows, which the next ones do not repeat (M3,
rolling origins: quantile loss 1 % lower than with whole shifts). Rarely bought items keep theirs whole: their
distributions are lopsided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lakecast_assets.models.base import LEVELS, Array, Forecasts
from lakecast_assets.models.classify import CLASSES, STEADY
from lakecast_assets.models.guard import ordered

_LEVELS = np.asarray(LEVELS)
_MEDIAN = LEVELS.index(0.5)
_ENOUGH = 400
"""Misses that a pool needs before it stands on its own; below, the next larger pool is taken."""
_WORST = 20.0
"""Misses beyond this many spreads count as this: a forecast that was all but certain, and wrong."""
_LOPSIDED = 0.25
"""Most that both sides' quantiles of a smooth item move the same way, in spreads."""
_SHRINK = 50.0
"""Misses at which the largest pool's shift counts half."""


@dataclass(frozen=True)
class Window:
    """A past window: what was forecast, what came, and which items had history enough to count.

    forecasts: of n items over h periods; actuals: (n, h), NaN where unknown; counts: (n,); classes: (n,).
    """

    forecasts: Forecasts
    actuals: Array
    counts: NDArray[np.bool_]
    classes: NDArray[np.str_]


@dataclass(frozen=True)
class Calibration:
    """Shifts in units of the forecast's spread: demand class -> (h, levels)."""

    classes: Mapping[str, Array]

    def apply(self, forecasts: Forecasts, classes: NDArray[np.str_]) -> Forecasts:
        """The forecasts with shifted quantiles, ordered and not negative; the mean stays."""
        q = forecasts.quantiles
        shift = np.zeros_like(q)
        for name, own in self.classes.items():
            shift[classes == name] = own
        steady = np.isin(classes, STEADY)[:, None, None]
        common = (shift + shift[:, :, ::-1]) / 2
        shift -= np.where(
            steady & (q > 0), common / 2, 0.0
        )  # a quantile of 0 is an atom, which half a shift would lose
        moved = q + shift * spread(forecasts)[:, :, None]
        median = q[:, :, _MEDIAN, None]
        sorted_out = np.concatenate(
            [np.minimum(moved[:, :, :_MEDIAN], median), median, np.maximum(moved[:, :, _MEDIAN + 1 :], median)], axis=2
        )
        return replace(forecasts, quantiles=ordered(np.where(steady, sorted_out, moved)))


def spread(forecasts: Forecasts) -> Array:
    """(n, h) size of the error that a forecast expects: its 80 % or 95 % width in standard deviations.

    0 where all quantiles are one value: such a forecast neither teaches nor learns.
    """
    q = forecasts.quantiles
    inner = (q[:, :, -2] - q[:, :, 1]) / 2.563
    outer = (q[:, :, -1] - q[:, :, 0]) / 3.920
    return np.asarray(np.maximum(inner, outer))


def learn(windows: Sequence[Window], horizon: int) -> Calibration:
    """Shifts from past windows. Without any, nothing is shifted."""
    if not windows:
        return Calibration({})
    misses = np.concatenate([_misses(window) for window in windows])
    classes = np.concatenate([window.classes[window.counts] for window in windows])
    pooled = _quantiles(misses.reshape(-1, len(LEVELS)))
    seen = int(np.isfinite(misses[:, :, 0]).sum())
    base = np.broadcast_to(pooled * seen / (seen + _SHRINK), (horizon, len(LEVELS)))
    every = _by_horizon(misses, base)
    shifts = {}
    for name in CLASSES:
        part = misses[classes == name]
        flat = part.reshape(-1, len(LEVELS))
        enough = np.isfinite(flat[:, 0]).sum() >= _ENOUGH
        shifts[name] = _by_horizon(part, np.broadcast_to(_quantiles(flat), base.shape) if enough else every)
    return Calibration(shifts)


def _misses(window: Window) -> Array:
    """(items, h, levels) how far the demand lay above each quantile, in units of the spread; NaN where unknown."""
    rows = np.flatnonzero(window.counts)
    forecasts = Forecasts(window.forecasts.mean[rows], window.forecasts.quantiles[rows], ())
    size = spread(forecasts)[:, :, None]
    gap = window.actuals[rows][:, :, None] - forecasts.quantiles
    misses = np.divide(gap, size, out=np.full_like(gap, np.nan), where=size > 1e-9 * np.abs(gap))
    return np.clip(misses, -_WORST, _WORST)


def _by_horizon(misses: Array, fallback: Array) -> Array:
    """(h, levels) shifts of the misses at each horizon and its two neighbours; the fallback where they are few."""
    out = np.array(fallback)
    horizon = misses.shape[1]
    for step in range(horizon):
        near = misses[:, max(step - 1, 0) : step + 2].reshape(-1, misses.shape[2])
        if np.isfinite(near[:, 0]).sum() >= _ENOUGH:
            out[step] = _quantiles(near)
    return out


def _quantiles(misses: Array) -> Array:
    """(levels,) of each level's column of misses its own quantile; 0 where there are none."""
    known = misses[np.isfinite(misses[:, 0])]
    if not len(known):
        return np.zeros(len(LEVELS))
    return np.array([np.quantile(known[:, k], level) for k, level in enumerate(_LEVELS)])
