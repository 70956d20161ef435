import numpy as np
from panels import panel

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.empirical import Empirical, FittedEmpirical
from lakecast_schema.periods import Frequency


def test_without_decay_the_quantiles_are_those_of_the_past() -> None:
    past = np.random.default_rng(0).poisson(0.8, (3, 200)) * 1.0
    past[:, 0] = 1
    found = FittedEmpirical(((0.0, False),)).predict(panel(list(past)), 2).quantiles
    expected = np.quantile(past, LEVELS, axis=1, method="inverted_cdf").T
    np.testing.assert_allclose(found[:, 0], expected)
    np.testing.assert_allclose(found[:, 1], expected)


def test_with_decay_recent_periods_count_more() -> None:
    whole = panel([[9.0] * 50 + [1.0] * 50])
    assert FittedEmpirical(((0.1, False),)).predict(whole, 1).quantiles[0, 0, 9] == 1
    assert FittedEmpirical(((0.0, False),)).predict(whole, 1).quantiles[0, 0, 9] == 9


def test_learns_that_the_weekday_matters() -> None:
    rng = np.random.default_rng(1)
    series = rng.poisson(np.tile([1, 2, 3, 4, 5, 20, 30], (30, 20))) * 1.0
    fitted = Empirical().fit(panel(list(series), Frequency.DAILY), 14)
    assert all(shaped for _, shaped in fitted.variants)


def test_learns_to_forget_what_has_changed() -> None:
    rng = np.random.default_rng(2)
    level = np.exp(np.cumsum(rng.normal(0, 0.35, (60, 120)), axis=1))
    fitted = Empirical().fit(panel(list(rng.poisson(3 * level) * 1.0)), 6)
    assert min(decay for decay, _ in fitted.variants) >= 0.03
