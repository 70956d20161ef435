from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import AWKWARD, panel, panels, seasonal

from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import SourceForecasts, run_source
from lakecast_forecast.interface import Forecasts
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Panel


def run(whole: Panel, horizon: int = 6, **options: object) -> SourceForecasts:
    plan = origins.plan(whole.lengths, whole.frequency, horizon)
    return run_source(SeasonalNaive(), whole, plan, horizon, **options)  # type: ignore[arg-type]


def assert_valid(forecasts: Forecasts, items: int, horizon: int) -> None:
    assert forecasts.mean.shape == (items, horizon)
    assert np.isfinite(forecasts.mean).all()
    assert np.isfinite(forecasts.quantiles).all()
    assert (forecasts.mean >= 0).all()
    assert (forecasts.quantiles >= 0).all()
    assert (np.diff(forecasts.quantiles, axis=2) >= 0).all()
    assert len(forecasts.issues) == items


def assert_same(one: SourceForecasts, other: SourceForecasts) -> None:
    for a, b in zip((one.live, *one.backtest), (other.live, *other.backtest), strict=True):
        np.testing.assert_allclose(a.mean, b.mean, rtol=1e-9)
        np.testing.assert_allclose(a.quantiles, b.quantiles, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(panels(), st.integers(1, 12))
def test_whatever_the_series_the_forecasts_are_valid(whole: Panel, horizon: int) -> None:
    found = run(whole, horizon)
    for forecasts in (found.live, *found.backtest):
        assert_valid(forecasts, len(whole), horizon)


def test_awkward_series_among_others() -> None:
    whole = panel([*AWKWARD.values(), *seasonal(30, 60)])
    found = run(whole)
    assert found.origins.scored >= 1
    for forecasts in (found.live, *found.backtest):
        assert_valid(forecasts, len(whole), 6)
    assert (found.seconds > 0).all()


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_batches_do_not_matter(batch_size: int) -> None:
    whole = panel([one[k:] for k, one in enumerate(seasonal(20, 70))])
    assert_same(run(whole), run(whole, batch_size=batch_size))


def test_the_order_of_items_does_not_matter() -> None:
    whole = panel([one[k:] for k, one in enumerate(seasonal(20, 70))])
    rows = np.random.default_rng(0).permutation(20)
    shuffled = run(whole.select(rows))
    np.testing.assert_allclose(run(whole).live.quantiles[rows], shuffled.live.quantiles, rtol=1e-9)


def test_the_map_does_not_matter() -> None:
    whole = panel(seasonal(20, 70))
    with ThreadPoolExecutor(2) as pool:
        assert_same(run(whole), run(whole, batch_size=3, map=pool.map))


def test_the_last_values_change_no_forecast_of_their_window() -> None:
    clean = panel(seasonal(40, 80))
    garbage = clean.values.copy()
    garbage[:, -6:] = np.random.default_rng(0).lognormal(8, 2, (40, 6))
    spoiled = Panel(**{**vars(clean), "values": garbage})
    one, other = run(clean), run(spoiled)
    np.testing.assert_array_equal(one.backtest[0].mean, other.backtest[0].mean)
    np.testing.assert_array_equal(one.backtest[0].quantiles, other.backtest[0].quantiles)
    assert not np.allclose(one.live.quantiles, other.live.quantiles)
