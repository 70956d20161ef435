"""Results made elsewhere: nothing is lost, a plain script's columns are enough, bad folders change nothing."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakecast_lake import commit, handover, publish, snapshots
from lakecast_lake.errors import BadResults, LakeNotFound
from lakecast_lake.storage import Lake
from lakecast_schema.tables import DEMAND, DIM_ITEM, FACT_FORECAST, FACT_METRICS, FACT_REPLENISHMENT

PLAIN = {
    "date": pa.timestamp("ns"),
    "item_id": pa.large_string(),
    "forecast": pa.float64(),
    "actual": pa.float64(),
    "source": pa.large_string(),
    "model_version": pa.large_string(),
    "generated_at": pa.timestamp("ns"),
    "dataset_id": pa.large_string(),
}


def plain(dates, actuals, item="a", source="my_model", dataset_id="alpha"):
    """Rows as a plain pandas script writes them."""
    rows = [
        {
            "date": datetime.combine(day.item(), datetime.min.time()),
            "item_id": item,
            "forecast": 1.5 + number,
            "actual": actual,
            "source": source,
            "model_version": "v1.0.0",
            "generated_at": datetime(2026, 1, 1, 12),
            "dataset_id": dataset_id,
        }
        for number, (day, actual) in enumerate(zip(dates, actuals, strict=True))
    ]
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in PLAIN.items()}
    return pa.table(columns)


def days(first="2026-01-01", count=6):
    return np.datetime64(first, "D") + np.arange(count)


def months(first, count):
    return (np.datetime64(first, "M") + np.arange(count)).astype("datetime64[D]")


def put(folder, forecasts, metrics=None, **metadata):
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(forecasts, folder / "fact_forecast.parquet")
    if metrics is not None:
        pq.write_table(metrics, folder / "fact_metrics.parquet")
    if metadata:
        (folder / "metadata.json").write_text(json.dumps(metadata))
    return folder


def publish_run(lake, forecasts, metrics, run_id="run-1"):
    """Publish rows of several data sets as runs do."""
    for name in sorted(set(forecasts["dataset_id"].to_pylist())):
        rows = forecasts.filter(pc.equal(forecasts["dataset_id"], name))
        sources = sorted(set(rows["source"].to_pylist()))
        errors = metrics.filter(pc.equal(metrics["dataset_id"], name))
        done = [
            commit.forecasts(lake, rows, name, sources, run_id),
            commit.replace(lake, FACT_METRICS, errors, {"dataset_id": name}, run_id),
        ]
        publish.publish(lake, f"{run_id}-{name}", name, done, {})


def current(lake, table, dataset_id=None):
    return snapshots.read(lake, snapshots.newest(lake), table, dataset_id)


def test_nothing_is_lost_on_the_way(any_lake, tmp_path, forecasts, metrics):
    bare = forecasts("beta", sources=["lstm"], run_id="run-b", model_version="v2.0.0+gpu.1")
    nulls = pa.nulls(bare.num_rows, pa.float64())
    for name in ("median", "lower_80", "upper_80", "lower_95", "upper_95"):
        bare = bare.set_column(bare.schema.get_field_index(name), FACT_FORECAST.schema.field(name), nulls)
    older = forecasts(kinds=["live"], cutoff=date(2026, 1, 29), run_id="run-0")
    publish_run(
        any_lake,
        pa.concat_tables([older, forecasts(), bare]),
        pa.concat_tables([metrics(), metrics("beta", sources=["lstm"], run_id="run-b")]),
    )
    handover.export(any_lake, tmp_path / "out")
    elsewhere = Lake(str(tmp_path / "elsewhere"))
    report = handover.import_(elsewhere, tmp_path / "out")
    assert (report.snapshot_id, report.dataset_ids) == (1, ("alpha", "beta"))
    for table in ("fact_forecast", "fact_metrics"):
        assert current(elsewhere, table).equals(current(any_lake, table))
    assert set(current(elsewhere, "dim_item")["frequency"].to_pylist()) == {"daily"}
    handover.export(elsewhere, tmp_path / "again")
    for name in ("fact_forecast.parquet", "fact_metrics.parquet"):
        assert pq.read_table(tmp_path / "again" / name).equals(pq.read_table(tmp_path / "out" / name))


FIGURE = st.none() | st.floats(0, 1e12, allow_nan=False)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.tuples(st.floats(0, 1e300), FIGURE, FIGURE), min_size=1, max_size=8),
    item=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip),
    at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
)
def test_any_rows_survive_export_and_import(forecasts, metrics, tmp_path_factory, values, item, at):
    """Values, texts and instants of any kind come back bit by bit."""
    base = forecasts(sources=["arima"], items=[item], horizon=len(values), kinds=["live"]).to_pylist()
    for row, (mean, actual, middle) in zip(base, values, strict=True):
        row |= {"forecast": mean, "actual": actual, "median": middle, "generated_at": at.replace(tzinfo=UTC)}
        row |= dict.fromkeys(("lower_80", "upper_80", "lower_95", "upper_95"))
    rows = pa.Table.from_pylist(base, FACT_FORECAST.schema)
    folder = tmp_path_factory.mktemp("values")
    lake, other = Lake(str(folder / "one")), Lake(str(folder / "two"))
    publish_run(lake, rows, metrics(sources=["arima"], items=[item]))
    put_items(lake, item)
    handover.export(lake, folder / "out")
    handover.import_(other, folder / "out")
    for table in ("fact_forecast", "fact_metrics", "dim_item"):
        assert current(other, table).equals(current(lake, table))


def put_items(lake, item):
    row = dict.fromkeys(DIM_ITEM.column_names) | {"dataset_id": "alpha", "item_id": item, "frequency": "daily"}
    rows = pa.Table.from_pylist([row], DIM_ITEM.schema)
    done = commit.replace(lake, DIM_ITEM, rows, {"dataset_id": "alpha"}, "items")
    publish.publish(lake, "items", "alpha", [done], {})


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
        ("arima", "live", "2026-01-31"),
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


def test_one_data_set_of_several_can_be_exported_and_imported(lake, tmp_path, forecasts, metrics):
    publish_run(
        lake,
        pa.concat_tables([forecasts("alpha"), forecasts("beta")]),
        pa.concat_tables([metrics("alpha"), metrics("beta")]),
    )
    handover.export(lake, tmp_path / "both")
    handover.export(lake, tmp_path / "one", "beta")
    assert json.loads((tmp_path / "one" / "metadata.json").read_text())["dataset_id"] == "beta"
    lakes = [Lake(str(tmp_path / name)) for name in ("x", "y")]
    handover.import_(lakes[0], tmp_path / "both", "beta")
    handover.import_(lakes[1], tmp_path / "one")
    for other in lakes:
        assert snapshots.newest(other).dataset_ids == ("beta",)
        assert current(other, "fact_forecast").equals(current(lake, "fact_forecast", "beta"))
    with pytest.raises(LakeNotFound, match="There are alpha, beta"):
        handover.export(lake, tmp_path / "none", "gamma")


def test_an_export_can_be_read_by_anything(lake, tmp_path, forecasts, metrics):
    publish_run(lake, forecasts(), metrics())
    handover.export(lake, tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "fact_forecast.parquet", "fact_metrics.parquet", "metadata.json",
    ]  # fmt: skip
    told = json.loads((tmp_path / "out" / "metadata.json").read_text())
    assert told["dataset_id"] == "alpha"
    assert told["model_versions"] == {"arima": "v1.0.0", "ensemble": "v1.0.0"}
    assert told["row_counts"] == {"fact_forecast": 24, "fact_metrics": 4}
    assert told["schema_version"] == 1
    assert datetime.fromisoformat(told["generated_at"]).tzinfo is not None
    assert pq.read_table(tmp_path / "out" / "fact_forecast.parquet").schema.equals(FACT_FORECAST.schema)


def without(name):
    return lambda rows: rows.drop_columns([name])


def changed(name, value, kind=None):
    def change(rows):
        values = [value, *rows[name].to_pylist()[1:]]
        return rows.set_column(rows.schema.get_field_index(name), name, pa.array(values, kind or rows[name].type))

    return change


def text(name):
    return lambda rows: rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(pa.string()))


BAD_FORECASTS = {
    "no rows": (lambda rows: rows.slice(0, 0), "has no rows"),
    "no forecast column": (without("forecast"), "fact_forecast.forecast: column is missing"),
    "no data set": (without("dataset_id"), "fact_forecast.dataset_id: column is missing"),
    "a column too many": (lambda rows: rows.append_column("note", pa.nulls(6)), "note: column is not part"),
    "forecasts as text": (text("forecast"), "forecast: type must be double, but is string"),
    "dates as text": (text("date"), "date: type must be date32"),
    "a time of day": (changed("date", datetime(2026, 1, 1, 12, 30)), "midnight.*\n  row 0"),
    "numbers for items": (lambda rows: rows.set_column(1, "item_id", pa.array(range(6))), "item_id: type must be"),
    "a missing forecast": (changed("forecast", None), "forecast: must not be null .1 row.\n  row 0"),
    "not a number": (changed("forecast", float("nan")), "finite number of at least 0"),
    "a negative forecast": (changed("forecast", -0.5), "forecast=-0.5"),
    "an infinite actual": (changed("actual", float("inf")), "actual: must be a finite number"),
    "an empty item": (changed("item_id", " "), "item_id: must not be empty"),
    "a version like none": (changed("model_version", "latest"), "must look like v1.2.3"),
    "no instant": (changed("generated_at", None), "generated_at: must not be null"),
    "a row twice": (lambda rows: pa.concat_tables([rows, rows.slice(2, 1)]), "key .* must be unique"),
    "a kind without cutoff": (lambda rows: rows.append_column("kind", pa.repeat("live", 6)), "no cutoff"),
    "disordered bounds": (
        lambda rows: rows.append_column("lower_80", pa.repeat(9.0, 6)).append_column("upper_80", pa.repeat(1.0, 6)),
        "upper_80: must not be below",
    ),
    "every second week": (
        lambda rows: rows.set_column(0, "date", pa.array(np.datetime64("2026-01-05") + 14 * np.arange(6))),
        "how long is a period.*metadata.json",
    ),
}  # fmt: skip


@pytest.fixture
def served(lake, forecasts, metrics):
    """A lake in which something is published, and a check that it is as it was."""
    publish_run(lake, forecasts(), metrics())
    tables = ("fact_forecast", "fact_metrics", "snapshot")
    versions = [lake.handle(name).version() for name in tables]
    before = snapshots.newest(lake)

    def unchanged():
        assert [lake.handle(name).version() for name in tables] == versions
        assert not lake.exists("dim_item")
        assert snapshots.newest(lake) == before

    return lake, unchanged


@pytest.mark.parametrize("kind", BAD_FORECASTS)
def test_bad_forecasts_are_refused_and_change_nothing(served, tmp_path, kind):
    lake, unchanged = served
    spoil, says = BAD_FORECASTS[kind]
    folder = put(tmp_path / "in", spoil(plain(days(), [1.0] * 3 + [None] * 3, dataset_id="new")))
    with pytest.raises(BadResults, match=f"(?s)fact_forecast.parquet.*{says}"):
        handover.import_(lake, folder)
    unchanged()


GOOD = plain(days(), [1.0] * 3 + [None] * 3, dataset_id="new")
ERRORS = pa.table({"item_id": ["a"], "source": ["my_model"], "rmsse": [0.5]})
BAD_FOLDERS = {
    "no folder": (lambda path: None, "is no folder"),
    "empty": (lambda path: path.mkdir(), "fact_forecast.parquet: is missing"),
    "no Parquet": (
        lambda path: (put(path, GOOD) / "fact_forecast.parquet").write_text("date,item_id"),
        "cannot be read as Parquet",
    ),
    "cut off": (
        lambda path: (put(path, GOOD) / "fact_forecast.parquet").write_bytes(
            (path / "fact_forecast.parquet").read_bytes()[:-200]
        ),
        "cannot be read as Parquet",
    ),
    "no JSON": (lambda path: (put(path, GOOD) / "metadata.json").write_text("{"), "is no JSON"),
    "no object": (lambda path: (put(path, GOOD) / "metadata.json").write_text("[]"), "JSON object"),
    "too few rows": (
        lambda path: put(path, GOOD, row_counts={"fact_forecast": 7}),
        "row_counts.fact_forecast says 7, but the folder holds 6",
    ),
    "errors missing": (
        lambda path: put(path, GOOD, row_counts={"fact_forecast": 6, "fact_metrics": 4}),
        "fact_metrics says 4",
    ),
    "another data set": (lambda path: put(path, GOOD, dataset_id="other"), "dataset_id says other"),
    "another version": (
        lambda path: put(path, GOOD, model_versions={"my_model": "v2.0.0"}),
        "my_model says v2.0.0, but the folder holds v1.0.0",
    ),
    "a version of another kind": (lambda path: put(path, GOOD, model_versions={"my_model": 2}), "version as text"),
    "a version of no source": (
        lambda path: put(path, GOOD, model_versions=[{"source": "lstm", "model_version": "v1.0.0"}]),
        "model_versions.lstm says v1.0.0, but the folder holds none",
    ),
    "counts of another kind": (lambda path: put(path, GOOD, row_counts={"fact_forecast": "6"}), "numbers of rows"),
    "other bytes": (
        lambda path: put(path, GOOD, digests={"fact_forecast.parquet": "sha256:00"}),
        "digests.fact_forecast.parquet",
    ),
    "a later contract": (lambda path: put(path, GOOD, schema_version=2), "schema_version is 2"),
    "no such instant": (lambda path: put(path, GOOD, generated_at="yesterday"), "no instant"),
    "no such frequency": (
        lambda path: put(path, GOOD, frequencies={"new": "hourly"}),
        "frequencies must name",
    ),
    "a coarser frequency": (
        lambda path: put(path, GOOD, frequencies={"new": "monthly"}),
        "the dates are daily, but metadata.json says",
    ),
    "errors without forecasts": (
        lambda path: put(path, GOOD, changed("source", "lstm")(ERRORS)),
        "where source has no forecasts.*source=lstm",
    ),
    "errors of another item": (
        lambda path: put(path, GOOD, changed("item_id", "b")(ERRORS)),
        "where item_id has no forecasts.*item_id=b",
    ),
    "errors below zero": (
        lambda path: put(path, GOOD, changed("rmsse", -1.0)(ERRORS)),
        "fact_metrics.rmsse: must be a finite number of at least 0",
    ),
    "errors twice": (
        lambda path: put(path, GOOD, pa.concat_tables([ERRORS, ERRORS])),
        "key .* must be unique",
    ),
    "half a window": (
        lambda path: put(path, GOOD, ERRORS.append_column("windows", pa.array([2.5]))),
        "whole number",
    ),
}


@pytest.mark.parametrize("kind", BAD_FOLDERS)
def test_bad_folders_are_refused_and_change_nothing(served, tmp_path, kind):
    lake, unchanged = served
    make, says = BAD_FOLDERS[kind]
    make(tmp_path / "in")
    with pytest.raises(BadResults, match=f"(?s){says}") as refusal:
        handover.import_(lake, tmp_path / "in")
    assert str(tmp_path / "in") in str(refusal.value)
    unchanged()


@pytest.mark.parametrize(
    "metadata",
    [
        {"dataset_id": "new", "generated_at": "2026-01-01T12:00:00Z", "schema_version": "1.0"},
        {"dataset_ids": ["new"], "row_counts": {"fact_forecast.parquet": 6, "pictures": 3}},
        {"model_versions": {"my_model": "v1.0.0"}},
        {"model_versions": {"my_model": ["v1.0.0"]}},
        {"model_versions": [{"source": "my_model", "model_version": "v1.0.0"}], "note": "from the cluster"},
        {"frequencies": {"new": "daily"}},
        {"frequencies": {"new": {"a": "daily"}, "other": "weekly"}},
    ],
)
def test_true_statements_are_accepted(lake, tmp_path, metadata):
    folder = put(tmp_path / "in", GOOD, **metadata)
    digest = sha256((folder / "fact_forecast.parquet").read_bytes()).hexdigest()
    put(folder, GOOD, digests={"fact_forecast.parquet": digest}, **metadata)
    assert handover.import_(lake, folder).forecasts == 6


def test_a_data_set_that_is_not_there_is_named(served, tmp_path):
    lake, unchanged = served
    with pytest.raises(BadResults, match="has no data set gamma"):
        handover.import_(lake, put(tmp_path / "in", GOOD), "gamma")
    unchanged()


def test_dates_must_fit_the_frequency_that_the_lake_knows(lake, tmp_path):
    handover.import_(lake, put(tmp_path / "months", plain(months("2026-01", 3), [None] * 3)))
    with pytest.raises(BadResults, match="the dates are daily, but the lake says that its items are monthly"):
        handover.import_(lake, put(tmp_path / "days", plain(days(count=3), [None] * 3)))
    assert len(snapshots.history(lake)) == 1
