"""Results made elsewhere are taken as plain scripts write them."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from folders import current, days, months, plain, publish_run, put

from lakecast_lake import columns, commit, handover, publish, snapshots
from lakecast_lake.errors import BadResults, LakeUnreadable
from lakecast_lake.storage import Lake
from lakecast_schema.tables import DEMAND, FACT_REPLENISHMENT


def test_the_eight_published_columns_are_enough(lake, tmp_path):
    rows = plain(days(), [1.0, 2.0, 3.0, None, 5.0, None])
    rows = rows.append_column("__index_level_0__", pa.array(range(6)))
    report = handover.import_(lake, put(tmp_path / "in", rows))
    found = current(lake, "fact_forecast").sort_by("date").to_pylist()
    assert [row["kind"] for row in found] == ["backtest"] * 3 + ["live"] * 3
    assert {row["cutoff"] for row in found[:3]} == {date(2025, 12, 31)}
    assert {row["cutoff"] for row in found[3:]} == {date(2026, 1, 3)}
    assert {row["generated_at"] for row in found} == {datetime(2026, 1, 1, 12, tzinfo=UTC)}
    assert {row["run_id"] for row in found} == {report.run_id}
    assert all(row["median"] is None and row["upper_95"] is None for row in found)
    assert [row["actual"] for row in found] == [1.0, 2.0, 3.0, None, 5.0, None]
    items = current(lake, "dim_item").to_pylist()
    assert [(row["item_id"], row["frequency"], row["name"]) for row in items] == [("a", "daily", None)]
    assert snapshots.newest(lake).datasets[0]["model_versions"][0]["model_version"] == "v1.0.0"


def test_what_pandas_writes_is_taken(lake, tmp_path):
    pandas = pytest.importorskip("pandas", reason="pandas is in the ml environment only")
    frame = pandas.DataFrame({"date": pandas.date_range("2026-01-31", periods=4, freq="ME"), "forecast": [1, 2, 3, 4]})
    frame["item_id"] = pandas.Categorical(["a"] * 4)
    frame["actual"] = [5.0, float("nan"), float("nan"), float("nan")]
    frame["source"] = "my_model"
    frame["model_version"] = "v1.0.0"
    frame["generated_at"] = pandas.Timestamp("2026-01-01 12:00")
    frame["dataset_id"] = "alpha"
    (tmp_path / "in").mkdir()
    frame[frame["forecast"] > 0].to_parquet(tmp_path / "in" / "fact_forecast.parquet")
    handover.import_(lake, tmp_path / "in")
    rows = current(lake, "fact_forecast").sort_by("date").to_pylist()
    assert [row["date"].isoformat() for row in rows] == ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]
    assert [row["forecast"] for row in rows] == [1.0, 2.0, 3.0, 4.0]
    assert [row["kind"] for row in rows] == ["backtest", "live", "live", "live"]


def test_decimals_and_nan_for_null_are_taken(lake, tmp_path):
    rows = plain(days(count=4), [1.0, 2.0, float("nan"), float("nan")])
    decimals = pa.array([Decimal("1.25"), Decimal("2.50"), Decimal("0.00"), Decimal("7.75")], pa.decimal128(9, 2))
    rows = rows.set_column(2, "forecast", decimals).append_column("median", pa.array([float("nan")] * 4))
    handover.import_(lake, put(tmp_path / "in", rows))
    found = current(lake, "fact_forecast").sort_by("date").to_pylist()
    assert [row["forecast"] for row in found] == [1.25, 2.5, 0.0, 7.75]
    assert [row["actual"] for row in found] == [1.0, 2.0, None, None]
    assert [row["median"] for row in found] == [None] * 4
    assert [row["kind"] for row in found] == ["backtest"] * 2 + ["live"] * 2


def test_nan_for_a_forecast_is_refused(lake, tmp_path):
    rows = plain(days(count=2), [None, None]).set_column(2, "forecast", pa.array([1.0, float("nan")]))
    with pytest.raises(BadResults, match="forecast: must be a finite number"):
        handover.import_(lake, put(tmp_path / "in", rows))


def test_a_partitioned_folder_is_taken(lake, tmp_path):
    """As Spark and pandas write it: columns that stand in the names of folders only, whatever they look like."""
    rows = pa.concat_tables([plain(days(), [None] * 6, source=name, dataset_id="007") for name in ("ets", "mine")])
    folder = tmp_path / "dataset_id=other" / "in"
    pq.write_to_dataset(rows, folder / "fact_forecast.parquet", partition_cols=["dataset_id", "source"])
    report = handover.import_(lake, folder)
    assert (report.dataset_ids, report.sources, report.forecasts) == (("007",), ("ets", "mine"), 12)
    assert handover.import_(lake, folder).unchanged


def test_actuals_of_null_type_make_a_live_forecast(lake, tmp_path):
    rows = plain(days(count=3), [None] * 3).set_column(3, "actual", pa.nulls(3))
    report = handover.import_(lake, put(tmp_path / "in", rows))
    assert set(current(lake, "fact_forecast")["kind"].to_pylist()) == {"live"}
    assert report.metrics == 0
    assert snapshots.newest(lake).entry("alpha", "fact_metrics") is None


@pytest.mark.parametrize(
    ("frequency", "dates", "cutoff"),
    [
        ("weekly", np.datetime64("2026-01-04") + 7 * np.arange(4), date(2025, 12, 28)),
        ("monthly", months("2026-01", 4), date(2025, 12, 1)),
        ("monthly", months("2026-02", 4) - 1, date(2025, 12, 1)),
        ("quarterly", np.array(["2026-01-01", "2026-04-01"], "datetime64[D]"), date(2025, 10, 1)),
        ("yearly", np.array(["2026-01-01", "2027-01-01"], "datetime64[D]"), date(2025, 1, 1)),
    ],
)  # fmt: skip
def test_the_frequency_is_recognised(lake, tmp_path, frequency, dates, cutoff):
    handover.import_(lake, put(tmp_path / "in", plain(dates, [None] * len(dates))))
    assert current(lake, "dim_item")["frequency"].to_pylist() == [frequency]
    rows = current(lake, "fact_forecast").to_pylist()
    assert {row["cutoff"] for row in rows} == {cutoff}
    if frequency != "weekly":
        assert {row["date"].day for row in rows} == {1}


def test_items_of_one_data_set_may_differ_in_frequency(lake, tmp_path):
    monthly, weekly = months("2026-01", 5), np.datetime64("2026-01-05") + 7 * np.arange(5)
    actuals = [1.0, 2.0, None, None, None]
    rows = [plain(days(count=5), actuals), plain(monthly, actuals, item="m"), plain(weekly, actuals, item="w")]
    handover.import_(lake, put(tmp_path / "in", pa.concat_tables([rows[1], rows[0], rows[2]])))
    items = current(lake, "dim_item").to_pylist()
    assert {row["item_id"]: row["frequency"] for row in items} == {"a": "daily", "m": "monthly", "w": "weekly"}
    cutoffs = {(r["item_id"], r["kind"]): r["cutoff"].isoformat() for r in current(lake, "fact_forecast").to_pylist()}
    assert cutoffs == {
        ("a", "backtest"): "2025-12-31",
        ("a", "live"): "2026-01-02",
        ("m", "backtest"): "2025-12-01",
        ("m", "live"): "2026-02-01",
        ("w", "backtest"): "2025-12-29",
        ("w", "live"): "2026-01-12",
    }
    assert current(lake, "fact_metrics").num_rows == 3
    handover.export(lake, tmp_path / "out")
    other = Lake(str(tmp_path / "other"))
    handover.import_(other, tmp_path / "out")
    assert current(other, "dim_item").equals(current(lake, "dim_item"))


def test_errors_are_computed_where_none_are_handed_over(lake, tmp_path):
    actuals = [2.0, 2.0, 4.0, None, None, None]
    handover.import_(lake, put(tmp_path / "in", plain(days(), actuals)))
    (row,) = current(lake, "fact_metrics").to_pylist()
    errors = np.array([1.5, 2.5, 3.5]) - np.array(actuals[:3])
    assert (row["windows"], row["observations"]) == (1, 3)
    assert row["mae"] == pytest.approx(np.abs(errors).mean())
    assert row["rmse"] == pytest.approx(np.sqrt((errors**2).mean()))
    assert row["bias"] == pytest.approx(errors.sum() / 8)
    assert row["mase"] is row["coverage_80"] is row["scaled_quantile_loss"] is None
    assert row["model_version"] == "v1.0.0"


def test_scaled_errors_are_computed_where_the_lake_knows_the_demand(lake, tmp_path):
    history = np.datetime64("2025-12-01") + np.arange(31)
    demand = pa.table(
        {
            "dataset_id": ["alpha"] * 31,
            "item_id": ["a"] * 31,
            "date": history,
            "quantity": [float(number % 7 + number // 7) for number in range(31)],
        },
        schema=DEMAND.schema,
    )
    done = commit.replace(lake, DEMAND, demand, {"dataset_id": "alpha"}, "run-1")
    publish.publish(lake, "run-1", "alpha", [done], {})
    handover.import_(lake, put(tmp_path / "in", plain(days(), [2.0, 2.0, 4.0, None, None, None])))
    (row,) = current(lake, "fact_metrics").to_pylist()
    assert row["mase"] == pytest.approx(row["mae"] / 1.0)  # a week apart the demand grows by one
    assert row["rmsse"] is not None
    assert snapshots.newest(lake).datasets[0]["rmsse"] == row["rmsse"]
    assert current(lake, "demand").num_rows == 31


def test_any_subset_of_the_figures_will_do(lake, tmp_path):
    errors = pa.table({"item_id": ["a"], "source": ["my_model"], "rmsse": [0.5], "windows": [3.0]})
    handover.import_(lake, put(tmp_path / "in", plain(days(), [1.0] * 3 + [None] * 3), errors))
    (row,) = current(lake, "fact_metrics").to_pylist()
    assert (row["rmsse"], row["windows"], row["mae"]) == (0.5, 3, None)
    assert (row["model_version"], row["generated_at"]) == ("v1.0.0", datetime(2026, 1, 1, 12, tzinfo=UTC))


def test_errors_of_a_source_that_failed_on_an_item_in_the_end_are_taken(lake, tmp_path):
    rows = pa.concat_tables(
        [
            plain(days(), [1.0] * 3 + [None] * 3),
            plain(days(), [1.0] * 3 + [None] * 3, item="b", source="naive"),
        ]
    )
    errors = pa.table({"item_id": ["a", "b", "b"], "source": ["my_model", "naive", "my_model"], "mae": [1.0, 2.0, 3.0]})
    handover.import_(lake, put(tmp_path / "in", rows, errors))
    found = current(lake, "fact_metrics")
    assert sorted(found["mae"].to_pylist()) == [1.0, 2.0, 3.0]
    assert set(found["model_version"].to_pylist()) == {"v1.0.0"}


def test_an_import_replaces_its_sources_and_carries_all_else(lake, tmp_path, forecasts, metrics):
    publish_run(lake, forecasts(), metrics())
    publish_run(lake, forecasts("beta"), metrics("beta"))
    decided = decision("alpha")
    done = commit.replace(lake, FACT_REPLENISHMENT, decided, {"dataset_id": "alpha"}, "run-1")
    publish.publish(lake, "run-1", "alpha", [done], {})
    before = snapshots.newest(lake)
    new = forecasts(sources=["arima"], cutoff=date(2026, 2, 1), run_id="hpc", level=50.0)
    report = handover.import_(lake, put(tmp_path / "in", new))
    after = snapshots.newest(lake)
    assert report.snapshot_id == before.snapshot_id + 1
    assert after.entry("alpha", "fact_replenishment") == before.entry("alpha", "fact_replenishment")
    assert after.entry("beta", "fact_forecast") == before.entry("beta", "fact_forecast")
    rows = current(lake, "fact_forecast", "alpha")
    groups = rows.group_by(["source", "kind", "cutoff"]).aggregate([]).to_pylist()
    assert {(g["source"], g["kind"], g["cutoff"].isoformat()) for g in groups} == {
        ("arima", "past", "2026-01-31"),
        ("arima", "live", "2026-02-01"),
        ("arima", "backtest", "2026-01-29"),
        ("ensemble", "live", "2026-01-31"),
        ("ensemble", "backtest", "2026-01-28"),
    }
    assert set(current(lake, "fact_metrics", "alpha")["source"].to_pylist()) == {"arima", "ensemble"}


def decision(dataset_id):
    row = {
        "dataset_id": dataset_id, "item_id": "a", "as_of": date(2026, 1, 1), "source": "ensemble",
        **dict.fromkeys(("lead_time_days", "lead_time_std_days", "review_period_days", "service_level"), 0.5),
        **dict.fromkeys(("min_order_quantity", "daily_demand", "demand_std", "lead_time_demand"), 1.0),
        "safety_stock": 1.0, "reorder_point": 1.0, "distribution": "normal", "alert": "ok",
        "generated_at": datetime(2026, 1, 1, tzinfo=UTC), "run_id": "run-1",
    }  # fmt: skip
    return pa.Table.from_pylist([row], FACT_REPLENISHMENT.schema)


def test_importing_a_folder_again_publishes_nothing(lake, tmp_path, forecasts):
    folder = put(tmp_path / "in", forecasts())
    first = handover.import_(lake, folder)
    version = lake.handle("fact_forecast").version()
    again = handover.import_(lake, folder)
    assert again.unchanged
    assert again.snapshot_id == first.snapshot_id
    assert lake.handle("fact_forecast").version() == version
    publish_run(lake, forecasts(sources=["arima"], level=50.0), current(lake, "fact_metrics"))
    assert not handover.import_(lake, folder).unchanged


IMPORTER = """
import sys
from lakecast_lake import handover
from lakecast_lake.storage import Lake
sys.stdin.readline()
print(handover.import_(Lake(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.slow
def test_imports_at_once_into_one_data_set_are_all_there(lake, tmp_path):
    """Each brings a source and an item of its own; every one that says so is in the newest snapshot."""
    names = ["one", "two", "three", "four"]
    for round_number in range(2):
        imports = []
        for name in names:
            rows = plain(days(count=6), [1.0 + round_number] * 3 + [None] * 3, item=f"item-{name}", source=name)
            folder = put(tmp_path / f"{name}-{round_number}", rows)
            imports.append(
                subprocess.Popen(
                    [sys.executable, "-c", IMPORTER, lake.uri, str(folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for process in imports:  # all are ready: go
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.communicate(timeout=120)[0] for process in imports]
        assert [process.returncode for process in imports] == [0] * len(names)
        assert all(one.startswith("Imported") for one in said)
        found = current(lake, "fact_forecast").to_pylist()
        assert {(row["source"], row["item_id"]) for row in found} == {(name, f"item-{name}") for name in names}
        actuals = {row["actual"] for row in found if row["kind"] == "backtest"}
        assert actuals == {1.0 + round_number}
        assert set(current(lake, "dim_item")["item_id"].to_pylist()) == {f"item-{name}" for name in names}


def test_instants_of_old_writers_do_not_wrap(lake, tmp_path):
    """Spark writes INT96, whose nanoseconds are only read right to 2262 where they stay nanoseconds."""
    rows = plain(days(count=2), [1.0, None])
    far = pa.array([datetime(2500, 1, 1)] * 2, pa.timestamp("us"))
    rows = rows.set_column(rows.schema.get_field_index("generated_at"), "generated_at", far)
    (tmp_path / "in").mkdir()
    pq.write_table(rows, tmp_path / "in" / "fact_forecast.parquet", use_deprecated_int96_timestamps=True)
    with pytest.raises(BadResults, match=r"generated_at: must lie in the years 1600 to 2199.*\n.*2500-01-01"):
        handover.import_(lake, tmp_path / "in")


def test_what_no_server_could_load_is_never_published(lake, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise LakeUnreadable(lake.uri, "cannot be loaded", "Mend it.")

    handover.import_(lake, put(tmp_path / "good", plain(days(), [1.0] * 3 + [None] * 3)))
    monkeypatch.setattr(columns, "load", fail)
    with pytest.raises(BadResults, match="no server could load what it makes of alpha"):
        handover.import_(lake, put(tmp_path / "bad", plain(days(count=8), [1.0] * 3 + [None] * 5)))
    assert snapshots.newest(lake).snapshot_id == 1
