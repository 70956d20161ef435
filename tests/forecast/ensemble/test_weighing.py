import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lakecast_forecast.ensemble.weighing import Evidence, greedy, improved
from lakecast_forecast.interface import LEVELS


def evidence(biases: list[float], seed: int = 0) -> Evidence:
    """Components that are off by so much, and by their own noise."""
    rng = np.random.default_rng(seed)
    actuals = rng.uniform(50, 150, (200, 4))
    means = np.array([actuals + bias + rng.normal(0, 5, actuals.shape) for bias in biases])
    quantiles = means[..., None] + 6 * np.linspace(-1.96, 1.96, len(LEVELS))
    return Evidence(quantiles, means, actuals, np.ones(200), np.ones(200))


def test_selection_prefers_what_was_right() -> None:
    weights = greedy(evidence([0, 0, 40]).quantile_loss, 3)
    assert weights is not None
    assert weights[2] == 0
    assert weights[0] > 0.2
    assert weights[1] > 0.2


def test_opposite_biases_cancel() -> None:
    weights = greedy(evidence([-10, 10]).squared_error, 2)
    assert weights is not None
    np.testing.assert_allclose(weights, 0.5, atol=0.15)


def test_without_evidence_there_is_no_selection() -> None:
    empty = evidence([0, 0])
    nothing = Evidence(empty.quantiles, empty.means, np.full((200, 4), np.nan), empty.scale, empty.squared_scale)
    assert greedy(nothing.quantile_loss, 2) is None
    prior = np.array([0.5, 0.5])
    np.testing.assert_array_equal(improved(nothing.quantile_loss, prior, 0.01), prior)


def test_a_small_gain_does_not_move_the_prior_and_a_large_one_does() -> None:
    prior = np.array([0.5, 0.5])
    np.testing.assert_array_equal(improved(evidence([0, 0.5]).quantile_loss, prior, 0.05), prior)
    assert improved(evidence([0, 40]).quantile_loss, prior, 0.05)[0] > 0.7


@given(hnp.arrays(float, 3, elements=st.floats(-20, 20)))
def test_weights_sum_to_one(biases: np.ndarray) -> None:
    found = evidence(biases.tolist())
    for weights in (greedy(found.quantile_loss, 3), improved(found.quantile_loss, np.ones(3) / 3, 0.01)):
        assert weights is not None
        assert weights.sum() == 1 or abs(weights.sum() - 1) < 1e-12
        assert (weights >= 0).all()
