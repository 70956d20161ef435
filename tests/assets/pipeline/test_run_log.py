"""The event log of runs that nobody records: no SQL, whatever Dagster asks while a run executes."""

import dagster as dg
import pytest
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.run_log import RunLog, forgetful_instance


@dg.asset(partitions_def=datasets)
def first() -> int:
    return 1


@dg.asset(partitions_def=datasets)
def second(first: int) -> int:
    return first + 1


@dg.asset_check(asset=second, blocking=True)
def is_two() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def test_a_run_with_a_check_asks_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("get_event_records", "fetch_materializations", "get_asset_records", "store_event"):
        monkeypatch.setattr(SqlEventLogStorage, name, lambda *args, name=name, **kwargs: asked.append(name))
    loaded = dg.Definitions(assets=[first, second], asset_checks=[is_two], jobs=[dg.define_asset_job("all", "*")])
    with forgetful_instance() as instance:
        instance.add_dynamic_partitions(datasets.name or "", ["alpha"])
        done = loaded.resolve_job_def("all").execute_in_process(instance=instance, partition_key="alpha")
        assert isinstance(instance.event_log_storage, RunLog)
    assert done.success
    assert [each.passed for each in done.get_asset_check_evaluations()] == [True]
    assert asked == []
