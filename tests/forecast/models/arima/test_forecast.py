import numpy as np
import pytest

from lakecast_forecast.models.arima.css import Fit
from lakecast_forecast.models.arima.forecast import predict, psi_weights
from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.models.arima.polynomials import integrated, product
from lakecast_forecast.panel import Array


def _known(series: Array, order: Order, coefficients: list[float], squares: float = 9.0) -> Fit:
    return Fit(
        np.array(coefficients)[:, None],
        np.array([squares]),
        np.zeros_like(series),
        np.array([10.0 + len(coefficients)]),
    )


def test_random_walk_with_drift() -> None:
    series = np.array([[5.0], [7.0]])
    center, spread = predict(
        series, _known(series, Order(0, 1, 0, constant=True), [2.0]), Order(0, 1, 0, constant=True), 1, 3
    )
    assert center[:, 0].tolist() == [9.0, 11.0, 13.0]
    np.testing.assert_allclose(spread[:, 0], np.sqrt(0.9 * np.array([1, 2, 3])))


def test_seasonal_random_walk_repeats_the_season() -> None:
    series = np.array([1.0, 2.0, 3.0, 4.0, 11.0, 12.0, 13.0, 14.0])[:, None]
    center, spread = predict(series, _known(series, Order(D=1), []), Order(D=1), 4, 6)
    assert center[:, 0].tolist() == [11.0, 12.0, 13.0, 14.0, 11.0, 12.0]
    np.testing.assert_allclose(spread[:, 0] ** 2, [0.9] * 4 + [1.8] * 2)


@pytest.mark.parametrize("order", [Order(1, 1, 1, 0, 1, 1), Order(2, 0, 2, 1, 0, 0), Order(0, 2, 2)])
def test_psi_weights_are_the_response_to_one_error(order: Order) -> None:
    rng = np.random.default_rng(0)
    short, ma, large, large_ma = (rng.uniform(-0.4, 0.4, (k, 1)) for k in (order.p, order.q, order.P, order.Q))
    full = integrated(product(short, large, 4), order.d, order.D, 4)
    moving = product(ma, large_ma, 4)
    response = np.zeros(30)
    for t in range(30):
        response[t] = (t == 0) - (moving[t][0] if t in moving else 0.0)
        response[t] += sum(float(np.ravel(c)[0]) * response[t - lag] for lag, c in full.items() if lag <= t)
    np.testing.assert_allclose(psi_weights(full, moving, 30, 1)[:, 0], response)
