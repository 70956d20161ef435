from dataclasses import replace

import numpy as np
import pytest
from panels import panel

from lakecast_forecast.models.arima import Arima
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency


def _driven(effect: float, items: int = 5, periods: int = 300, horizon: int = 14) -> tuple[Panel, Array]:
    """Daily demand that a promotion lifts, and the future it will have."""
    rng = np.random.default_rng(2)
    promotion = (rng.random((items, periods + horizon)) < 0.15).astype(float)
    days = np.arange(periods + horizon)
    base = 50 * (1 + 0.2 * np.sin(2 * np.pi * days / 7))
    demand = base * (1 + effect * promotion) * rng.normal(1, 0.03, promotion.shape)
    whole = panel([list(one) for one in demand[:, :periods]], Frequency.DAILY)
    return replace(whole, drivers={"x_promotion": promotion}), demand[:, periods:]


def test_known_promotions_are_forecast() -> None:
    whole, future = _driven(0.8)
    with_driver = np.abs(Arima().predict(whole, 14).mean - future).mean()
    without = np.abs(Arima().predict(replace(whole, drivers={}), 14).mean - future).mean()
    assert with_driver < 0.35 * without


def test_a_driver_without_effect_is_left_out() -> None:
    whole, _ = _driven(0.0)
    np.testing.assert_allclose(
        Arima().predict(whole, 14).mean, Arima().predict(replace(whole, drivers={}), 14).mean, rtol=0.02
    )


@pytest.mark.parametrize("value", [np.nan, 0.0, 1e12])
def test_a_driver_that_says_nothing_is_ignored(value: float) -> None:
    whole, _ = _driven(0.5)
    useless = replace(whole, drivers={"x_useless": np.full_like(whole.drivers["x_promotion"], value)})
    np.testing.assert_allclose(
        Arima().predict(useless, 14).mean, Arima().predict(replace(whole, drivers={}), 14).mean, rtol=1e-9
    )


def test_drivers_of_a_rolling_origin_keep_their_dates() -> None:
    whole, _ = _driven(0.8)
    origin = whole.until(14)
    future = whole.values[:, -14:]
    assert np.abs(Arima().predict(origin, 14).mean / future - 1).mean() < 0.05


def test_rows_with_drivers_do_not_depend_on_each_other() -> None:
    whole, _ = _driven(0.8)
    together = Arima().predict(whole, 14)
    alone = Arima().predict(whole.select(np.array([3])), 14)
    np.testing.assert_allclose(alone.mean[0], together.mean[3], rtol=1e-6)


def test_christmas_is_remembered() -> None:
    days = np.arange(np.datetime64("2021-12-01"), np.datetime64("2023-12-20"))
    rng = np.random.default_rng(0)
    demand = 100 + rng.normal(0, 2, len(days))
    christmas = np.isin(days, np.array(["2021-12-25", "2022-12-25"], dtype="datetime64[D]"))
    whole = panel([list(np.where(christmas, 20.0, demand))], Frequency.DAILY)
    whole = replace(whole, ends=np.array([days[-1]]), country="BR")
    mean = Arima().predict(whole, 10).mean[0]
    assert mean[5] < 60  # 2023-12-25
    assert np.delete(mean, 5).min() > 90


def test_holidays_of_items_with_different_ends_fall_on_their_own_days() -> None:
    days = np.arange(np.datetime64("2021-12-01"), np.datetime64("2023-12-20"))
    rng = np.random.default_rng(0)
    demand = np.where(np.isin(days, days[[24, 389]]), 20.0, 100 + rng.normal(0, 2, len(days)))
    whole = replace(
        panel([list(demand), list(demand[:-5])], Frequency.DAILY),
        ends=np.array([days[-1], days[-6]]),
        country="BR",
    )
    mean = Arima().predict(whole, 12).mean
    assert mean.argmin(axis=1).tolist() == [5, 10]
