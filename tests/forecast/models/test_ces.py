import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import AWKWARD, assert_valid, panel, panels, seasonal

from lakecast_forecast.interface import Model
from lakecast_forecast.models.ces import Ces, CesLog
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

MODELS = (Ces(), CesLog())


@settings(max_examples=20, deadline=None)
@given(panels(), st.integers(1, 20), st.sampled_from(MODELS))
def test_is_always_a_forecast(whole: Panel, horizon: int, model: Ces) -> None:
    assert_valid(model.predict(whole, horizon), whole, horizon)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("frequency", Frequency)
def test_survives_awkward_series(frequency: Frequency, model: Ces) -> None:
    whole = panel(list(AWKWARD.values()), frequency)
    assert_valid(model.predict(whole, 9), whole, 9)


@pytest.mark.parametrize("model", MODELS)
def test_continues_trend_and_season(model: Ces) -> None:
    months = np.arange(96)
    truth = (100 + months) * (1 + 0.3 * np.sin(2 * np.pi * months / 12))
    noisy = truth[:84] * np.random.default_rng(0).normal(1, 0.005, 84)
    np.testing.assert_allclose(model.predict(panel([list(noisy)]), 12).mean[0], truth[84:], rtol=0.15)


@pytest.mark.parametrize("model", MODELS)
def test_a_steady_season_is_repeated(model: Ces) -> None:
    wave = np.array([10.0, 12.0, 20.0, 14.0])
    mean = model.predict(panel([list(np.tile(wave, 12))], Frequency.QUARTERLY), 6).mean[0]
    np.testing.assert_allclose(mean, wave[np.arange(6) % 4], rtol=0.03)


@pytest.mark.parametrize("model", MODELS)
def test_rows_do_not_depend_on_each_other(model: Ces) -> None:
    whole = panel([list(one) for one in [*seasonal(5, 60), *seasonal(3, 41, seed=1)]])
    together = model.predict(whole, 6)
    for row in range(len(whole)):
        alone = model.predict(whole.select(np.array([row])), 6)
        np.testing.assert_allclose(alone.mean[0], together.mean[row], rtol=1e-6)


def test_logarithms_are_left_alone_where_demand_is_zero() -> None:
    whole = panel([[0.0, 3.0, 1.0, 0.0, 2.0, 4.0, 0.0, 1.0]], Frequency.YEARLY)
    np.testing.assert_array_equal(CesLog().predict(whole, 4).mean, Ces().predict(whole, 4).mean)


def test_are_two_sources() -> None:
    assert [model.name for model in MODELS] == ["ces", "ces_log"]
    assert all(isinstance(model, Model) for model in MODELS)
    assert CesLog().fit(panel([[1.0]]), 1).diagnostics.parameters["log"] is True
