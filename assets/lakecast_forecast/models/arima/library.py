"""The source `arima` by statsmodels: one SARIMAX model per item, the reference of the batched engine."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr
from statsmodels.tsa.statespace.sarimax import SARIMAX

from lakecast_forecast.features.history import recent
from lakecast_forecast.interface import NORMAL, Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.arima.demand import HISTORY, issues, last_value
from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.models.arima.regression import regressors
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source
from lakecast_schema.periods import Frequency

_SEASONAL = (Order(0, 1, 1, 0, 1, 1), Order(1, 1, 1, 0, 1, 1), Order(0, 1, 2, 0, 1, 1), Order(2, 1, 0, 0, 1, 1))
_PLAIN = (Order(0, 1, 1), Order(0, 1, 1, constant=True), Order(1, 1, 1), Order(1, 1, 2))
_LONGEST_SEASON = 12  # a state space of 52 seasonal lags takes minutes per item
_LARGEST = 10.0  # times the largest value so far

_FAILURES = (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError)
"""What statsmodels raises on series that it cannot fit."""


@dataclass(frozen=True)
class ArimaLibrary(Source):
    """Exact maximum likelihood by the Kalman filter; of a few orders with the same differences the best AICc.

    orders: candidates instead of the default ones; their criteria compare only if they difference alike.
    Cost: about 0.2 s per item and order with a season of 4, more with longer ones. Use it to check the batched engine.
    """

    orders: Sequence[Order] = ()
    name: str = "arima"
    version: str = "v1.0.0-statsmodels"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "ArimaLibrary":
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        orders = [str(order) for order in self.orders] or "airline-like orders of the frequency"
        return Diagnostics({"engine": "statsmodels SARIMAX", "orders": orders})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast item by item; one that cannot be fitted gets its last value and the reason."""
        demand = recent(panel, HISTORY[panel.frequency])
        reasons = issues(demand)
        mean, quantiles = last_value(demand, horizon)
        for row, reason in enumerate(reasons):
            if reason is not None:
                continue
            known = regressors(panel, np.array([row]), demand.shape[1], horizon)[:, :, 0]
            estimate = self._item(demand[row], known, panel.frequency, horizon)
            if estimate is None:
                reasons[row] = Issue.NO_ORDER.of()
                continue
            center, spread = estimate
            mean[row] = np.maximum(center, 0.0)
            quantiles[row] = np.maximum(center[:, None] + spread[:, None] * NORMAL, 0.0)
        return Forecasts(mean, quantiles, tuple(reasons))

    def _item(self, demand: Array, known: Array, frequency: Frequency, horizon: int) -> tuple[Array, Array] | None:
        """Mean and standard deviation (h,) of one item by its best order."""
        first = int((~np.isnan(demand)).argmax())
        series, known = demand[first:], known[first:]
        largest = np.nanmax(series)
        known = known[:, _independent(known[: len(series)])]
        best, lowest = None, np.inf
        for order in self.orders or _candidates(len(series), frequency):
            estimate = _forecast(series / largest, known, order, frequency.season_length, horizon)
            if estimate is not None and estimate[0] < lowest:
                lowest, best = estimate[0], (estimate[1] * largest, estimate[2] * largest)
        return best


def _candidates(length: int, frequency: Frequency) -> Sequence[Order]:
    season = frequency.season_length
    seasonal = 1 < season <= _LONGEST_SEASON and length >= 3 * season
    return _SEASONAL if seasonal else _PLAIN


def _independent(known: Array) -> NDArray[np.int64]:
    """Columns of the regressors (T, k) that can be told from the mean and from each other."""
    if known.shape[1] == 0:
        return np.zeros(0, dtype=np.int64)
    _, triangle, order = qr(known - known.mean(axis=0), mode="economic", pivoting=True)
    sizes = np.abs(np.diag(triangle))
    return np.sort(order[: len(sizes)][sizes > 1e-6 * max(float(sizes[0]), 1e-6)]).astype(np.int64)


def _forecast(
    series: Array, known: Array, order: Order, season: int, horizon: int
) -> tuple[float, Array, Array] | None:
    """AICc, mean and standard deviation of an order; None where it cannot be fitted."""
    history = len(series)
    seasonal = (order.P, order.D, order.Q, season) if order.is_seasonal and season > 1 else (0, 0, 0, 0)
    with_regressors = known.shape[1] > 0
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of start values and convergence: the forecast itself is judged
        try:
            fitted = SARIMAX(
                series,
                exog=known[:history] if with_regressors else None,
                order=(order.p, order.d, order.q),
                seasonal_order=seasonal,
                trend="c" if order.constant else "n",
            ).fit(disp=False)
            ahead = fitted.get_forecast(horizon, exog=known[history:] if with_regressors else None)
            criterion = float(fitted.aicc)
            center, spread = np.asarray(ahead.predicted_mean), np.asarray(ahead.se_mean)
        except _FAILURES:
            return None
    if not (np.isfinite(center).all() and np.isfinite(spread).all() and np.isfinite(criterion)):
        return None
    return criterion, np.clip(center, 0.0, _LARGEST), np.minimum(spread, _LARGEST)
