"""Which failed runs are started anew: those whose process is gone and that nothing has tried again."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import RunFailureReason
from dagster._core.storage.tags import (
    AUTO_RETRY_RUN_ID_TAG,
    PARTITION_NAME_TAG,
    RETRY_NUMBER_TAG,
    RUN_FAILURE_REASON_TAG,
    WILL_RETRY_TAG,
)
from dagster._core.test_utils import create_run_for_test, instance_for_test

from lakecast_assets.pipeline.launcher import WORKER
from lakecast_assets.pipeline.lost_retries import LOOK_BACK, LOST_RUN, LOST_SECONDS, SENSORS, lost_runs

RETRIES = {"run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}}
CONFIG = {"resources": {"settings": {"config": {"data": "landing/parts"}}}}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with instance_for_test(RETRIES) as started:
        yield started


def ended(instance: dg.DagsterInstance, name: str = "parts", job: str = "run", **tags: str) -> dg.DagsterRun:
    """A run whose process was gone."""
    run = create_run_for_test(
        instance, job, status=dg.DagsterRunStatus.STARTED, tags={PARTITION_NAME_TAG: name, **tags}, run_config=CONFIG
    )
    instance.report_run_failed(run, "its process was gone")
    failed = instance.get_run_by_id(run.run_id)
    assert failed is not None
    return failed


def anew(instance: dg.DagsterInstance, after: float = LOST_SECONDS + 1) -> list[str]:
    """The ids of the runs that are started anew so many seconds from now."""
    (newest,) = instance.get_run_records(limit=1)
    assert newest.end_time is not None
    return [run.run_id for run in lost_runs(instance, "run", newest.end_time + after)]


def test_a_run_that_nothing_has_tried_again_is_started_anew(instance: dg.DagsterInstance) -> None:
    run = ended(instance)
    assert anew(instance, after=LOST_SECONDS - 1) == [], "Dagster may still be about to"
    assert anew(instance) == [run.run_id]
    assert anew(instance, after=LOOK_BACK.total_seconds() + LOST_SECONDS) == []


def test_each_data_set_counts_for_itself_and_its_newest_run_only(instance: dg.DagsterInstance) -> None:
    ended(instance)
    other, newest = ended(instance, "others"), ended(instance)
    assert sorted(anew(instance)) == sorted([other.run_id, newest.run_id])
    create_run_for_test(instance, "run", status=dg.DagsterRunStatus.STARTED, tags={PARTITION_NAME_TAG: "parts"})
    assert [run.run_id for run in lost_runs(instance, "run", 1e10)] == [], "too long ago"
    record = instance.get_run_record_by_id(other.run_id)
    assert record is not None
    assert record.end_time is not None
    assert [run.run_id for run in lost_runs(instance, "run", record.end_time + 100)] == [other.run_id]


@pytest.mark.parametrize(
    "tags",
    [
        {AUTO_RETRY_RUN_ID_TAG: "its retry"},
        {RUN_FAILURE_REASON_TAG: RunFailureReason.STEP_FAILURE.value},
        {LOST_RUN: "another"},
        {WORKER: "a process of `lakecast run`"},
    ],
    ids=lambda tags: next(iter(tags)),
)
def test_others_are_not(instance: dg.DagsterInstance, tags: dict[str, str]) -> None:
    ended(instance, **tags)
    assert anew(instance) == []


@pytest.mark.parametrize(("will", "runs"), [("true", 1), ("false", 0)])
def test_a_retry_may_be_lost_until_they_are_used_up(instance: dg.DagsterInstance, will: str, runs: int) -> None:
    run = ended(instance, **{RETRY_NUMBER_TAG: "2"})
    instance.add_run_tags(run.run_id, {WILL_RETRY_TAG: will})
    assert len(anew(instance)) == runs


def test_jobs_of_others_and_an_instance_without_retries_are_left_alone(instance: dg.DagsterInstance) -> None:
    ended(instance, job="nightly")
    assert anew(instance) == []
    with instance_for_test() as another:
        ended(another)
        assert anew(another) == []


def test_the_sensor_asks_for_the_same_run_again(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ended(instance, **{"lakecast/data": "landing/parts"})
    instance.add_dynamic_partitions("dataset", ["parts"])
    monkeypatch.setattr("lakecast_assets.pipeline.lost_retries.LOST_SECONDS", -1)
    context: Any = dg.build_sensor_context(instance)
    (request,) = SENSORS[0](context)  # type: ignore[misc]
    assert (request.run_key, request.partition_key) == (f"lost:{run.run_id}", "parts")
    assert request.run_config == CONFIG
    assert request.tags["lakecast/data"] == "landing/parts"
    assert request.tags[LOST_RUN] == run.run_id
