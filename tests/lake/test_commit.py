"""A commit is whole, checked, ordered, and touches nothing beside what it replaces."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lakecast_lake import commit, publish, snapshots
from lakecast_lake.errors import BadWrite
from lakecast_lake.storage import rows_of
from lakecast_schema.rules import ContractError
from lakecast_schema.tables import DEMAND, DIM_ITEM, FACT_FORECAST, FACT_METRICS, LANDED_DEMAND


def put(table, column, value, row=0):
    """The table with one value changed."""
    values = table[column].to_pylist()
    values[row] = value
    field = table.schema.field(column)
    return table.set_column(table.schema.get_field_index(column), field, pa.array(values, field.type))


BAD_BATCHES = {
    "no rows": lambda t: t.slice(0, 0),
    "missing column": lambda t: t.drop_columns(["median"]),
    "extra column": lambda t: t.append_column("extra", pa.nulls(t.num_rows)),
    "integer forecast": lambda t: t.set_column(2, "forecast", t["forecast"].cast(pa.int64(), safe=False)),
    "numeric text": lambda t: t.set_column(2, "forecast", t["forecast"].cast(pa.string())),
    "NaN": lambda t: put(t, "forecast", float("nan")),
    "infinite": lambda t: put(t, "actual", float("inf")),
    "negative": lambda t: put(t, "forecast", -1.0),
    "null mean": lambda t: put(t.cast(nullable(t.schema)), "forecast", None),
    "duplicate key": lambda t: pa.concat_tables([t, t.slice(0, 1)]),
    "disordered bounds": lambda t: put(t, "upper_80", 0.0),
    "empty item": lambda t: put(t, "item_id", ""),
    "bad version": lambda t: put(t, "model_version", "1.0"),
    "unknown kind": lambda t: put(t, "kind", "guess"),
    "date before cutoff": lambda t: put(t, "date", date(2020, 1, 1)),
    "naive instant": lambda t: t.set_column(6, "generated_at", t["generated_at"].cast(pa.timestamp("us"))),
}


def nullable(schema):
    return pa.schema([field.with_nullable(True) for field in schema])


@pytest.mark.parametrize("kind", BAD_BATCHES)
def test_a_bad_batch_commits_and_publishes_nothing(lake, forecasts, kind):
    good = commit.forecasts(lake, forecasts(), "alpha", ["arima", "ensemble"], "run-1")
    publish.publish(lake, "run-1", "alpha", [good], {})
    before = snapshots.newest(lake)
    bad = BAD_BATCHES[kind](forecasts(run_id="run-2", level=99.0))
    with pytest.raises(ContractError, match="fact_forecast"):
        commit.forecasts(lake, bad, "alpha", ["arima", "ensemble"], "run-2")
    assert lake.handle("fact_forecast").version() == good.version
    assert snapshots.newest(lake) == before
    assert snapshots.read(lake, before, "fact_forecast").num_rows == forecasts().num_rows


def test_what_was_written_is_read(any_lake, forecasts):
    done = commit.forecasts(any_lake, forecasts(), "alpha", ["arima", "ensemble"], "run-1")
    assert done.rows == forecasts().num_rows
    assert done.version == any_lake.handle("fact_forecast").version()
    publish.publish(any_lake, "run-1", "alpha", [done], {})
    rows = snapshots.read(any_lake, snapshots.newest(any_lake), "fact_forecast")
    key = [(name, "ascending") for name in FACT_FORECAST.key]
    assert rows.schema.equals(FACT_FORECAST.schema)
    assert rows.sort_by(key).equals(forecasts().sort_by(key))


def test_the_commit_says_which_run_made_it(lake, forecasts):
    done = commit.replace(lake, FACT_FORECAST, forecasts(), {"dataset_id": "alpha"}, "run-1")
    newest = lake.handle("fact_forecast").history(1)[0]
    assert newest["run_id"] == "run-1"
    assert newest["version"] == done.version
    assert json.loads(newest["where"]) == {"dataset_id": ["alpha"]}


def test_the_creation_of_a_table_says_which_run_made_it(lake, forecasts):
    commit.forecasts(lake, forecasts(run_id="run-1"), "alpha", ["arima", "ensemble"], "run-1")
    first = lake.handle(FACT_FORECAST.name).history()[-1]
    assert (first["version"], first["run_id"]) == (0, "run-1")


def test_a_retried_run_leaves_its_rows_once(lake, forecasts):
    for _ in range(2):
        done = commit.forecasts(lake, forecasts(), "alpha", ["arima", "ensemble"], "run-1")
    assert done.rows == forecasts().num_rows


def test_other_data_sets_and_sources_stay(lake, forecasts):
    commit.replace(lake, FACT_FORECAST, forecasts("beta"), {"dataset_id": "beta"}, "run-0")
    commit.replace(lake, FACT_FORECAST, forecasts("o'hara"), {"dataset_id": "o'hara"}, "run-0")
    first = commit.forecasts(lake, forecasts(), "alpha", ["arima", "ensemble"], "run-1")
    publish.publish(lake, "run-1", "alpha", [first], {})
    second = commit.forecasts(lake, forecasts(sources=["arima"], level=50.0), "alpha", ["arima"], "run-2")
    entry = snapshots.Entry("alpha", "fact_forecast", second.version, second.rows, second.committed_at)
    rows = snapshots.scan(lake, entry, {"dataset_id": "alpha"})
    by_source = rows.group_by("source").aggregate([("forecast", "min")]).sort_by("source").to_pylist()
    assert [(r["source"], r["forecast_min"] > 40) for r in by_source] == [("arima", True), ("ensemble", False)]
    for other in ("beta", "o'hara"):
        assert snapshots.scan(lake, entry, {"dataset_id": other}).num_rows == forecasts().num_rows


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({}, "exactly one dataset_id"),
        ({"source": "arima"}, "exactly one dataset_id"),
        ({"dataset_id": ["alpha", "beta"]}, "exactly one dataset_id"),
        ({"dataset_id": "alpha", "item_id": "a"}, "no columns but"),
        ({"dataset_id": "beta"}, "rows of dataset_id alpha"),
        ({"dataset_id": "alpha", "source": "arima"}, "rows of source ensemble"),
    ],
)
def test_a_replace_without_a_fitting_condition_is_refused(lake, forecasts, where, says):
    with pytest.raises(BadWrite, match=says):
        commit.replace(lake, FACT_FORECAST, forecasts(), where, "run-1")
    assert not lake.exists("fact_forecast")


def test_files_are_ordered_and_have_small_row_groups(lake, forecasts):
    items = [f"item-{number:04}" for number in range(3000)]
    batch = forecasts(items=items, horizon=7, kinds=["live"])
    shuffled = batch.take(np.random.default_rng(7).permutation(batch.num_rows))
    commit.forecasts(lake, shuffled, "alpha", ["arima", "ensemble"], "run-1")
    files = lake.handle("fact_forecast").file_uris()
    assert len(files) == 2
    for uri in files:
        file = pq.ParquetFile(uri.removeprefix("file://"))
        rows = file.read(columns=["item_id", "date"])
        assert rows.equals(rows.sort_by([("item_id", "ascending"), ("date", "ascending")]))
        assert file.metadata.row_group(0).num_rows == 20_000


def landed(digest, quantity="1", count=3):
    rows = [
        {
            "dataset_id": "alpha",
            "file_digest": digest,
            "file_name": "demand.csv",
            "row": number,
            "ingested_at": np.datetime64("2026-01-01", "us").item(),
            "item_id": "a",
            "date": "2026-01-01",
            "quantity": quantity,
            "drivers": None,
        }
        for number in range(1, count + 1)
    ]
    return pa.Table.from_pylist(rows, schema=LANDED_DEMAND.schema)


def test_racing_appends_lose_no_row_and_none_fails(any_lake):
    def append(writer):
        for number in range(6):
            commit.append(any_lake, LANDED_DEMAND, landed(f"{writer}-{number}"), f"run-{writer}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(4)))
    assert rows_of(any_lake.handle("landed_demand"), "alpha") == 4 * 6 * 3


def test_appending_a_file_again_takes_the_place_of_its_rows(lake):
    assert commit.append(lake, LANDED_DEMAND, landed("one", "1"), "run-1").rows == 3
    assert commit.append(lake, LANDED_DEMAND, landed("two", "2", 5), "run-2").rows == 8
    assert commit.append(lake, LANDED_DEMAND, landed("one", "3"), "run-3").rows == 8


def test_only_bronze_tables_are_appended_to(lake, metrics):
    with pytest.raises(BadWrite, match="bronze"):
        commit.append(lake, FACT_METRICS, metrics(), "run-1")


def test_the_newest_run_is_live_and_eight_cutoffs_before_it_are_past(lake, forecasts):
    for day in range(11):
        run = f"run-{day}"
        batch = forecasts(sources=["arima"], cutoff=date(2026, 1, 1) + timedelta(days=day), run_id=run)
        done = commit.forecasts(lake, batch, "alpha", ["arima"], run)
        publish.publish(lake, run, "alpha", [done], {})
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast")
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(11)]
    for kind, cutoffs in (("live", days[10:]), ("past", days[2:10])):
        mine = rows.filter(pc.equal(rows["kind"], kind))
        assert sorted(pc.unique(mine["cutoff"]).to_pylist()) == cutoffs
    backtest = rows.filter(pc.equal(rows["kind"], "backtest"))
    assert set(backtest["run_id"].to_pylist()) == {"run-10"}


def test_demand_that_is_known_by_now_becomes_the_actual_of_kept_forecasts(lake, forecasts):
    old = forecasts(sources=["arima"], kinds=["live"], cutoff=date(2026, 1, 1))
    publish.publish(lake, "run-1", "alpha", [commit.forecasts(lake, old, "alpha", ["arima"], "run-1")], {})
    demand = pa.table(
        {
            "dataset_id": ["alpha"] * 2,
            "item_id": ["a", "b"],
            "date": [date(2026, 1, 2)] * 2,
            "quantity": [7.0, None],
        },
        schema=DEMAND.schema,
    )
    new = forecasts(sources=["arima"], kinds=["live"], cutoff=date(2026, 1, 2), run_id="run-2")
    done = commit.forecasts(lake, new, "alpha", ["arima"], "run-2", demand=demand)
    publish.publish(lake, "run-2", "alpha", [done], {})
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast").to_pylist()
    known = {(r["item_id"], r["date"]): r["actual"] for r in rows if r["run_id"] == "run-1"}
    assert known.pop(("a", date(2026, 1, 2))) == 7.0
    assert set(known.values()) == {None}


def test_text_of_any_kind_names_a_data_set(lake):
    names = ["a b/c=d%é:,?#&+'\"", " x ", "NULL", "__HIVE_DEFAULT_PARTITION__", "a%20b", "a b"]
    for name in names:
        row = dict.fromkeys(DIM_ITEM.column_names)
        item = pa.Table.from_pylist(
            [{**row, "dataset_id": name, "item_id": "i", "name": name, "frequency": "daily"}], DIM_ITEM.schema
        )
        done = commit.replace(lake, DIM_ITEM, item, {"dataset_id": name}, "run-1")
        publish.publish(lake, "run-1", name, [done], {})
    record = snapshots.newest(lake)
    assert set(record.dataset_ids) == set(names)
    rows = snapshots.read(lake, record, "dim_item")
    assert rows["dataset_id"].to_pylist() == rows["name"].to_pylist()
    assert rows.num_rows == len(names)
