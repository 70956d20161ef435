"""Replenishment: what must hold for whatever stock, demand, terms and lead time."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lakecast_schema.decision_dates import dates_of, days_after
from lakecast_schema.decision_inputs import Inputs, Scenario
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.priority import missed_weights
from lakecast_schema.replenishment import FIGURES, LONGEST, decide

ITEM = st.fixed_dictionaries(
    {
        "demand": st.sampled_from([0.0, 0.02, 1.0, 30.0]),
        "noise": st.sampled_from([0.1, 1.0, 20.0]),
        "level": st.sampled_from([0.0, 0.1]),
        "demand_size": st.sampled_from([math.nan, 3.0]),
        "largest_window": st.sampled_from([math.nan, 5.0, 4000.0]),
        "step": st.sampled_from([1.0, 0.001]),
        "used": st.booleans(),
        "lead_time_days": st.sampled_from([0.0, 3.0, 14.5, 90.0]),
        "lead_time_std_days": st.sampled_from([0.0, 4.0]),
        "review_period_days": st.sampled_from([0.0, 7.0]),
        "service_level": st.sampled_from([0.5, 0.9, 0.99]),
        "is_fill": st.booleans(),
        "min_order_quantity": st.sampled_from([0.0, 25.0]),
        "order_multiple": st.sampled_from([1.0, 6.0]),
        "on_hand": st.sampled_from([math.nan, -2.0, 0.0, 3.0, 40.0, 5000.0]),
        "on_order": st.sampled_from([math.nan, 0.0, 20.0]),
        "days_to_review": st.sampled_from([math.nan, math.nan, 0.0, 4.0]),
    }
)
ORDINARY = {
    "demand": 2.0, "noise": 1.0, "level": 0.01, "demand_size": math.nan, "largest_window": math.nan, "step": 1.0,
    "used": True, "lead_time_days": 10.0, "lead_time_std_days": 1.0, "review_period_days": 7.0,
    "service_level": 0.95, "is_fill": False, "min_order_quantity": 0.0, "order_multiple": 1.0, "on_hand": 30.0,
    "on_order": 0.0, "days_to_review": math.nan,
}  # fmt: skip


def inputs_of(items, arrivals=()):
    """Inputs from dictionaries of plain numbers, each with a flat forecast of 28 days."""
    columns = {
        name: np.array([item[name] for item in items]) for name in items[0] if name not in ("demand", "noise", "level")
    }
    rate = np.array([item["demand"] for item in items])
    forecast = np.repeat(rate[:, None], 28, axis=1)
    days, quantities = (np.array([[pair[part] for pair in arrivals]] * len(items), float) for part in (0, 1))
    shape = (len(items), len(arrivals))
    return Inputs(
        path=DemandPath.of(forecast, np.ones_like(forecast), 7),
        noise_variance=np.array([item["noise"] * item["demand"] for item in items]),
        level_variance=np.array([item["level"] * item["demand"] ** 2 for item in items]),
        period_days=np.full(len(items), 1.0),
        window_days=np.array([item["lead_time_days"] + item["review_period_days"] or 1.0 for item in items]),
        unit_cost=np.full(len(items), 2.5),
        weight=np.full(len(items), 2.5),
        inbound_days=days.reshape(shape),
        inbound=quantities.reshape(shape),
        ordered=np.full(len(items), np.nan),
        **columns,
    )


def decided(arrivals=(), **changes):
    return decide(inputs_of([ORDINARY | changes], arrivals))


def assert_multiple(quantity, step):
    assert quantity / step == pytest.approx(round(quantity / step), abs=1e-5)


FULL = {
    "demand": 0.02, "noise": 0.1, "demand_size": 3.0, "used": False, "lead_time_days": 0.0, "lead_time_std_days": 0.0,
    "service_level": 0.99, "on_hand": 3.0, "days_to_review": 0.0,
}  # fmt: skip
"""On a day of review, with all that may be on hand, and s as high."""


@given(st.lists(ITEM, min_size=1, max_size=6))
@example([ORDINARY | FULL])
def test_decisions_keep_the_rules(items):
    found = decide(inputs_of(items))
    for i, item in enumerate(items):
        point, up_to = found.reorder_point[i], found.order_up_to[i]
        assert found.lead_time_demand[i] == pytest.approx(item["demand"] * item["lead_time_days"])
        assert found.safety_stock[i] >= 0
        assert point == pytest.approx(found.lead_time_demand[i] + found.safety_stock[i])
        assert point >= (item["step"] if item["used"] else 0)
        fixed = not math.isnan(item["days_to_review"])
        assert up_to > point or point == up_to == 0 or (fixed and up_to == point)
        for quantity in (point, up_to):
            assert_multiple(quantity, item["step"])
        if math.isnan(item["on_hand"]):
            assert (found.alert[i], found.action[i]) == ("unknown", "check_data")
            assert np.isnan(
                [getattr(found, name)[i] for name in ("recommended_order", "stockout_cost", "excess")]
            ).all()
            continue
        position = item["on_hand"] + (0 if math.isnan(item["on_order"]) else item["on_order"])
        order = found.recommended_order[i]
        due = position < up_to and (item["days_to_review"] == 0 if fixed else position <= point + 1e-9)
        assert (order > 0) == due
        assert_multiple(order, item["order_multiple"])
        wanted = max(up_to - position, item["min_order_quantity"]) if due else 0
        assert wanted - 1e-6 <= order < wanted + item["order_multiple"] + 1e-6
        assert found.alert[i] != "critical" or found.action[i] in ("order", "expedite", "watch")
        assert (found.action[i] == "order") == due
        if not fixed:
            assert (found.alert[i], found.action[i]) != ("critical", "watch")
            assert (found.alert[i] in ("critical", "high")) == (due or found.action[i] == "expedite")
        if found.alert[i] == "medium":
            assert point < position < point + item["demand"] * item["review_period_days"] + 1e-6
        if item["demand"] and item["on_hand"] / item["demand"] < LONGEST:
            assert found.days_to_stockout[i] == pytest.approx(max(item["on_hand"], 0) / item["demand"], abs=1e-6)
        else:
            assert np.isnan(found.days_to_stockout[i])


@given(ITEM, ITEM)
def test_an_item_is_decided_alike_alone_and_among_others(one, other):
    alone, together = decide(inputs_of([one])), decide(inputs_of([other, one]))
    for name in FIGURES:
        np.testing.assert_allclose(getattr(alone, name)[0], getattr(together, name)[1], rtol=1e-9)
    assert (alone.alert[0], alone.action[0]) == (together.alert[1], together.action[1])


@given(ITEM)
def test_what_was_ordered_silences_the_advice_until_the_position_falls_to_s(item):
    item = item | {"on_hand": 3.0, "on_order": 0.0}
    first = decide(inputs_of([item]))
    item["on_order"] = first.recommended_order[0]
    again = decide(inputs_of([item]))
    assert again.recommended_order[0] == 0
    if not math.isnan(item["days_to_review"]):
        return
    item["on_hand"] -= max(3.0 + item["on_order"] - again.reorder_point[0], 0)
    later = decide(inputs_of([item]))
    assert later.recommended_order[0] > 0 or later.order_up_to[0] == 0


RARE = {"demand": 0.02, "noise": 1.0, "level": 0.0, "demand_size": 3.0, "step": 0.001, "is_fill": True}


@given(ITEM)
@example(ORDINARY | RARE | {"lead_time_std_days": 0.0, "review_period_days": 0.0})
@example(ORDINARY | RARE | {"lead_time_std_days": 4.0})
def test_higher_promises_and_longer_lead_times_never_need_less_stock(item):
    inputs = inputs_of([item | {"largest_window": math.nan, "service_level": max(item["service_level"], 0.9)}])
    for scenarios in (
        [Scenario(service_level=level) for level in (0.6, 0.9, 0.99)],
        [Scenario(lead_time_days=days) for days in (2.0, 10.0, 60.0)],
    ):
        levels = [decide(scenario.apply(inputs)).order_up_to[0] for scenario in scenarios]
        assert levels == sorted(levels)


ARRIVALS = st.lists(
    st.tuples(st.sampled_from([1.0, 8.0, 13.0, 16.0, 40.0]), st.sampled_from([2.0, 30.0])), max_size=3
).map(sorted)


@given(ITEM, ARRIVALS, st.sampled_from([1.0, 12.0, 300.0]))
@example(ORDINARY | {"on_hand": 22.0}, [(16.0, 3.0)], 8.0)  # due, then no more: what is on its way comes too late
def test_more_stock_never_means_more_urgency_or_a_larger_order(item, arrivals, more):
    if math.isnan(item["on_hand"]):
        return
    item = item | {"on_order": sum(quantity for _, quantity in arrivals)}
    before, after = (
        decide(inputs_of([item | {"on_hand": item["on_hand"] + extra}], arrivals)) for extra in (0.0, more)
    )
    urgency = ["ok", "medium", "high", "critical"]
    assert urgency.index(after.alert[0]) <= urgency.index(before.alert[0])
    assert after.recommended_order[0] <= before.recommended_order[0]
    assert after.stockout_probability[0] <= before.stockout_probability[0] + 1e-12
    assert after.stockout_cost[0] <= before.stockout_cost[0] + 1e-9


@given(ITEM)
def test_the_decision_is_the_same_whatever_the_unit(item):
    """Kilometres instead of metres: everything is a thousandth, but for what is rounded to a thousandth of a unit."""
    item = item | {"step": 0.001, "order_multiple": 0.001}
    sizes = ("demand", "demand_size", "largest_window", "on_hand", "on_order", "min_order_quantity")
    large = item | {name: 1000 * item[name] for name in sizes} | {"noise": 1000 * item["noise"]}
    one, other = decide(inputs_of([item])), decide(inputs_of([large]))
    for name in ("reorder_point", "order_up_to", "recommended_order", "stockout_cost", "excess"):
        small, big = getattr(one, name)[0], getattr(other, name)[0]
        assert big == pytest.approx(1000 * small, abs=2.1, rel=1e-6, nan_ok=True)
    np.testing.assert_allclose(one.stockout_probability, other.stockout_probability, rtol=1e-6)


def test_lead_time_variance_review_period_and_undershoot_all_cost_stock():
    base = decided(step=0.001)
    assert decided(step=0.001, lead_time_std_days=6.0).reorder_point > base.reorder_point * 1.1
    assert decided(step=0.001, review_period_days=20.0).order_up_to == pytest.approx(
        base.order_up_to + 2.0 * 13, abs=0.01
    )
    # Of every day 0.01 x 2² are of the level that all days share, and that orders meet more often when it is high.
    first = 2.0 * (1 + (2.0 + 0.04) / 4.0) / 2
    assert base._undershoot[0][0] == pytest.approx(first)
    assert base._undershoot[2][0] == pytest.approx(0.01 * 20 * first)
    assert base._below.mean == pytest.approx(base.lead_time_demand * 1.01 + first)
    after = 2.0 * 10 + 0.04 * 1.01 * (100 + 1) + (2.0 * 1.01) ** 2
    assert base._after_order.variance == pytest.approx(after)
    assert base._below.variance == pytest.approx(after + base._undershoot[1] + 2 * base._undershoot[2])


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_the_demand_after_an_order_is_that_of_simulated_orders(share):
    """Days of gamma demand at a level that lasts for months and is gamma, too: orders fall into high ones."""
    draw, rate, noise, lead = np.random.default_rng(8), 5.0, 8.0, 10
    levels = draw.gamma(1 / share, share, 3_000)
    below = []
    for level in levels:
        days = draw.gamma((rate * level) ** 2 / noise, noise / (rate * level), 400)
        used = days.cumsum()
        for point in np.arange(95.0, used[-lead - 1], 100.0):
            day = int(np.searchsorted(used, point, side="right"))
            below.append(used[day + lead] - point)
    made = decided(
        demand=rate, noise=noise / rate, level=share, lead_time_days=float(lead), lead_time_std_days=0.0, step=0.001
    )
    assert (made._below.mean[0], made._below.variance[0]) == pytest.approx((np.mean(below), np.var(below)), rel=0.04)


def test_a_rare_item_is_stocked_for_an_occasion_of_its_own_size():
    """One purchase of 56 in ten months: nobody holds 84 for it."""
    rare = {"demand": 0.19, "noise": 10.4 / 0.19, "level": 0.0, "lead_time_days": 12.0, "lead_time_std_days": 3.0}
    sized = decided(**rare, demand_size=56.0).reorder_point[0]
    assert 53 <= sized < 70 < 90 < decided(**rare).reorder_point[0]


@pytest.mark.parametrize("days_to_review", [math.nan, 0.0])
def test_s_never_passes_what_any_window_ever_needed_by_more_than_half(days_to_review):
    calm = decided(noise=20.0, largest_window=31.0, days_to_review=days_to_review)
    assert decided(noise=20.0, days_to_review=days_to_review).order_up_to[0] > 46 == calm.order_up_to[0]
    assert calm.reorder_point[0] == 46 - 14
    longer = decide(Scenario(lead_time_days=27.0).apply(calm.inputs))  # lead time and review period of twice the days
    assert longer.order_up_to[0] == 93


@pytest.mark.parametrize(
    ("largest", "most"),
    [
        (20.0, 20),  # bought once, or always so many: nobody stocks 27 for that
        (25.0, 30),  # sizes differ
        (40.0, 60),  # twice in a window
        (50.0, 75),  # more often: half as much again
    ],
)
@pytest.mark.parametrize("days_to_review", [math.nan, 0.0])
def test_of_what_was_wanted_one_at_a_time_one_is_stocked(largest, most, days_to_review):
    rare = {"demand": 0.1, "noise": 80.0, "demand_size": 20.0, "on_hand": 0.0, "days_to_review": days_to_review}
    made = decided(**rare, largest_window=largest, lead_time_days=30.0, service_level=0.99)
    assert (made.order_up_to[0], made.recommended_order[0]) == (most, most)


def test_what_is_measured_is_stocked_to_the_occasion_and_no_thousandth_more():
    rare = {"demand": 0.0251, "noise": 60.0, "demand_size": 4.5, "largest_window": 4.5, "step": 0.001, "on_hand": 0.0}
    once = decided(**rare, lead_time_days=26.0, order_multiple=0.001)
    assert once.order_up_to[0] == once.recommended_order[0] == 4.5
    assert once.reorder_point[0] == 4.325  # 4.5 less 7 days' demand, rounded up


def test_orders_of_a_fixed_day_last_until_the_order_after_the_next_arrives():
    """S is the quantile of demand over lead time and review period, without the undershoot of any-day orders."""
    fixed = decided(days_to_review=0.0, step=0.001, order_multiple=0.001)
    both = fixed.demand_over(np.array([17.0]), np.array([1.0]))
    assert both.exceeds(fixed.order_up_to)[0] == pytest.approx(0.05, abs=1e-3)
    assert fixed.recommended_order[0] == pytest.approx(fixed.order_up_to[0] - 30)
    assert fixed.reorder_point[0] == pytest.approx(fixed.order_up_to[0] - 14.0, abs=1e-3)
    near = decided(days_to_review=0.0, on_hand=fixed.order_up_to[0] - 5.0)
    assert (near.alert[0], near.action[0], near.order_by_days[0]) == ("medium", "order", 0)
    later = decided(days_to_review=3.0, step=0.001)
    assert (later.recommended_order[0], later.action[0], later.order_by_days[0]) == (0, "watch", 3)
    empty = decided(days_to_review=3.0, on_hand=0.0)
    assert (empty.alert[0], empty.action[0], empty.recommended_order[0]) == ("critical", "watch", 0)


def test_a_fixed_day_is_waited_for_until_the_position_is_below_s():
    full = decided(days_to_review=2.0, on_hand=100.0, step=0.001)
    below = (100 - full.order_up_to[0]) / 2.0
    assert full.order_by_days[0] == 2 + 7 * math.ceil((below - 2) / 7)


def test_a_fill_rate_is_held_on_fixed_days():
    for level in (0.9, 0.98):
        found = decided(is_fill=True, service_level=level, step=0.001, days_to_review=0.0, noise=20.0)
        assert found.expected_fill_rate[0] == pytest.approx(level, abs=2e-3)
        over, before = (found.demand_over(np.array([days]), np.array([1.0])) for days in (17.0, 10.0))
        short = over.shortage(found.order_up_to) - before.shortage(found.order_up_to)
        assert short[0] == pytest.approx((1 - level) * 14.0, rel=0.01)


def test_a_fill_rate_is_held_by_the_closed_form():
    for level in (0.9, 0.98):
        found = decided(is_fill=True, service_level=level, step=0.001)
        assert found.expected_fill_rate[0] == pytest.approx(level, abs=2e-3)


@pytest.mark.parametrize("days_to_review", [math.nan, 0.0])
def test_the_fill_rate_to_expect_is_what_a_cycle_is_short_of_its_demand(days_to_review):
    """Between two orders: a review period's demand and, on any day, what the last day took below s."""
    made = decided(service_level=0.7, noise=20.0, days_to_review=days_to_review)
    point, full = made.reorder_point, made.order_up_to
    if math.isnan(days_to_review):
        short = made._after_order.shortage_with(made._undershoot, point) - made._after_order.shortage(full)
        cycle = 2.0 * 7 + made._undershoot[0]
    else:
        over, before = (made.demand_over(np.array([days]), np.array([1.0])) for days in (17.0, 10.0))
        short, cycle = over.shortage(full) - before.shortage(full), 14.0
    assert 0.5 < made.expected_fill_rate[0] < 0.99
    assert made.expected_fill_rate == pytest.approx(1 - short / cycle)
    assert np.isnan(decided(demand=0.0, review_period_days=0.0).expected_fill_rate[0])


@pytest.mark.parametrize("days_to_review", [math.nan, 0.0])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_promised_fill_rate_is_delivered_by_a_simulated_stock(days_to_review, level):
    """Poisson-like days for sixty years: what is short of what was demanded."""
    draw = np.random.default_rng(11)
    demand = draw.gamma(4.0 / 6, 3.0 / 2 * 2, 22_000)  # mean 2, variance 6
    terms = {"noise": demand.var() / demand.mean(), "level": 0.0, "lead_time_std_days": 0.0, "demand": demand.mean()}
    made = decided(**terms, is_fill=True, service_level=level, step=0.001, days_to_review=days_to_review)
    point, full, lead, review = made.reorder_point[0], made.order_up_to[0], 10, 7
    net, pipeline, due, short = full, 0.0, {}, 0.0
    for day, wanted in enumerate(demand):
        arrived = due.pop(day, 0.0)
        net, pipeline = net + arrived, pipeline - arrived
        position = net + pipeline
        if position <= point if math.isnan(days_to_review) else day % review == 0:
            due[day + lead] = full - position
            pipeline += full - position
        short += wanted - min(max(net, 0.0), wanted)
        net -= wanted
    assert 1 - short / demand.sum() == pytest.approx(level, abs=0.02)


def test_the_deviation_of_a_day_is_of_both_kinds_of_errors():
    assert decided().demand_std[0] == pytest.approx(math.sqrt(2.0 * 1.0 + 0.01 * 4.0))


def test_a_fixed_day_takes_the_demand_of_the_review_period_after_the_lead_time():
    inputs = inputs_of([ORDINARY | {"days_to_review": 0.0}])
    rising = replace(inputs, path=DemandPath.of(np.arange(1.0, 29.0)[None, :], np.ones((1, 28)), 7))
    made = decide(rising)
    assert made.review_demand[0] == pytest.approx(sum(range(11, 18)))
    assert made.reorder_point[0] == pytest.approx(made.order_up_to[0] - sum(range(11, 18)))
    any_day = decide(replace(rising, days_to_review=np.array([math.nan])))
    assert any_day.review_demand[0] == pytest.approx(14.5 * 7)
    assert any_day.order_up_to[0] == math.ceil(any_day.reorder_point[0] + 14.5 * 7)


def test_what_arrives_on_the_day_of_the_order_is_available_and_a_later_day_is_not():
    on_the_day, a_day_later = (decided(arrivals=((day, 100.0),), on_hand=21.0, on_order=100.0) for day in (10.0, 11.0))
    assert on_the_day.stockout_cost[0] < 1e-3 < 1 < a_day_later.stockout_cost[0]
    until = on_the_day.demand_over(np.array([10.0]), np.array([1.0]))
    assert a_day_later.stockout_probability == pytest.approx(until.exceeds(np.array([21.0])))
    # Before the sixth day what is there then has to last alone.
    soon = decided(arrivals=((6.0, 100.0),), on_hand=13.0, on_order=100.0)
    first = soon.demand_over(np.array([6.0])).exceeds(np.array([13.0]))
    assert soon.stockout_probability == pytest.approx(first)
    assert 0.05 < first[0] < 0.95


def test_stock_that_lasts_just_as_long_as_needed_is_not_critical():
    late = ((17.5, 100.0),)
    assert decided(on_hand=20.0).alert[0] == "high"  # 10 days, as long as the lead time
    assert decided(on_hand=19.9).alert[0] == "critical"
    assert decided(arrivals=late, on_hand=34.0, on_order=100.0).alert[0] == "ok"  # 17 days: lead time and review
    assert decided(arrivals=late, on_hand=33.9, on_order=100.0).alert[0] == "critical"
    # It arrives on the day on which the stock is gone.
    assert decided(arrivals=((16.0, 100.0),), on_hand=32.0, on_order=100.0).alert[0] == "ok"
    assert decided(arrivals=((16.1, 100.0),), on_hand=32.0, on_order=100.0).alert[0] == "critical"


def test_s_of_a_fixed_day_is_at_least_the_lead_times_demand_and_at_most_s():
    calm = decided(days_to_review=0.0, noise=0.01, level=0.0, service_level=0.5, lead_time_std_days=0.0)
    assert (calm.order_up_to[0], calm.reorder_point[0], calm.safety_stock[0]) == (34, 20, 0)
    half = decided(
        days_to_review=0.0, noise=0.01, level=0.0, service_level=0.5, lead_time_std_days=0.0, demand=0.1
    )  # 1 over the lead time, 1.7 with the review period
    assert (half.order_up_to[0], half.reorder_point[0]) == (2, 2)


def test_what_is_on_its_way_counts_by_its_dates():
    late = decided(arrivals=((8.0, 100.0),), on_hand=10.0, on_order=100.0)
    assert (late.alert[0], late.action[0], late.recommended_order[0]) == ("critical", "expedite", 0)
    assert late.days_to_stockout[0] == pytest.approx(5.0)
    missed = late.demand_over(np.array([8.0])).shortage(np.array([10.0]))
    assert late.stockout_cost == pytest.approx(missed * 2.5), "what comes within the lead time serves nobody before"
    assert late.stockout_cost[0] > 14
    gap = decided(arrivals=((16.0, 100.0),), on_hand=28.0, on_order=100.0)  # 14 days of stock, 10 of lead time
    assert (gap.alert[0], gap.action[0], gap.recommended_order[0]) == ("critical", "expedite", 0)
    assert decided(arrivals=((13.0, 100.0),), on_hand=28.0, on_order=100.0).alert[0] == "ok"
    far = decided(arrivals=((40.0, 100.0),), on_hand=60.0, on_order=100.0)
    assert far.alert[0] == "ok"  # there is time left to ask for it
    soon = decided(arrivals=((3.0, 100.0),), on_hand=10.0, on_order=100.0)
    assert (soon.alert[0], soon.recommended_order[0]) == ("ok", 0)
    assert soon.days_to_stockout[0] == pytest.approx(55.0)
    assert soon.stockout_probability[0] < 0.1 < 0.9 < late.stockout_probability[0]


@given(st.sampled_from([0.0, 4.0, 10.0, 30.0]), st.sampled_from([1.0, 5.0, 8.0, 20.0]))
def test_an_order_that_is_split_is_the_same_order(on_hand, day):
    whole = decided(arrivals=((day, 40.0),), on_hand=on_hand, on_order=40.0)
    parts = decided(arrivals=((day, 15.0), (day, 25.0)), on_hand=on_hand, on_order=40.0)
    for name in FIGURES:
        np.testing.assert_allclose(getattr(whole, name), getattr(parts, name), err_msg=name)
    assert (whole.alert[0], whole.action[0]) == (parts.alert[0], parts.action[0])


def test_a_later_day_of_the_same_forecast_is_a_forecast_that_begins_there():
    forecast = np.arange(1.0, 29.0)[None, :]
    whole = DemandPath.of(forecast, np.ones((1, 28)), 7).after(np.array([10.0]))
    rest = DemandPath.of(forecast[:, 10:], np.ones((1, 18)), 7)
    for days in (3.0, 17.5, 40.0):
        assert whole.until(np.array([days])) == pytest.approx(rest.until(np.array([days])))
    limit = np.array([LONGEST])
    assert whole.days_until(np.array([200.0]), limit) == pytest.approx(rest.days_until(np.array([200.0]), limit))
    assert whole.daily == pytest.approx(rest.daily)


@given(ITEM, st.integers(1, 20), st.sampled_from([1.0, 30.0]))
def test_shifting_dates_shifts_the_advice_and_nothing_else(item, gone, slope):
    """What a forecast said of days that are over does not matter."""
    forecast = 1.0 + slope * np.arange(8.0)[None, :]
    before = np.full((1, gone), 99.0)
    inputs = inputs_of([item])
    here = replace(inputs, path=DemandPath.of(forecast, np.ones((1, 8)), 7))
    both = np.concatenate([before, forecast], axis=1)
    moved = replace(inputs, path=DemandPath.of(both, np.ones_like(both), 7).after(np.array([float(gone)])))
    one, other = decide(here), decide(moved)
    for name in FIGURES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-6, atol=1e-6, err_msg=name)
    assert (one.alert[0], one.action[0]) == (other.alert[0], other.action[0])


def test_a_forecast_that_has_ended_goes_on_with_its_last_season():
    forecast = np.arange(1.0, 29.0)[None, :]
    over = DemandPath.of(forecast, np.ones((1, 28)), 7).after(np.array([30.0]))
    assert over.until(np.array([7.0])) == pytest.approx(forecast[0, -7:].sum())
    assert over.daily == pytest.approx(forecast[0, -7:].mean())


def test_what_no_level_protects_against_neither_runs_out_nor_costs():
    """Half as much again as was ever wanted is on hand: the far tail of the distribution puts no item first."""
    rare = {"demand": 0.2, "noise": 60.0, "demand_size": 5.0, "lead_time_days": 40.0, "largest_window": 30.0}
    below, above = (decided(**rare, on_hand=on_hand) for on_hand in (44.0, 45.0))
    assert below.stockout_probability[0] > 0.001
    assert below.stockout_cost[0] > 0
    assert (above.stockout_probability[0], above.stockout_cost[0], above.order_up_to[0]) == (0, 0, 45)
    unbounded = decided(**rare | {"largest_window": math.nan}, on_hand=45.0)
    assert unbounded.stockout_cost[0] > below.stockout_cost[0]
    empty = decided(**rare, on_hand=0.0)
    missed = empty.demand_over(np.array([40.0]), np.array([1.0]))
    expected = (missed.shortage(np.zeros(1)) - missed.shortage(np.array([45.0]))) * 2.5
    assert empty.stockout_cost == pytest.approx(expected)
    # Not even before what is on its way arrives.
    assert decided(arrivals=((8.0, 1.0),), **rare, on_hand=45.0).stockout_probability[0] == 0


def test_excess_is_what_lies_above_any_need():
    found = decided(on_hand=500.0)
    assert (found.alert[0], found.action[0]) == ("ok", "reduce")
    assert found.excess[0] == math.floor(500 - found.order_up_to[0] - 14)


def test_excess_counts_in_whole_steps_and_what_floats_leave_out():
    level = decided(step=0.001).order_up_to[0] + 14
    assert decided(step=0.001, on_hand=level + 0.0015).excess[0] == pytest.approx(0.001)
    assert decided(step=0.001, on_hand=level + 0.003 - 1e-13).excess[0] == pytest.approx(0.003)
    whole = decided().order_up_to[0] + 14
    assert [decided(on_hand=whole + more).excess[0] for more in (0.9, 1.0, 2.5)] == [0, 1, 2]


def test_a_stockout_is_looked_for_within_ten_years():
    assert decided(on_hand=2.0 * 3650).days_to_stockout[0] == pytest.approx(3650)
    assert np.isnan(decided(on_hand=2.0 * 3650.5).days_to_stockout[0])


def test_out_of_stock_is_critical_though_nothing_is_wanted_within_the_lead_time():
    """Nothing runs out that has: there is no later day of a stockout to compare."""
    assert decided(on_hand=0.0, lead_time_days=0.0, lead_time_std_days=0.0).alert[0] == "critical"
    idle = decided(on_hand=0.0, demand=0.0)
    assert (idle.alert[0], idle.reorder_point[0], idle.order_up_to[0]) == ("critical", 1, 2)


def test_demand_after_an_order_is_at_most_twice_that_of_any_day():
    wild = decided(level=9.0, step=0.001)
    assert wild._after_order.mean[0] == pytest.approx(2 * wild.lead_time_demand[0])
    assert decided(level=0.25, step=0.001)._after_order.mean[0] == pytest.approx(20 * 1.25)


def test_a_review_every_day_is_waited_for_day_by_day():
    full = decided(days_to_review=1.0, on_hand=100.0, step=0.001, review_period_days=1.0)
    assert full.order_by_days[0] == math.ceil((100 - full.order_up_to[0]) / 2.0)


def test_a_scenario_changes_only_what_it_names():
    inputs = inputs_of([ORDINARY])
    own = decide(inputs)
    for name in FIGURES:
        assert np.array_equal(getattr(decide(Scenario().apply(inputs)), name), getattr(own, name), equal_nan=True)
    doubled = decide(Scenario(demand_factor=2.0, lead_time_days=20.0, lead_time_factor=0.5).apply(inputs))
    assert doubled.lead_time_demand[0] == pytest.approx(40.0)
    later = decide(Scenario(lead_time_factor=0.5, lead_time_extra_days=14.0).apply(inputs))
    assert later.inputs.lead_time_days[0] == inputs.lead_time_days[0] / 2 + 14
    assert decide(Scenario(on_hand=0.0).apply(inputs)).alert[0] == "critical"
    assert decide(Scenario(on_hand=0.0, order_multiple=50.0).apply(inputs)).recommended_order[0] % 50 == 0
    assert decide(Scenario(on_hand=0.0, min_order_quantity=900.0).apply(inputs)).recommended_order[0] == 900
    assert decide(Scenario(order_quantity=11.0).apply(inputs)).recommended_order[0] == 11
    assert decide(Scenario(review_period_days=50.0).apply(inputs)).order_up_to[0] == own.reorder_point[0] + 100
    filled = decide(Scenario(service_measure="fill").apply(inputs))
    assert filled.expected_fill_rate[0] == pytest.approx(0.95, abs=0.03)


def test_a_missed_unit_weighs_its_cost_or_its_categorys_median_and_its_criticality():
    cost, groups = np.array([1.0, 3.0, np.nan, np.nan]), np.array([0, 0, 0, 1])
    none = np.full(4, np.nan)
    apart = missed_weights(np.array([1.0, 3.0, 10.0, np.nan]), np.array([0, 0, 1, 1]), none)
    assert apart.tolist() == [1.0, 3.0, 10.0, 10.0]
    assert missed_weights(cost, groups, none).tolist() == [1.0, 3.0, 2.0, 2.0]
    assert missed_weights(none, groups, np.array([3.0, 5.0, 1.0, np.nan])) == pytest.approx([1, 5 / 3, 1 / 3, 1])


DAY = np.array(["2026-11-01"], "datetime64[D]")


def test_dates_are_the_first_whole_days():
    made = decided(lead_time_days=10.5, on_hand=31.0)  # 2 a day: 15.5 days
    dates = {name: days.tolist() for name, days in dates_of(made, DAY).items()}
    assert dates["arrival_date"] == [dt.date(2026, 11, 12)]
    assert dates["stockout_date"] == [dt.date(2026, 11, 17)]
    assert dates["order_by_date"] == [dt.date(2026, 11, 1) + dt.timedelta(days=float(made.order_by_days[0]))]
    whole = dates_of(decided(lead_time_days=10.0, on_hand=30.0), DAY)
    assert whole["arrival_date"].tolist() == [dt.date(2026, 11, 11)]
    assert whole["stockout_date"].tolist() == [dt.date(2026, 11, 16)]


def test_an_unknown_day_has_no_date():
    assert np.isnat(days_after(DAY, np.array([np.nan])))[0]
    assert np.isnat(dates_of(decided(on_hand=np.nan), DAY)["stockout_date"])[0]


def test_an_item_that_nobody_uses_is_filled_up_to_nothing():
    idle = decided(demand=0.0, used=False)
    assert (idle.reorder_point[0], idle.order_up_to[0], idle.recommended_order[0]) == (0, 0, 0)
