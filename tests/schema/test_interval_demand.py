"""Demand over an interval: its closed forms agree with each other, and with demand that was drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema import normal
from lakecast_schema.interval_demand import IntervalDemand, level_for_fill, lowest_stock, no_demand, undershoot

MEAN = st.floats(0.05, 500)
SPREAD = st.floats(0.02, 4)
NOTHING = st.sampled_from([0.0, 0.3, 0.9])


def demand(mean, spread, nothing):
    """One item's demand; `spread` is the variation of demand that occurs."""
    some = mean / (1 - nothing)
    variance = (1 - nothing) * (some**2 * (1 + spread)) - mean**2
    return IntervalDemand(np.array([mean]), np.array([variance]), np.array([nothing]))


@given(MEAN, SPREAD, NOTHING, st.floats(0.05, 0.995))
def test_the_quantile_is_exceeded_as_often_as_it_says(mean, spread, nothing, level):
    made = demand(mean, spread, nothing)
    stock = made.quantile(np.array([level]))
    if level <= nothing:
        assert stock == 0
    elif stock > 0:
        assert made.exceeds(stock)[0] == pytest.approx(1 - level, abs=1e-4)


@given(MEAN, SPREAD, NOTHING)
def test_shortage_falls_as_slowly_as_demand_is_likely_to_exceed_the_stock(mean, spread, nothing):
    """The derivative of E(D - S)+ is -P(D > S)."""
    made = demand(mean, spread, nothing)
    for share in (0.3, 1.0, 2.5):
        stock, step = np.array([share * mean]), 1e-4 * mean
        slope = (made.shortage(stock + step) - made.shortage(stock - step)) / (2 * step)
        assert -slope[0] == pytest.approx(made.exceeds(stock)[0], abs=5e-3)


@pytest.mark.parametrize(("mean", "spread", "nothing"), [(10.0, 0.2, 0.0), (3.0, 0.5, 0.5), (0.5, 1.0, 0.8)])
def test_closed_forms_agree_with_demand_that_was_drawn(mean, spread, nothing):
    draw = np.random.default_rng(3)
    some = mean / (1 - nothing)
    drawn = draw.gamma(1 / spread, some * spread, 400_000) * (draw.random(400_000) > nothing)
    made = demand(mean, spread, nothing)
    for level in (0.9, 0.95, 0.98):
        stock = made.quantile(np.array([level]))[0]
        assert (drawn <= stock).mean() == pytest.approx(level, abs=0.008)
        assert made.shortage(np.array([stock]))[0] == pytest.approx(
            np.maximum(drawn - stock, 0).mean(), abs=0.004 * some
        )


def test_the_variance_of_a_sum_has_its_four_terms():
    one = np.ones(1)
    made = IntervalDemand.of(mean=30 * one, days=10 * one, noise=2 * one, level=0.5 * one, lead_std=3 * one)
    assert made.variance[0] == pytest.approx(2 * 10 + 0.5 * (100 + 9) + 9 * 9)


@given(st.floats(0.001, 1000), st.floats(0.05, 0.99), SPREAD, NOTHING)
def test_the_unit_of_quantities_does_not_matter(factor, level, spread, nothing):
    made, other = demand(7.0, spread, nothing), demand(7.0 * factor, spread, nothing)
    levels, stock = np.array([level]), np.array([9.0])
    assert other.quantile(levels) == pytest.approx(factor * made.quantile(levels), rel=1e-6)
    assert other.exceeds(factor * stock) == pytest.approx(made.exceeds(stock), rel=1e-6)
    assert other.shortage(factor * stock) == pytest.approx(factor * made.shortage(stock), rel=1e-6)


def test_no_demand_is_likelier_the_rarer_and_never_of_steady_items():
    days, period = np.full(4, 60.0), np.full(4, 30.0)
    found = no_demand(np.array([1.0, 0.2, 0.0, 5.0]), days, np.array([2.0, 2.0, 2.0, np.nan]), period)
    assert found == pytest.approx([0.75**2, 0.95**2, 1.0, 0.0])


@given(st.floats(0.01, 50), st.floats(0.05, 5))
def test_undershoot_is_that_of_drawn_days(rate, spread):
    """A day of gamma demand: E X² / 2 E X, and its variance from E X³ / 3 E X."""
    mean, variance = undershoot(np.array([rate]), np.array([spread * rate**2]), np.array([np.nan]))
    square, cube = rate**2 * (1 + spread), rate**3 * (1 + spread) * (1 + 2 * spread)
    assert mean[0] == pytest.approx(square / (2 * rate))
    assert variance[0] == pytest.approx(max(cube / (3 * rate) - mean[0] ** 2, 0), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("chance", "spread"), [(0.02, 0.01), (0.1, 0.5), (0.9, 2.0)])
def test_undershoot_of_rare_items_is_that_of_their_occasions(chance, spread):
    """Of sizes that are all alike the undershoot is half of one, and never more than one; drawn, too."""
    draw, size = np.random.default_rng(2), 50.0
    rate, noise = chance * size, chance * size**2 * (1 + spread) - (chance * size) ** 2
    mean, variance = (each[0] for each in undershoot(*(np.array([each]) for each in (rate, noise, size))))
    # The position passes a level at any place of an occasion, the larger the likelier.
    sizes = draw.gamma(1 / spread, size * spread, 2_000_000)
    chosen = draw.choice(sizes, 400_000, p=sizes / sizes.sum()) * draw.random(400_000)
    assert (mean, variance) == pytest.approx((chosen.mean(), chosen.var()), rel=0.03)


@given(MEAN, st.floats(0.02, 2), NOTHING, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_level_for_a_fill_rate_leaves_just_that_share_short(mean, spread, nothing, fill):
    before = demand(mean, spread, nothing)
    last = np.array([mean]), np.array([spread * mean**2]), np.array([0.1 * mean**2])
    gap, cycle = np.array([mean / 2]), np.array([1.5 * mean])

    def short(stock):
        return (before.shortage_with(last, stock) - before.shortage(stock + gap))[0]

    stock = level_for_fill(before, last, gap, cycle, np.array([fill]))
    assert short(stock) <= (1 - fill) * cycle[0] * (1 + 1e-4)
    assert stock[0] < 1e-6 * mean or short(stock * 0.99) > (1 - fill) * cycle[0] * 0.99


@given(st.lists(st.tuples(st.floats(1e-3, 1e6), st.floats(0.05, 6), st.floats(1e-4, 0.9)), min_size=1, max_size=5))
def test_the_lowest_stock_is_found_closely_and_never_too_low(items):
    """Shortages that fall as a power of the stock."""
    scale, power, share = (np.array(column) for column in zip(*items, strict=True))

    def short(stock):
        return (1 + stock / scale) ** -power

    wanted = scale * (share ** (-1 / power) - 1)
    high = wanted * 3 + scale
    stock = lowest_stock(short, high, share)
    assert (short(stock) <= share).all()
    assert stock == pytest.approx(wanted, rel=2e-3)


@pytest.mark.parametrize("nothing", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("shared", [0.0, 0.3])
def test_the_shortage_with_a_last_day_agrees_with_demand_that_was_drawn(nothing, shared):
    """Some of the last day's demand goes with that of the days after it, where there is any."""
    draw, some = np.random.default_rng(5), 4.0
    occurs = draw.random(400_000) > nothing
    after = draw.gamma(2.0, some / 2, 400_000)
    last = draw.gamma(1.0, 3.0, 400_000) + shared * after
    drawn = last + after * occurs
    covariance = shared * 8.0 * (1 - nothing)  # of what comes only at times: in all, that of when it comes x how often
    before, own = demand(some * (1 - nothing), 0.5, nothing), (3.0 + 4 * shared, 9.0 + 8 * shared**2, covariance)
    made = tuple(np.full(1, each) for each in own)
    for stock in (2.0, 6.0, 15.0):
        expected = np.maximum(drawn - stock, 0).mean()
        assert before.shortage_with(made, np.array([stock]))[0] == pytest.approx(expected, abs=0.05)
    both = before.plus(made)
    assert (both.mean[0], both.variance[0]) == pytest.approx((drawn.mean(), drawn.var()), rel=0.02)
    assert both.nothing[0] == 0


@given(st.floats(1e-6, 1 - 1e-6))
def test_the_normal_quantile_and_its_tail_are_inverse(probability):
    z = normal.quantile(np.array([probability]))
    assert 1 - normal.upper(z)[0] == pytest.approx(probability, abs=2e-7)


def test_demand_that_comes_or_does_not_keeps_a_spread_and_certain_demand_hardly_any():
    one = np.ones(1)
    rare = IntervalDemand(10 * one, 0 * one, 0.5 * one)  # less variance than being there or not has
    assert rare._some[3][0] == pytest.approx(0.1 / 3)
    assert IntervalDemand(10 * one, 0 * one, 0 * one)._some[3][0] == pytest.approx(1e-4 / 3)
    certain = IntervalDemand(1e-9 * one, one, one)
    assert 0 <= certain.quantile(0.95 * one)[0] < 1e-3
    assert np.isfinite(certain.shortage(one)).all()


def test_no_demand_is_certain_over_no_time_and_never_quite_impossible():
    size = np.array([2.0, 2.0, 2.0])
    made = no_demand(np.array([0.0, 1.0, 500.0]), np.array([0.0, 0.0, 1.0]), size, np.ones(3))
    assert made == pytest.approx([1.0, 1.0, 1e-4])


def test_a_backlog_is_exceeded_for_certain():
    made = demand(10.0, 0.2, 0.5)
    assert made.exceeds(np.array([-1.0]))[0] == 1.0


def test_the_undershoot_of_small_units_is_that_of_large_ones():
    mean, variance = undershoot(*(np.array([each]) for each in (5.0, 200.0, 50.0)))
    small = undershoot(*(np.array([each]) for each in (0.005, 200e-6, 0.05)))
    assert (1e3 * small[0][0], 1e6 * small[1][0]) == pytest.approx((mean[0], variance[0]))


def test_a_mean_of_which_the_square_is_nothing_is_no_fault():
    """As in a scenario whose lead time is 1e-308 days."""
    made = IntervalDemand(np.array([1e-300, 1e-154]), np.array([0.0, 10.0]), np.array([0.0, 0.0]))
    assert made.quantile(np.full(2, 0.95)) == pytest.approx(0)
    assert np.isfinite(made.shortage(np.zeros(2))).all()


def test_hardly_any_demand_is_covered_by_any_stock() -> None:
    demand = IntervalDemand(np.array([1e-308]), np.array([1e-308]), np.zeros(1))
    with np.errstate(all="raise", under="ignore"):
        assert demand.shortage(np.array([5.0]))[0] == 0.0
