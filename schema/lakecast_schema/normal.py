"""The standard normal distribution over arrays, without SciPy."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_MIDDLE = (
    (-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716,
     2.506628277459239),
    (-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1.0),
)  # fmt: skip
_TAIL = (
    (-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
     2.938163982698783),
    (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1.0),
)  # fmt: skip
_UPPER = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530, 0.0)


def quantile(probability: Array) -> Array:
    """Standard normal quantile of probabilities between 0 and 1, each its own (Acklam 2003; error below 1.2e-9)."""
    centred = probability - 0.5
    square = centred * centred
    middle = np.polyval(_MIDDLE[0], square) * centred / np.polyval(_MIDDLE[1], square)
    root = np.sqrt(-2 * np.log(np.minimum(probability, 1 - probability)))
    tail = np.polyval(_TAIL[0], root) / np.polyval(_TAIL[1], root)
    return np.where(np.abs(centred) <= 0.47575, middle, np.where(centred < 0, tail, -tail))


def density(z: Array) -> Array:
    """Standard normal density."""
    values: Array = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return values


def upper(z: Array) -> Array:
    """Probability of more than z (Abramowitz & Stegun 26.2.17; absolute error below 7.5e-8)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    tail = density(z) * np.polyval(_UPPER, t)
    return np.where(z >= 0, tail, 1 - tail)
