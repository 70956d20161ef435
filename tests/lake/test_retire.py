"""A data set that is taken out of the lake."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from lakecast_lake import commit, retention, snapshots
from lakecast_lake.errors import BadWrite, LakeUnreadable
from lakecast_lake.publish import publish
from lakecast_lake.retire import retire
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_METRICS

Rows = Callable[..., pa.Table]


def publish_metrics(lake: Lake, metrics: Rows, name: str, run_id: str) -> int:
    rows = metrics(dataset_id=name, run_id=run_id)
    done = commit.replace(lake, FACT_METRICS, rows, {"dataset_id": name}, run_id)
    return publish(lake, run_id, name, [done], {})


def test_it_leaves_the_next_snapshot_and_the_tables_and_stays_in_older_ones(any_lake: Lake, metrics: Rows) -> None:
    for name in ("alpha", "beta"):
        publish_metrics(any_lake, metrics, name, f"run-{name}")
    before = snapshots.newest(any_lake)
    assert retire(any_lake, "alpha", "retirement") == 3
    newest = snapshots.newest(any_lake)
    assert newest.dataset_ids == ("beta",)
    assert [summary["dataset_id"] for summary in newest.datasets] == ["beta"]
    assert set(snapshots.read(any_lake, newest, FACT_METRICS.name)["dataset_id"].to_pylist()) == {"beta"}
    assert set(snapshots.read(any_lake, before, FACT_METRICS.name)["dataset_id"].to_pylist()) == {"alpha", "beta"}
    handle = any_lake.handle(FACT_METRICS.name)
    assert set(handle.to_pyarrow_table()["dataset_id"].to_pylist()) == {"beta"}
    assert retire(any_lake, "alpha", "retirement") == 3, "a repetition publishes nothing"


def test_it_may_come_back(lake: Lake, metrics: Rows) -> None:
    for name in ("alpha", "beta"):
        publish_metrics(lake, metrics, name, f"run-{name}")
    retire(lake, "alpha", "retirement")
    assert publish_metrics(lake, metrics, "alpha", "again") == 4
    newest = snapshots.newest(lake)
    assert newest.dataset_ids == ("alpha", "beta")
    assert snapshots.read(lake, newest, FACT_METRICS.name).num_rows == 2 * metrics().num_rows


def test_the_only_data_set_and_an_unknown_one_are_refused(lake: Lake, metrics: Rows) -> None:
    publish_metrics(lake, metrics, "alpha", "run")
    with pytest.raises(BadWrite, match="alpha is its only data set"):
        retire(lake, "alpha", "retirement")
    with pytest.raises(BadWrite, match=r"no data set 'gamma'\. Name one of: alpha"):
        retire(lake, "gamma", "retirement")


def test_nothing_follows_a_commit_that_was_lost(lake: Lake, metrics: Rows) -> None:
    for name in ("alpha", "beta", "gamma"):
        publish_metrics(lake, metrics, name, f"run-{name}")
    max(Path(lake.table_uri("snapshot"), "_delta_log").glob("*.json")).write_bytes(b"")
    with pytest.raises(LakeUnreadable, match="the commit is empty"):
        retire(lake, "alpha", "retirement")
    with pytest.raises(LakeUnreadable, match="the commit is empty"):
        publish_metrics(lake, metrics, "beta", "again")


def test_joined_files_hold_the_same_snapshots(lake: Lake, metrics: Rows) -> None:
    for number in range(3):
        publish_metrics(lake, metrics, "alpha", f"run-{number}")
    before = snapshots.history(lake)
    assert retention.compact(lake) == 3
    assert snapshots.history(lake) == before
    assert publish_metrics(lake, metrics, "alpha", "after") == 4
