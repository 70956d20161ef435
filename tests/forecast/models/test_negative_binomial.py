import numpy as np
from panels import panel, seasonal, sporadic

from lakecast_forecast.models.negative_binomial import FittedNegativeBinomial, NegativeBinomial
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency


def fading(items: int, periods: int, seed: int) -> Panel:
    """Items that are bought for a while and then no more: each ends at another time."""
    rng = np.random.default_rng(seed)
    values = np.array(sporadic(items, periods, seed)) * 1.0
    gone = np.arange(periods) >= rng.integers(periods // 3, 2 * periods, items)[:, None]
    values[gone] = 0.0
    values[:, 0] = 2.0
    return panel(list(values))


def test_the_mean_of_a_fading_range_is_lowered_to_what_will_come() -> None:
    whole = fading(600, 84, 1)
    seen, actuals = whole.until(12), whole.values[:, -12:]
    fitted = NegativeBinomial().fit(seen, 12)
    plain = FittedNegativeBinomial(1.0, fitted.dispersion, False).predict(seen, 12).mean.sum() / actuals.sum()
    calibrated_mean = fitted.predict(seen, 12).mean.sum() / actuals.sum()
    assert fitted.correction < 0.97
    assert plain > 1.1
    assert abs(calibrated_mean - 1) < abs(plain - 1)


def test_a_steady_range_is_left_alone_and_its_intervals_hold() -> None:
    whole = panel(sporadic(500, 96, 2))
    seen, actuals = whole.until(12), whole.values[:, -12:]
    fitted = NegativeBinomial().fit(seen, 12)
    assert fitted.correction > 0.93
    found = fitted.predict(seen, 12)
    assert 0.9 <= found.mean.sum() / actuals.sum() <= 1.1
    assert ((actuals <= found.quantiles[:, :, 9]) & (actuals >= found.quantiles[:, :, 1])).mean() >= 0.78
    assert ((actuals <= found.quantiles[:, :, 10]) & (actuals >= found.quantiles[:, :, 0])).mean() >= 0.92


def test_smooth_items_are_not_corrected() -> None:
    whole = panel(seasonal(5, 60))
    lowered = FittedNegativeBinomial(0.7, (0.03, 1.0), False).predict(whole, 3)
    plain = FittedNegativeBinomial(1.0, (0.03, 1.0), False).predict(whole, 3)
    np.testing.assert_allclose(lowered.mean, plain.mean)


def test_daily_demand_keeps_the_shape_of_its_week() -> None:
    week = np.array([0, 0, 0, 1, 1, 4, 6.0])
    rng = np.random.default_rng(0)
    whole = panel(list(rng.poisson(np.tile(week, (40, 30)))), Frequency.DAILY)
    mean = NegativeBinomial().fit(whole, 14).predict(whole, 14).mean.mean(axis=0)
    assert mean[6] > 5 * mean[0]
    np.testing.assert_allclose(mean[:7], mean[7:])


def test_without_rarely_bought_items_there_is_nothing_to_learn() -> None:
    assert NegativeBinomial().fit(panel(seasonal(5, 60)), 6).correction == 1
