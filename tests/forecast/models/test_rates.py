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
