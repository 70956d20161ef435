"""The benchmark's inventory and its measures, against courses worked out by hand."""

import numpy as np
import pytest

pytest.importorskip("lakecast_forecast")

from bench.decisions import peers
from bench.decisions.measures import figures, stock_at
from bench.decisions.simulation import simulate

DEMAND = np.array([[4.0, 4.0, 4.0, 10.0, 0.0, 0.0]])


def test_orders_of_each_review_arrive_a_lead_time_later() -> None:
    """Level 8, reviewed every two periods, arrival after one: the demand of 10 in the fourth finds 4."""
    course = simulate(DEMAND, np.full((1, 3), 8.0), np.array([0, 2, 4]), 1)
    assert course.orders[0].tolist() == [False, False, True, False, True, False]
    # 8 - 4 - 4 = 0, - 4; 8 arrive: 4 - 10 = -6, then 8 + 6 = 14 less what is on its way.
    assert course.short[0].tolist() == [0, 0, 4, 6, 0, 0]
    assert course.on_hand[0].tolist() == [4, 0, 0, 0, 0, 8]
    assert course.lasted[0, :2].tolist() == [0, 0]
    assert (course.arrivals[0], course.timely[0]) == (2, 0)


def test_orders_wait_for_the_reorder_point_and_are_whole() -> None:
    every = np.arange(6)
    course = simulate(DEMAND, np.full((1, 6), 9.5), every, 1, reorder_at=np.full((1, 6), 2.0), whole=True)
    assert course.orders[0].tolist() == [False, False, True, False, True, False]
    assert course.on_hand[0].tolist()[:3] == [6, 2, 0]


def test_items_weigh_alike_through_their_typical_demand() -> None:
    demand = np.array([[4.0, 4.0], [400.0, 0.0]])
    course = simulate(demand, np.array([[4.0], [400.0]]), np.array([0]), 1)
    said = figures(course, demand, np.array([4.0, 400.0]), np.array([0, 1]), 0, 12)
    assert said.fill == pytest.approx(1 - 1 / 3)
    assert figures(course, demand, np.array([4.0, 400.0]), np.array([1]), 0, 12).fill == 1


def test_stock_for_a_service_lies_between_those_that_were_simulated() -> None:
    assert stock_at(0.95, [0.9, 0.95, 0.98], [1.0, 2.0, 4.0]) == pytest.approx(2.0)
    assert 2 < stock_at(0.97, [0.9, 0.95, 0.98], [1.0, 2.0, 4.0]) < 4
    assert np.isnan(stock_at(0.99, [0.9, 0.95, 0.98], [1.0, 2.0, 4.0]))


def test_windows_and_bootstrap_are_quantiles_of_past_demand() -> None:
    history = np.concatenate([np.full((1, 3), np.nan), np.arange(1.0, 41.0)[None, :]], axis=1)
    assert peers.windows(history, 2, 0.5)[0] == pytest.approx(41, abs=2)
    assert 20 < peers.bootstrap(history, 2, 0.5)[0] < 60


def test_croston_and_tsb_of_a_regular_item_know_its_rate() -> None:
    history = np.tile([0.0, 0.0, 6.0], 60)[None, :]
    plain = peers.sba_poisson(history, 30, 0.5)[0]
    assert plain == pytest.approx(60 * 0.95, abs=2)
    assert peers.tsb_negative_binomial(history, 30, 0.5)[0] == pytest.approx(60, rel=0.15)
    assert peers.sba_normal(history, 30, 0.5)[0] == pytest.approx(57, rel=0.02)
    assert peers.erp(np.tile([2.0], 60)[None, :], 30, 0.95)[0] == pytest.approx(60)
