"""Runs the serving benchmark: PYTHONPATH=ops .venv-serve/bin/python -m bench.serving --cache DIR --out FILE."""

import argparse
import importlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

from bench.serving import compare, followers, hostile, ours, refreshing, report, singles, subscribers
from bench.serving import lake as lakes
from bench.serving.client import Client, percentile
from bench.serving.compare import Row
from bench.serving.peers import copies as copied
from bench.serving.peers.peer import Peer
from bench.serving.questions import Q1, body
from bench.serving.report import Requirement
from lakecast_lake.storage import Lake

ITEMS, MANY_ITEMS = 5_000, 100_000
PARTS = ("compare", "singles", "refresh", "subscribers", "followers", "start", "hostile", "many")


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--cache", type=Path, required=True, help="folder for the lakes, copies and logs")
    reads.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    reads.add_argument("--peers", type=Path, help="folder with the peers' environment (venv/ and node/)")
    reads.add_argument("--parts", default=",".join(PARTS), help="some of " + ",".join(PARTS))
    reads.add_argument("--rounds", type=int, default=5)
    reads.add_argument("--seconds", type=float, default=4.0)
    asked = reads.parse_args()
    logs = asked.cache / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    parts = set(asked.parts.split(","))
    lake = lakes.build(asked.cache / "lake", ITEMS)
    rows: list[Row] = []
    requirements: list[Requirement] = []
    notes: list[str] = []
    if "compare" in parts:
        peers = list(_peers(asked.peers, asked.cache, lake, logs)) if asked.peers else []
        rows = compare.run(asked.cache / "lake", ITEMS, peers, logs, asked.rounds, asked.seconds)
        requirements += report.compared(rows)
        notes += [f"{peer.server.name}: {peer.note}." for peer in peers if peer.note]
    steps: dict[str, Callable[[], tuple[Sequence[Requirement], Sequence[str]]]] = {
        "singles": lambda: _singles(asked.cache / "lake", ITEMS, logs),
        "start": lambda: _start(asked.cache / "lake", ITEMS, logs),
        "refresh": lambda: _refresh(lake, asked.cache, logs),
        "subscribers": lambda: _subscribers(lake, asked.cache, logs),
        "hostile": lambda: _hostile(asked.cache / "lake", logs),
        "followers": lambda: _followers(lake, logs),
        "many": lambda: _many(asked.cache, logs),
    }
    for name, step in steps.items():
        if name in parts:
            more, said = step()
            requirements += more
            notes += said
            for requirement in more:
                print(" | ".join(requirement.cells()), flush=True)
    report.write(asked.out, requirements, rows, notes, f"{asked.rounds} rounds of {asked.seconds:g} s.")
    missed = [one.measure for one in requirements if "missed" in one.verdict]
    print(f"wrote {asked.out}: {len(requirements) - len(missed)} of {len(requirements)} requirements hold")
    for measure in missed:
        print(f"missed: {measure}")


def _peers(folder: Path, cache: Path, lake: Lake, logs: Path) -> Iterator[Peer]:
    copies = copied.write(lake, cache / "copies")
    module = {name: importlib.import_module(f"bench.serving.peers.{name}") for name in (
        "roapi", "graphique", "postgraphile", "strawberry_naive",
    )}  # fmt: skip
    programs = folder / "venv" / "bin"
    yield module["roapi"].peer(programs / "roapi", copies, ITEMS, logs / "roapi.log")
    yield module["graphique"].peer(programs / "python", copies, ITEMS, logs / "graphique.log")
    node = folder / "node" / "node_modules" / ".bin" / "postgraphile"
    yield module["postgraphile"].peer(node, copies, cache / "postgres", ITEMS, logs / "postgraphile.log")
    yield module["strawberry_naive"].peer(cache / "lake", ITEMS, logs / "naive.log")


def _singles(lake: Path, items: int, logs: Path, count: int = 200) -> tuple[list[Requirement], list[str]]:
    found = {one.name: one for one in singles.run(lake, items, logs / "singles.log", count)}
    parquet = singles.q1_from_parquet(lake, items, logs / "singles.log", count)
    limits = {
        "totals from rollups": (10, 5), "totals ad hoc": (60, 30), "leaderboard": (60, 30),
        "what-if, all items": (30, 10), "what-if of fill rates, all items": (100, 30),
        "totals ad hoc, cached": (2, 1), "leaderboard, cached": (2, 1),
    }  # fmt: skip
    first = found["first"]
    return [
        Requirement("an operation seen for the first time, median", first.p50_ms, 8, 4, "ms"),
        *(Requirement(f"{name}, p95", found[name].p95_ms, *limits[name], "ms") for name in limits),
        Requirement("Q1 from Parquet under a small budget, p95", parquet.p95_ms, 20, 5, "ms"),
    ], [f"an operation seen for the first time: p95 {first.p95_ms:.1f} ms, with the round trip"]


def _start(lake: Path, items: int, logs: Path) -> tuple[list[Requirement], list[str]]:
    seconds, memory, libraries = [], [], []
    for _ in range(3):
        with ours.server(lake, "start", logs / "start.log") as server:
            seconds.append(server.seconds_to_ready)
            memory.append(server.memory_mb())
            libraries.append(server.library_mb())
    return [
        Requirement("start of the process to ready, 1.8 M rows", sorted(seconds)[1], 2, 1, "s"),
        Requirement("memory when ready, 1.8 M rows", sorted(memory)[1], 400, 300, "MB"),
        Requirement("answers and cells by default, full", ours.CACHES_MB, 256, 256, "MB"),
    ], [
        f"memory when ready: {sorted(libraries)[1]:.0f} MB of it are pages of libraries' files: workers share them "
        "and the kernel takes them back at need; how many it maps at once differs between kernels"
    ]


def _refresh(lake: Lake, cache: Path, logs: Path) -> tuple[list[Requirement], list[str]]:
    found = refreshing.run(lake, cache, ITEMS, logs / "refresh.log", changes=10, forces=40, rate=800)
    return [
        Requirement("refresh after a commit of one source of four, 1.8 M rows", found.changed_ms / 1e3, 3, 1, "s"),
        Requirement("p99 of Q1 at half load, quiet", found.quiet_p99_ms, 3, 2, "ms"),
        Requirement("p99 of Q1 while refreshing", found.p99_ms, 20, 5, "ms"),
        Requirement("errors and snapshots that went backwards", found.errors + found.backwards, 0, 0, ""),
    ], [
        f"{found.refreshes} refreshes, {found.requests:,} reads beside them; quiet p99 {found.quiet_p99_ms:.1f} ms; "
        f"a forced reload of everything {found.forced_ms / 1e3:.2f} s; {found.memory_mb:.0f} MB at the end"
    ]


def _subscribers(lake: Lake, cache: Path, logs: Path) -> tuple[list[Requirement], list[str]]:
    found = subscribers.run(lake, cache, ITEMS, logs / "subscribers.log", 1_000)
    return [
        Requirement("1,000 subscribers: last one told after the refresh's answer", found.last_told_s, 1, 0.3, "s"),
        Requirement("1,000 subscribers: memory each", found.kilobytes_each, 100, 50, "kB"),
    ], []


def _followers(lake: Lake, logs: Path) -> tuple[list[Requirement], list[str]]:
    found = followers.run(lake, ITEMS, logs)
    measure = f"{followers.REPLICAS} replicas of {followers.WORKERS} workers: last one begins to load after the message"
    return [Requirement(measure, found.last_begun_s, 1, 0.3, "s")], [
        f"the last of these workers serves the new snapshot {found.last_served_s:.1f} s after the message: "
        f"{followers.REPLICAS * followers.WORKERS} processes load it at once in niced threads, on all of the machine's "
        "cores"
    ]


def _hostile(lake: Path, logs: Path) -> tuple[list[Requirement], list[str]]:
    found = hostile.run(lake, ITEMS, logs / "hostile.log", warm_up=20_000, count=100_000)
    must = hostile.LIMITS_MB + 64
    measure = f"{found.requests:,} distinct hostile requests: growth of the process"
    return [Requirement(measure, found.megabytes, must, must, "MB")], [
        "hostile requests by status: "
        + ", ".join(f"{status} {times:,}" for status, times in sorted(found.statuses.items()))
        + f"; answers and cells are limited to {hostile.LIMIT_BYTES / 1e6:g} MB each"
    ]


def _many(cache: Path, logs: Path) -> tuple[list[Requirement], list[str]]:
    big = lakes.build(cache / "many", MANY_ITEMS)
    requirements, _ = _singles(cache / "many", MANY_ITEMS, logs, 40)
    limits = {
        "totals from rollups, p95": (45, 20), "totals ad hoc, p95": (2000, 600), "leaderboard, p95": (100, 40),
        "what-if, all items, p95": (200, 80), "what-if of fill rates, all items, p95": (2000, 600),
    }  # fmt: skip
    with ours.server(cache / "many", "many", logs / "many.log") as server:
        ready, memory = server.seconds_to_ready, server.memory_mb()
    found = refreshing.run(big, cache, MANY_ITEMS, logs / "many.log", changes=2, forces=1, rate=400)
    return [
        *(
            Requirement(f"36 M rows: {one.measure}", one.value, *limits[one.measure], one.unit)
            for one in requirements
            if one.measure in limits
        ),
        Requirement("36 M rows: start of the process to ready", ready, 18, 8, "s"),
        Requirement("36 M rows: memory when ready", memory, 3000, 2000, "MB"),
        Requirement("36 M rows: refresh after a commit of one source", found.changed_ms / 1e3, 15, 3, "s"),
        Requirement("Q1 p99, 36 M against 1.8 M rows", _q1_p99(cache, logs), 1.5, 1.1, "×"),
    ], [f"36 M rows: p99 of Q1 while refreshing {found.p99_ms:.1f} ms"]


def _q1_p99(cache: Path, logs: Path, rounds: int = 7) -> float:
    """The p99 of Q1 from 36 M rows against that from 1.8 M, nothing kept: the median of rounds that take turns."""
    chance = Random(4)

    def asked(items: int) -> list[str]:
        return [
            body(Q1, {"i": lakes.item_id(chance.randrange(items)), "s": chance.choice(lakes.SOURCES), "n": 90})
            for _ in range(3_000)
        ]

    with ExitStack() as stack:
        few, many = [
            stack.enter_context(
                Client(stack.enter_context(ours.server(lake, "q1", logs / "q1.log", ours.NOTHING_KEPT)))
            )
            for lake in (cache / "lake", cache / "many")
        ]
        ratios = []
        for number in range(rounds + 1):
            base = percentile(few.milliseconds(asked(ITEMS)), 0.99)
            if number:  # the first warms up
                ratios.append(percentile(many.milliseconds(asked(MANY_ITEMS)), 0.99) / base)
            else:
                many.milliseconds(asked(MANY_ITEMS))
    return statistics.median(ratios)


if __name__ == "__main__":
    main()
