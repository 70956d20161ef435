from dataclasses import replace

import numpy as np
import pytest
from panels import AWKWARD, panel, seasonal

from lakecast_forecast.interface import LEVELS, Forecasts, Model
from lakecast_forecast.models.arima import Arima, ArimaLibrary, Order
from lakecast_forecast.models.arima.library import _candidates
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency


def _mase(forecasts: Forecasts, history: Panel, future: Array, season: int) -> float:
    scale = np.abs(history.values[:, season:] - history.values[:, :-season]).mean(axis=1)
    return float((np.abs(forecasts.mean - future).mean(axis=1) / scale).mean())


def _simulated(order: Order, season: int, items: int, periods: int) -> list[Array]:
    """Series of the order with middling coefficients, from numbers of a fixed seed."""
    rng = np.random.default_rng(4)
    burn_in = 10 * season
    noise = rng.normal(size=(items, periods + burn_in))
    large = noise.copy()
    large[:, season:] -= 0.5 * order.Q * noise[:, :-season]
    series = large.copy()
    series[:, 1:] -= 0.4 * order.q * large[:, :-1]
    for t in range(1, series.shape[1]):
        series[:, t] += 0.6 * order.p * series[:, t - 1]
    for _ in range(order.d):
        series = series.cumsum(axis=1)
    for t in range(season, series.shape[1] * order.D):
        series[:, t] += series[:, t - season]
    series = series[:, burn_in:]
    return list(100 - series.min(axis=1, keepdims=True) + series)


@pytest.mark.parametrize(
    ("order", "frequency"),
    [
        (Order(0, 1, 1, 0, 1, 1), Frequency.QUARTERLY),
        (Order(1, 1, 1), Frequency.YEARLY),
        (Order(1, 0, 0, constant=True), Frequency.DAILY),
    ],
)
def test_the_engines_agree_on_a_fixed_order(order: Order, frequency: Frequency) -> None:
    season, horizon = frequency.season_length, 8
    whole = panel([list(one) for one in _simulated(order, season, 30, 120 + horizon)], frequency)
    history, future = whole.until(horizon), whole.values[:, -horizon:]
    ours = Arima(orders=(order,)).predict(history, horizon)
    theirs = ArimaLibrary(orders=(order,)).predict(history, horizon)
    assert np.median(np.abs(ours.mean / theirs.mean - 1)) <= 0.03
    assert _mase(ours, history, future, season) == pytest.approx(_mase(theirs, history, future, season), rel=0.02)
    widths = [f.quantiles[:, :, LEVELS.index(0.9)] - f.quantiles[:, :, LEVELS.index(0.1)] for f in (ours, theirs)]
    assert np.median(widths[0] / widths[1]) == pytest.approx(1, abs=0.1)


def test_reports_what_it_cannot_fit() -> None:
    names = ("one point", "all zero", "constant", "empty", "unknown within", "exploding")
    forecasts = ArimaLibrary(orders=(Order(0, 1, 1),)).predict(panel([AWKWARD[name] for name in names]), 3)
    assert [issue is None for issue in forecasts.issues] == [False] * 4 + [True] * 2
    assert np.isfinite(forecasts.quantiles).all()
    assert (np.diff(forecasts.quantiles, axis=2) >= 0).all()
    assert (forecasts.mean >= 0).all()


def test_uses_drivers_and_holidays() -> None:
    rng = np.random.default_rng(0)
    promotion = (rng.random((1, 410)) < 0.2).astype(float)
    demand = 50 * (1 + 0.6 * promotion) * rng.normal(1, 0.02, promotion.shape)
    whole = panel([list(demand[0, :400])], Frequency.DAILY)
    whole = replace(whole, drivers={"x_promotion": promotion, "x_twin": promotion}, country="BR")
    forecasts = ArimaLibrary(orders=(Order(0, 1, 1),)).predict(whole, 10)
    np.testing.assert_allclose(forecasts.mean[0], demand[0, 400:], rtol=0.15)


def test_picks_an_order_by_itself() -> None:
    forecasts = ArimaLibrary().predict(panel([list(seasonal(1, 40, 4)[0])], Frequency.QUARTERLY), 4)
    assert forecasts.issues == (None,)


@pytest.mark.parametrize(
    ("length", "frequency", "orders"),
    [
        (12, Frequency.QUARTERLY, "(0,1,1)(0,1,1) (1,1,1)(0,1,1) (0,1,2)(0,1,1) (2,1,0)(0,1,1)"),
        (11, Frequency.QUARTERLY, "(0,1,1) (0,1,1)+c (1,1,1) (1,1,2)"),
        (21, Frequency.DAILY, "(0,1,1)(0,1,1) (1,1,1)(0,1,1) (0,1,2)(0,1,1) (2,1,0)(0,1,1)"),
        (900, Frequency.WEEKLY, "(0,1,1) (0,1,1)+c (1,1,1) (1,1,2)"),
        (90, Frequency.YEARLY, "(0,1,1) (0,1,1)+c (1,1,1) (1,1,2)"),
    ],
)
def test_seasonal_orders_are_for_three_short_seasons(length: int, frequency: Frequency, orders: str) -> None:
    assert " ".join(str(order) for order in _candidates(length, frequency)) == orders


def test_is_the_same_source_by_another_engine() -> None:
    assert isinstance(ArimaLibrary(), Model)
    assert ArimaLibrary().name == Arima().name
    assert ArimaLibrary().version != Arima().version
