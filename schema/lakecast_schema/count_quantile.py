"""Quantiles of non-negative demand: normal, and negative binomial for items that are bought rarely."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXACT_MEAN = 50.0
"""Up to this mean a count's quantile is summed exactly; above, its Cornish-Fisher expansion errs by under one unit."""


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
    result = _expanded(mean, spread, level)
    small = mean <= EXACT_MEAN
    result[small] = _summed(mean[small], spread[small], level[small])
    return result


def _expanded(mean: Array, variance: Array, level: Array) -> Array:
    """Cornish-Fisher expansion to the third cumulant, rounded up (Johnson, Kemp & Kotz, Univariate Discrete)."""
    z = normal_quantile(level)
    deviation = np.sqrt(np.maximum(variance, 1e-12))
    ratio = variance / np.maximum(mean, 1e-12)
    skewness = (2 * ratio - 1) / deviation
    kurtosis = (1 + 6 * (ratio - 1) * ratio) / np.maximum(variance, 1e-12)
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
