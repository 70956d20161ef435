"""Jobs that keep a lake small and watched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from lakecast_assets.definitions import defs
from lakecast_assets.pipeline.io import LakeIO
from lakecast_assets.pipeline.maintenance import freshness_job, maintenance_job, retire_job
from lakecast_assets.pipeline.run import run
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

MakeInput = Callable[..., Path]


@pytest.fixture
def published(make_input: MakeInput, lake: str) -> Lake:
    """A lake with two data sets, one after the other."""
    folder = make_input(dataset_ids=("one", "two"))
    run(folder, lake, sources=["seasonal_naive"], horizon=7)
    return Lake.open(lake)


def execute(job: dg.JobDefinition, lake: str, instance: dg.DagsterInstance, **config: Any) -> bool:
    return job.execute_in_process(
        run_config={"ops": config}, instance=instance, resources={"lake_io": LakeIO(uri=lake)}
    ).success


def test_a_night_forgets_old_snapshots_and_joins_small_files(published: Lake, lake: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        config = {"remove_old_snapshots": {"config": {"keep": 2, "keep_days": 0.0}}}
        assert execute(maintenance_job, lake, instance, **config)
        assert len(published.handle("snapshot").file_uris()) == 1
        assert [record.snapshot_id for record in snapshots.history(published)] == [2, 1]
        config["remove_old_snapshots"]["config"]["keep"] = 1
        assert execute(maintenance_job, lake, instance, **config)
    (only,) = snapshots.history(published)
    assert only.snapshot_id == 2
    assert all(snapshots.read(published, only, table).num_rows for table in ("fact_forecast", "demand"))


def test_a_lake_without_snapshots_needs_no_night(lake: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert execute(maintenance_job, lake, instance)
        assert execute(freshness_job, lake, instance)


def test_stale_demand_is_seen_per_data_set_though_nothing_runs(published: Lake, lake: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert execute(freshness_job, lake, instance)
        key = dg.AssetCheckKey(dg.AssetKey("demand"), "freshness")
        records = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
        seen = {record.partition for record in records}
        assert seen == {"one", "two"}


def test_a_retired_data_set_is_gone_and_the_others_are_as_before(published: Lake, lake: str) -> None:
    before = snapshots.newest(published)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("dataset", ["one", "two"])
        assert execute(retire_job, lake, instance, take_out_dataset={"config": {"dataset_id": "one"}})
        assert instance.get_dynamic_partitions("dataset") == ["two"]
    newest = snapshots.newest(published)
    assert newest.dataset_ids == ("two",)
    assert newest.entries == tuple(entry for entry in before.entries if entry.dataset_id == "two")
    assert set(snapshots.read(published, before, "demand")["dataset_id"].to_pylist()) == {"one", "two"}


def test_maintenance_has_schedules() -> None:
    schedules = {schedule.name: schedule.default_status.value for schedule in defs.schedules or ()}
    assert schedules == {"daily": "STOPPED", "nightly_maintenance": "STOPPED", "daily_freshness": "RUNNING"}
