import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import AWKWARD, assert_valid, panel, panels, seasonal, sporadic

from lakecast_forecast.evaluation.backtest import run_source
from lakecast_forecast.evaluation.origins import Origins
from lakecast_forecast.interface import LEVELS, Model
from lakecast_forecast.models.arima import Arima, Order
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

MEDIAN = LEVELS.index(0.5)


@settings(max_examples=30, deadline=None)
@given(panels(), st.integers(1, 20))
def test_is_always_a_forecast(whole: Panel, horizon: int) -> None:
    assert_valid(Arima().predict(whole, horizon), whole, horizon)


@pytest.mark.parametrize("frequency", Frequency)
def test_survives_awkward_series(frequency: Frequency) -> None:
    whole = panel(list(AWKWARD.values()), frequency)
    assert_valid(Arima().predict(whole, 9), whole, 9)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("one point", "only 1 known"),
        ("constant", "constant"),
        ("all zero", "is zero"),
        ("all unknown", "no known"),
        ("empty", "no known"),
    ],
)
def test_says_why_there_is_no_model(name: str, words: str) -> None:
    assert words in str(Arima().predict(panel([AWKWARD[name]]), 3).issues[0])


def test_a_fitted_series_has_no_issue() -> None:
    assert Arima().predict(panel([list(one) for one in seasonal(3, 60)]), 3).issues == (None,) * 3


def test_an_empty_panel_has_an_empty_forecast() -> None:
    assert Arima().predict(panel([]), 3).mean.shape == (0, 3)


@settings(max_examples=10, deadline=None)
@given(panels(), st.integers(1, 3))
def test_rows_do_not_depend_on_each_other(whole: Panel, rows: int) -> None:
    together = Arima().predict(whole, 5)
    apart = Arima(rows=rows).predict(whole.select(np.arange(len(whole))[::-1]), 5)
    np.testing.assert_allclose(apart.mean[::-1], together.mean, rtol=1e-6, atol=1e-9 * together.mean.max())
    np.testing.assert_allclose(
        apart.quantiles[::-1], together.quantiles, rtol=1e-6, atol=1e-9 * together.quantiles.max()
    )


def test_batch_size_and_order_of_many_rows_change_nothing() -> None:
    series = [*seasonal(40, 90), *seasonal(20, 61, seed=1), *sporadic(20, 48)]
    whole = panel([list(one) for one in series])
    order = np.random.default_rng(0).permutation(len(whole))
    together, apart = Arima().predict(whole, 12), Arima(rows=7).predict(whole.select(order), 12)
    np.testing.assert_allclose(apart.mean, together.mean[order], rtol=1e-6)
    np.testing.assert_allclose(apart.quantiles, together.quantiles[order], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("factor", [1e-200, 1e-3, 1e200])
def test_forecasts_scale_with_the_demand(factor: float) -> None:
    one = seasonal(1, 40)[0]
    small, large = (Arima().predict(panel([list(one * size)]), 4) for size in (1.0, factor))
    np.testing.assert_allclose(large.mean, small.mean * factor, rtol=1e-6)


def test_continues_trend_and_season() -> None:
    months = np.arange(96)
    truth = (100 + months) * (1 + 0.3 * np.sin(2 * np.pi * months / 12))
    rng = np.random.default_rng(0)
    noisy = truth[:84] * rng.normal(1, 0.01, 84)
    forecasts = Arima().predict(panel([list(noisy)]), 12)
    np.testing.assert_allclose(forecasts.mean[0], truth[84:], rtol=0.06)


def test_intervals_hold_what_they_promise() -> None:
    rng = np.random.default_rng(1)
    walks = 1000 + rng.normal(0, 1, (300, 66)).cumsum(axis=1)
    forecasts = Arima().predict(panel(list(walks[:, :60]), Frequency.YEARLY), 6)
    low, high = forecasts.quantiles[:, :, LEVELS.index(0.1)], forecasts.quantiles[:, :, LEVELS.index(0.9)]
    assert 0.72 <= ((walks[:, 60:] >= low) & (walks[:, 60:] <= high)).mean() <= 0.86


def test_sporadic_demand_is_forecast_without_bias() -> None:
    whole = panel([list(one) for one in sporadic(300, 60)])
    history, future = whole.until(12), whole.values[:, -12:]
    assert Arima().predict(history, 12).mean.sum() / future.sum() == pytest.approx(1, abs=0.12)


def test_sporadic_demand_is_forecast_with_its_skew() -> None:
    whole = panel([list(one) for one in sporadic(200, 60)])
    history, future = whole.until(12), whole.values[:, -12:]
    forecasts = Arima().predict(history, 12)
    median = forecasts.quantiles[:, :, MEDIAN]
    assert median.mean() < 0.8 * forecasts.mean.mean()
    assert np.abs(future - median).mean() < 0.9 * np.abs(future - forecasts.mean).mean()
    low, high = forecasts.quantiles[:, :, LEVELS.index(0.1)], forecasts.quantiles[:, :, LEVELS.index(0.9)]
    assert ((future >= low) & (future <= high)).mean() >= 0.78


def test_a_rolling_origin_sees_nothing_of_its_future() -> None:
    series = seasonal(4, 72)
    spoiled = [np.concatenate([one[:-12], np.full(12, 1e9)]) for one in series]
    one, other = (run_source(Arima(), panel(list(each)), Origins((12,), 1), 12) for each in (series, spoiled))
    np.testing.assert_array_equal(one.raw[0].mean, other.raw[0].mean)
    np.testing.assert_array_equal(one.raw[0].quantiles, other.raw[0].quantiles)
    assert not np.allclose(one.raw_live.mean, other.raw_live.mean)


def test_fixed_orders_replace_the_pool() -> None:
    whole = panel([[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]])
    forecasts = Arima(orders=(Order(0, 1, 0),)).predict(whole, 3)
    np.testing.assert_allclose(forecasts.mean, 2.0)


def test_an_order_that_nothing_is_long_enough_for_is_an_issue() -> None:
    forecasts = Arima(orders=(Order(2, 1, 2, 1, 1, 1),)).predict(panel([[1.0, 2.0, 3.0, 5.0, 4.0, 6.0]]), 2)
    assert forecasts.issues == ("too few known periods for any ARIMA order",)
    assert forecasts.mean.tolist() == [[6.0, 6.0]]


def test_is_a_model_that_learns_nothing_in_fit() -> None:
    whole = panel([list(one) for one in seasonal(2, 30)])
    model = Arima()
    assert isinstance(model, Model)
    assert model.fit(whole, 3) is model
    assert model.diagnostics.parameters["temperature"] == model.temperature


def test_the_default_engine_does_not_load_statsmodels() -> None:
    code = (
        "import sys, lakecast_forecast.models.arima as arima; arima.Arima();"
        "assert 'statsmodels' not in sys.modules; arima.ArimaLibrary(); assert 'statsmodels' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
