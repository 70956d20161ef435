"""Anchors: causal, exact on lines, sensible on levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_forecast.models.lstm import anchor
from lakecast_forecast.models.lstm.anchor import anchors
from lakecast_forecast.panel import Array

SERIES = st.integers(0, 10**6).map(lambda seed: np.random.default_rng(seed).lognormal(0, 0.5, (3, 30)))


@given(SERIES, st.integers(5, 29))
def test_an_origin_sees_nothing_after_it(values: Array, origin: int) -> None:
    starts = np.array([0, 2, 4])
    changed = values.copy()
    changed[:, origin:] = 1e6
    for before, after in zip(anchors(values, starts), anchors(changed, starts), strict=True):
        assert np.array_equal(before[:, : origin + 1], after[:, : origin + 1])


@given(SERIES, st.integers(0, 10))
def test_what_is_in_front_of_a_series_does_not_matter(values: Array, padding: int) -> None:
    padded = np.pad(values, ((0, 0), (padding, 0)))
    zero = np.zeros(3, dtype=np.int64)
    for one, other in zip(anchors(values, zero), anchors(padded, zero + padding), strict=True):
        assert np.allclose(one, other[:, padding:])


def test_a_line_goes_on_with_half_of_its_slope_or_more() -> None:
    level, slope = anchors(10 + 0.5 * np.arange(60.0)[None], np.zeros(1, dtype=np.int64))
    assert level[0, 60] == pytest.approx(40, abs=1.0)
    assert 0.2 < slope[0, 60] <= 0.5


def test_a_level_stays() -> None:
    level, slope = anchors(np.full((1, 40), 3.0), np.zeros(1, dtype=np.int64))
    assert level[0, 40] == pytest.approx(3.0, rel=0.01)
    assert slope[0, 40] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("theta", [1.0, 2.0, 4.0])
def test_with_one_grid_point_it_is_the_theta_model(theta: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its slope is 1 - 1 / theta of the least squares line; with theta 1 it is exponential smoothing."""
    monkeypatch.setattr(anchor, "_SMOOTHING", (0.3,))
    monkeypatch.setattr(anchor, "_THETA", (theta,))
    values = np.random.default_rng(2).normal(50, 5, (2, 30))
    level, slope = anchors(values, np.zeros(2, dtype=np.int64))
    np.testing.assert_allclose(slope[:, 30], (1 - 1 / theta) * np.polyfit(np.arange(30), values.T, 1)[0], rtol=1e-9)
    if theta == 1:
        smoothed = 0.75 * values[:, 0]
        for value in values.T:
            smoothed = 0.3 * value + 0.7 * smoothed
        np.testing.assert_allclose(level[:, 30], smoothed, rtol=1e-9)
