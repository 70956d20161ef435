"""Orders and the pools that are averaged: no order of a pool contradicts itself or overfits."""

import pytest

from lakecast_forecast.models.arima.orders import LEAN, LONG_YEARLY, Order, Pool, pool
from lakecast_schema.periods import Frequency

POOLS = [*(pool(frequency) for frequency in Frequency), LEAN, LONG_YEARLY]


@pytest.mark.parametrize("each", POOLS)
def test_orders_of_a_pool_are_distinct_small_and_difference_at_most_as_often_as_they_should(each: Pool) -> None:
    orders = (*each.seasonal, *each.adjusted)
    assert len(set(orders)) == len(orders) > 0
    for order in orders:
        assert order.coefficients <= 5
        assert max(order.p, order.q) <= 2
        assert max(order.P, order.D, order.Q) <= 1
        assert order.P + order.D <= 1, "a seasonal difference and a seasonal AR explain the same"
        assert order.d <= (2 if each is LONG_YEARLY else 1)
        assert order.d + order.D > 0 or order.constant, "without differences a level is needed"
    assert all(order.is_seasonal for order in each.seasonal if each is not LEAN)
    assert not any(order.is_seasonal for order in each.adjusted)


def test_the_airline_model_is_averaged_within_the_year_and_the_simplest_everywhere() -> None:
    for frequency in (Frequency.DAILY, Frequency.MONTHLY, Frequency.QUARTERLY):
        assert Order(0, 1, 1, 0, 1, 1) in pool(frequency).seasonal
    assert all(Order(0, 1, 1) in (*each.seasonal, *each.adjusted) for each in POOLS)
    assert not pool(Frequency.YEARLY).seasonal
    assert not pool(Frequency.WEEKLY).seasonal


def test_an_order_counts_its_coefficients_and_the_periods_that_it_loses() -> None:
    order = Order(2, 1, 1, 1, 1, 1, constant=True)
    assert order.coefficients == 6
    assert order.lost(12) == 3 + 24
    assert str(order) == "(2,1,1)(1,1,1)+c"
    assert str(Order(0, 1, 1)) == "(0,1,1)"
    assert Order(0, 1, 1).lost(12) == 1
    with pytest.raises(ValueError, match="negative"):
        Order(0, -1, 1)


@pytest.mark.parametrize(
    ("each", "seasonal", "adjusted"),
    [
        (
            pool(Frequency.MONTHLY),
            "(0,1,1)(0,1,1) (1,1,1)(0,1,1) (0,1,2)(0,1,1) (2,1,0)(0,1,1) (1,0,0)(0,1,1)+c (2,0,0)(0,1,1)+c "
            "(1,0,1)(0,1,1)+c (0,1,1)(1,0,0) (0,1,1)(1,0,1) (1,1,1)(1,0,1) (1,0,0)(1,0,0)+c (1,0,1)(1,0,1)+c "
            "(1,0,0)(1,0,1)+c",
            "(0,1,1) (0,1,1)+c (1,1,0) (1,1,0)+c (1,1,1) (1,1,1)+c (1,1,2) (2,1,0) (2,1,2) (0,0,0)+c (1,0,0)+c "
            "(1,0,1)+c (2,0,0)+c",
        ),
        (
            LONG_YEARLY,
            "",
            "(0,1,1) (0,1,1)+c (1,1,0) (1,1,0)+c (1,1,1) (1,1,1)+c (2,1,0) (0,0,0)+c (1,0,0)+c (1,0,1)+c (2,0,0)+c "
            "(0,2,1) (0,2,2) (1,2,1)",
        ),
        (
            pool(Frequency.DAILY),
            "(0,1,1)(0,1,1) (1,0,1)(0,1,1)+c (1,0,1)(1,0,1)+c (0,1,1)(1,0,1)",
            "(0,1,1) (1,1,1) (0,0,0)+c (1,0,1)+c (2,0,1)+c",
        ),
        (
            pool(Frequency.WEEKLY),
            "",
            "(0,1,1) (1,1,1) (0,0,0)+c (1,0,1)+c (2,0,1)+c (0,1,1)+c (0,1,2) (2,1,1) (1,0,0)+c (2,0,0)+c",
        ),
        (LEAN, "(0,0,0)+c (1,0,0)+c (1,0,1)+c (0,1,1) (0,0,0)(1,0,0)+c", ""),
    ],
)
def test_pools_are_those_that_rolling_origins_chose(each: Pool, seasonal: str, adjusted: str) -> None:
    """Change one together with `make bench-forecasting`."""
    assert " ".join(map(str, each.seasonal)) == seasonal
    assert " ".join(map(str, each.adjusted)) == adjusted
