"""Lag polynomials with one set of coefficients per series, kept sparse: a mapping from lag to coefficients."""

from collections.abc import Mapping

import numpy as np

from lakecast_forecast.panel import Array

Lags = dict[int, Array]
"""Lag -> coefficient c of that lag in 1 − Σ c Bˡ; the leading one is implied."""

# Roots stay this far inside the unit circle: at the border the conditional sum of squares forgets nothing.
_LARGEST_PARTIAL = 0.995


def stationary(raw: Array) -> Array:
    """Coefficients c of 1 − c₁B − … − c_kBᵏ with all roots outside the unit circle, from any real numbers.

    raw: (k, ...) unconstrained. tanh makes them partial autocorrelations and the Durbin–Levinson recursion turns
    those into coefficients (Barndorff-Nielsen & Schou 1973; Monahan 1984). Returns the same shape.
    """
    partial = _LARGEST_PARTIAL * np.tanh(raw)
    coefficients = partial.copy()
    for k in range(1, len(partial)):
        shorter = coefficients[:k]
        coefficients[:k] = shorter - partial[k] * shorter[::-1]
    return coefficients


def product(short: Array, seasonal: Array, season: int) -> Lags:
    """(1 − Σ short Bⁱ)(1 − Σ seasonal B^{season·j}) as sparse lags; both are (k, ...) coefficients."""
    lags: Lags = dict(enumerate(short, start=1))
    for j, large in enumerate(seasonal, start=1):
        _add(lags, season * j, large)
        for i, small in enumerate(short, start=1):
            _add(lags, season * j + i, -large * small)
    return lags


def integrated(lags: Mapping[int, Array], d: int, seasonal_d: int, season: int) -> Lags:
    """The polynomial times (1 − B)ᵈ (1 − B^season)^D."""
    result = dict(lags)
    for step in [1] * d + [season] * seasonal_d:
        shifted = {lag + step: -c for lag, c in result.items()}
        _add(result, step, np.float64(1.0))
        for lag, c in shifted.items():
            _add(result, lag, c)
    return result


def _add(lags: Lags, lag: int, coefficients: Array | np.float64) -> None:
    lags[lag] = np.asarray(lags[lag] + coefficients if lag in lags else coefficients)
