"""Estimation: the conditional sum of squares of one order, minimised for all series of a batch at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.models.arima.polynomials import Lags, product, stationary
from lakecast_forecast.panel import Array

_ITERATIONS = 9  # more move no forecast that rolling origins can tell from noise
_TOLERANCE = 1e-3  # relative gain in the sum of squares below which a series is done
_STEP = 1e-4  # of the finite differences
_FURTHEST = 3.5  # of an unconstrained coefficient: tanh is flat beyond
_LONGEST_STEP = 1.5
_GIVE_UP = 1e4  # damping


@dataclass(frozen=True)
class Fit:
    """The least squares fit of one order to n series of T periods.

    coefficients: (k, n) unconstrained, in the order p, q, P, Q, mean of the differenced series.
    squares: (n,) sum of squared residuals; inf where the recursion overflowed.
    residuals: (T, n), 0 before a series' first one.
    counted: (n,) residuals in the sum.
    """

    coefficients: Array
    squares: Array
    residuals: Array
    counted: Array


def difference(series: Array, starts: NDArray[np.int64], order: Order, season: int) -> tuple[Array, NDArray[np.int64]]:
    """Apply (1 − B)ᵈ(1 − B^season)^D along the first axis; returns the series and its first valid periods.

    series: (T, n), right-aligned; starts: (n,) first period of each. What comes before a start is set to 0.
    """
    result = series
    for step in [season] * order.D + [1] * order.d:
        shorter = np.zeros_like(result)
        shorter[step:] = result[step:] - result[:-step]
        result = shorter
    first = starts + order.d + season * order.D
    result = np.where(np.arange(len(series))[:, None] >= first, result, 0.0)
    return result, first


def polynomials(coefficients: Array, order: Order, season: int) -> tuple[Lags, Lags]:
    """The autoregressive and the moving average polynomial of coefficients (k, ...)."""
    ends = np.cumsum([order.p, order.q, order.P, order.Q])
    ar, ma, seasonal_ar, seasonal_ma = (stationary(part) for part in np.split(coefficients, ends)[:4])
    return product(ar, seasonal_ar, season), product(ma, seasonal_ma, season)


def intercept(coefficients: Array, ar: Lags) -> Array:
    """The constant of the recursion of an order whose last coefficient is the mean of the differenced series.

    The mean is estimated in its place because the constant, mean × φ(1), can hardly be told from φ in a series far
    above 0.
    """
    return np.asarray(coefficients[-1] * (1.0 - sum(ar.values())))


def residuals(differenced: Array, first: NDArray[np.int64], coefficients: Array, order: Order, season: int) -> Array:
    """One-step errors (T, r, n) of r sets of coefficients (k, r, n) for n differenced series (T, n).

    first: (n,) period of each series' first conditional residual; errors before it are 0. The moving average
    recursion starts from them (Box & Jenkins' conditional method) and is the only loop over time.
    """
    ar, ma = polynomials(coefficients, order, season)
    periods, n = differenced.shape
    errors = np.empty((periods, coefficients.shape[1], n))
    errors[:] = differenced[:, None, :]
    for lag, c in ar.items():
        errors[lag:] -= c * differenced[:-lag, None, :]
    if order.constant:
        errors -= intercept(coefficients, ar)
    ragged = int(first.max(initial=0))
    errors[:ragged] *= (np.arange(min(ragged, periods))[:, None] >= first)[:, None, :]
    if ma:
        moving_average(errors, ma)
    return errors


def moving_average(errors: Array, ma: Lags) -> None:
    """Invert 1 − Σ c Bˡ in place: errors_t += Σ c errors_{t−lag}, in the order of time; errors are (T, ..., n)."""
    rows = list(errors)
    term = np.empty_like(rows[0])
    add, multiply = np.add, np.multiply
    for lag_now, row in enumerate(rows):
        for lag, c in ma.items():
            if lag <= lag_now:
                multiply(c, rows[lag_now - lag], term)
                add(row, term, row)


def fit(differenced: Array, first: NDArray[np.int64], known: NDArray[np.bool_], order: Order, season: int) -> Fit:
    """Minimise the sum of squared one-step errors of every series by Levenberg–Marquardt.

    differenced, first: as for `residuals`. known: (T, n) whether the demand of a period is known: the errors of
    the others do not count. Series that have converged drop out of the batch; what is computed for a series does
    not depend on the others.
    """
    periods, n = differenced.shape
    k = order.coefficients
    counts = known & (np.arange(periods)[:, None] >= first)
    counted = counts.sum(0).astype(np.float64)
    has_gaps = bool((counted < np.maximum(periods - first, 0)).any())
    x = _start(differenced, counts, counted, order)
    if k == 0:
        errors = residuals(differenced, first, x[:, None, :], order, season)[:, 0]
        return Fit(x, _squares(errors * counts), errors, counted)

    steps = np.full((k, n), _STEP)
    if order.constant:
        spread = np.sqrt(_squares(differenced * counts) / np.maximum(counted, 1.0))
        steps[-1] = _STEP * (spread + 1e-12)
    shaped = k - order.constant
    best, best_squares, best_errors = x.copy(), np.full(n, np.inf), np.zeros((periods, n))
    gradient, curvature = np.zeros((n, k)), np.zeros((n, k, k))
    damping = np.full(n, 1e-2)
    active = np.arange(n)
    for iteration in range(_ITERATIONS):
        every = len(active) == n
        trial, step = x[:, active], steps[:, active]
        sets = np.repeat(trial[:, None, :], k + 1, axis=1)
        sets[np.arange(k), np.arange(1, k + 1)] += step
        errors = residuals(differenced if every else differenced[:, active], first[active], sets, order, season)
        errors_here = np.ascontiguousarray(errors[:, 0])
        if has_gaps:
            errors *= counts[:, None, active]
        squares = _squares(errors[:, 0])
        squares[~np.isfinite(squares)] = np.inf
        before = best_squares[active]
        better = squares < before
        with np.errstate(invalid="ignore"):
            gain = np.where(np.isfinite(before), (before - squares) / np.maximum(before, 1e-300), 1.0)
        moved = active[better]
        slope, bend = _linearise(errors, step)
        gradient[moved], curvature[moved] = slope[better], bend[better]
        best[:, moved], best_squares[moved] = trial[:, better], squares[better]
        best_errors[:, moved] = errors_here[:, better]
        damping[active] *= np.where(better, 0.3, 8.0)
        done = (better & (gain < _TOLERANCE)) | (damping[active] > _GIVE_UP)
        active = active[~done]
        if len(active) == 0 or iteration == _ITERATIONS - 1:
            break
        move = _solve(curvature[active], gradient[active], damping[active])
        move[:shaped] = np.clip(move[:shaped], -_LONGEST_STEP, _LONGEST_STEP)
        x[:, active] = best[:, active] - move
        x[:shaped, active] = np.clip(x[:shaped, active], -_FURTHEST, _FURTHEST)
    return Fit(best, best_squares, best_errors, counted)


def _start(differenced: Array, counts: NDArray[np.bool_], counted: Array, order: Order) -> Array:
    """Starting coefficients (k, n): a little of everything, and the mean."""
    n = differenced.shape[1]
    parts = [0.1] * order.p + [0.3] * order.q + [0.1] * order.P + [0.5] * order.Q
    x = np.repeat(np.array(parts, dtype=np.float64)[:, None], n, axis=1)
    if not order.constant:
        return x
    mean = (differenced * counts).sum(0) / np.maximum(counted, 1.0)
    return np.concatenate([x, mean[None]])


def _squares(errors: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        total: Array = np.einsum("tn,tn->n", errors, errors)
    return total


def _linearise(errors: Array, step: Array) -> tuple[Array, Array]:
    """Jᵀe (n, k) and JᵀJ (n, k, k) from errors (T, k + 1, n), of which all but the first are perturbed by `step`."""
    here = np.ascontiguousarray(errors[:, 0])
    k, n = step.shape
    with np.errstate(over="ignore", invalid="ignore"):
        moves = [errors[:, i + 1] - here for i in range(k)]
        gradient, curvature = np.empty((n, k)), np.empty((n, k, k))
        for i in range(k):
            gradient[:, i] = np.einsum("tn,tn->n", moves[i], here) / step[i]
            for j in range(i + 1):
                bend = np.einsum("tn,tn->n", moves[i], moves[j]) / (step[i] * step[j])
                curvature[:, i, j] = curvature[:, j, i] = bend
    return np.nan_to_num(gradient), np.nan_to_num(curvature)


def _solve(curvature: Array, gradient: Array, damping: Array) -> Array:
    """Damped Gauss–Newton steps (k, n) by Marquardt's scaling, with a floor that keeps every system regular."""
    diagonal = np.einsum("nkk->nk", curvature)
    largest = np.maximum(diagonal.max(1), 1e-12)[:, None]
    ridge = damping[:, None] * np.maximum(diagonal, 1e-10) + 1e-9 * largest
    damped = curvature + ridge[:, :, None] * np.eye(curvature.shape[1])
    return np.linalg.solve(damped, gradient[:, :, None])[:, :, 0].T
