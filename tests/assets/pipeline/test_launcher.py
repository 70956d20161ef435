"""Which runs have lost their process, and how they are ended."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test, instance_for_test
from dagster._grpc.client import DagsterGrpcClient

from lakecast_assets.pipeline.launcher import WORKER, Launcher, this_process

OURS = {"run_launcher": {"module": Launcher.__module__, "class": Launcher.__name__}}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with instance_for_test(OURS) as started:
        yield started


def status(instance: dg.DagsterInstance, tags: dict[str, str]) -> str:
    run = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags=tags)
    health: str = instance.run_launcher.check_run_worker_health(run).status.value
    return health


def gone() -> dict[str, str | int | float]:
    """A process of this machine that has ended."""
    code = "from lakecast_assets.pipeline.launcher import this_process; print(this_process())"
    noted: dict[str, str | int | float] = json.loads(subprocess.check_output([sys.executable, "-c", code], text=True))
    return noted


def test_a_run_of_this_process_is_alive_and_one_of_an_ended_process_is_not(instance: dg.DagsterInstance) -> None:
    assert instance.run_launcher.supports_check_run_worker_health
    assert status(instance, {WORKER: this_process()}) == "RUNNING"
    assert status(instance, {WORKER: json.dumps(gone())}) == "NOT_FOUND"


def test_a_process_that_got_the_number_of_an_older_one_is_another(instance: dg.DagsterInstance) -> None:
    other = {**json.loads(this_process()), "since": 1.0}
    assert status(instance, {WORKER: json.dumps(other)}) == "NOT_FOUND"


def test_a_run_that_cannot_be_judged_from_here_counts_as_alive(instance: dg.DagsterInstance) -> None:
    assert status(instance, {WORKER: json.dumps({**gone(), "host": "elsewhere"})}) == "RUNNING"
    assert status(instance, {}) == "RUNNING"


def test_a_run_of_another_container_is_judged_by_its_code_server_alone(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers of processes mean nothing there: a process of this container may have the number of the run's."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    tags = {GRPC_INFO_TAG: json.dumps({"host": "localhost", "port": port})}
    run = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags=tags)
    instance.report_engine_event(f"Started process for run (pid: {os.getpid()}).", run)
    check = instance.run_launcher.check_run_worker_health
    assert check(run).status.value == "RUNNING"  # until its code server is back, and says
    monkeypatch.setattr(DagsterGrpcClient, "get_current_runs", lambda client: "")
    assert check(run).status.value == "NOT_FOUND"


def test_a_run_whose_code_server_and_process_are_gone_is_dead_and_can_be_ended(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    tags = {GRPC_INFO_TAG: json.dumps({"host": "localhost", "socket": str(tmp_path / "nothing.sock")})}
    assert status(instance, tags) == "NOT_FOUND"
    (run,) = instance.get_runs()
    assert instance.run_launcher.terminate(run.run_id)
    ended = instance.get_run_by_id(run.run_id)
    assert ended is not None
    assert ended.status is dg.DagsterRunStatus.CANCELED
