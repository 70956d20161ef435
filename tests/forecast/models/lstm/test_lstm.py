"""The neural sources: awkward series, reproducible, independent of order and batches, stored and loaded, no leaks."""

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from panels import AWKWARD, assert_valid, panel, panels, seasonal, sporadic

from lakecast_forecast.evaluation import validity
from lakecast_forecast.evaluation.backtest import run_source
from lakecast_forecast.evaluation.origins import Origins
from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.lstm import Lstm, ResidualMlp
from lakecast_forecast.models.lstm.model import FittedNets, kinds_of
from lakecast_forecast.panel import Panel
from lakecast_schema.accuracy import pinball
from lakecast_schema.periods import Frequency

MODELS = (Lstm, ResidualMlp)
FEW = 8  # steps: enough to learn something, quick enough for a test


def mixed(items: int = 6, periods: int = 72) -> Panel:
    """Smooth and intermittent items, some with gaps."""
    of = panel(seasonal(items, periods) + sporadic(items, periods))
    gappy = of.values.copy()
    gappy[1, 40:43] = np.nan
    return replace(of, values=gappy)


@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.MONTHLY, Frequency.YEARLY])
@pytest.mark.parametrize("model", MODELS)
def test_awkward_series_get_a_forecast(model: type[Lstm] | type[ResidualMlp], frequency: Frequency) -> None:
    of = panel(list(AWKWARD.values()), frequency)
    fitted = model(steps=2).fit(of, 5)
    found = fitted.predict(of, 5)
    assert_valid(validity.predict(fitted, of, 5), of, 5)
    assert "no demand" in str(found.issues[list(AWKWARD).index("all zero")])


@given(panels(longest=40))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_forecasts_are_finite_ordered_and_not_negative(of: Panel) -> None:
    fitted = Lstm(steps=2).fit(of, 4)
    assert_valid(validity.predict(fitted, of, 4), of, 4)


@pytest.mark.parametrize("model", MODELS)
def test_the_same_seed_gives_the_same_numbers_whatever_the_order_of_items(
    model: type[Lstm] | type[ResidualMlp],
) -> None:
    of = mixed()
    order = np.random.default_rng(0).permutation(len(of))
    one = model(steps=FEW).fit(of, 6, seed=1).predict(of, 6)
    again = model(steps=FEW).fit(of, 6, seed=1).predict(of, 6)
    shuffled = of.select(order)
    other = model(steps=FEW).fit(shuffled, 6, seed=1).predict(shuffled, 6)
    assert np.array_equal(one.quantiles, again.quantiles)
    assert np.allclose(one.quantiles[order], other.quantiles, rtol=1e-6)
    assert not np.allclose(one.quantiles, model(steps=FEW).fit(of, 6, seed=2).predict(of, 6).quantiles, rtol=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_a_row_depends_on_itself_only(model: type[Lstm] | type[ResidualMlp]) -> None:
    of = mixed()
    fitted = model(steps=FEW).fit(of, 6)
    together = fitted.predict(of, 6)
    for row in range(len(of)):
        alone = fitted.predict(of.select(np.array([row])).trimmed(), 6)
        assert np.allclose(alone.mean[0], together.mean[row], rtol=1e-6)
        assert np.allclose(alone.quantiles[0], together.quantiles[row], rtol=1e-6)


def test_the_future_does_not_reach_a_forecast_from_before_it() -> None:
    of = mixed()
    garbage = of.values.copy()
    garbage[:, -6:] = np.random.default_rng(0).uniform(1, 1e6, (len(of), 6))
    spoilt = replace(of, values=garbage)
    one, other = (run_source(Lstm(steps=FEW), each, Origins((6,), 1), 6) for each in (of, spoilt))
    assert np.array_equal(one.raw[0].quantiles, other.raw[0].quantiles)
    assert not np.array_equal(one.raw_live.quantiles, other.raw_live.quantiles)


@pytest.mark.parametrize("model", MODELS)
def test_a_stored_model_is_the_same_model(model: type[Lstm] | type[ResidualMlp]) -> None:
    of = mixed()
    fitted = model(steps=FEW).fit(of, 6)
    expected = fitted.predict(of, 6)
    for copy in (FittedNets.load(fitted.state()), pickle.loads(pickle.dumps(fitted))):
        assert np.array_equal(copy.predict(of, 6).quantiles, expected.quantiles)
        assert copy.diagnostics == fitted.diagnostics


def test_a_shorter_horizon_is_the_beginning_and_a_longer_one_is_refused() -> None:
    of = replace(mixed(), drivers={"x_promo": np.zeros((12, 78))})
    fitted = Lstm(steps=3).fit(of, 6)
    assert np.array_equal(fitted.predict(of, 3).mean, fitted.predict(of, 6).mean[:, :3])
    with pytest.raises(ValueError, match="train it"):
        fitted.predict(of, 7)


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 12, 13, 20, 21])
def test_any_number_of_steps_trains(steps: int) -> None:
    of = panel(seasonal(3, 40))
    assert_valid(Lstm(steps=steps).fit(of, 4).predict(of, 4), of, 4)


def test_diagnostics_hold_the_loss_curve() -> None:
    diagnostics = Lstm(steps=75).fit(mixed(), 6).diagnostics
    assert len(diagnostics.loss_curve) == 3
    assert np.isfinite(diagnostics.loss_curve).all()
    assert set(diagnostics.parameters["nets"]) == {"smooth", "level"}  # type: ignore[call-overload]


def test_too_little_to_train_on_says_so() -> None:
    of = panel([[1.0, 2.0, 3.0], [4.0, 0.0]])
    found = Lstm().fit(of, 6).predict(of, 6)
    assert_valid(found, of, 6)
    assert all("too few periods" in str(issue) for issue in found.issues)


def test_a_large_panel_is_learned_from_a_sample_and_predicted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    of = panel(seasonal(20, 72))
    monkeypatch.setattr("lakecast_forecast.models.lstm.model.LEARNED_FROM", 72 * 9)
    fitted = Lstm(steps=FEW).fit(of, 6)
    assert fitted.items == {"smooth": 9}
    found = fitted.predict(of, 6)
    assert_valid(found, of, 6)
    assert found.issues == (None,) * 20


def test_kinds_follow_the_zeros() -> None:
    of = panel([[1.0, 2.0, np.nan, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 0.0], []])
    assert kinds_of(of).tolist() == ["smooth", "level", "", ""]
    assert kinds_of(replace(of, frequency=Frequency.DAILY)).tolist() == ["level", "level", "", ""]


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="steps"):
        Lstm(steps=0)
    with pytest.raises(ValueError, match="flip"):
        ResidualMlp(flip=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_a_net_learns_weekdays_holidays_and_promotions(model: type[Lstm] | type[ResidualMlp]) -> None:
    rng = np.random.default_rng(0)
    items, periods, horizon = 40, 400, 14
    columns = np.arange(periods + horizon)
    promo = (rng.random((items, len(columns))) < 0.15).astype(float)
    level = rng.lognormal(3, 1, (items, 1))
    truth = level * (1 + 0.4 * np.sin(2 * np.pi * columns / 7)) * (1 + promo)
    demand = truth * rng.lognormal(0, 0.1, truth.shape)
    of = replace(panel(list(demand[:, :periods]), Frequency.DAILY), drivers={"x_promo": promo}, country="BR")
    found = model(steps=200).fit(of, horizon).predict(of, horizon)
    error = np.abs(found.mean - truth[:, periods:]) / truth[:, periods:]
    assert error.mean() < 0.12
    on = promo[:, periods:] == 1
    assert error[on].mean() < 0.2
    inside = (demand[:, periods:] >= found.quantiles[:, :, 1]) & (demand[:, periods:] <= found.quantiles[:, :, 9])
    assert 0.65 < inside.mean() < 0.95


@pytest.mark.slow
def test_a_net_learns_what_series_have_in_common() -> None:
    """Series that fall back to their level after every step away from it."""
    rng = np.random.default_rng(0)
    noise = np.cumsum(rng.normal(0, 0.3, (150, 73)), axis=1)
    values = np.exp(3 + 0.3 * np.diff(noise, axis=1))
    of = panel(list(values))
    before = of.until(6)
    trained = Lstm(steps=150).fit(before, 6)
    actuals, scale = values[:, -6:], values.mean(axis=1)[:, None, None]
    naive = np.repeat(values[:, [-7]], 6, axis=1)
    loss = (pinball(actuals, trained.predict(before, 6).quantiles, LEVELS) / scale).mean()
    assert loss < (pinball(actuals, np.repeat(naive[:, :, None], len(LEVELS), axis=2), LEVELS) / scale).mean() * 0.8


def test_naming_the_source_does_not_import_torch() -> None:
    lines = "import sys, lakecast_forecast.models.lstm; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0
