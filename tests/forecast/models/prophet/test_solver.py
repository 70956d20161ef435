"""The solver finds the mode: no step away from it is more probable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_forecast.models.prophet import solver
from lakecast_forecast.panel import Array

TAU = 0.05


def density(mode: str, trend: Array, features: Array, y: Array, scales: Array, at: solver.Estimate) -> Array:
    """Log posterior density of the model as its documentation writes it, apart from the solver's own sums."""
    level = at.trend @ trend.T
    effect = at.effects @ features.T
    fitted = level + effect if mode == "additive" else level * (1 + effect)
    variance = at.noise**2
    return (
        -y.shape[1] * np.log(at.noise)
        - ((y - fitted) ** 2).sum(axis=1) / (2 * variance)
        - variance / (2 * 0.5**2)
        - np.abs(at.trend[:, 2:]).sum(axis=1) / TAU
        - (at.trend[:, :2] ** 2).sum(axis=1) / (2 * 5**2)
        - ((at.effects / scales) ** 2).sum(axis=1) / 2
    )


def problem(seed: int, n: int, count: int, noise: float) -> tuple[Array, Array, Array, Array]:
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, count)
    changes = np.linspace(0, 0.8, 11)[1:]
    trend = np.concatenate([np.ones((count, 1)), t[:, None], np.maximum(t[:, None] - changes, 0)], axis=1)
    features = np.stack([np.sin(9 * t), np.cos(9 * t), (rng.random(count) < 0.1).astype(float)], axis=1)
    delta = rng.laplace(0, 0.3, (n, 10)) * (rng.random((n, 10)) < 0.3)
    level = np.concatenate([rng.uniform(0.3, 0.6, (n, 1)), rng.normal(0, 0.3, (n, 1)), delta], axis=1) @ trend.T
    y = level * (1 + 0.2 * rng.normal(size=(n, 3)) @ features.T) + noise * rng.normal(size=(n, count))
    return trend, features, y / np.abs(y).max(axis=1, keepdims=True), np.full(3, 10.0)


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
@given(st.integers(0, 10**6), st.sampled_from([60, 200]), st.floats(0.02, 0.3))
@settings(max_examples=15, deadline=None)
def test_no_step_away_is_more_probable(mode: str, seed: int, count: int, noise: float) -> None:
    trend, features, y, scales = problem(seed, 4, count, noise)
    found = getattr(solver, mode)(trend, features[None], y, scales, TAU)
    best = density(mode, trend, features, y, scales, found)
    rng = np.random.default_rng(seed)
    for size in (1e-3, 1e-2, 1e-1):
        for _ in range(10):
            near = solver.Estimate(
                found.trend + size * rng.normal(size=found.trend.shape) * (rng.random(found.trend.shape) < 0.3),
                found.effects + size * rng.normal(size=found.effects.shape),
                found.noise * np.exp(size * rng.normal(size=found.noise.shape)),
                found.converged,
            )
            assert (density(mode, trend, features, y, scales, near) <= best + 0.05).all()


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
def test_a_series_is_solved_alike_alone_and_among_others(mode: str) -> None:
    trend, features, y, scales = problem(1, 20, 90, 0.1)
    together = getattr(solver, mode)(trend, features[None], y, scales, TAU)
    for row in (0, 7, 19):
        alone = getattr(solver, mode)(trend, features[None], y[row : row + 1], scales, TAU)
        assert np.allclose(alone.trend[0], together.trend[row], rtol=1e-6, atol=1e-8)
        assert np.allclose(alone.noise[0], together.noise[row], rtol=1e-6)


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
def test_own_features_give_what_shared_ones_give(mode: str) -> None:
    trend, features, y, scales = problem(2, 5, 80, 0.1)
    shared = getattr(solver, mode)(trend, features[None], y, scales, TAU)
    own = getattr(solver, mode)(trend, np.repeat(features[None], 5, axis=0), y, scales, TAU)
    assert np.allclose(shared.trend, own.trend, atol=1e-6)
    assert np.allclose(shared.effects, own.effects, atol=1e-6)


def test_a_changing_trend_and_its_season_are_recovered() -> None:
    t = np.linspace(0, 1, 400)
    changes = np.linspace(0, 0.8, 26)[1:]
    trend = np.concatenate([np.ones((400, 1)), t[:, None], np.maximum(t[:, None] - changes, 0)], axis=1)
    features = np.stack([np.sin(40 * t), np.cos(40 * t)], axis=1)
    truth = 0.2 + 0.5 * t - 0.8 * np.maximum(t - changes[12], 0)
    y = truth + 0.1 * features[:, 0] + 0.01 * np.random.default_rng(0).normal(size=400)
    found = solver.additive(trend, features[None], y[None] / np.abs(y).max(), np.full(2, 10.0), TAU)
    assert found.converged.all()
    assert np.abs((found.trend @ trend.T)[0] * np.abs(y).max() - truth).max() < 0.01
    assert found.effects[0, 0] * np.abs(y).max() == pytest.approx(0.1, abs=0.003)
    assert found.noise[0] * np.abs(y).max() == pytest.approx(0.01, rel=0.2)
