"""Refreshes under load: how long from the commit to the first answer, and what readers notice meanwhile."""

import multiprocessing
import os
import statistics
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.serving import lake as lakes
from bench.serving import ours
from bench.serving.client import Client, percentile
from bench.serving.processes import Server
from bench.serving.questions import Q1, body
from lakecast_lake.storage import Lake

REFRESH = "mutation R($force: Boolean!) { refreshData(force: $force) { outcome tookMs snapshot { snapshotId } } }"


@dataclass(frozen=True)
class Refreshing:
    """refreshes, of which the first change one source of four and the others reload everything by force.

    Latencies are of Q1 in ms, from open-loop clients at about half of the rate that one connection reaches.
    """

    refreshes: int
    changed_ms: float
    forced_ms: float
    quiet_p99_ms: float
    p99_ms: float
    requests: int
    errors: int
    backwards: int
    memory_mb: float


class _Readers:
    """Threads that ask Q1 at a fixed rate and note every latency, error and snapshot id that went backwards."""

    def __init__(self, server: Server, items: int, per_second: float, threads: int = 2) -> None:
        self.latencies: list[float] = []
        self.errors = 0
        self.backwards = 0
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(server, items, per_second / threads, seed))
            for seed in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Stop reading."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, server: Server, items: int, per_second: float, seed: int) -> None:
        chance, newest = Random(seed), 0
        with Client(server) as client:
            due = time.perf_counter()
            while not self._stop.is_set():
                due += 1 / per_second
                time.sleep(max(0.0, due - time.perf_counter()))
                item = lakes.item_id(chance.randrange(items))
                asked = {"i": item, "s": chance.choice(lakes.SOURCES), "n": chance.randint(90, 9_999)}
                try:
                    answer = client.raw(body(Q1, asked))
                except (RuntimeError, OSError):
                    self.errors += 1
                    continue
                # From when it was due: a server that stalls makes all that wait behind it late, too.
                self.latencies.append((time.perf_counter() - due) * 1e3)
                found = int(answer.rsplit(b'"snapshotId":', 1)[1].split(b"}")[0].split(b",")[0])
                self.errors += b'"errors":' in answer[-400:]
                self.backwards += found < newest
                newest = max(found, newest)


def run(lake: Lake, folder: Path, items: int, log: Path, changes: int, forces: int, rate: float) -> Refreshing:
    """`changes` published changes of one source, then `forces` forced reloads, while readers read.

    Changes are written by a niced process of its own: in the readers' it would hold up the clocks that they read.
    """
    key = ours.admin_key(folder / "keys")
    environment = {"LAKECAST_KEYS_FILE": str(folder / "keys"), **ours.NO_ANSWERS}
    writing = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=os.nice, initargs=(19,))
    with ours.server(lake.uri, "refreshing", log, environment) as server, Client(server) as client, writing as writer:
        quiet = _Readers(server, items, rate)
        time.sleep(6.0)
        quiet.finish()
        readers = _Readers(server, items, rate)
        changed, forced = [], []
        for number in range(changes):
            newest = writer.submit(lakes.change_one_source, lake, items, 100 + number).result()
            changed.append(_until_served(client, key, newest))
        for _ in range(forces):
            began = time.perf_counter()
            client.ask(REFRESH, {"force": True}, key)
            forced.append((time.perf_counter() - began) * 1e3)
        readers.finish()
        return Refreshing(
            changes + forces, statistics.median(changed or [0.0]), statistics.median(forced or [0.0]),
            percentile(quiet.latencies, 0.99), percentile(readers.latencies, 0.99), len(readers.latencies),
            readers.errors, readers.backwards, server.memory_mb(),
        )  # fmt: skip


def _until_served(client: Client, key: str, snapshot_id: int) -> float:
    began = time.perf_counter()
    done = client.ask(REFRESH, {"force": False}, key)["refreshData"]
    if done["snapshot"]["snapshotId"] != snapshot_id:
        raise RuntimeError(f"snapshot {snapshot_id} was published, but {done} is served")
    return (time.perf_counter() - began) * 1e3
