"""Variances of demand over intervals, computed a second time: item by item, in plain loops over hand-made origins."""

import math

import numpy as np
import pytest

from lakecast_forecast.decisions.calibration import calibration
from lakecast_forecast.decisions.learning import learned
from lakecast_forecast.decisions.replay import Origin, Replay
from lakecast_forecast.decisions.spread import PRIOR, Spread, _line
from lakecast_forecast.panel import Panel
from lakecast_schema.interval_demand import IntervalDemand, no_demand
from lakecast_schema.periods import Frequency

ITEMS, PERIODS, HORIZON = 24, 40, 6
OFFSETS = (3, 5, 8, 11, 14, 18, 21, 24, 27, 30)
DAYS = 365.25 / 12
RARE = np.arange(ITEMS) % 2 == 1


@pytest.fixture(scope="module", params=[1.0, 0.02])
def spread(request):
    """Half the items smooth, half intermittent; some begin late, one never sold; quantities by the scale."""
    draw = np.random.default_rng(4)
    values = draw.gamma(4.0, 5.0, (ITEMS, PERIODS)) * np.exp(np.cumsum(draw.normal(0, 0.1, (ITEMS, PERIODS)), axis=1))
    values[RARE] *= draw.random((RARE.sum(), PERIODS)) < 0.3
    values[1] = 0.0
    values = request.param * np.round(values, 1)
    lengths = np.full(ITEMS, PERIODS)
    for item, begun in ((2, 12), (3, 20), (4, 34)):
        values[item, :begun], lengths[item] = np.nan, PERIODS - begun
    ends = np.repeat(np.datetime64("2026-01-01", "D"), ITEMS)
    names = tuple(f"i{n}" for n in range(ITEMS))
    panel = Panel("made", Frequency.MONTHLY, names, values, lengths, ends)
    kinds = np.where(RARE, "intermittent", "smooth")

    def origin(offset):
        seen = values[:, : PERIODS - offset]
        past = np.nan_to_num(seen).mean(axis=1)
        mean = past[:, None] * draw.uniform(0.7, 1.4, (ITEMS, HORIZON))
        return Origin(offset, seen, np.maximum(lengths - offset, 0), kinds, mean)

    return Spread(Replay(panel, HORIZON, origin(0), tuple(origin(offset) for offset in OFFSETS)))


def errors(spread, origin, item):
    """Of the periods after an origin that are known; none of items with a history of under eight."""
    values, start = spread.replay.panel.values, PERIODS - origin.offset
    if origin.lengths[item] < 8:
        return []
    actual = values[item, start : start + HORIZON]
    return [a - f for a, f in zip(actual, origin.mean[item], strict=False)]


def of_history(origin, item):
    known = [(age, x) for age, x in enumerate(origin.values[item][::-1]) if not math.isnan(x)]
    decay = 0.0 if RARE[item] else 0.03
    weights = [(1 - decay) ** age for age, _ in known]
    mean = sum(w * x for w, (_, x) in zip(weights, known, strict=True)) / max(sum(weights), 1e-300)
    variance = sum(w * (x - mean) ** 2 for w, (_, x) in zip(weights, known, strict=True)) / max(sum(weights), 1e-300)
    variance *= min(max(origin.mean[item].mean() / max(mean, 1e-12), 0.1), 10)
    series = origin.values[item]
    for lag in (1, 12):
        if RARE[item] or len(series) <= lag + 5:
            continue
        steps = [(len(series) - 1 - t, series[t] - series[t - lag]) for t in range(lag, len(series))]
        steps = [(0.97**age, step) for age, step in steps if not math.isnan(step)]
        total = sum(w for w, _ in steps)
        if total > 4:
            variance = min(variance, sum(w * step**2 for w, step in steps) / total / 2)
    sizes = [x for _, x in known if x > 0]
    return max(variance, (1e-3 * max(np.mean(sizes) if sizes else 0.0, 1e-9)) ** 2)


def variances(spread, origin):
    history = [of_history(origin, item) for item in range(ITEMS)]
    older = [each for each in spread.replay.past if each.offset > origin.offset]
    if len(older) < 4:
        return history
    squares = {}
    for item in np.flatnonzero(~RARE).tolist():
        mine = [e for each in older[:8] for e in errors(spread, each, item)[: each.offset - origin.offset]]
        if mine:
            squares[item] = np.mean(np.square(mine))
    ratio = math.exp(np.mean([math.log(square / history[item]) for item, square in squares.items()]))
    return [(ratio * own) ** 0.2 * squares[item] ** 0.8 if item in squares else own for item, own in enumerate(history)]


def growth(spread, kind):
    points = []
    for periods in (1, 2, 3, 4, 6):
        use = [each for each in spread.replay.past if each.offset >= periods]
        use = [each for each in use if sum(other.offset > each.offset for other in spread.replay.past) >= 4] or use
        ratios = []
        for origin in use:
            own = variances(spread, origin)
            for item in range(ITEMS):
                mine = errors(spread, origin, item)
                if origin.kinds[item] == kind and len(mine) >= periods and origin.mean[item].sum() > 0:
                    ratios.append(min(sum(mine[:periods]) ** 2 / (periods * own[item]), 60))
        if len(ratios) >= 30:
            spans = (use[-1].offset - use[0].offset) / periods + 1
            prior = 1.2 + 0.1 * (periods - 1)
            points.append((periods, (spans * np.mean(ratios) + 4 * prior) / (spans + 4)))
    slope, start = np.polyfit(*zip(*points, strict=True), 1)
    if slope < 0:
        slope, start = 0.0, np.mean([y for _, y in points])
    return start + slope, slope


def test_variances_of_each_origin_are_those_of_its_past(spread):
    for origin in (spread.replay.present, *spread.replay.past):
        assert spread.variance(origin) == pytest.approx(variances(spread, origin), rel=1e-6)


def test_the_growth_of_sums_is_the_line_through_their_errors(spread):
    made = spread.growth(spread.replay.present)
    for kind in ("smooth", "intermittent"):
        assert made[kind] == pytest.approx(growth(spread, kind), rel=1e-6)
    assert made["lumpy"] == PRIOR == (1.2, 0.1)
    noise, level = spread.components(spread.replay.present, spread.replay.present)
    own = spread.variance(spread.replay.present)
    a, b = (np.array([made[kind][part] for kind in spread.replay.present.kinds]) for part in (0, 1))
    assert noise == pytest.approx(own * (a - b))
    assert level == pytest.approx(own * b)


@pytest.mark.parametrize(("items", "taught"), [(14, False), (15, True)])
def test_a_class_learns_its_growth_from_thirty_errors_or_more(items, taught):
    """Two past origins of each item."""
    draw = np.random.default_rng(2)
    values = draw.gamma(4.0, 5.0, (items, 30))
    kinds, mean = np.repeat("smooth", items), np.full((items, 1), 20.0)
    lengths = np.full(items, 30)

    def origin(offset):
        return Origin(offset, values[:, : 30 - offset], lengths - offset, kinds, mean)

    names, ends = tuple(f"i{n}" for n in range(items)), np.repeat(np.datetime64("2026-01-01", "D"), items)
    panel = Panel("made", Frequency.MONTHLY, names, values, lengths, ends)
    made = Spread(Replay(panel, 1, origin(0), (origin(1), origin(2))))
    assert (made.growth(made.replay.present)["smooth"] != PRIOR) == taught


@pytest.mark.parametrize(
    ("points", "line"),
    [
        ([], (1.2, 0.1)),
        ([(1, 0.7)], (0.7, 0.0)),
        ([(1, 1.0), (3, 2.0)], (1.0, 0.5)),
        ([(1, 2.0), (3, 1.0)], (1.5, 0.0)),
        # Nothing would be left of the noise: a twentieth is, and the line goes through it.
        ([(1, 0.5), (2, 1.5)], (0.05 + (0.45 + 2.9) / 5, (0.45 + 2.9) / 5)),
    ],
)
def test_a_line_neither_falls_nor_begins_under_the_least_noise(points, line):
    x, y = (np.array([point[part] for point in points], float) for part in (0, 1))
    assert _line(x, y) == pytest.approx(line)


def test_the_mean_of_an_interval_goes_on_with_the_last_period_and_mixes_the_long_run(spread):
    origin = spread.replay.present
    periods = np.resize([1.0, 4.0, 8.0], ITEMS)
    made = spread.mean(origin, periods, 0.25)
    for item, length in enumerate(periods):
        path = list(origin.mean[item]) + [origin.mean[item, -1]] * 2
        plain = sum(path[: int(length)])
        own = [x for x in origin.values[item] if not math.isnan(x)]
        wanted = 0.75 * plain + 0.25 * np.mean(own) * length if RARE[item] else plain
        assert made[item] == pytest.approx(wanted)


def stock(spread, origin, known, periods, weight, level, item):
    noise, shared = spread.components(origin, known)
    one = np.array([1.0])
    mean = spread.mean(origin, np.full(ITEMS, float(periods)), weight)[[item]]
    size = np.where(RARE[[item]], origin.size[[item]], np.nan)
    nothing = no_demand(mean, periods * one, size, one)
    made = IntervalDemand.of(mean, periods * one, noise[[item]], shared[[item]], 0 * one, nothing)
    return math.ceil(made.quantile(np.array([level]))[0] - 0.5)


def test_the_long_run_gets_the_weight_that_lost_least(spread):
    now, periods = spread.replay.present, 3

    def loss(weight):
        total = 0.0
        for origin in (each for each in spread.replay.past if each.offset >= periods):
            for item in np.flatnonzero(RARE).tolist():
                actual = spread.replay.panel.values[item, PERIODS - origin.offset :][:periods]
                if np.isnan(actual).any() or origin.size[item] <= 0:
                    continue
                for level in (0.9, 0.95, 0.98):
                    error = (actual.sum() - stock(spread, origin, now, periods, weight, level, item)) / origin.size[
                        item
                    ]
                    total += max(level * error, (level - 1) * error)
        return total

    wanted = min((0.0, 0.5, 1.0), key=loss)
    assert spread.long_run_weight(now, periods) == wanted
    for origin in spread.replay.past:
        for weight in (0.0, 1.0):
            assert spread._loss(origin, now, periods, weight) >= 0
    assert sum(spread._loss(each, now, 3, 0.5) for each in spread.older(now, 3)) == pytest.approx(loss(0.5))
    alone = Spread(Replay(spread.replay.panel, HORIZON, now, ()))
    assert alone.long_run_weight(now, periods) == 0.5


def test_calibration_counts_windows_whose_demand_is_known(spread):
    days = np.resize([DAYS, 2 * DAYS, 0.2 * DAYS, 5 * DAYS], ITEMS)
    periods = np.resize([1, 2, 1, 5], ITEMS)
    weight = spread.long_run_weight(spread.replay.present, int(np.median(periods)))
    values = np.nan_to_num(spread.replay.panel.values)
    counted = list(calibration(spread, days))
    assert {held.group for held in counted} == {"all", "smooth", "intermittent"}
    for held in counted:
        inside = demanded = short = cycles = 0
        items = set()
        for origin in spread.replay.past:
            for item in range(ITEMS):
                kind = held.group in ("all", origin.kinds[item])
                if not kind or periods[item] > origin.offset or origin.size[item] <= 0:
                    continue
                start = PERIODS - origin.offset
                demand = values[item, start : start + periods[item]].sum()
                level = stock(spread, origin, origin, int(periods[item]), weight, held.promised, item)
                cycles, inside = cycles + 1, inside + (demand <= level + 1e-9)
                demanded += demand / origin.size[item]
                short += max(demand - level, 0) / origin.size[item]
                items.add(item)
        assert (held.cycles, held.items) == (cycles, len(items))
        assert held.held == pytest.approx(inside / cycles)
        assert held.fill_rate == pytest.approx(1 - short / demanded)
        assert held.demand_class == (None if held.group == "all" else held.group)


def test_what_is_learnt_is_per_day(spread):
    made = learned(spread, np.full(ITEMS, 2.2 * DAYS))
    now = spread.replay.present
    noise, level = spread.components(now, now)
    assert made.noise_variance == pytest.approx(noise / DAYS)
    assert made.level_variance == pytest.approx(level / DAYS**2)
    assert made.long_run_rate == pytest.approx(now.long_run / DAYS)
    weight = spread.long_run_weight(now, 2)
    assert made.long_run_weight.tolist() == [weight if rare else 0.0 for rare in RARE]
    assert np.isnan(made.demand_size[1])
    values = np.nan_to_num(spread.replay.panel.values)
    windows = values[:, 2:] + values[:, 1:-1] + values[:, :-2]
    assert made.largest_window == pytest.approx(windows.max(axis=1))
