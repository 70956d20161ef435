"""Every measure of the benchmark against what is computed by hand."""

from dataclasses import replace

import numpy as np
import pytest

from bench.forecasting.measures import mase, quantile_loss, scaled, score, smape
from bench.forecasting.predictions import Predictions
from bench.forecasting.sets import LEVELS, Kind, Set

TWO = Set(
    "two",
    Kind(horizon=2, season=2, frequency="MS"),
    ("A", "B"),
    (np.array([1.0, 3.0, 2.0, 6.0]), np.array([0.0, 0.0, 5.0])),
    (np.arange(4).astype("datetime64[M]"), np.arange(3).astype("datetime64[M]")),
    np.array([[4.0, 8.0], [0.0, 10.0]]),
)
MEAN = np.array([[4.0, 5.0], [1.0, 12.0]])
LADDER = np.broadcast_to(np.arange(11.0), (2, 2, len(LEVELS)))
"""The quantiles 0, 1, ..., 10, whose median is 5."""


def _made(quantiles: np.ndarray | None = LADDER) -> Predictions:  # type: ignore[type-arg]
    return Predictions("ours", TWO.item_ids, MEAN, quantiles, 1.0, {})


def test_scales_are_seasonal_and_begin_with_the_first_demand() -> None:
    absolute, squared = scaled(TWO)
    assert absolute.tolist() == [(1 + 3) / 2, 5]
    assert squared[0] == (4 + 1 + 16) / 3
    assert np.isnan(squared[1])  # one period since its first demand: no difference between neighbours


def test_smape_counts_a_zero_that_was_forecast_as_no_error() -> None:
    found = smape(TWO, np.array([[5.0, 6.0], [0.0, 5.0]]))
    np.testing.assert_allclose(found, [200 * (1 / 9 + 2 / 14) / 2, 200 * (0 + 5 / 15) / 2])


def test_mase_is_the_mean_error_in_seasonal_steps() -> None:
    np.testing.assert_allclose(mase(TWO, np.array([[5.0, 6.0], [0.0, 5.0]])), [1.5 / 2, 2.5 / 5])


def test_the_quantile_loss_of_a_certain_forecast_is_its_mase() -> None:
    certain = np.full((2, 2, len(LEVELS)), 5.0)
    np.testing.assert_allclose(quantile_loss(TWO, certain), mase(TWO, certain[:, :, 0]))


def test_the_quantile_loss_of_a_ladder() -> None:
    """Against 4: 0.1 · 3, 0.2 · 2, 0.3 · 1, 0, 0.5 · 1, 0.4 · 2, 0.3 · 3, 0.2 · 4, 0.1 · 5 for the levels .1 to .9."""
    only = replace(TWO, future=np.full((2, 2), 4.0))
    by_hand = 0.3 + 0.4 + 0.3 + 0 + 0.5 + 0.8 + 0.9 + 0.8 + 0.5
    np.testing.assert_allclose(quantile_loss(only, LADDER), [2 * by_hand / 9 / 2, 2 * by_hand / 9 / 5])


def test_points_are_judged_by_the_median_and_means_by_the_mean() -> None:
    found = score(TWO, _made())
    assert found["MASE"] == pytest.approx(((1 + 3) / 2 / 2 + (5 + 5) / 2 / 5) / 2)
    assert found["RMSSE"] == pytest.approx(np.sqrt((0 + 9) / 2 / 7))  # of the first only: the other has no scale
    assert found["forecast / demand"] == pytest.approx(22 / 22)


def test_coverage_counts_the_ends_and_the_interval_score_what_lies_outside() -> None:
    found = score(TWO, _made())
    assert found["coverage 80"] == 2 / 4
    assert found["coverage 95"] == 1
    assert found["interval score 95"] == pytest.approx((10 / 2 + 10 / 5) / 2)
    missed = score(replace(TWO, future=np.array([[4.0, 8.0], [0.0, 12.0]])), _made())
    assert missed["coverage 95"] == 3 / 4
    assert missed["interval score 95"] == pytest.approx((10 / 2 + (10 + (10 + 2 / 0.05 * 2)) / 2 / 5) / 2)


def test_a_method_without_quantiles_is_judged_by_its_mean_alone() -> None:
    found = score(TWO, _made(None))
    assert found["MASE"] == pytest.approx(((0 + 3) / 2 / 2 + (1 + 2) / 2 / 5) / 2)
    assert np.isnan(found["quantile loss"])
    assert np.isnan(found["coverage 95"])
