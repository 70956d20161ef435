"""Both views: windows end at their origin, units do not matter, and answers of zero are the anchor."""

from dataclasses import replace

import numpy as np
import pytest
from panels import panel, seasonal, sporadic

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.lstm.level import Level
from lakecast_forecast.models.lstm.smooth import Smooth
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

VIEWS = (Smooth, Level)


def example(frequency: Frequency, periods: int = 90) -> Panel:
    promo = (np.random.default_rng(1).random((4, periods + 20)) < 0.3).astype(float)
    return replace(panel(seasonal(4, periods), frequency), drivers={"x_promo": promo}, country="BR")


@pytest.mark.parametrize("frequency", list(Frequency))
@pytest.mark.parametrize("kind", VIEWS)
def test_a_window_sees_nothing_after_its_origin(kind: type[Smooth] | type[Level], frequency: Frequency) -> None:
    of = example(frequency)
    rows, origins = np.arange(4), np.array([20, 40, 60, 75])
    cut = int(origins.min())
    view = kind(of, 6)
    seen = view.frames(rows, np.full(4, cut))
    if kind is Level:  # smooth series are scaled and freed of their season by all that a fit may see
        changed = of.values.copy()
        changed[:, cut:] = np.arange(4)[:, None] + 0.5
        after = kind(replace(of, values=np.minimum(changed, of.values.max(1, keepdims=True))), 6)
        again = after.frames(rows, np.full(4, cut))
        assert np.allclose(seen.anchor / seen.scale, again.anchor / again.scale)
        assert np.allclose(seen.sequence, again.sequence)
        assert np.allclose(seen.static, again.static)
    assert np.isfinite(seen.sequence).all()
    assert np.isfinite(seen.static).all()
    assert (seen.scale > 0).all()


@pytest.mark.parametrize("kind", VIEWS)
@pytest.mark.parametrize("unit", [1e-7, 1e9])
def test_units_do_not_matter(kind: type[Smooth] | type[Level], unit: float) -> None:
    of = example(Frequency.MONTHLY)
    rows, origins = np.arange(4), np.full(4, 90)
    one, other = kind(of, 6), kind(replace(of, values=of.values * unit), 6)
    a, b = one.frames(rows, origins), other.frames(rows, origins)
    assert np.allclose(a.sequence, b.sequence)
    assert np.allclose(a.static, b.static)
    zero = np.zeros((4, 6, len(LEVELS)))
    rate = np.ones((4, 6))
    for x, y in zip(one.forecasts(rows, a, zero, rate), other.forecasts(rows, b, zero, rate), strict=True):
        assert np.allclose(x * unit, y)


@pytest.mark.parametrize("kind", VIEWS)
def test_targets_are_the_future_and_unknown_ones_do_not_count(kind: type[Smooth] | type[Level]) -> None:
    of = example(Frequency.MONTHLY)
    gappy = of.values.copy()
    gappy[0, 80] = np.nan
    view = kind(replace(of, values=gappy), 6)
    values, known = view.targets(np.arange(4), np.full(4, 78))
    assert known[0].tolist() == [1, 1, 0, 1, 1, 1]
    assert known[1:].all()
    _, beyond = view.targets(np.arange(4), np.full(4, 88))
    assert beyond[:, :2].all()
    assert not beyond[:, 2:].any()
    if kind is Level:
        assert np.allclose(values[1:] * of.values[1:].max(axis=1, keepdims=True), of.values[1:, 78:84])


def test_a_mirrored_window_mirrors_its_anchor() -> None:
    view = Smooth(example(Frequency.MONTHLY), 6)
    frames = view.frames(np.arange(4), np.full(4, 90))
    mirrored = view.mirrored(frames, np.array([1.0, -1.0, 1.0, -1.0]))
    twice = view.mirrored(mirrored, np.array([1.0, -1.0, 1.0, -1.0]))
    assert np.array_equal(frames.sequence, twice.sequence)
    assert np.array_equal(frames.static, twice.static)
    assert np.array_equal(mirrored.sequence[0], frames.sequence[0])
    assert not np.array_equal(mirrored.sequence[1], frames.sequence[1])


def test_quantiles_of_whole_numbers_are_whole_and_lower_ones_zero() -> None:
    of = panel(sporadic(3, 60))
    view = Level(of, 6)
    rows = np.arange(3)
    frames = view.frames(rows, np.full(3, 60))
    _, quantiles = view.forecasts(rows, frames, np.full((3, 6, len(LEVELS)), 0.01), np.ones((3, 6)))
    assert np.array_equal(quantiles, np.rint(quantiles))
    sold_by_weight = Level(replace(of, values=of.values * 0.37), 6)
    frames = sold_by_weight.frames(rows, np.full(3, 60))
    _, quantiles = sold_by_weight.forecasts(rows, frames, np.zeros((3, 6, len(LEVELS))), np.ones((3, 6)))
    least = np.where(of.values > 0, of.values * 0.37, np.inf).min(axis=1)
    assert ((quantiles == 0) | (quantiles >= least[:, None, None] / 2)).all()


def test_the_anchor_of_days_follows_the_newest_weeks() -> None:
    """The peak moved from the first to the fifth day of the week a month ago."""
    weeks = [np.where(np.arange(7) == (0 if week < 16 else 4), 30.0, 10.0) for week in range(20)]
    view = Level(panel([np.concatenate(weeks).tolist()], Frequency.DAILY), 7)
    anchor = view.frames(np.array([0]), np.array([140])).anchor[0]
    assert anchor.argmax() == 4
    assert anchor[4] > 1.3 * anchor[1]
