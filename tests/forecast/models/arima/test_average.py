import numpy as np
import pytest

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.arima.average import distribution, weights
from lakecast_forecast.models.arima.members import Member


def _member(center: float, spread: float, criterion: float = 0.0, log: bool = False, factor: float = 1.0) -> Member:
    return Member(
        log=log,
        center=np.full((2, 1), center),
        spread=np.full((2, 1), spread),
        criterion=np.array([criterion]),
        factor=np.full((2, 1), factor),
    )


def test_weights_follow_the_criterion() -> None:
    members = [_member(0, 0, 10.0), _member(0, 0, 12.0), _member(0, 0, np.inf)]
    found = weights(members, 1.0)[:, 0]
    assert found.sum() == pytest.approx(1)
    assert found[1] / found[0] == pytest.approx(np.exp(-1))
    assert found[2] == 0


def test_a_lower_temperature_averages_more() -> None:
    members = [_member(0, 0, 10.0), _member(0, 0, 12.0)]
    assert weights(members, 0.1)[1, 0] > weights(members, 1.0)[1, 0]


def test_without_any_member_the_weights_are_zero() -> None:
    assert weights([_member(0, 0, np.inf)], 0.1).tolist() == [[0.0]]


def test_equal_normals_stay_what_they_are() -> None:
    shares = np.array([[0.3], [0.7]])
    mean, quantiles = distribution([_member(10, 2), _member(10, 2)], shares)
    assert mean.tolist() == [[pytest.approx(10)] * 2]
    assert quantiles[0, 0, LEVELS.index(0.975)] == pytest.approx(10 + 2 * 1.959964)


def test_mean_of_a_lognormal_exceeds_its_median() -> None:
    mean, quantiles = distribution([_member(np.log(10), 0.5, log=True, factor=3.0)], np.array([[1.0]]))
    assert quantiles[0, 0, LEVELS.index(0.5)] == pytest.approx(30)
    draws = 30 * np.exp(np.random.default_rng(0).normal(0, 0.5, 200_000))
    assert mean[0, 0] == pytest.approx(draws.mean(), rel=0.01)


def test_demand_is_never_negative() -> None:
    mean, quantiles = distribution([_member(-5, 1)], np.array([[1.0]]))
    assert mean.max() == 0
    assert quantiles.max() == 0
