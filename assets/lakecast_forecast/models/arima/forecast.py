"""What a fitted order predicts: the path by its recursion, the spread by psi weights."""

import numpy as np

from lakecast_forecast.models.arima.css import Fit, intercept, polynomials
from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.models.arima.polynomials import Lags, integrated
from lakecast_forecast.panel import Array


def predict(series: Array, fitted: Fit, order: Order, season: int, horizon: int) -> tuple[Array, Array]:
    """Mean and standard deviation, both (horizon, n), of the periods after the end of series (T, n)."""
    ar, ma = polynomials(fitted.coefficients, order, season)
    full = integrated(ar, order.d, order.D, season)
    variance = fitted.squares / np.maximum(fitted.counted - order.coefficients, 1.0)
    constant = intercept(fitted.coefficients, ar) if order.constant else np.zeros(series.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):
        path = _path(series, fitted.residuals, full, ma, constant, horizon)
        spread = np.sqrt(variance * np.cumsum(psi_weights(full, ma, horizon, series.shape[1]) ** 2, axis=0))
    return path, spread


def _path(series: Array, past: Array, full: Lags, ma: Lags, constant: Array, horizon: int) -> Array:
    """(horizon, n) expected values, from the series and its past one-step errors, both (T, n)."""
    back = max([1, *full, *ma])
    n = series.shape[1]
    values = np.zeros((back + horizon, n))
    errors = np.zeros((back + horizon, n))
    periods = min(back, len(series))
    values[back - periods : back] = series[-periods:]
    errors[back - periods : back] = past[-periods:]
    for t in range(back, back + horizon):
        now = constant.copy()
        for lag, c in full.items():
            now += c * values[t - lag]
        for lag, c in ma.items():
            now -= c * errors[t - lag]
        values[t] = now
    return values[back:]


def psi_weights(full: Lags, ma: Lags, horizon: int, n: int) -> Array:
    """Weights (horizon, n) of past errors in a forecast: ψ₀ = 1, ψⱼ = Σ φ_l ψ_{j−l} − θⱼ (Box & Jenkins)."""
    psi = np.zeros((horizon, n))
    psi[0] = 1.0
    for j in range(1, horizon):
        if j in ma:
            psi[j] -= ma[j]
        for lag, c in full.items():
            if lag <= j:
                psi[j] += c * psi[j - lag]
    return psi
