"""Vacuum keeps whatever a retained snapshot names, and nothing that no one can ask for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakecast_lake import commit, publish, retention, snapshots
from lakecast_lake.errors import BadSetting, LakeNotFound, SnapshotGone
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST

START = datetime(2026, 1, 1, tzinfo=UTC)


def run(lake, forecasts, number, dataset_id="alpha"):
    """Run `number` publishes forecasts of that level on that day."""
    name = f"run-{number}"
    rows = forecasts(dataset_id, run_id=name, level=10.0 + number)
    done = commit.replace(lake, FACT_FORECAST, rows, {"dataset_id": dataset_id}, name)
    now = START + timedelta(days=number)
    return publish.publish(lake, name, dataset_id, [done], {}, clock=lambda: now)


def at(number):
    return lambda: START + timedelta(days=number)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owners=st.lists(st.sampled_from(["alpha", "beta"]), min_size=1, max_size=6),
    keep_count=st.integers(1, 4),
    keep_days=st.integers(0, 6),
)
def test_retained_snapshots_stay_readable_and_others_are_gone(
    forecasts, tmp_path_factory, owners, keep_count, keep_days
):
    lake = Lake(str(tmp_path_factory.mktemp("vacuum") / "lake"))
    for number, owner in enumerate(owners):
        run(lake, forecasts, number, owner)
    shown = {r.snapshot_id: snapshots.read(lake, r, "fact_forecast") for r in snapshots.history(lake)}
    last = len(owners) - 1
    report = retention.vacuum(lake, keep_count, keep_days, grace_hours=0, clock=at(last))
    expected = {n + 1 for n in range(len(owners)) if last - n < keep_count or last - n <= keep_days}
    assert set(report.retained) == expected
    assert {record.snapshot_id for record in snapshots.history(lake)} == expected
    for snapshot_id, rows in shown.items():
        if snapshot_id in expected:
            found = snapshots.read(lake, snapshots.get(lake, snapshot_id), "fact_forecast")
            assert found.equals(rows)
        else:
            with pytest.raises(SnapshotGone):
                snapshots.get(lake, snapshot_id)
    named = {entry.version for record in snapshots.history(lake) for entry in record.entries}
    needed = {uri for v in named for uri in lake.handle("fact_forecast", v).file_uris()}
    needed |= set(lake.handle("fact_forecast").file_uris())
    there = Path(lake.table_uri("fact_forecast")).rglob("*.parquet")
    assert {uri.rsplit("/", 1)[1] for uri in needed} == {path.name for path in there}


def test_the_next_run_goes_on_after_a_vacuum(any_lake, forecasts):
    for number in range(4):
        run(any_lake, forecasts, number)
    report = retention.vacuum(any_lake, 1, 0, grace_hours=0, clock=at(3))
    assert (report.retained, report.forgotten) == ((4,), (3, 2, 1))
    assert report.files["fact_forecast"] == 12
    assert run(any_lake, forecasts, 4) == 5
    rows = snapshots.read(any_lake, snapshots.newest(any_lake), "fact_forecast")
    assert min(rows["forecast"].to_pylist()) > 14


def test_what_is_being_written_stays(lake, forecasts):
    run(lake, forecasts, 0)
    commit.replace(lake, FACT_FORECAST, forecasts(level=50.0), {"dataset_id": "alpha"}, "unfinished")
    pending = lake.handle("fact_forecast").version()
    retention.vacuum(lake, 1, 0, grace_hours=0)
    run(lake, forecasts, 1, "beta")
    done = commit.Commit("fact_forecast", pending, 0, START)
    publish.publish(lake, "unfinished", "alpha", [done], {})
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast", "alpha")
    assert min(rows["forecast"].to_pylist()) > 50


def test_recent_files_are_spared(lake, forecasts):
    for number in range(3):
        run(lake, forecasts, number)
    report = retention.vacuum(lake, 1, 0, clock=at(2))
    assert report.forgotten == (2, 1)
    assert sum(report.files.values()) == 0


def test_a_dry_run_changes_nothing(lake, forecasts):
    for number in range(3):
        run(lake, forecasts, number)
    report = retention.vacuum(lake, 1, 0, grace_hours=0, dry_run=True, clock=at(2))
    assert report.forgotten == (2, 1)
    assert report.files["fact_forecast"] == 8
    assert "2 forgotten, 8 files" in str(report)
    assert len(snapshots.history(lake)) == 3
    assert snapshots.read(lake, snapshots.get(lake, 1), "fact_forecast").num_rows == 24


def test_something_must_be_kept(lake, forecasts):
    with pytest.raises(LakeNotFound, match="nothing has been published"):
        retention.vacuum(lake)
    run(lake, forecasts, 0)
    with pytest.raises(BadSetting, match="at least 1"):
        retention.vacuum(lake, keep_count=0)
