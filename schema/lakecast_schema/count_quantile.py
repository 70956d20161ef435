"""Quantiles of non-negative demand: normal, and negative binomial for items that are bought rarely."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXACT_MEAN = 50.0
"""Up to this mean a count's quantile is summed exactly; above, it errs by under one percent of the mean."""


_REFERENCE = 200.0
"""Mean of the counts that stand for larger ones."""
_GRID = 128
"""Relative spreads between which the quantiles of larger counts are interpolated."""
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
    result = np.empty_like(mean)
    large = mean > EXACT_MEAN
    result[large] = _large(mean[large], spread[large], level[large])
    result[~large] = _summed(mean[~large], spread[~large], level[~large])[0]
    return result


def _large(mean: Array, variance: Array, level: Array) -> Array:
    """Quantiles of large counts by their relative spread.

    A large count varies almost as a multiple of a smaller one of the same relative spread: both are near the gamma
    distribution of that shape. Where the smaller one would vary less than a count can, it is near the normal one.
    """
    spread = variance / mean**2
    narrow = spread * _REFERENCE <= 1
    counts = np.empty_like(mean)
    counts[narrow] = _expanded(mean[narrow], variance[narrow], level[narrow])
    shares = _shares(spread[~narrow], level[~narrow])
    counts[~narrow] = np.maximum(np.ceil(shares * mean[~narrow] - 0.5), 0.0)
    return counts


def _shares(spread: Array, level: Array) -> Array:
    """(n,) quantiles as shares of the mean; few levels share a table each."""
    levels, which = np.unique(level, return_inverse=True)
    if len(levels) * _GRID >= len(spread):
        return _continuous(spread, level)
    grid = np.geomspace(1 / _REFERENCE, np.max(spread), _GRID)
    shares = np.empty_like(spread)
    for number, one in enumerate(levels):
        mine = which == number
        shares[mine] = np.interp(np.log(spread[mine]), np.log(grid), _continuous(grid, np.full(_GRID, one)))
    return shares


def _continuous(spread: Array, level: Array) -> Array:
    """(n,) quantiles of the reference count as shares of its mean, each count spread over the unit around it."""
    mean = np.full_like(spread, _REFERENCE)
    counts, share = _summed(mean, np.maximum(spread * mean**2, mean * (1 + 1e-9)), level)
    continuous: Array = (counts - 0.5 + share) / _REFERENCE
    return continuous


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


def _summed(mean: Array, variance: Array, level: Array) -> tuple[Array, Array]:
    """The quantile, and which share of its own probability the level takes; both (n,).

    Adds up probabilities from zero on, a block at a time; items leave as soon as they have reached their level.
    """
    counts, share = np.zeros_like(mean), np.ones_like(mean)
    active = np.flatnonzero(mean > 0)
    size = mean[active] ** 2 / (variance[active] - mean[active])
    failure = mean[active] / (mean[active] + size)
    # Not log(1 - failure): where the variance is huge, failure rounds to 1.
    last = np.exp(size * (np.log(size) - np.log(size + mean[active])))
    total = last.copy()
    share[active] = np.minimum(level[active] / np.maximum(last, 1e-300), 1.0)
    first = 0
    while len(active):
        open_ = total < level[active]
        active, size, failure, last, total = active[open_], size[open_], failure[open_], last[open_], total[open_]
        if not len(active):
            break
        steps = np.arange(first, first + _BLOCK)
        ratios = failure[:, None] * (size[:, None] + steps) / (steps + 1)
        probabilities = last[:, None] * np.cumprod(ratios, axis=1)
        totals = total[:, None] + np.cumsum(probabilities, axis=1)
        place = (totals >= level[active][:, None]).argmax(axis=1)
        at = np.arange(len(active)), place
        counts[active] = first + 1 + place  # of those that go on, overwritten by a later block
        share[active] = 1 - (totals[at] - level[active]) / np.maximum(probabilities[at], 1e-300)
        last, total = probabilities[:, -1], totals[:, -1]
        first += _BLOCK
    return counts, share
