"""Several models over one frame: forecasts, backtest, leaderboard and file, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from panels import seasonal, sporadic

from lakecast_forecast import (
    Ensemble,
    Ets,
    Forecaster,
    Forecasts,
    NotFittedError,
    Panel,
    SeasonalNaive,
    Theta,
    UnknownModelError,
)
from lakecast_forecast.evaluation.origins import plan
from lakecast_schema.periods import Frequency

HORIZON = 4
MONTHS = pd.date_range("2019-01-01", periods=60, freq="MS")
MODELS = ["theta", "seasonal_naive", Ensemble(members=("ets", "theta", "empirical"))]


def demand() -> pd.DataFrame:
    series = [*seasonal(6, 60), *sporadic(6, 60)]
    parts = [pd.DataFrame({"item_id": f"item-{k}", "date": MONTHS, "quantity": one}) for k, one in enumerate(series)]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def fitted() -> Forecaster:
    return Forecaster(HORIZON, models=MODELS).fit(demand())


def test_predict_has_a_row_per_item_and_period(fitted: Forecaster) -> None:
    found = fitted.predict()
    assert list(found.columns) == [
        *("item_id", "date", "source", "mean", "median", "lower_80", "upper_80", "lower_95", "upper_95")
    ]
    assert len(found) == 12 * HORIZON
    assert set(found["source"]) == {"ensemble"} == {fitted.champion}
    assert found["date"].min() == pd.Timestamp("2024-01-01")
    assert found["date"].max() == pd.Timestamp("2024-04-01")


def test_levels_stay_whatever_others_are_asked_for(fitted: Forecaster) -> None:
    for source in fitted.sources:
        plain, more = fitted.predict(source), fitted.predict(source, levels=(50, 80, 0.9, 95, 99))
        pd.testing.assert_frame_equal(plain, more[plain.columns])
        bounds = [f"lower_{level}" for level in (99, 95, 90, 80, 50)] + ["median"]
        bounds += [f"upper_{level}" for level in (50, 80, 90, 95, 99)]
        assert (more[bounds].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
        assert (more["upper_99"] > more["upper_95"]).any()


def test_backtest_shows_every_scored_window(fitted: Forecaster) -> None:
    windows = plan(np.full(12, 60), Frequency.MONTHLY, HORIZON).scored
    found = fitted.backtest(levels=(90,))
    assert len(found) == len(fitted.sources) * windows * 12 * HORIZON
    merged = found.merge(demand(), on=["item_id", "date"])
    assert (merged["actual"] == merged["quantity"]).all()
    assert (found["date"] > found["cutoff"]).all()
    assert len(fitted.backtest("theta")) == windows * 12 * HORIZON


def test_leaderboard_agrees_with_the_backtest(fitted: Forecaster) -> None:
    board = fitted.leaderboard().set_index("source")
    assert board["scaled_quantile_loss"].is_monotonic_increasing
    assert board.loc["seasonal_naive", "skill"] == pytest.approx(0)
    back = fitted.backtest("theta")
    inside = (back["actual"] >= back["lower_80"]) & (back["actual"] <= back["upper_80"])
    assert board.loc["theta", "coverage_80"] == pytest.approx(inside.mean())
    by_item = fitted.leaderboard(by_item=True)
    assert by_item.groupby("source")["mase"].mean()["theta"] == pytest.approx(board.loc["theta", "mase"])


def test_the_ensemble_is_a_model_like_others(fitted: Forecaster) -> None:
    own = fitted.model("ensemble").predict()
    pd.testing.assert_frame_equal(own, fitted.predict("ensemble"))
    alone = Ensemble(members=("ets", "theta", "empirical")).fit(demand(), HORIZON).predict(HORIZON)
    pd.testing.assert_frame_equal(alone, own)
    assert len(Ensemble(members=("theta",)).fit(demand(), HORIZON).predict(2)) == 24
    with pytest.raises(ValueError, match="fit it with horizon=9"):
        fitted.model("ensemble").predict(9)


def test_a_model_is_had_whether_it_ran_or_not(fitted: Forecaster) -> None:
    pd.testing.assert_frame_equal(fitted.model("theta").predict(9), Theta().fit(demand(), HORIZON).predict(9))
    assert fitted.model("random_walk").predict(2)["source"].unique().tolist() == ["random_walk"]
    with pytest.raises(UnknownModelError, match="known are seasonal_naive, arima"):
        fitted.model("sarima")


def test_a_file_gives_back_what_was_saved(fitted: Forecaster, tmp_path: Path) -> None:
    fitted.save(tmp_path / "parts.lakecast")
    loaded = Forecaster.load(tmp_path / "parts.lakecast")
    for levels in ((80, 95), (50, 99)):
        pd.testing.assert_frame_equal(loaded.predict(levels=levels), fitted.predict(levels=levels))
        pd.testing.assert_frame_equal(loaded.backtest(levels=levels), fitted.backtest(levels=levels))
    pd.testing.assert_frame_equal(loaded.leaderboard(), fitted.leaderboard())
    pd.testing.assert_frame_equal(loaded.model("theta").predict(2), fitted.model("theta").predict(2))
    assert repr(loaded) == repr(fitted)
    (tmp_path / "other").write_text("no archive")
    with pytest.raises(ValueError, match="no saved forecaster"):
        Forecaster.load(tmp_path / "other")


class Moody(SeasonalNaive):
    """A model that no registry knows, and that cannot handle the first item."""

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        if "item-0" in panel.item_ids:
            raise ZeroDivisionError("nothing to divide by")
        return super().predict(panel, horizon)


def test_a_file_keeps_the_forecasts_of_models_that_were_given_as_objects(tmp_path: Path) -> None:
    sharp = Theta(sharpness=1)
    fitted = Forecaster(HORIZON, models=[sharp, Moody(name="moody")]).fit(demand())
    fitted.save(tmp_path / "parts.lakecast")
    loaded = Forecaster.load(tmp_path / "parts.lakecast")
    pd.testing.assert_frame_equal(loaded.predict("moody"), fitted.predict("moody"))
    loaded.save(tmp_path / "again.lakecast")
    for lost in (loaded, Forecaster.load(tmp_path / "again.lakecast")):
        with pytest.raises(NotFittedError, match=r"theta was given as an object.*give it to load"):
            lost.model("theta")
    again = Forecaster.load(tmp_path / "parts.lakecast", models=[sharp])
    pd.testing.assert_frame_equal(again.model("theta").predict(), fitted.model("theta").predict())
    with pytest.raises(ValueError, match=r"no model 'ets' was saved; there are theta, moody"):
        Forecaster.load(tmp_path / "parts.lakecast", models=[Ets()])


def test_items_without_a_model_of_their_own_are_told(caplog: pytest.LogCaptureFixture) -> None:
    fitted = Forecaster(HORIZON, models=[Moody(name="moody")]).fit(demand())
    told = "moody: 1 of 12 items have no model of their own (1 x model failed: nothing to divide by"
    assert told in "\n".join(fitted.notes)
    assert fitted.issues["item_id"].tolist() == ["item-0"]
    assert not caplog.records
    Moody(name="moody").fit(demand()).predict(HORIZON)
    assert told in caplog.text


def test_a_plot_has_history_forecast_and_bands(fitted: Forecaster) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = fitted.plot("item-0", levels=(50, 80, 95))
    history, forecast = axes.get_lines()
    assert len(history.get_ydata()) == 4 * HORIZON
    assert forecast.get_ydata().tolist() == fitted.predict().query("item_id == 'item-0'")["mean"].tolist()
    assert len(axes.collections) == 3
    matplotlib.pyplot.close("all")
    with pytest.raises(ValueError, match="no item 'nobody'; there are 12"):
        fitted.plot("nobody")


def test_rejected_rows_and_notes_are_told() -> None:
    frame = demand()
    frame.loc[3, "quantity"] = np.inf
    fitted = Forecaster(HORIZON, models="seasonal_naive").fit(frame.assign(colour="red"))
    assert fitted.rejected["row"].tolist() == [3]
    said = "\n".join(fitted.notes)
    assert "1 row rejected, such as row 3, column quantity: quantity is NaN or infinite" in said
    assert "colour" in said
    assert "1 row rejected" in repr(fitted)


@pytest.mark.parametrize("name", ["predict", "backtest", "leaderboard"])
def test_nothing_is_told_before_the_fit(name: str) -> None:
    with pytest.raises(NotFittedError, match=r"call fit\(df\) first"):
        getattr(Forecaster(), name)()


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"models": ["sarima"]}, UnknownModelError, "known are seasonal_naive"),
        ({"models": [3]}, TypeError, "3 is no model"),
        ({"models": []}, ValueError, "name one at least"),
        ({"horizon": 0}, ValueError, "at least 1"),
        ({"frequency": "hourly"}, ValueError, "choose one of daily"),
        ({"gaps": "skip"}, ValueError, "must be one of auto, zero, unknown"),
    ],
)
def test_options_that_are_none_are_refused(options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        Forecaster(**options)


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two models are named 'theta'.*name='theta_2'"):
        Forecaster(models=["theta", Theta(sharpness=1)])
    assert Forecaster(models=["theta", Theta(sharpness=1, name="theta_2")]).sources == ("theta", "theta_2")


def test_a_model_of_ones_own_runs_with_the_others() -> None:
    class Mine(SeasonalNaive):
        pass

    found = Forecaster(HORIZON, models=[Mine(name="mine"), "theta"]).fit(demand())
    assert set(found.leaderboard()["source"]) == {"mine", "theta"}
    assert found.predict("mine")["mean"].tolist() == SeasonalNaive().fit(demand(), HORIZON).predict()["mean"].tolist()


def test_importing_the_library_loads_nothing_heavy() -> None:
    code = "import sys, json; from lakecast_forecast import Forecaster; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"torch", "pandas", "dagster", "deltalake", "duckdb", "prophet", "statsmodels", "matplotlib"}
    assert not loaded & {"lakecast_lake", "lakecast_assets", "lakecast_ops", "lakecast_graphql"}
