"""The prophet source: parity with the library, awkward series, drivers, holidays, and that rows stand alone."""

import subprocess
import sys
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import AWKWARD, assert_valid, panel, panels, seasonal

from lakecast_forecast.evaluation import validity
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_forecast.models.prophet import Prophet, ProphetLibrary, solver
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

Mode = Literal["additive", "multiplicative"]
MODES: tuple[Mode, ...] = ("additive", "multiplicative")


def predict(of: Panel, horizon: int = 12, mode: Mode = "additive") -> Forecasts:
    return Prophet(seasonality_mode=mode, fallback=False).fit(of, horizon).predict(of, horizon)


def daily(items: int, periods: int, seed: int = 0) -> Panel:
    return replace(panel(seasonal(items, periods, 7, seed), Frequency.DAILY), country="BR")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("frequency", list(Frequency))
def test_awkward_series_get_a_forecast(frequency: Frequency, mode: Mode) -> None:
    of = panel(list(AWKWARD.values()), frequency)
    found = predict(of, 8, mode)
    assert_valid(found, of, 8)
    assert found.issues[list(AWKWARD).index("all zero")] == "demand is constant"
    assert "two known periods" in str(found.issues[list(AWKWARD).index("one point")])


@given(panels(), st.sampled_from(MODES), st.integers(1, 15))
@settings(max_examples=25, deadline=None)
def test_forecasts_are_finite_ordered_and_not_negative(of: Panel, mode: Mode, horizon: int) -> None:
    assert_valid(predict(replace(of, country="BR"), horizon, mode), of, horizon)


@given(panels(), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_a_row_depends_on_itself_only(of: Panel, random: object) -> None:
    together = validity.predict(Prophet(fallback=False).fit(of, 5), of, 5)
    for row in range(len(of)):
        alone = validity.predict(Prophet(fallback=False).fit(of, 5), of.select(np.array([row])), 5)
        assert np.allclose(alone.mean[0], together.mean[row], rtol=1e-6, atol=1e-9 * np.abs(together.mean).max())


@given(st.floats(1e-6, 1e9))
@settings(max_examples=10, deadline=None)
def test_units_do_not_matter(unit: float) -> None:
    of = panel(seasonal(3, 60))
    one, other = predict(of), predict(replace(of, values=of.values * unit))
    assert np.allclose(one.quantiles * unit, other.quantiles, rtol=1e-5)


def test_unknown_periods_in_front_are_as_if_they_were_not_there() -> None:
    short = panel(seasonal(3, 60))
    padded = np.concatenate([np.full((3, 10), np.nan), short.values], axis=1)
    long = replace(short, values=padded, lengths=short.lengths + 10)
    assert np.allclose(predict(short).mean, predict(long).mean)


@pytest.mark.parametrize("mode", MODES)
def test_a_driver_explains_what_it_moves(mode: Mode) -> None:
    rng = np.random.default_rng(3)
    promo = (rng.random((4, 200 + 14)) < 0.2).astype(float)
    of = daily(4, 200)
    level = np.nanmean(of.values, axis=1, keepdims=True)
    moved = replace(of, values=of.values + level * promo[:, :200], drivers={"x_promo": promo})
    off = replace(moved, drivers={"x_promo": np.concatenate([promo[:, :200], np.zeros((4, 14))], axis=1)})
    lift = predict(moved, 14, mode).mean - predict(off, 14, mode).mean
    on = promo[:, 200:] == 1
    assert (lift[on] > 0.3 * np.broadcast_to(level, on.shape)[on]).mean() > 0.7
    assert np.allclose(lift[~on], 0.0)


def test_drivers_may_be_unknown_or_constant() -> None:
    of = daily(3, 120)
    price = np.ones((3, 134))
    noise = np.random.default_rng(0).normal(size=(3, 134))
    noise[0, ::3], noise[1] = np.nan, np.nan
    known = replace(of, drivers={"x_price": price, "x_noise": noise})
    assert_valid(predict(known, 14), known, 14)
    price[:, 120:] = 100.0  # a price that never changed says nothing of what a new one does
    dearer = replace(of, drivers={"x_price": price})
    assert np.allclose(predict(dearer, 14).mean, predict(of, 14).mean, rtol=1e-6)


def test_a_driver_must_reach_as_far_as_the_forecast() -> None:
    of = replace(daily(1, 60), drivers={"x_promo": np.zeros((1, 65))})
    with pytest.raises(ValueError, match="x_promo is known for 5 periods"):
        predict(of, 6)


def test_a_holiday_is_remembered() -> None:
    of = daily(1, 3 * 365)
    dates = of.ends[0] - np.arange(3 * 365)[::-1]
    closed = np.isin(dates, np.array(["2022-09-07", "2023-09-07"], dtype="datetime64[D]"))
    of = replace(of, values=np.where(closed, 0.0, of.values))
    until = int((np.datetime64("2024-09-07") - of.ends[0]).astype(int))
    with_country = predict(of, until).mean[0, -1]
    without = predict(replace(of, country=None), until).mean[0, -1]
    assert with_country < 0.5 * without


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="seasonality_mode"):
        Prophet(seasonality_mode="none")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="changepoints"):
        Prophet(changepoints=-1)


def test_diagnostics_state_the_settings() -> None:
    parameters = Prophet(changepoints=7).fit(panel([[1.0]]), 1).diagnostics.parameters
    assert parameters["changepoints"] == 7
    assert parameters["engine"] == "batched"


def parity(of: Panel, horizon: int, mode: Mode) -> np.ndarray:
    """Per item, the mean difference to the library's forecast relative to the item's mean demand."""
    ours, theirs = predict(of, horizon, mode), ProphetLibrary(mode).fit(of, horizon).predict(of, horizon)
    assert not any(theirs.issues)
    assert_valid(theirs, of, horizon)
    return np.abs(ours.mean - theirs.mean).mean(axis=1) / np.nanmean(of.values, axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_monthly_forecasts_are_the_librarys(mode: Mode) -> None:
    assert np.median(parity(panel(seasonal(12, 96)), 12, mode)) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("frequency", [Frequency.QUARTERLY, Frequency.YEARLY, Frequency.WEEKLY])
def test_forecasts_of_other_frequencies_are_the_librarys(frequency: Frequency) -> None:
    assert np.median(parity(panel(seasonal(5, 70, 4), frequency), 8, "additive")) < 0.01


@pytest.mark.slow
def test_daily_forecasts_with_holidays_drivers_and_gaps_are_the_librarys() -> None:
    rng = np.random.default_rng(5)
    of = daily(8, 500)
    promo = (rng.random((8, 528)) < 0.1).astype(float)
    values = np.where(rng.random((8, 500)) < 0.05, np.nan, of.values * (1 + promo[:, :500]))
    driven = replace(of, values=values, drivers={"x_promo": promo, "x_price": rng.normal(10, 1, (8, 528))})
    assert np.median(parity(driven, 28, "additive")) < 0.01
    assert np.median(parity(driven, 28, "multiplicative")) < 0.01


@pytest.mark.slow
def test_a_series_that_does_not_converge_goes_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    of = panel(seasonal(2, 60))
    reference = ProphetLibrary().fit(of, 6).predict(of, 6)
    monkeypatch.setattr("lakecast_forecast.models.prophet.solver._LOOSE", -1.0)
    fallen = Prophet().fit(of, 6).predict(of, 6)
    assert np.allclose(fallen.mean, reference.mean)


def test_a_failing_library_costs_one_series_its_model_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Stan says no")

    monkeypatch.setattr("lakecast_forecast.models.prophet.library._fit", broken)
    of = panel(seasonal(1, 60))
    found = ProphetLibrary().fit(of, 6).predict(of, 6)
    assert_valid(found, of, 6)
    assert "RuntimeError" in str(found.issues[0])


def test_naming_the_source_does_not_import_prophet() -> None:
    lines = "import sys, lakecast_forecast.models.prophet; sys.exit('prophet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


@pytest.mark.parametrize("fallback", [True, False])
def test_only_what_did_not_converge_is_given_to_the_library(fallback: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    of = panel(seasonal(3, 60))
    own = Prophet(fallback=False).fit(of, 4).predict(of, 4)
    solve = solver.additive
    monkeypatch.setattr(
        solver, "additive", lambda *given: replace(solve(*given), converged=np.array([True, False, True]))
    )
    answer = (np.full(4, 7.0), np.full((4, len(LEVELS)), 7.0), "the library says")
    monkeypatch.setattr("lakecast_forecast.models.prophet.library.forecast", lambda *_: answer)
    found = Prophet(fallback=fallback).fit(of, 4).predict(of, 4)
    np.testing.assert_allclose(found.mean[[0, 2]], own.mean[[0, 2]])
    assert found.issues == (None, "the library says" if fallback else None, None)
    assert (found.mean[1] == 7.0).all() == fallback
