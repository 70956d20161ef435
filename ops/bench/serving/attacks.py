"""Other clients under attack: PYTHONPATH=ops .venv-serve/bin/python -m bench.serving.attacks --cache DIR --out FILE.

The server has core 0 to itself. Attackers have core 1, at the lowest priority: the other clients, whose waiting is
measured, share it with them.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from bench.markdown import processor, table
from bench.serving import lake as lakes
from bench.serving import ours
from bench.serving.attackers import ATTACKS, Attack
from bench.serving.client import Client, percentile
from bench.serving.hostile import LIMIT_BYTES, SMALL
from bench.serving.processes import Server
from bench.serving.questions import Q1, body
from bench.serving.refreshing import REFRESH

ITEMS = 5_000
MUST_MS, MUST_MB, LEFT_MB, LEFT_SECONDS = 100.0, 200.0, 50.0, 10.0
"""What others may wait (p99), what the server may grow by, and how much of that may be left how long afterwards."""
_PAUSE = 0.01
"""Seconds between two questions of the other client."""
_SETTLE_SECONDS = 8.0
"""Until what the snapshot before took is given back."""
_COUNTERS = {"lakecast_limits_reached_total": "limit", "lakecast_operation_errors_total": "code"}


@dataclass(frozen=True)
class Outcome:
    """What one attack did to others (milliseconds), to the server's memory (MB), and which bounds it met how often."""

    attack: Attack
    tries: int
    p50_ms: float
    p99_ms: float
    most_ms: float
    errors: int
    asked: int
    growth_mb: float
    left_mb: float
    bounds: dict[str, int]

    @property
    def verdict(self) -> str:
        """`holds`, or what does not: waiting, memory, answers."""
        missed = [
            name
            for name, holds in (
                ("waiting", self.p99_ms <= MUST_MS),
                ("memory", self.growth_mb <= MUST_MB and self.left_mb <= LEFT_MB),
                ("answers", self.errors == 0),
            )
            if not holds
        ]
        return f"**missed: {', '.join(missed)}**" if missed else "holds"

    def cells(self) -> tuple[str, ...]:
        """A row of the table."""
        bounds = ", ".join(f"{name} {count:,}" for name, count in sorted(self.bounds.items())) or "none"
        return (
            self.attack.name, self.attack.rate, f"{self.tries:,}", f"{self.p50_ms:.1f}", f"{self.p99_ms:.0f}",
            f"{self.most_ms:.0f}", f"{self.errors} of {self.asked:,}", f"{self.growth_mb:.0f}", f"{self.left_mb:.0f}",
            bounds, self.verdict,
        )  # fmt: skip


class Others:
    """Another client, which asks small questions all the time; milliseconds that it waited, and errors."""

    def __init__(self, server: Server) -> None:
        self.waited: list[float] = []
        self.errors = 0
        self._server = server
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Others":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        number = 0
        with Client(self._server) as client:
            while not self._done.wait(_PAUSE):
                number += 1
                asked = {"i": lakes.item_id(number % ITEMS), "s": lakes.SOURCES[number % 4], "n": 90}
                began = time.perf_counter()
                try:
                    client.raw(body(Q1, asked) if number % 2 else body("{ overview { itemCount } }", {}))
                except (OSError, RuntimeError):
                    self.errors += 1
                self.waited.append((time.perf_counter() - began) * 1e3)


def suffer(server: Server, number: int, seconds: float, key: str) -> Outcome:
    """Attack a running server for some seconds, and look at it until it is as before."""
    attack = ATTACKS[number]
    before, counted = server.memory_mb(), _counts(server)
    command = [sys.executable, "-m", "bench.serving.attackers", str(number), str(server.port), str(seconds)]
    with Others(server) as others:
        attacker = subprocess.Popen(
            ["nice", "-n", "19", "taskset", "-c", "1", *command], stdout=subprocess.PIPE, text=True
        )
        began, most, refreshed = time.monotonic(), before, not attack.refreshes
        while attacker.poll() is None:
            most = max(most, server.memory_mb())
            if not refreshed and time.monotonic() - began > seconds * 0.7:
                refreshed = True
                with Client(server) as admin:
                    admin.ask(REFRESH, {"force": True}, key)
            time.sleep(0.1)
        tries = int(attacker.communicate()[0] or 0)
    until, left = time.monotonic() + LEFT_SECONDS, server.memory_mb()
    while left - before > LEFT_MB / 10 and time.monotonic() < until:
        time.sleep(0.25)
        left = min(left, server.memory_mb())
    bounds = {name: count - counted.get(name, 0) for name, count in _counts(server).items()}
    return Outcome(
        attack, tries, percentile(others.waited, 0.5), percentile(others.waited, 0.99), max(others.waited),
        others.errors, len(others.waited), max(most - before, 0.0), max(left - before, 0.0),
        {name: count for name, count in bounds.items() if count},
    )  # fmt: skip


def _counts(server: Server) -> dict[str, int]:
    """How often each limit was reached, and each code answered, so far."""
    counts = {}
    with urlopen(server.url("/metrics"), timeout=30) as answer:
        for line in answer.read().decode().splitlines():
            name, _, rest = line.partition("{")
            if name in _COUNTERS:
                counts[rest.split('"')[1]] = int(float(rest.rsplit(" ", 1)[1]))
    return counts


def write(file: Path, outcomes: Sequence[Outcome], seconds: float) -> None:
    """The table as Markdown."""
    head = (
        "attack", "rate", "tries", "p50 ms", "p99 ms", "most ms", "errors of others", "grows MB", "left MB",
        "bounds that bit, and codes", "",
    )  # fmt: skip
    text = [
        "# Attacks",
        f"Made by `make bench-attacks`. One attacker at a time for {seconds:g} s against `lakecast serve` with 1.8 "
        f"million forecasts, meanwhile another client asks a small question every {_PAUSE * 1e3:g} ms. The server is "
        "pinned to one core, attackers to the other at the lowest priority. All settings are the defaults, but answers "
        f"and cells are limited to {LIMIT_BYTES / 1e6:g} MB each, so that what they keep does not hide what attackers "
        f"hold. Others' p99 must be ≤ {MUST_MS:g} ms without an error, the process may grow by {MUST_MB:g} MB, of "
        f"which {LEFT_MB:g} may be left {LEFT_SECONDS:g} s after the attacker has left. The bounds are those of "
        "`lakecast_limits_reached_total`, codes of `lakecast_operation_errors_total` in `/metrics`.",
        f"Machine: {processor()}, {os.cpu_count()} cores; load average at the end {os.getloadavg()[1]:.1f} (about 1.5 "
        "where nothing else runs: beyond that, waiting is also for the processor).",
        table(head, [one.cells() for one in outcomes]),
    ]
    file.write_text("\n\n".join(text) + "\n", encoding="utf-8")


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--cache", type=Path, required=True, help="folder for the lake and logs")
    reads.add_argument("--out", type=Path, help="Markdown file to write")
    reads.add_argument("--seconds", type=float, default=10.0, help="length of each attack")
    reads.add_argument("--only", default="", help="part of the names of the attacks to make")
    asked = reads.parse_args()
    logs = asked.cache / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    lake = asked.cache / "lake"
    lakes.build(lake, ITEMS)
    keys = asked.cache / "attack-keys"
    key = ours.admin_key(keys)
    os.sched_setaffinity(0, {1})
    outcomes = []
    for number, attack in enumerate(ATTACKS):
        if asked.only not in attack.name:
            continue
        # A server of its own for each: what one attack leaves behind is not the next one's.
        environment = {**SMALL, "LAKECAST_KEYS_FILE": str(keys)}
        with ours.server(lake, "attacked", logs / "attacked.log", environment) as server:
            with Others(server), Client(server) as admin:
                # What a reload leaves in the allocator's arenas, once, is not the attacker's.
                admin.ask(REFRESH, {"force": True}, key)
                time.sleep(_SETTLE_SECONDS)
            outcomes.append(suffer(server, number, asked.seconds, key))
        print(" | ".join(outcomes[-1].cells()), flush=True)
    print(f"{sum(one.verdict == 'holds' for one in outcomes)} of {len(outcomes)} hold")
    if asked.out:
        write(asked.out, outcomes, asked.seconds)


if __name__ == "__main__":
    main()
