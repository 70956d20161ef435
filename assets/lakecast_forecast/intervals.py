"""Levels of prediction intervals, and the quantiles that bound them."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from lakecast_forecast.panel import Array

INTERVALS = (0.8, 0.95)
"""Levels of the intervals unless others are asked for."""


def checked(levels: Sequence[float]) -> tuple[float, ...]:
    """Interval levels as ascending fractions; 80 counts as 0.8.

    Raises ValueError for one that lies outside 0 to 1 and outside 1 to 100.
    """
    if isinstance(levels, int | float):
        levels = (levels,)
    wanted = set()
    for level in levels:
        fraction = level / 100 if level > 1 else level
        if not 0 < fraction < 1:
            raise ValueError(f"interval level {level!r} is none; give fractions such as 0.8, or percents such as 80")
        wanted.add(round(float(fraction), 10))
    return tuple(sorted(wanted))


def bounds(level: float) -> tuple[float, float]:
    """The quantile levels that enclose an interval: 0.1 and 0.9 for 0.8."""
    return round((1 - level) / 2, 10), round((1 + level) / 2, 10)


def quantile_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Quantile levels of the median and all bounds of some intervals, ascending."""
    return tuple(sorted({0.5, *(bound for level in levels for bound in bounds(level))}))


def column_names(level: float) -> tuple[str, str]:
    """Names of an interval's columns: lower_80 and upper_80 for 0.8, lower_99.5 for 0.995."""
    percent = f"{100 * level:.8g}"
    return f"lower_{percent}", f"upper_{percent}"


def normal_quantiles(levels: Sequence[float]) -> Array:
    """Quantiles of the standard normal distribution."""
    return np.array([NormalDist().inv_cdf(level) for level in levels])
