"""Every order of a pool, fitted to every representation of a batch: {level, log} × {as it is, seasonally adjusted}."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.models.arima.batch import Batch
from lakecast_forecast.models.arima.css import Fit, difference, fit
from lakecast_forecast.models.arima.forecast import predict
from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.panel import Array

_LARGEST = 10.0  # times the largest value so far: further no member may go
_LARGEST_LOG_SPREAD = 1.0  # a factor of 7 either way at 95 %; beyond, the mean of a lognormal says nothing
_FREE = 3  # residuals that an order must leave over after its coefficients


@dataclass(frozen=True)
class View:
    """One representation of the rows of a batch.

    log, adjusted: whether it is of logarithms, and without its season.
    rows: (r,) the rows of the batch that have it. series: (T, r). known: (T, r) where demand is known. starts: (r,).
    factor, offset: (horizon, r) turn its forecasts (of logs: their exponentials) into scaled demand.
    density: (r,) −2 × the log Jacobian of the representation, which makes likelihoods comparable.
    """

    log: bool
    adjusted: bool
    rows: NDArray[np.int64]
    series: Array
    known: NDArray[np.bool_]
    starts: NDArray[np.int64]
    factor: Array
    offset: Array
    density: Array


@dataclass(frozen=True)
class Member:
    """Forecasts of one order in one representation; scaled demand (level) or its logarithm.

    center, spread: (horizon, n). criterion: (n,) AICc, inf where the order cannot be fitted.
    factor: (horizon, n) multiplies the exponential if `log`.
    """

    log: bool
    center: Array
    spread: Array
    criterion: Array
    factor: Array


def view_of(batch: Batch, horizon: int, *, adjust: bool, log: bool) -> View:
    """The batch as one representation; of logs only the rows without a zero are in it."""
    factor, offset = batch.seasons.ahead(horizon)
    known, inside = batch.known, batch.inside()
    values = batch.adjusted() if adjust else batch.values
    density = np.zeros(values.shape[1])
    if adjust:
        past, _ = batch.seasons.over(batch.periods)
        density = 2 * np.where(known, np.log(past), 0.0).sum(0)
    else:
        factor, offset = np.ones_like(factor), np.zeros_like(offset)
    rows = np.arange(values.shape[1])
    if log:
        rows = np.flatnonzero(np.where(inside, np.minimum(values, batch.values), 1.0).min(0) > 0.0)
        values = np.log(np.where(inside, values, 1.0)[:, rows])
        density = density[rows] + 2 * np.where(known[:, rows], values, 0.0).sum(0)
    return View(
        log=log,
        adjusted=adjust,
        rows=rows,
        series=values,
        known=known[:, rows],
        starts=batch.starts[rows],
        factor=factor[:, rows],
        offset=offset[:, rows],
        density=density,
    )


def members(batch: Batch, view: View, orders: Sequence[Order], season: int, horizon: int) -> Iterator[Member]:
    """Fit each order to a view and forecast it; orders that no series is long enough for are left out."""
    n = batch.values.shape[1]
    known = view.known.sum(0).astype(np.float64)
    rows = view.rows
    for order in orders:
        longest = batch.periods - view.starts.min(initial=batch.periods)
        if longest - order.lost(season) < order.coefficients + 1 + _FREE:
            continue
        fitted = _fit(view, order, season)
        center, spread = predict(view.series, fitted, order, season, horizon)
        criterion = _criterion(fitted, order, known) + view.density
        usable = (fitted.counted >= order.coefficients + 1 + _FREE) & np.isfinite(criterion)
        usable &= np.isfinite(center).all(0) & np.isfinite(spread).all(0)
        center, spread = _bounded(center, spread, view, batch.values[:, rows].max(0))
        whole = Member(
            view.log,
            np.zeros((horizon, n)),
            np.zeros((horizon, n)),
            np.full(n, np.inf),
            np.ones((horizon, n)),
        )
        good = rows[usable]
        whole.center[:, good], whole.spread[:, good] = center[:, usable], spread[:, usable]
        whole.criterion[good], whole.factor[:, good] = criterion[usable], view.factor[:, usable]
        yield whole


def _fit(view: View, order: Order, season: int) -> Fit:
    differenced, first = difference(view.series, view.starts, order, season)
    return fit(differenced, first + order.p + season * order.P, view.known, order, season)


def _criterion(fitted: Fit, order: Order, known: Array) -> Array:
    """AICc (Hurvich & Tsai 1989) with the mean squared residual applied to all known periods.

    Orders that lose more periods to differencing would otherwise look better for having explained less.
    """
    k = order.coefficients + 1
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        fit_term = known * np.log(fitted.squares / fitted.counted + 1e-12)
    return np.asarray(fit_term + 2 * k + 2 * k * (k + 1) / np.maximum(known - k - 1, 1.0))


def _bounded(center: Array, spread: Array, view: View, largest: Array) -> tuple[Array, Array]:
    """Forecasts kept within reason; those of a level view also get their season back, logs get it as `factor`."""
    if view.log:
        ceiling = np.log(_LARGEST * largest) - np.log(view.factor)
        return np.clip(center, -50.0, ceiling), np.minimum(spread, _LARGEST_LOG_SPREAD)
    limit = _LARGEST * largest
    level = center * view.factor + view.offset
    return np.clip(level, -limit, limit), np.minimum(spread * view.factor, limit)
