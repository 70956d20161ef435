"""Replenishment: the rules of the contract hold for whatever stock, demand and lead time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.demand_path import DemandPath
from lakecast_schema.reasons import Facts, english, portuguese
from lakecast_schema.replenishment import Alert, Inputs, Scenario, decide, dispersion, error_std_per_day

ITEM = st.fixed_dictionaries(
    {
        "demand": st.sampled_from([0.0, 0.02, 1.0, 30.0]),
        "demand_std": st.sampled_from([0.0, 0.3, 5.0]),
        "counts": st.booleans(),
        "step": st.sampled_from([1.0, 0.001]),
        "used": st.booleans(),
        "lead_time_days": st.sampled_from([0.0, 3.0, 14.5, 90.0]),
        "lead_time_std_days": st.sampled_from([0.0, 4.0]),
        "review_period_days": st.sampled_from([0.0, 7.0]),
        "service_level": st.sampled_from([0.5, 0.9, 0.99]),
        "min_order_quantity": st.sampled_from([0.0, 25.0]),
        "unit_cost": st.sampled_from([math.nan, 2.5]),
        "on_hand": st.sampled_from([math.nan, 0.0, 3.0, 40.0, 5000.0]),
        "on_order": st.sampled_from([math.nan, 0.0, 20.0]),
    }
)


def inputs_of(items):
    """Inputs from dictionaries of plain numbers, each with a flat forecast of 28 days."""
    columns = {name: np.array([item[name] for item in items]) for name in items[0] if name != "demand"}
    forecast = np.array([[item["demand"]] * 28 for item in items])
    return Inputs(path=DemandPath.of(forecast, np.ones_like(forecast), 7), **columns)


@given(st.lists(ITEM, min_size=1, max_size=6))
def test_decisions_keep_the_rules(items):
    found = decide(inputs_of(items))
    for i, item in enumerate(items):
        daily, lead_time = item["demand"], item["lead_time_days"]
        assert found.daily_demand[i] == pytest.approx(daily)
        assert found.lead_time_demand[i] == pytest.approx(daily * lead_time)
        assert found.reorder_point[i] == pytest.approx(found.lead_time_demand[i] + found.safety_stock[i])
        assert found.safety_stock[i] >= 0
        assert found.reorder_point[i] >= (item["step"] if item["used"] else 0)
        assert_multiple(found.reorder_point[i], item["step"])
        if not item["counts"] and item["service_level"] == 0.5:
            assert found.safety_stock[i] <= item["step"] + 1e-9
        if math.isnan(item["on_hand"]):
            assert found.alert[i] == "unknown"
            assert math.isnan(found.recommended_order[i])
            assert math.isnan(found.days_to_stockout[i])
            continue
        position = item["on_hand"] + (0 if math.isnan(item["on_order"]) else item["on_order"])
        target = found.reorder_point[i] + daily * item["review_period_days"]
        order, due = found.recommended_order[i], position <= found.reorder_point[i] and target > position
        wanted = max(target - position, item["min_order_quantity"]) if due else 0
        assert wanted - 1e-6 <= order < wanted + item["step"] + 1e-6
        assert_multiple(order, item["step"])
        stockout = item["on_hand"] / daily if daily else math.inf
        if stockout < lead_time - 1e-9:
            assert found.alert[i] == "critical"
            assert found.days_to_stockout[i] == pytest.approx(stockout)
        elif due:
            assert found.alert[i] in {"high", "critical"}
        else:
            assert found.alert[i] == ("medium" if position < target else "ok")
            assert order == 0


def assert_multiple(quantity, step):
    assert quantity / step == pytest.approx(round(quantity / step), abs=1e-6)


@given(ITEM)
def test_an_order_silences_the_advice_until_stock_has_gone(item):
    """What was ordered is on order the next day, and nothing is ordered again."""
    item = item | {"on_hand": 3.0, "on_order": 0.0}
    order = decide(inputs_of([item])).recommended_order[0]
    assert decide(inputs_of([item | {"on_order": order}])).recommended_order[0] == 0 or order == 0


@given(ITEM, ITEM)
def test_an_item_is_decided_alike_alone_and_among_others(one, other):
    alone, together = decide(inputs_of([one])), decide(inputs_of([other, one]))
    for name, values in vars(alone).items():
        if name == "alert":
            assert values[0] == getattr(together, name)[1]
        else:
            np.testing.assert_allclose(values[0], getattr(together, name)[1], rtol=1e-12)


@given(ITEM)
def test_a_higher_service_level_never_needs_less_stock(item):
    inputs = inputs_of([item])
    points = [decide(Scenario(service_level=level).apply(inputs)).reorder_point[0] for level in (0.6, 0.9, 0.99)]
    assert points == sorted(points)


def test_a_scenario_changes_only_what_it_names():
    item = {
        "demand": 2.0, "demand_std": 1.0, "counts": False, "step": 1.0, "used": True,
        "lead_time_days": 10.0, "lead_time_std_days": 1.0,
        "review_period_days": 7.0, "service_level": 0.95, "min_order_quantity": 0.0, "unit_cost": 1.0,
        "on_hand": 30.0, "on_order": 0.0,
    }  # fmt: skip
    inputs = inputs_of([item])
    unchanged, own = decide(Scenario().apply(inputs)), decide(inputs)
    assert all(np.array_equal(value, getattr(own, name)) for name, value in vars(unchanged).items())
    doubled = decide(Scenario(demand_factor=2.0, lead_time_days=20.0, lead_time_factor=0.5).apply(inputs))
    assert doubled.lead_time_demand[0] == pytest.approx(40.0)
    assert decide(Scenario(on_hand=0.0).apply(inputs)).alert[0] == "critical"


def test_errors_are_scaled_to_a_day_and_the_bias_counts():
    errors, days = np.array([[2.0, -2.0, np.nan], [np.nan] * 3]), np.full((2, 3), 4.0)
    assert error_std_per_day(errors, days) == pytest.approx([1.0, np.nan], nan_ok=True)
    assert dispersion(np.array([1.0, 1.0]), np.array([2.0, 1.0])) == pytest.approx([1 / 3, np.nan], nan_ok=True)


@pytest.mark.parametrize("alert", Alert)
def test_every_alert_has_a_reason_with_numbers_in_both_languages(alert):
    facts = Facts(alert, 12.5, None, 30.0, 1.25, 60.0, 7.0, 10.0, 56.25)
    assert "?" not in english(facts) + portuguese(facts)
    assert english(facts).endswith("Order 56.2.")
    assert portuguese(facts).endswith("Pedir 56,2.")
    assert any(number in english(facts) for number in ("12.5", "60"))
