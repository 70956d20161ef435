"""A server for a long time: PYTHONPATH=ops .venv-serve/bin/python -m bench.serving.soak --cache DIR --out FILE.

Honest questions, hostile ones, subscribers that come and go, and a new snapshot now and then, all at once. Every sample
says what the process holds; after the warm-up it must not grow.
"""

import argparse
import asyncio
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from websockets.asyncio.client import ClientConnection

from bench.markdown import processor, table
from bench.serving import lake as lakes
from bench.serving import ours, questions
from bench.serving.client import Client
from bench.serving.hostile import KINDS, LIMIT_BYTES, SMALL
from bench.serving.processes import Server
from bench.serving.questions import Q1, Places
from bench.serving.refreshing import REFRESH
from bench.serving.subscribers import subscriber

ITEMS = 1_000
ASKING, SUBSCRIBERS = 3, 40
"""Threads that ask, each over one connection, and sockets that are open at a time."""
_PAUSE = 0.004
SAMPLES = 30
WARM_UP = 0.2
"""Share of the time after which the mark is set."""
MUST = 0.05
"""What memory may lie above the mark in the end, as a share."""


@dataclass(frozen=True)
class Sample:
    """What the server held at a time: seconds since the start, MB, descriptors; and what was asked until then."""

    seconds: float
    megabytes: float
    descriptors: int
    requests: int
    errors: int
    snapshots: int


class Soak:
    """The clients of one server; counts are theirs together."""

    def __init__(self, server: Server, lake: Path, key: str) -> None:
        self.requests = self.errors = self.snapshots = 0
        self._server, self._lake, self._key = server, lake, key
        self._done = threading.Event()
        with Client(server) as client:
            self._places = questions.places(client, ITEMS)

    def run(self, seconds: float) -> list[Sample]:
        """Everything at once for so long."""
        work = [threading.Thread(target=self._ask, args=(number,)) for number in range(ASKING)]
        work += [
            threading.Thread(target=asyncio.run, args=(self._subscribe(),)),
            threading.Thread(target=self._publish),
        ]
        began, samples = time.monotonic(), []
        for thread in work:
            thread.start()
        try:
            for number in range(1, SAMPLES + 1):
                time.sleep(max(0.0, began + seconds * number / SAMPLES - time.monotonic()))
                samples.append(self._sample(time.monotonic() - began))
                print(samples[-1], flush=True)
        finally:
            self._done.set()
            for thread in work:
                thread.join()
        return samples

    def _sample(self, seconds: float) -> Sample:
        held = self._server.memory_mb(), self._server.descriptors()
        return Sample(seconds, *held, self.requests, self.errors, self.snapshots)

    def _ask(self, thread: int) -> None:
        chance = Random(thread)
        with Client(self._server) as client:
            while not self._done.wait(_PAUSE):
                try:
                    self.errors += not self._answered(client, chance, self._places)
                except OSError:
                    self.errors += 1
                self.requests += 1

    def _answered(self, client: Client, chance: Random, places: Places) -> bool:
        """Ask one question; whether it was answered as it must be."""
        if chance.random() < 0.5:
            asked = {"i": lakes.item_id(chance.randrange(ITEMS)), "s": chance.choice(lakes.SOURCES), "n": 90}
            status, content, _ = client.answer(questions.body(Q1, asked), {"Accept": "application/json"})
            return status == 200 and content.startswith(b'{"data"')
        body, headers = chance.choice(KINDS)(chance, ITEMS, places)
        status, content, _ = client.answer(body, {"Accept": "application/json", **headers})
        return status < 500 and b"INTERNAL_SERVER_ERROR" not in content

    async def _subscribe(self) -> None:
        sockets: list[ClientConnection] = []
        while not self._done.is_set():
            if len(sockets) >= SUBSCRIBERS:
                await sockets.pop(0).close()
            try:
                sockets.append(await subscriber(self._server.port))
            except RuntimeError:
                self.errors += 1
            await asyncio.sleep(0.2)
        for socket in sockets:
            await socket.close()

    def _publish(self) -> None:
        lake = lakes.build(self._lake, ITEMS)
        while not self._done.wait(20.0):
            lakes.change_one_source(lake, ITEMS, 1_000 + self.snapshots)
            with Client(self._server) as admin:
                admin.ask(REFRESH, {"force": self.snapshots % 5 == 4}, self._key)
            self.snapshots += 1


def verdict(samples: Sequence[Sample]) -> tuple[float, int]:
    """By which share memory lies above the mark in the end, and by how many descriptors, the highest of each fifth."""
    size = max(1, len(samples) // 5)
    marked = samples[int(len(samples) * WARM_UP) :][:size]
    last = samples[-size:]
    mark = max(one.megabytes for one in marked)
    more = max(one.descriptors for one in last) - max(one.descriptors for one in marked)
    return max(one.megabytes for one in last) / mark - 1, more


def write(file: Path, samples: Sequence[Sample]) -> None:
    """The samples as Markdown, with the verdict."""
    share, more = verdict(samples)
    last = samples[-1]
    holds = share <= MUST and more <= ASKING and last.errors == 0
    rows = [
        (
            f"{one.seconds:.0f}", f"{one.megabytes:.0f}", f"{one.descriptors}", f"{one.requests:,}",
            f"{one.errors}", f"{one.snapshots}",
        )
        for one in samples
    ]  # fmt: skip
    text = [
        "# Soak",
        f"Made by `make soak` in {last.seconds / 60:.0f} minutes (30 by default): {ASKING} connections ask, half of "
        "the questions honest, half hostile and no two alike; "
        f"{SUBSCRIBERS} sockets are subscribed, one of them replaced every 0.2 s; "
        "every 20 s another snapshot is published and served, every fifth time all is read anew. "
        f"Answers and cells are limited to {LIMIT_BYTES / 1e6:g} MB each, so that they are full soon. "
        f"The mark is the most memory in the fifth after the first {WARM_UP:.0%} of the time.",
        f"**{'Holds' if holds else 'Missed'}**: {last.requests:,} requests, {last.errors} errors, {last.snapshots} "
        f"snapshots; memory in the last fifth {share:+.1%} against the mark (must ≤ {MUST:.0%}), descriptors "
        f"{more:+d} (must ≤ {ASKING}).",
        f"Machine: {processor()}, {os.cpu_count()} cores.",
        table(("s", "MB", "descriptors", "requests", "errors", "snapshots"), rows),
    ]
    file.write_text("\n\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text[2:3]))


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--cache", type=Path, required=True, help="folder for the lake and logs")
    reads.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    reads.add_argument("--minutes", type=float, default=30.0)
    asked = reads.parse_args()
    logs = asked.cache / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    lake = asked.cache / "soak-lake"
    lakes.build(lake, ITEMS)
    key = ours.admin_key(asked.cache / "soak-keys")
    environment = {**SMALL, "LAKECAST_KEYS_FILE": str(asked.cache / "soak-keys")}
    with ours.server(lake, "soak", logs / "soak.log", environment, core=None) as server:
        samples = Soak(server, lake, key).run(asked.minutes * 60)
    write(asked.out, samples)


if __name__ == "__main__":
    main()
