import numpy as np
import pytest
from hypothesis import given
from panels import panel, panels

from lakecast_forecast.features.series import Series, filled
from lakecast_forecast.models import rates
from lakecast_forecast.panel import Panel


def series(values: list[float]) -> Series:
    return filled(panel([values]))


def test_ses_by_hand() -> None:
    level = (4 + 0 + 2) / 3
    for value in (4.0, 0.0, 2.0, 6.0):
        level += 0.5 * (value - level)
    assert rates.ses(series([4.0, 0.0, 2.0, 6.0]), 0.5)[0] == pytest.approx(level)


def test_adida_and_imapa_of_regular_demand_are_its_rate() -> None:
    regular = series([0.0, 0.0, 6.0] * 12)
    assert rates.adida(regular)[0] == pytest.approx(2)
    assert rates.imapa(regular)[0] == pytest.approx(2, rel=0.3)


def best_level(sums: list[float]) -> float:
    """Level of the smoothing with the lowest squared error after three periods, begun at the first quarter's mean."""
    early = max(3, len(sums) // 4)
    ends = []
    for smoothing in (0.1, 0.15, 0.2, 0.25, 0.3):
        level = sum(sums[:early]) / len(sums[:early])
        error = 0.0
        for period, value in enumerate(sums):
            error += (value - level) ** 2 if period >= 3 else 0.0
            level += smoothing * (value - level)
        ends.append((error, level))
    return min(ends)[1]


@pytest.mark.parametrize("seed", range(6))
def test_adida_and_imapa_are_their_definitions(seed: int) -> None:
    draw = np.random.default_rng(seed)
    length = int(draw.integers(8, 60))
    values = np.where(draw.random(length) < 0.35, draw.integers(1, 9, length), 0).astype(float)
    values[-1] = 3.0
    widest = int(np.clip(round(length / (values > 0).sum()), 1, min(24, length // 2)))
    rates_of = []
    for width in range(1, widest + 1):
        buckets = values[length % width :].reshape(-1, width).sum(axis=1)
        rates_of.append(best_level(buckets.tolist()) / width)
    whole = series(values.tolist())
    assert rates.adida(whole)[0] == pytest.approx(rates_of[-1])
    assert rates.imapa(whole)[0] == pytest.approx(np.mean(rates_of))


def test_a_moving_average_is_the_mean_of_the_periods_that_there_are() -> None:
    assert rates.moving_average(series([1.0, 2.0, 6.0, 4.0]), 2)[0] == 5
    assert rates.moving_average(series([1.0, 2.0, 6.0]), 12)[0] == 3


def test_tsb_lets_a_dead_item_fade_and_the_moving_average_forgets_it() -> None:
    alive, dead = [3.0, 0.0] * 20, [3.0, 0.0] * 10 + [0.0] * 20
    assert rates.tsb(series(dead))[0] < 0.7 * rates.tsb(series(alive))[0]
    assert rates.moving_average(series(dead), 12)[0] == 0


def test_leading_zeros_do_not_count() -> None:
    late = rates.since_first_demand(series([0.0] * 20 + [4.0] * 10))
    assert late.start[0] == 20


@given(panels())
def test_rates_lie_between_nothing_and_the_largest_demand(whole: Panel) -> None:
    ready = rates.since_first_demand(filled(whole))
    for estimate in rates.RATES.values():
        found = estimate(ready)
        assert (found >= 0).all()
        assert (found <= ready.values.max(axis=1, initial=0) * (1 + 1e-9)).all()
