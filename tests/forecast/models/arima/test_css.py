import numpy as np
import pytest
from numpy.typing import NDArray

from lakecast_forecast.models.arima.css import Fit, difference, fit, residuals
from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.panel import Array


def _simulated(order: Order, n: int, periods: int, ar: float = 0.6, ma: float = -0.4) -> Array:
    """Series (periods, n) of an ARMA(1, 1), integrated as the order says."""
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(periods + 50, n))
    series = np.zeros_like(noise)
    for t in range(1, len(noise)):
        series[t] = ar * series[t - 1] + noise[t] + ma * noise[t - 1]
    series = series[50:]
    for _ in range(order.d):
        series = series.cumsum(0)
    return series


def _fit(series: Array, order: Order, season: int, starts: NDArray[np.int64] | None = None) -> Fit:
    starts = np.zeros(series.shape[1], dtype=np.int64) if starts is None else starts
    differenced, first = difference(series, starts, order, season)
    known = np.ones(series.shape, dtype=np.bool_)
    return fit(differenced, first + order.p + season * order.P, known, order, season)


def test_finds_the_coefficients_that_made_the_series() -> None:
    order = Order(1, 1, 1)
    found = 0.995 * np.tanh(_fit(_simulated(order, 40, 800), order, 1).coefficients)
    assert np.median(found[0]) == pytest.approx(0.6, abs=0.04)
    assert np.median(found[1]) == pytest.approx(0.4, abs=0.04)


def test_no_nearby_coefficients_are_better() -> None:
    order, season = Order(1, 0, 1, 0, 1, 1, constant=True), 4
    series = _simulated(order, 6, 120) + np.tile([3.0, 1.0, 4.0, 1.5], 30)[:, None]
    fitted = _fit(series, order, season)
    differenced, first = difference(series, np.zeros(6, dtype=np.int64), order, season)
    rng = np.random.default_rng(0)
    near = fitted.coefficients[:, None, :] + rng.normal(0, 0.02, (order.coefficients, 50, 6))
    squares = (residuals(differenced, first + order.p, near, order, season) ** 2).sum(0)
    assert (squares > fitted.squares * (1 - 1e-3)).all()


def test_residuals_invert_the_recursion_that_made_a_series() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(60, 1))
    series = np.zeros_like(noise)
    for t in range(60):
        series[t] = noise[t]
        for lag, c in ((1, -0.5), (4, -0.3), (5, 0.15)):
            if t >= lag:
                series[t] += c * noise[t - lag]
    raw = np.arctanh(np.array([0.5, 0.3]) / 0.995)[:, None, None]
    found = residuals(series, np.zeros(1, dtype=np.int64), raw, Order(0, 0, 1, 0, 0, 1), 4)
    np.testing.assert_allclose(found[:, 0], noise, atol=1e-12)


def test_a_series_does_not_depend_on_its_neighbours_or_on_padding() -> None:
    order, season = Order(1, 1, 1, 0, 1, 1), 4
    series = _simulated(order, 5, 60)
    starts = np.array([0, 0, 11, 20, 3])
    series = np.where(np.arange(60)[:, None] >= starts, series, 0.0)
    together = _fit(series, order, season, starts)
    for column, start in enumerate(starts):
        alone = _fit(series[start:, [column]], order, season)
        np.testing.assert_allclose(alone.coefficients[:, 0], together.coefficients[:, column], rtol=1e-9)
        np.testing.assert_allclose(alone.squares[0], together.squares[column], rtol=1e-9)


def test_differences_by_lag_and_season_and_forgets_what_precedes_the_start() -> None:
    series = np.arange(12.0)[:, None] ** 2
    found, first = difference(series, np.array([2]), Order(0, 1, 0, 0, 1, 0), 3)
    assert first.tolist() == [6]
    assert found[:, 0].tolist() == [0] * 6 + [6.0] * 6


def test_an_order_without_coefficients_is_a_random_walk() -> None:
    walk = np.array([[1.0], [4.0], [2.0]])
    fitted = _fit(walk, Order(0, 1, 0), 1)
    assert fitted.squares.tolist() == [13.0]
    assert fitted.residuals[:, 0].tolist() == [0.0, 3.0, -2.0]


def test_unknown_periods_do_not_count() -> None:
    order = Order(0, 1, 1)
    series = _simulated(order, 3, 60)
    spoiled = series.copy()
    spoiled[30] += 1000.0
    known = np.ones(series.shape, dtype=np.bool_)
    known[30:] = False
    starts = np.zeros(3, dtype=np.int64)
    fits = []
    for each in (series, spoiled):
        differenced, first = difference(each, starts, order, 1)
        fits.append(fit(differenced, first, known, order, 1))
    np.testing.assert_array_equal(fits[0].coefficients, fits[1].coefficients)
    assert fits[0].counted.tolist() == [29.0] * 3
