"""Effects of known regressors (drivers, holidays): regression with ARIMA errors, one small ridge per series."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features.calendar import features, holiday_columns, periods
from lakecast_forecast.features.drivers import check, standardised
from lakecast_forecast.models.arima.batch import Batch
from lakecast_forecast.models.arima.css import difference, fit, moving_average
from lakecast_forecast.models.arima.members import View
from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.models.arima.polynomials import stationary
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency

_WHITENING = Order(0, 1, 1)  # exponential smoothing: a fair filter for any series without a season
_PRIOR = 0.3  # standard deviation of an effect: a share of the mean, or a difference of logarithms
_ROUNDS = 2  # of estimating the filter and the effects in turn
_LARGEST = 5.0  # of a standardised driver and of a logarithmic effect: what is unheard of is not extrapolated far
_HOLIDAYS = 25  # columns of a country's holidays, roughly
_AROUND = 4  # last columns of the calendar's features: the holiday, its eve, its morrow, a bridge


def regressors(panel: Panel, rows: NDArray[np.int64], history: int, horizon: int) -> Array:
    """Regressors (history + horizon, k, n) of some items: standardised drivers, and holidays of daily series.

    k is 0 without either. Raises ValueError where a driver's future is shorter than the horizon.
    """
    check(panel, horizon)
    columns = [_driver(panel.drivers[name][rows], panel.values.shape[1], history, horizon) for name in panel.drivers]
    if panel.country is not None and panel.frequency is Frequency.DAILY:
        columns.extend(_holidays(panel, rows, history, horizon))
    if not columns:
        return np.zeros((history + horizon, 0, len(rows)))
    return np.stack(columns, axis=1)


def count(panel: Panel) -> int:
    """About how many regressors a panel has, which is what a batch's memory depends on."""
    has_holidays = panel.country is not None and panel.frequency is Frequency.DAILY
    return len(panel.drivers) + _HOLIDAYS * has_holidays


def effects(view: View, known: Array) -> Array:
    """What the regressors (T + h, k, r) add to the r series of a view in every period, (T + h, r).

    Series and regressors are whitened by the same filter, whose coefficient is estimated per series together
    with the effects (Cochrane & Orcutt 1949); the effects have a normal prior around 0. Where they do not lower
    AIC by their effective degrees of freedom, they are left out.
    """
    history = len(view.series)
    total = np.zeros((len(known), view.series.shape[1]))
    for _ in range(_ROUNDS):
        rest = view.series - total[:history]
        total = np.einsum("tkr,rk->tr", known, _coefficients(view, rest, known[:history]))
    return total


def without(view: View, batch: Batch, total: Array) -> View:
    """The view without effects (T + h, r); its forecasts get them back."""
    history, horizon = len(view.series), len(view.factor)
    past, ahead = total[:history], total[history : history + horizon]
    inside = np.arange(history)[:, None] >= view.starts
    if view.log:
        factor = view.factor * np.exp(np.clip(ahead, -_LARGEST, _LARGEST))
        return replace(view, series=np.where(inside, view.series - past, 0.0), factor=factor)
    season_past = 1.0 if view.adjusted else batch.seasons.over(history)[0][:, view.rows]
    season_ahead = batch.seasons.ahead(horizon)[0][:, view.rows]
    series = np.where(inside, view.series - past * season_past, 0.0)
    return replace(view, series=series, offset=view.offset + ahead * season_ahead)


def _coefficients(view: View, rest: Array, known: Array) -> Array:
    """Ridge estimates (r, k) after whitening by the filter that suits the series less its effects so far."""
    differenced, first = difference(rest, view.starts, _WHITENING, 1)
    theta = stationary(fit(differenced, first, view.known, _WHITENING, 1).coefficients)
    target, _ = difference(view.series, view.starts, _WHITENING, 1)
    valid = np.arange(len(rest))[:, None] >= first
    stacked = np.concatenate([target[:, None, :], np.diff(known, axis=0, prepend=known[:1])], axis=1)
    stacked *= valid[:, None, :]
    moving_average(stacked, {1: theta[0]})
    counts = valid & view.known
    stacked *= counts[:, None, :]
    by_series = np.ascontiguousarray(stacked.transpose(2, 1, 0))  # (r, 1 + k, T): one matrix product per series
    products = by_series @ by_series.transpose(0, 2, 1)
    before, moments, gram = products[:, 0, 0], products[:, 1:, 0], products[:, 1:, 1:]
    counted = np.maximum(counts.sum(0), 1.0)
    ridge = before / counted / _PRIOR**2
    k = known.shape[1]
    damped = gram + (ridge[:, None, None] + 1e-12) * np.eye(k)
    beta = np.linalg.solve(damped, moments[:, :, None])[:, :, 0]
    after = before - 2 * np.einsum("rk,rk->r", beta, moments) + np.einsum("rk,rkl,rl->r", beta, gram, beta)
    freedom = np.einsum("rkk->r", np.linalg.solve(damped, gram))
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = counted * np.log(before / after) - 2 * freedom
    return np.where((gain > 0)[:, None], beta, 0.0)


def _driver(values: Array, width: int, history: int, horizon: int) -> Array:
    """One driver, (history + horizon, n), standardised by its past and kept from going where it never was."""
    both = standardised(values[:, width - history : width], values[:, width : width + horizon])
    return np.clip(np.concatenate(both, axis=1), -_LARGEST, _LARGEST).T


def _holidays(panel: Panel, rows: NDArray[np.int64], history: int, horizon: int) -> list[Array]:
    """Indicators (history + horizon, n): any holiday, the days around it, and each holiday by its name."""
    ends = panel.ends[rows]
    distinct, which = np.unique(ends, return_inverse=True)
    earliest = periods(distinct[0], panel.frequency, history, horizon)
    span = np.arange(earliest[0], distinct[-1] + horizon + 1)
    _, named = holiday_columns(span, panel.country)
    around = features(span, panel.country)[:, -_AROUND:]
    table = np.concatenate([around, named], axis=1)
    first = (distinct - history + 1 - span[0]).astype(np.int64)[which]
    window = table[first[None, :] + np.arange(history + horizon)[:, None]]
    return [np.ascontiguousarray(column) for column in np.moveaxis(window, 2, 0)]
