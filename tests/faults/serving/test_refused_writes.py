"""A disk without room, and a lake without permission: told, nothing half of it is seen, and all goes on after."""

import ctypes
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from attacks import until
from running import Running, running
from test_workers import served
from test_writers import WRITER, newest_run, start

from lakecast_lake.storage import Lake

ROOM = (100, 1_000, 2_000, 4_000, 6_000, 8_000)
"""Bytes of the largest file that may be written: at each, another write of a run fails."""


def obey_permissions() -> None:
    """Take the rights to read and write everywhere from a process that root starts."""
    if os.getuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            assert ctypes.CDLL(None).prctl(24, capability) == 0  # PR_CAPBSET_DROP


def write(lake: Lake, number: int, begin: Callable[[], None]) -> "subprocess.CompletedProcess[str]":
    """One run of a writer that begins with `begin`."""
    arguments = (lake.uri, json.dumps(dict(lake.options)), "alpha", str(number), "1", "0")
    return subprocess.run(
        [sys.executable, str(WRITER), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=begin,
    )


@pytest.mark.slow
def test_a_writer_without_room_publishes_nothing(tmp_path: Path, record: Callable[[str, object, str], None]) -> None:
    lake = Lake(str(tmp_path / "lake"))
    assert start(lake, "alpha", 0, 1).communicate(timeout=120)[0].split() == ["1"]
    failed, number = 0, 0
    for attempt, room in enumerate(ROOM, start=1):
        # A limit on the size of files stands for a disk that is full.
        done = write(lake, attempt, lambda most=room: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))  # type: ignore[misc]
        if done.returncode == 0:
            number = attempt
        else:
            failed += 1
            assert "LakeUnreadable" in done.stderr, done.stderr[-2000:]
        assert newest_run(lake, "alpha") == number
    assert failed >= 2
    assert start(lake, "alpha", len(ROOM) + 1, 1).communicate(timeout=120)[0].split() == [str(len(ROOM) - failed + 2)]
    assert newest_run(lake, "alpha") == len(ROOM) + 1
    record("disk full while a run is written", failed, "told, nothing of it seen; the next run is published")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_audit_file_without_room_is_told(
    own_lake_copy: Lake, admin: tuple[str, str], record: Callable[[str, object, str], None]
) -> None:
    with running(own_lake_copy.uri, keys_file=admin[0], audit_file="/dev/full") as server:
        answer = server.ask("mutation { refreshData { outcome } }", admin[1])
        assert answer.get("data") or answer["errors"][0]["extensions"]["code"] != "INTERNAL_SERVER_ERROR", answer
        assert server.data("{ overview { itemCount } }")
    record("disk full for the audit file", 1, "the answer has a code; the server goes on")


@pytest.mark.slow
def test_a_lake_without_permission_is_told_and_taken_up_again(
    own_lake_copy: Lake, record: Callable[[str, object, str], None]
) -> None:
    lake = own_lake_copy
    log = Path(lake.table_uri("snapshot")) / "_delta_log"
    question = "{ serviceStatus { snapshotId } items(first: 1) { totalCount } }"
    with served(lake, "none", begin=obey_permissions, LAKECAST_POLL_SECONDS="0.2") as server:
        before = server.data(question)
        log.chmod(0)
        try:
            assert until(lambda: problem(server) in {"LAKE_UNREADABLE", "LAKE_GONE"}, 30), problem(server)
            assert server.data(question) == before
            done = write(lake, 9, obey_permissions)
            assert done.returncode != 0
            assert "LakeUnreadable" in done.stderr or "TableMissing" in done.stderr, done.stderr[-2000:]
        finally:
            log.chmod(0o755)
        assert until(lambda: problem(server) is None, 30)
        assert server.data(question) == before
        assert write(lake, 10, obey_permissions).returncode == 0
        assert until(lambda: server.data(question)["serviceStatus"]["snapshotId"] == 3, 30)
    record("lake: no permission to read its table of snapshots", 1, "told; answered throughout; recovered by itself")


def problem(server: Running) -> str | None:
    """What health says."""
    code: str | None = httpx.get(f"{server.url}/health/ready").json()["problemCode"]
    return code
