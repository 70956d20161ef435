"""What past forecasts teach about decisions, on demand whose nature is known."""

import numpy as np
import pytest

from lakecast_forecast.decisions.calibration import calibration
from lakecast_forecast.decisions.learning import largest_window, learn
from lakecast_forecast.decisions.replay import MOST_ORIGINS, replay
from lakecast_forecast.decisions.spread import PRIOR, Spread
from lakecast_forecast.panel import Panel
from lakecast_schema.interval_demand import IntervalDemand, no_demand
from lakecast_schema.periods import Frequency


def panel(values):
    count, periods = values.shape
    ends = np.repeat(np.datetime64("2026-01-01", "D"), count)
    return Panel("made", Frequency.MONTHLY, tuple(f"i{n}" for n in range(count)), values, np.full(count, periods), ends)


@pytest.fixture(scope="module")
def steady():
    """Independent months around 50."""
    return panel(np.random.default_rng(1).gamma(25.0, 2.0, (60, 60)))


@pytest.fixture(scope="module")
def wandering():
    """Levels that walk: errors of successive months share theirs."""
    draw = np.random.default_rng(2)
    level = 60 * np.exp(np.cumsum(draw.normal(0, 0.12, (60, 60)), axis=1))
    return panel(np.maximum(level + draw.normal(0, 2, level.shape), 1.0))


@pytest.fixture(scope="module")
def rare():
    """A piece or a few every fifth month."""
    draw = np.random.default_rng(3)
    return panel((draw.random((80, 72)) < 0.2) * draw.integers(1, 6, (80, 72)).astype(float))


def test_origins_are_at_most_twelve_and_leave_a_history(steady):
    made = replay(steady, 12)
    offsets = [origin.offset for origin in made.past]
    assert offsets == sorted(set(offsets))
    assert 6 <= len(offsets) <= MOST_ORIGINS == 12
    assert max(offsets) <= 60 - 8
    seen = made.actual(made.past[0])
    width = min(offsets[0], 12)
    np.testing.assert_array_equal(seen[:, :width], steady.values[:, 60 - offsets[0] :][:, :width])


def test_an_origin_sees_its_past_only(steady):
    changed = steady.values.copy()
    origin = replay(steady, 12).past[-1]
    changed[:, -origin.offset :] = 999.0
    again = replay(panel(changed), 12).past[-1]
    np.testing.assert_array_equal(origin.mean, again.mean)


def test_errors_of_sums_grow_with_their_length_where_levels_wander(steady, wandering):
    calm, wild = (Spread(replay(each, 12)) for each in (steady, wandering))
    calm_b, wild_b = (each.growth(each.replay.present)["smooth"][1] for each in (calm, wild))
    assert calm_b < 0.12 < 0.3 < wild_b
    for spread, data in ((calm, steady), (wild, wandering)):
        noise, level = spread.components(spread.replay.present, spread.replay.present)
        one_month = noise + level
        errors = np.concatenate([spread.replay.errors(origin)[:, 0] for origin in spread.replay.past])
        assert np.median(one_month) == pytest.approx(np.nanmean(errors**2), rel=0.6), data


def test_without_a_past_the_prior_holds():
    spread = Spread(replay(panel(np.full((5, 4), 3.0)), 12))
    assert spread.replay.past == ()
    assert spread.growth(spread.replay.present)["smooth"] == PRIOR


@pytest.mark.parametrize("kind", ["steady", "wandering", "rare"])
def test_promised_service_is_held(kind, request):
    data = request.getfixturevalue(kind)
    for held in calibration(Spread(replay(data, 12)), np.full(len(data), 60.0)):
        if held.demand_class is None:
            assert held.held == pytest.approx(held.promised, abs=0.045), held
            assert held.items == len(data)
            assert held.cycles > 5 * len(data)


def test_figures_are_per_day_and_of_the_right_class(rare):
    learned = learn(rare, 12, np.full(len(rare), 60.0))
    days = 365.25 / 12
    assert learned.long_run_rate == pytest.approx(rare.values.mean(axis=1) / days)
    sizes = [row[row > 0].mean() for row in rare.values]
    assert learned.demand_size == pytest.approx(sizes)
    assert learned.largest_window == pytest.approx([(row[1:] + row[:-1]).max() for row in rare.values])
    mean = learned.long_run_rate * 60
    demand = IntervalDemand.of(
        mean, np.full(80, 60.0), learned.noise_variance, learned.level_variance, np.zeros(80),
        no_demand(mean, np.full(80, 60.0), learned.demand_size, np.full(80, days)),
    )  # fmt: skip
    windows = rare.values[:, 1:] + rare.values[:, :-1]
    share = (windows <= np.ceil(demand.quantile(np.full(80, 0.95)) - 0.5)[:, None]).mean()
    assert share == pytest.approx(0.955, abs=0.035)


def test_a_window_longer_than_the_history_holds_what_it_would_at_its_pace():
    """The demand that a history begins with counts once: bought once last month is not bought three times a quarter."""
    unknown = [np.nan] * 3
    values = np.array(
        [[1.0, 5, 2, 0], [*unknown, 4.0], [np.nan, np.nan, 4.0, 8.0], [np.nan, 3, 0, 0], [*unknown, np.nan]]
    )
    np.testing.assert_allclose(largest_window(values, np.full(5, 3)), [8.0, 4.0, 6.0 + 6.0 * 3 / 2, 3.0, np.nan])
    np.testing.assert_allclose(largest_window(values, np.ones(5, int)), [5.0, 4.0, 8.0, 3.0, np.nan])
    steady = np.full((1, 6), 10.0)
    assert largest_window(steady, np.array([12])) == pytest.approx(10 + 50 * 2)


def test_categories_are_groups_of_their_own(steady):
    categories = ["b" if n < 20 else "a" if n < 50 else None for n in range(60)]
    spread = Spread(replay(steady, 12))
    with_categories = list(calibration(spread, np.full(60, 60.0), categories))
    assert with_categories[: -2 * 3] == list(calibration(spread, np.full(60, 60.0)))
    held = {each.group: each for each in with_categories if each.promised == 0.95}
    assert (held["category/a"].items, held["category/b"].items, held["all"].items) == (30, 20, 60)
    alone = list(calibration(Spread(replay(panel(steady.values[:20]), 12)), np.full(20, 60.0)))
    assert held["category/b"].cycles == next(each.cycles for each in alone if each.group == "all")
    assert list(held).index("category/a") < list(held).index("category/b")


def test_a_window_of_less_than_two_periods_is_one(steady):
    learned = learn(steady, 12, np.full(len(steady), 20.0))
    assert learned.largest_window == pytest.approx(steady.values.max(axis=1))
