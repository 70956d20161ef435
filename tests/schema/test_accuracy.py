"""Error measures: equal to their textbook formulas, and undefined where these are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lakecast_schema.accuracy import interval_score, metrics, pinball, scales, skill
from lakecast_schema.tables import BOUND_LEVELS

VALUES = st.floats(0, 1000).map(lambda value: round(value, 2))


@given(arrays(float, (3, 2, 4), elements=VALUES), arrays(float, (3, 2, 4), elements=VALUES), st.randoms())
def test_measures_equal_their_formulas_item_by_item(actual, forecast, random):
    item, window, _ = (index.ravel() for index in np.indices(actual.shape))
    order = np.array(random.sample(range(actual.size), actual.size))
    bounds = forecast.reshape(-1, 1) * np.array([0.5, 0.8, 1, 1.2, 2])
    found = metrics(
        item[order], window[order], actual.ravel()[order], forecast.ravel()[order], bounds[order],
        np.full(3, 2.0), np.full(3, 4.0),
    )  # fmt: skip
    for i in range(3):
        a, f, b = actual[i].ravel(), forecast[i].ravel(), bounds.reshape(3, -1, 5)[i]
        e = f - a
        assert found["windows"][i] == 2
        assert found["observations"][i] == 8
        assert found["mae"][i] == pytest.approx(np.abs(e).mean())
        assert found["rmse"][i] == pytest.approx(np.sqrt((e**2).mean()))
        assert found["mase"][i] == pytest.approx(np.abs(e).mean() / 2)
        assert found["rmsse"][i] == pytest.approx(np.sqrt((e**2).mean() / 4))
        assert 0 <= found["smape"][i] <= 2
        loss = [2 * pinball(a, b[:, j : j + 1], (level,)).mean() for j, level in enumerate(BOUND_LEVELS)]
        assert found["scaled_quantile_loss"][i] == pytest.approx(np.mean(loss) / 2)
        assert found["coverage_80"][i] == np.mean((b[:, 1] <= a) & (a <= b[:, 3]))
        if a.sum() > 0:
            assert found["wape"][i] == pytest.approx(np.abs(e).sum() / a.sum())
            assert found["bias"][i] == pytest.approx(e.sum() / a.sum())
        assert np.isnan(found["mape"][i]) == bool((a == 0).any())


def test_unknown_actuals_count_nowhere_and_items_without_any_have_no_errors():
    item, actual = np.array([0, 0, 1]), np.array([1.0, np.nan, np.nan])
    found = metrics(item, item * 0, actual, np.array([3.0, 9.0, 9.0]), None, np.ones(2), np.ones(2))
    assert found["observations"].tolist() == [1, 0]
    assert found["mae"][0] == 2
    assert np.isnan(found["mae"][1])
    assert np.isnan(found["coverage_80"]).all()


def test_the_median_minimises_the_pinball_loss_of_one_half():
    actual = np.array([0.0, 1, 2, 10, 50])
    losses = [pinball(actual, np.full((5, 1), guess), (0.5,)).mean() for guess in range(51)]
    assert np.argmin(losses) == 2


def test_scales_are_those_of_a_season_or_of_neighbours_where_a_season_does_not_differ():
    nan = np.nan
    seasonal = [nan, 0, 2, 1, 4]
    repeating = [1.0, 2, 1, 2, 1]
    constant = [3.0] * 5
    absolute, squared = scales(np.array([seasonal, repeating, constant]), 2)
    assert absolute[:2] == pytest.approx([1.5, 1.0])  # |1 - 0|, |4 - 2|; neighbours
    assert squared[:2] == pytest.approx([(1 + 9) / 2, 1.0])  # from the first non-zero value on
    assert np.isnan([absolute[2], squared[2]]).all()


def test_skill_is_the_share_of_the_baseline_loss_that_is_saved():
    assert skill(np.array([0.5, 1.0, 3.0, 0.0]), np.full(4, 1.0)) == pytest.approx([0.5, 0.0, -2.0, 1.0])


def test_an_interval_costs_its_width_and_every_miss_by_its_distance():
    actual = np.array([5.0, 1.0, 12.0, 2.0, 10.0])
    score = interval_score(actual, np.full(5, 2.0), np.full(5, 10.0), 0.8)
    assert score == pytest.approx([8, 8 + 10 * 1, 8 + 10 * 2, 8, 8])  # 2 / (1 - .8) = 10


def test_scores_and_coverage_of_both_intervals_are_those_of_their_own_bounds():
    bounds = np.array([[1.0, 3.0, 5.0, 7.0, 9.0]] * 3)
    found = metrics(
        np.zeros(3, int), np.zeros(3, int), np.array([2.0, 7.0, 10.0]), np.full(3, 5.0), bounds, np.ones(1), np.ones(1)
    )
    assert found["coverage_80"][0] == pytest.approx(1 / 3)
    assert found["coverage_95"][0] == pytest.approx(2 / 3)
    assert found["interval_score_80"][0] == pytest.approx(4 + 10 * (1 + 0 + 3) / 3)
    assert found["smape"][0] == pytest.approx(np.mean([2 * 3 / 7, 2 * 2 / 12, 2 * 5 / 15]))
    assert found["mape"][0] == pytest.approx(np.mean([3 / 2, 2 / 7, 5 / 10]))


def test_skill_is_undefined_against_a_baseline_without_loss():
    assert skill(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == pytest.approx([0.5, np.nan], nan_ok=True)
