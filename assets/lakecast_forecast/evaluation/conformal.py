"""Conformal calibration: quantiles shifted so that they hold as often as they promise, learned from older windows.

Every quantile of every source is moved by the quantile of its own past misses, measured in units of the
forecast's own spread and pooled over the items of a demand class at neighbouring horizons (conformalised quantile
regression: Romano, Patterson & Candès 2019, with one shift per level). Atoms stay: where the demand and the
quantile are both 0 often enough, the shift is 0.

Of smooth and erratic items the median stays and only half of a lopsided shift is kept: there, past misses to one
side are mostly the economy of those windows, which the next ones do not repeat (M3, rolling origins: quantile loss
1 % lower than with whole shifts). Rarely bought items keep theirs whole: their distributions are lopsided.

The items of a window share its dates: a holiday that all of them missed is one observation, however many they are.
Shifts count as far as windows agree on them (`_agreement`): calibration must not cost what one odd window taught.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.evaluation.validity import ordered
from lakecast_forecast.features.classify import CLASSES, STEADY
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_forecast.panel import Array

_ENOUGH = 400
"""Misses that a pool needs before it stands on its own; below, the next larger pool is taken."""
_WORST = 20.0
"""Misses beyond this many spreads count as this: a forecast that was all but certain, and wrong."""
_SHRINK = 50.0
"""Misses at which the largest pool's shift counts half."""
_ROWS = 1000
"""Items that are shifted at once."""


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
        moved = np.empty_like(forecasts.quantiles)
        for first in range(0, len(moved), _ROWS):
            rows = slice(first, first + _ROWS)
            moved[rows] = self._moved(forecasts.quantiles[rows], classes[rows], forecasts.levels)
        return replace(forecasts, quantiles=moved)

    def _moved(self, q: Array, classes: NDArray[np.str_], levels: tuple[float, ...]) -> Array:
        shift, middle = np.zeros_like(q), levels.index(0.5)
        for name, own in self.classes.items():
            shift[classes == name] = own[: q.shape[1]]
        steady = np.isin(classes, STEADY)[:, None, None]
        common = (shift + shift[:, :, ::-1]) / 2
        shift -= np.where(
            steady & (q > 0), common / 2, 0.0
        )  # a quantile of 0 is an atom, which half a shift would lose
        moved = q + shift * spread(q, levels)[:, :, None]
        median = q[:, :, middle, None]
        sorted_out = np.concatenate(
            [np.minimum(moved[:, :, :middle], median), median, np.maximum(moved[:, :, middle + 1 :], median)], axis=2
        )
        return ordered(np.where(steady, sorted_out, moved))


def spread(q: Array, levels: tuple[float, ...] = LEVELS) -> Array:
    """(n, h) size of the error that quantiles (n, h, levels) expect: their 80 % or 95 % width in standard deviations.

    0 where all quantiles are one value: such a forecast neither teaches nor learns.
    """
    low, below, above, high = (q[:, :, levels.index(level)] for level in (0.025, 0.1, 0.9, 0.975))
    inner = (above - below) / 2.563
    outer = (high - low) / 3.920
    return np.asarray(np.maximum(inner, outer))


def learn(windows: Sequence[Window], horizon: int) -> Calibration:
    """Shifts from past windows, whose levels are alike and lie symmetric around 0.5. Without any, nothing is shifted.

    A class's shifts are multiplied by how far the windows agree on them, as all classes where its own misses are few.
    One level after the other: the misses of all levels at once would take several times the forecasts' memory.
    """
    if not windows:
        return Calibration({})
    levels = windows[0].forecasts.levels
    sizes = [spread(window.forecasts.quantiles, levels) for window in windows]
    classes = np.concatenate([window.classes[window.counts] for window in windows])
    shifts = {name: np.zeros((horizon, len(levels))) for name in CLASSES}
    numbers = np.concatenate([np.full(window.counts.sum(), k) for k, window in enumerate(windows)])
    apart = {name: np.full((len(windows), len(levels)), np.nan) for name in CLASSES}
    for k, level in enumerate(levels):
        misses = np.concatenate([_misses(window, size, k) for window, size in zip(windows, sizes, strict=True)])
        seen = int(np.isfinite(misses).sum())
        every = _by_horizon(misses, level, _quantile(misses, level) * seen / (seen + _SHRINK))
        every_apart = _by_window(misses, numbers, len(windows), level)
        for name, own in shifts.items():
            rows = classes == name
            part = misses[rows]
            enough = np.isfinite(part).sum() >= _ENOUGH
            own[:, k] = _by_horizon(part, level, _quantile(part, level) if enough else every)
            apart[name][:, k] = _by_window(part, numbers[rows], len(windows), level) if enough else every_apart
    return Calibration({name: _agreement(apart[name]) * own for name, own in shifts.items()})


def _by_window(misses: Array, numbers: NDArray[np.int64], windows: int, level: float) -> Array:
    """(windows,) shifts of the misses (items, h) of each window alone, by the items' `numbers`; NaN where none are."""
    parts = [misses[numbers == number] for number in range(windows)]
    return np.array([_quantile(part, level) if np.isfinite(part).any() else np.nan for part in parts])


def _agreement(shifts: Array) -> float:
    """How far windows agree on shifts (windows, levels), NaN where a window has no misses: from 0 to 1.

    1 - squared standard error of the mean shift / squared mean shift, both summed over the levels, as James and Stein
    (1961) shrink a mean to zero. 1 where windows do not differ, and with fewer than two, which cannot be compared.
    """
    known = shifts[np.isfinite(shifts).all(axis=1)]
    if len(known) < 2:
        return 1.0
    error = float((known.var(axis=0, ddof=1) / len(known)).sum())
    size = float((known.mean(axis=0) ** 2).sum())
    if error == 0:
        return 1.0
    return 1 - error / size if error < size else 0.0


def _misses(window: Window, size: Array, k: int) -> Array:
    """(items, h) how far the demand lay above level k's quantile, in units of the spread; NaN where unknown."""
    gap = (window.actuals - window.forecasts.quantiles[:, :, k])[window.counts]
    own = size[window.counts]
    misses = np.divide(gap, own, out=np.full_like(gap, np.nan), where=own > 1e-9 * np.abs(gap))
    return np.clip(misses, -_WORST, _WORST)


def _by_horizon(misses: Array, level: float, fallback: Array | float) -> Array:
    """(h,) shifts of the misses (items, h) at each horizon and its two neighbours; the fallback where they are few."""
    horizon = misses.shape[1]
    out = np.zeros(horizon) + fallback
    for step in range(horizon):
        near = misses[:, max(step - 1, 0) : step + 2]
        if np.isfinite(near).sum() >= _ENOUGH:
            out[step] = _quantile(near, level)
    return out


def _quantile(misses: Array, level: float) -> float:
    """The misses' quantile at their own level; 0 where there are none."""
    known = misses[np.isfinite(misses)]
    return float(np.quantile(known, level)) if len(known) else 0.0
