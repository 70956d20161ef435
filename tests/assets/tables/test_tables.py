"""Arrays become rows without losing or moving anything."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lakecast_assets.tables.forecasts import forecast_table
from lakecast_assets.tables.metrics import metrics_table, scales
from lakecast_assets.tables.model_run import Ran, model_run_table, with_history
from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.evaluation.origins import Origins, actuals
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_schema import accuracy, rules
from lakecast_schema.periods import shift
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS, MODEL_RUN

NOW = dt.datetime(2026, 5, 1, 13, tzinfo=dt.UTC)
RAN = Ran("run", "digest", {"seed": 0})


def test_live_rows_follow_each_items_own_end(monthly: Any) -> None:
    rows = forecast_table(monthly.outcome, monthly.panel, "run").to_pandas()
    live = rows[rows["kind"] == "live"]
    for place, item in enumerate(monthly.panel.item_ids):
        mine = live[live["item_id"] == item]
        end = monthly.panel.ends[place]
        expected = shift(np.full(6, end), np.arange(1, 7), monthly.panel.frequency)
        assert np.array_equal(mine["date"].to_numpy().astype("datetime64[D]"), expected)
        assert set(mine["cutoff"]) == {end.astype(dt.date)}
        assert np.array_equal(mine["forecast"], monthly.outcome.forecasts.live.mean[place])


def test_rows_keep_the_contract_and_stamp_what_they_are(monthly: Any) -> None:
    rows = forecast_table(monthly.outcome, monthly.panel, "run")
    rules.check(FACT_FORECAST, rows)
    assert set(rows["model_version"].to_pylist()) == {monthly.outcome.version}
    assert set(rows["dataset_id"].to_pylist()) == {"parts"}


def test_only_items_with_history_enough_are_scored(monthly: Any) -> None:
    rows = forecast_table(monthly.outcome, monthly.panel, "run").to_pandas()
    assert "item 3" not in set(rows[rows["kind"] == "backtest"]["item_id"])
    assert "item 3" in set(rows[rows["kind"] == "live"]["item_id"])


def test_metrics_are_those_of_the_published_rows(monthly: Any) -> None:
    """What `fact_metrics` says can be computed from `fact_forecast` and the demand alone."""
    rows = forecast_table(monthly.outcome, monthly.panel, "run").to_pandas()
    table = metrics_table(monthly.outcome, monthly.panel, monthly.outcome, "run", NOW)
    rules.check(FACT_METRICS, table)
    scale, squared = scales(monthly.panel, monthly.outcome.forecasts.origins)
    for place, told in enumerate(table.to_pylist()):
        mine = rows[(rows["kind"] == "backtest") & (rows["item_id"] == told["item_id"])]
        assert told["windows"] == mine["cutoff"].nunique()
        assert told["observations"] == len(mine)
        if mine.empty:
            assert told["mae"] is None
            continue
        error = mine["forecast"] - mine["actual"]
        assert told["mae"] == pytest.approx(error.abs().mean())
        assert told["mase"] == pytest.approx(error.abs().mean() / scale[place])
        assert told["rmsse"] == pytest.approx(np.sqrt((error**2).mean() / squared[place]))
        assert told["bias"] == pytest.approx(error.sum() / mine["actual"].sum())
        assert told["coverage_80"] == pytest.approx(mine["actual"].between(mine["lower_80"], mine["upper_80"]).mean())
        assert told["skill"] == pytest.approx(0.0)


def test_errors_are_scaled_by_what_was_known_before_the_oldest_scored_window(monthly: Any) -> None:
    origins = Origins((6, 12, 18, 24), 3)
    panel = replace(monthly.panel, values=monthly.panel.values * np.linspace(1, 9, 60))  # ever wilder
    oldest, newest = (accuracy.scales(panel.values[:, : 60 - offset], 12) for offset in (18, 6))
    found = scales(panel, origins)
    for mine, expected, other in zip(found, oldest, newest, strict=True):
        np.testing.assert_allclose(mine[[0, 1, 2, 4]], expected[[0, 1, 2, 4]])
        assert not np.isclose(mine, other).any()


def test_an_item_that_began_late_is_scaled_by_a_later_window_or_not_at_all(monthly: Any) -> None:
    begun = monthly.panel.values.copy()
    begun[1, :50] = np.nan
    panel = replace(monthly.panel, values=begun, lengths=np.array([60, 10, 60, 3, 36]))
    absolute, _ = scales(panel, Origins((6, 18), 2))
    assert absolute[1] == pytest.approx(np.abs(np.diff(begun[1, 50:54])).mean())
    assert np.isnan(absolute[3])


def test_a_source_that_is_better_than_the_baseline_has_positive_skill(monthly: Any) -> None:
    found = monthly.outcome.forecasts
    truth = [actuals(monthly.panel, offset, 6) for offset in found.origins.offsets[: found.origins.scored]]
    sharp = tuple(
        Forecasts(0 * one.mean + demand, np.repeat(demand[:, :, None], len(LEVELS), axis=2), one.issues)
        for one, demand in zip(found.backtest, truth, strict=True)
    )
    perfect = replace(monthly.outcome, source="oracle", forecasts=replace(found, backtest=sharp))
    for outcome, baseline, sign in ((perfect, monthly.outcome, 1), (monthly.outcome, perfect, 0)):
        skill = metrics_table(outcome, monthly.panel, baseline, "run", NOW)["skill"].to_pylist()
        scored = [value for item, value in enumerate(skill) if item != 3]
        assert scored == ([1.0] * 4 if sign else [None] * 4)


def test_without_a_baseline_skill_is_unknown(monthly: Any) -> None:
    assert metrics_table(monthly.outcome, monthly.panel, None, "run", NOW)["skill"].null_count == 5


def test_a_failed_source_has_no_rows_and_a_reason_for_every_item(monthly: Any) -> None:
    lost = Outcome("arima", NOW, 2.0, failure="ValueError: no")
    assert forecast_table(lost, monthly.panel, "run").num_rows == 0
    assert metrics_table(lost, monthly.panel, None, "run", NOW).num_rows == 0
    (row,) = model_run_table(lost, monthly.panel, {"idle": "no demand"}, RAN).to_pylist()
    assert {issue["item_id"] for issue in row["issues"]} == {*monthly.panel.item_ids, "idle"}
    assert row["fit_seconds"] == 2.0


def test_history_of_training_is_kept_within_bounds(monthly: Any) -> None:
    fresh = model_run_table(monthly.outcome, monthly.panel, {}, Ran("run 99", "digest", {"seed": 0}))
    rules.check(MODEL_RUN, fresh)
    rows = [
        {**fresh.to_pylist()[0], "run_id": f"run {k}", "generated_at": NOW - dt.timedelta(days=100 - k)}
        for k in range(30)
    ]
    older = pa.Table.from_pylist(rows, MODEL_RUN.schema)
    kept = with_history(fresh, older, keep=20)
    rules.check(MODEL_RUN, kept)
    assert kept["run_id"].to_pylist() == ["run 99", *(f"run {k}" for k in range(29, 10, -1))]
    assert with_history(fresh, fresh).num_rows == 1, "a retry replaces its own row"
