"""A run that is tried again from where it failed: what both have made is one run's."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.tags import PARTITION_NAME_TAG, RESUME_RETRY_TAG

from lakecast_assets.pipeline import commits, evaluate
from lakecast_assets.pipeline.definitions import definitions
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.progress import Progress, Silent
from lakecast_assets.pipeline.run import JOB
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema.tables import TABLES

MakeInput = Callable[..., Path]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as own:
        own.add_dynamic_partitions("dataset", ["parts"])
        yield own


@pytest.fixture(autouse=True)
def _folders(make_input: MakeInput, lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `job` finds its input and its lake; its steps run in this process, which a test can change."""
    monkeypatch.setattr("lakecast_assets.pipeline.definitions.EXECUTOR", dg.in_process_executor)
    monkeypatch.setenv("TEST_INPUT", str(make_input()))
    monkeypatch.setenv("TEST_LAKE", lake)
    monkeypatch.setenv("TEST_HAND_OVER", str(tmp_path / "hand_over"))


def job() -> dg.JobDefinition:
    settings = RunSettings(data=os.environ["TEST_INPUT"], sources=["seasonal_naive"], horizon=7)
    everything = definitions(
        os.environ["TEST_LAKE"], os.environ["TEST_HAND_OVER"], settings, Progress(Silent()), Folders()
    )
    return everything.resolve_job_def(JOB)


def execute(instance: dg.DagsterInstance, tags: dict[str, str], **how: Any) -> dg.JobExecutionResult:
    return dg.execute_job(
        dg.reconstructable(job),
        instance,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
        tags={PARTITION_NAME_TAG: "parts", **tags},
        **how,
    )


def test_what_a_run_and_its_retry_have_made_carries_one_run_id(
    instance: dg.DagsterInstance, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise dg.Failure("the worker was killed", allow_retries=False)

    with monkeypatch.context() as patch:
        patch.setattr(evaluate, "with_history", killed)
        first = execute(instance, {})
    assert not first.success
    again = dg.ReexecutionOptions.from_failure(first.run_id, instance)
    with execute(instance, {RESUME_RETRY_TAG: "true"}, reexecution_options=again) as second:
        assert second.success
    newest = snapshots.newest(Lake.open(lake))
    assert newest.run_id == newest.run_of("parts") == first.run_id
    for entry in newest.entries:
        if "run_id" in TABLES[entry.table].schema.names:
            rows = snapshots.scan(Lake.open(lake), entry, {"dataset_id": "parts"})
            assert set(rows["run_id"].to_pylist()) == {first.run_id}, entry.table


def test_all_steps_once_more_are_a_run_of_their_own(instance: dg.DagsterInstance) -> None:
    def of(**more: Any) -> str:
        run = dg.DagsterRun("run", **more)
        instance.add_run(run)
        return commits.run_id(instance, run)

    first = of()
    assert of(parent_run_id=first, root_run_id=first) != first
    steps = {"step_keys_to_execute": ["panel", "fact_forecast"]}
    assert of(parent_run_id=first, root_run_id=first, **steps) != first
    assert of(parent_run_id=first, root_run_id=first, tags={RESUME_RETRY_TAG: "true"}, **steps) == first
    assert of(parent_run_id=first, root_run_id=first, step_keys_to_execute=["model_run"]) == first
