"""Processor time per request and saturated throughput: everybody beside each other, in turns, for each real client."""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from bench.serving import load, ours, questions
from bench.serving.client import Client
from bench.serving.clients import CLIENTS, COMPARED, Headers, without_coding
from bench.serving.load import Load
from bench.serving.peers.peer import Peer
from bench.serving.processes import Server, free_port
from bench.serving.questions import Places

LIMIT = "limit: bytes from a bare handler"
INSTALLED = "Lakecast as installed, any item or page"
REPEATED = "Lakecast as installed, repeated"
COLUMNS = "Lakecast, no answers kept"
NOTHING = "Lakecast, nothing kept at all"
OURS = (INSTALLED, REPEATED, COLUMNS, NOTHING)
CONNECTIONS = {"Q1": 8, "Q2": 8, "Q3": 4}
BODIES = {"Q1": 60_000, "Q2": 40_000, "Q3": 4_000}
CLIENTS_OF = {"Q1": tuple(CLIENTS), "Q2": tuple(CLIENTS), "Q3": ("bare", COMPARED)}
"""Question -> the clients that ask it: of 1.5 MB, the head is nothing."""


@dataclass(frozen=True)
class Contender:
    """One row of the table: a server, and how it is asked.

    Attributes:
        coding: the content coding that its answers come in.
    """

    name: str
    client: str
    server: Server
    path: Callable[[str], str]
    make: Callable[[str, Random], str]
    coding: str = "identity"
    headers: Headers = field(default_factory=dict)
    content_type: str = "application/json"
    connections: int | None = None
    repeats: bool = False


@dataclass(frozen=True)
class Row:
    """Medians over the rounds of one contender and question.

    Attributes:
        cpu_ratio: median over the rounds of the processor time against the limit's in the same round, for the same
            client and coding.
        coding_us: likewise of what it took more than the same without coding; 0 without coding.
    """

    contender: str
    client: str
    coding: str
    question: str
    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float
    kilobytes: float
    errors: int
    cpu_ratio: float
    coding_us: float


def run(lake: Path, items: int, peers: Sequence[Peer], logs: Path, rounds: int, seconds: float) -> list[Row]:
    """All contenders, question by question, round by round."""
    with ExitStack() as stack:
        whole = stack.enter_context(ours.server(lake, INSTALLED, logs / "installed.log"))
        columns = stack.enter_context(ours.server(lake, COLUMNS, logs / "columns.log", ours.NO_ANSWERS))
        nothing = stack.enter_context(ours.server(lake, NOTHING, logs / "nothing.log", ours.NOTHING_KEPT))
        with Client(whole) as client:
            places = questions.places(client, items)
        answers = logs / "answers"
        answers.mkdir(exist_ok=True)
        codings = _write_answers(whole, items, places, answers)
        limit = stack.enter_context(_limit(answers, logs))
        started = [(peer, stack.enter_context(peer.server)) for peer in peers]
        rows = []
        for question in questions.QUESTIONS:
            contenders = [
                *_ours(question, items, places, codings, limit, whole),
                *(
                    Contender(
                        name, COMPARED, server, _graphql, _our_question(items, places),
                        headers=without_coding(CLIENTS[COMPARED]),
                    )
                    for name, server in ((COLUMNS, columns), (NOTHING, nothing))
                ),
                *(_contender(peer, server) for peer, server in started),
            ]  # fmt: skip
            rows += _rounds(question, contenders, rounds, seconds)
    return rows


def _ours(
    question: str,
    items: int,
    places: Places,
    codings: Mapping[tuple[str, str], str],
    limit: Server,
    whole: Server,
) -> Iterable[Contender]:
    """The limit and the server as installed, for each client, without coding and with the one that it is given."""
    make = _our_question(items, places)
    for client in CLIENTS_OF[question]:
        wanted = codings[client, question]
        for coding in dict.fromkeys(("identity", wanted)):
            headers = CLIENTS[client] if coding != "identity" else without_coding(CLIENTS[client])
            answer = f"/{question}.{coding}"
            yield Contender(LIMIT, client, limit, lambda _, answer=answer: answer, make, coding, headers)  # type: ignore[misc]
            yield Contender(INSTALLED, client, whole, _graphql, make, coding, headers)
            if coding == wanted:
                yield Contender(REPEATED, client, whole, _graphql, make, coding, headers, repeats=True)


def _rounds(question: str, contenders: Sequence[Contender], rounds: int, seconds: float) -> list[Row]:
    taken: list[list[Load]] = [[] for _ in contenders]
    for number in range(rounds):
        for place, contender in enumerate(contenders):
            count = 1 if contender.repeats else BODIES[question]
            seed = 1_000 * (number + 1) + place  # no two ask the same of one server
            bodies = questions.unseen(partial(contender.make, question), count, seed)
            path = contender.path(question)
            if contender.repeats:  # the first few times belong to other rows
                with Client(contender.server) as asking:
                    for _ in range(4):
                        asking.coded(bodies[0], contender.headers)
            taken[place].append(_ask(contender, path, bodies, seconds, question))
            _settle(contender.server)
            print(
                f"{question} round {number + 1}: {contender.name}, {contender.client}, {contender.coding}: "
                f"{taken[place][-1]}",
                flush=True,
            )
    by = {(one.name, one.client, one.coding): runs for one, runs in zip(contenders, taken, strict=True)}
    rows = []
    for (name, client, coding), runs in by.items():
        limits = by[LIMIT, client, coding]
        plain = by.get((name, client, "identity"), runs)
        rows.append(
            Row(
                name, client, coding, question,
                _median(one.cpu_us for one in runs), _median(one.per_second for one in runs),
                _median(one.p50_ms for one in runs), _median(one.p99_ms for one in runs),
                _median(one.kilobytes for one in runs), sum(one.errors for one in runs),
                _median(one.cpu_us / limit.cpu_us for one, limit in zip(runs, limits, strict=True)),
                _median(one.cpu_us - same.cpu_us for one, same in zip(runs, plain, strict=True)),
            )
        )  # fmt: skip
    return rows


def _ask(contender: Contender, path: str, bodies: Sequence[str], seconds: float, question: str) -> Load:
    return load.run(
        contender.server,
        path,
        bodies,
        seconds=seconds,
        connections=min(CONNECTIONS[question], contender.connections or 99),
        headers=contender.headers,
        content_type=contender.content_type,
    )


def _settle(server: Server) -> None:
    """Wait for what a server still does by itself: others share its core."""
    for _ in range(40):
        before = server.cpu_seconds()
        time.sleep(0.1)
        if server.cpu_seconds() - before < 0.02:
            return


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _graphql(question: str) -> str:
    return "/graphql"


def _our_question(items: int, places: Places) -> Callable[[str, Random], str]:
    return lambda question, chance: questions.ours(question, items, places, chance)


def _contender(peer: Peer, server: Server) -> Contender:
    return Contender(
        server.name, COMPARED, server, lambda question: peer.paths[question],
        lambda question, chance: peer.asks[question](chance), "identity", without_coding(CLIENTS[COMPARED]),
        peer.content_type, peer.connections,
    )  # fmt: skip


def _write_answers(server: Server, items: int, places: Places, folder: Path) -> dict[tuple[str, str], str]:
    """What the limit returns: an answer of ours under every coding that a client is given.

    Returns client and question -> that coding.
    """
    codings = {}
    with Client(server) as asking:
        for question in questions.QUESTIONS:
            body = questions.ours(question, items, places, Random(1))
            for client, headers in CLIENTS.items():
                for sent in (without_coding(headers), headers):
                    content, coding = asking.coded(body, sent)
                    (folder / f"{question}.{coding}").write_bytes(content)
                    codings[client, question] = coding
    return codings


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
