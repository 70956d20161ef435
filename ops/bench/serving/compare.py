"""Processor time per request and saturated throughput: everybody beside each other, in turns."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from bench.serving import load, ours, questions
from bench.serving.client import Client
from bench.serving.load import Load
from bench.serving.peers.peer import Peer
from bench.serving.processes import Server, free_port
from bench.serving.questions import Places

LIMIT = "limit: bytes from a bare handler"
COLUMNS = "Lakecast, rendered from columns"
BLOCKS = "Lakecast, from warm blocks"
REPEATED = "Lakecast, repeated"
INSTALLED = "Lakecast as installed, any item or page"
NOTHING = "Lakecast, nothing kept at all"
OURS = (COLUMNS, BLOCKS, REPEATED, INSTALLED, NOTHING)
CONNECTIONS = {"Q1": 8, "Q2": 8, "Q3": 4}
TOUCHED = {"Q1": 400, "Q2": 400, "Q3": 12}
"""Items or pages that the warm server has rendered before; they fit into its blocks."""
BODIES = {"Q1": 60_000, "Q2": 40_000, "Q3": 4_000}


@dataclass(frozen=True)
class Contender:
    """One column of the table: a server, and how it is asked."""

    name: str
    server: Server
    path: Callable[[str], str]
    make: Callable[[str, Random], str]
    content_type: str = "application/json"
    connections: int | None = None
    repeats: bool = False


@dataclass(frozen=True)
class Row:
    """Medians over the rounds of one contender and question."""

    contender: str
    question: str
    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float
    kilobytes: float
    errors: int
    cpu_ratio: float
    """Median over the rounds of the processor time against the limit's in the same round."""


def run(lake: Path, items: int, peers: Sequence[Peer], logs: Path, rounds: int, seconds: float) -> list[Row]:
    """All contenders, question by question, round by round."""
    with ExitStack() as stack:
        plain = stack.enter_context(ours.server(lake, COLUMNS, logs / "columns.log", ours.CELLS_KEPT))
        bare = stack.enter_context(ours.server(lake, NOTHING, logs / "nothing.log", ours.NOTHING_KEPT))
        warm = stack.enter_context(ours.server(lake, BLOCKS, logs / "blocks.log", ours.BLOCKS_KEPT))
        whole = stack.enter_context(ours.server(lake, REPEATED, logs / "repeated.log"))
        with Client(plain) as client:
            found = questions.places(client, items)
        answers = logs / "answers"
        answers.mkdir(exist_ok=True)
        with Client(plain) as client:
            for question in questions.QUESTIONS:
                body = questions.ours(question, items, found, Random(1))
                (answers / f"{question}.json").write_bytes(client.raw(body))
        limit = stack.enter_context(_limit(answers, logs))
        contenders = [
            Contender(LIMIT, limit, lambda question: f"/{question}", _our_question(items, found)),
            Contender(COLUMNS, plain, _graphql, _our_question(items, found)),
            Contender(BLOCKS, warm, _graphql, _our_question(items, found, touched=True)),
            Contender(REPEATED, whole, _graphql, _our_question(items, found), repeats=True),
            Contender(INSTALLED, whole, _graphql, _our_question(items, found)),
            Contender(NOTHING, bare, _graphql, _our_question(items, found)),
            *(_contender(peer, stack) for peer in peers),
        ]
        rows = []
        for question in questions.QUESTIONS:
            load.run(warm, "/graphql", _all_touched(question, items, found), seconds=2 * seconds, connections=4)
            rows += _rounds(question, contenders, rounds, seconds)
    return rows


def _rounds(question: str, contenders: Sequence[Contender], rounds: int, seconds: float) -> list[Row]:
    taken: dict[str, list[Load]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders:
            count = 1 if contender.repeats else BODIES[question]
            bodies = questions.unseen(partial(contender.make, question), count, 1000 + number)
            taken[contender.name].append(
                load.run(
                    contender.server,
                    contender.path(question),
                    bodies,
                    seconds=seconds,
                    connections=min(CONNECTIONS[question], contender.connections or 99),
                    content_type=contender.content_type,
                )
            )
            _settle(contender.server)
            print(f"{question} round {number + 1}: {contender.name}: {taken[contender.name][-1]}", flush=True)
    limits = [one.cpu_us for one in taken[LIMIT]]
    return [
        Row(
            name, question, _median(one.cpu_us for one in runs), _median(one.per_second for one in runs),
            _median(one.p50_ms for one in runs), _median(one.p99_ms for one in runs),
            _median(one.kilobytes for one in runs), sum(one.errors for one in runs),
            _median(one.cpu_us / limit for one, limit in zip(runs, limits, strict=True)),
        )
        for name, runs in taken.items()
    ]  # fmt: skip


def _settle(server: Server) -> None:
    """Wait for what a server still does by itself, such as rendering ahead: others share its core."""
    for _ in range(40):
        before = server.cpu_seconds()
        time.sleep(0.25)
        if server.cpu_seconds() - before < 0.02:
            return


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _graphql(question: str) -> str:
    return "/graphql"


def _our_question(items: int, found: Places, *, touched: bool = False) -> Callable[[str, Random], str]:
    return lambda question, chance: questions.ours(
        question, items, found, chance, TOUCHED[question] if touched else None
    )


def _all_touched(question: str, items: int, found: Places) -> list[str]:
    return questions.unseen(
        lambda chance: questions.ours(question, items, found, chance, TOUCHED[question]), 20 * TOUCHED[question], 5
    )


def _contender(peer: Peer, stack: ExitStack) -> Contender:
    server = stack.enter_context(peer.server)
    return Contender(
        server.name, server, lambda question: peer.paths[question],
        lambda question, chance: peer.asks[question](chance), peer.content_type, peer.connections,
    )  # fmt: skip


def _limit(answers: Path, logs: Path) -> Server:
    port = free_port()
    return Server(
        LIMIT,
        [str(ours.SHARE / "uvicorn"), "bench.serving.apps.limit:app", "--port", str(port), "--no-access-log"],
        port,
        ready="/",
        environment={"ANSWERS": str(answers), "PYTHONPATH": "ops"},
        log=logs / "limit.log",
    )
