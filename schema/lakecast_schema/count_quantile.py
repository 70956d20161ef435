"""Quantiles of non-negative demand: normal, and negative binomial for items that are bought rarely."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXACT_MEAN = 200.0
"""Up to this mean a count's quantile is summed exactly; above, it errs by under one percent."""


_BLOCK = 64
"""Counts whose probabilities are added up at once."""


def normal_quantile(probability: Array) -> Array:
    """Standard normal quantile, for probabilities clipped to 0.0001 to 0.9999: beyond, no stock is ever enough."""
    levels, inverse = np.unique(np.clip(probability, 1e-4, 1 - 1e-4), return_inverse=True)
    values = np.array([NormalDist().inv_cdf(level) for level in levels.tolist()])
    quantiles: Array = values[inverse]
    return quantiles


def negative_binomial_quantile(mean: Array, variance: Array, probability: Array) -> Array:
    """Smallest count whose cumulative probability reaches `probability`; all arguments (n,).

    A variance at or below the mean means Poisson, the negative binomial's limit.
    """
    level = np.clip(probability, 1e-4, 1 - 1e-4)
    spread = np.maximum(variance, mean * (1 + 1e-9))
    # A large count varies almost as a multiple of a smaller one with the same relative spread: both are near the
    # gamma distribution of that shape. Where the smaller one would vary less than a count can, spread is small.
    scale = np.maximum(mean / EXACT_MEAN, 1.0)
    narrow = (scale > 1) & (spread / scale**2 <= EXACT_MEAN)
    result = np.empty_like(mean)
    result[narrow] = _expanded(mean[narrow], spread[narrow], level[narrow])
    wide, factor = ~narrow, scale[~narrow]
    result[wide] = np.ceil(_summed(mean[wide] / factor, spread[wide] / factor**2, level[wide]) * factor)
    return result


def _expanded(mean: Array, variance: Array, level: Array) -> Array:
    """Cornish-Fisher expansion to the third cumulant, rounded up (Johnson, Kemp & Kotz, Univariate Discrete).

    Good where the distribution is near the normal one; with a large relative spread it errs by percents.
    """
    z = normal_quantile(level)
    deviation = np.sqrt(variance)
    ratio = variance / mean
    skewness = (2 * ratio - 1) / deviation
    kurtosis = (1 + 6 * (ratio - 1) * ratio) / variance
    w = z + skewness * (z**2 - 1) / 6 + kurtosis * (z**3 - 3 * z) / 24 - skewness**2 * (2 * z**3 - 5 * z) / 36
    counts: Array = np.maximum(np.ceil(mean + deviation * w - 0.5), 0.0)
    return counts


def _summed(mean: Array, variance: Array, level: Array) -> Array:
    """Add up probabilities from zero on, a block at a time; items leave as soon as they have reached their level."""
    counts = np.zeros_like(mean)
    active = np.flatnonzero(mean > 0)
    size = mean[active] ** 2 / (variance[active] - mean[active])
    failure = mean[active] / (mean[active] + size)
    # Not log(1 - failure): where the variance is huge, failure rounds to 1.
    last = np.exp(size * (np.log(size) - np.log(size + mean[active])))
    total = last.copy()
    first = 0
    while len(active):
        open_ = total < level[active]
        active, size, failure, last, total = active[open_], size[open_], failure[open_], last[open_], total[open_]
        steps = np.arange(first, first + _BLOCK)
        ratios = failure[:, None] * (size[:, None] + steps) / (steps + 1)
        probabilities = last[:, None] * np.cumprod(ratios, axis=1)
        totals = total[:, None] + np.cumsum(probabilities, axis=1)
        reached = totals >= level[active][:, None]
        counts[active] = first + 1 + reached.argmax(axis=1)  # of those that go on, overwritten by a later block
        last, total = probabilities[:, -1], totals[:, -1]
        first += _BLOCK
    return counts
