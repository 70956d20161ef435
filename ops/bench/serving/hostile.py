"""Memory under a hostile mix: requests of which no two are alike, against a server with small limits."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.serving import ours, questions
from bench.serving.client import Client
from bench.serving.lake import item_id
from bench.serving.processes import Server
from bench.serving.questions import Q1, Q2, Places

LIMIT_BYTES = 8_000_000
SMALL = {"LAKECAST_CACHE_BYTES": str(LIMIT_BYTES), "LAKECAST_CELL_BYTES": str(LIMIT_BYTES)}
"""Limits of answers and of cells."""
LIMITS_MB = len(SMALL) * LIMIT_BYTES / 1e6
THREADS = 4

Request = tuple[str, Mapping[str, str]]
_FLAGS = 20


@dataclass(frozen=True)
class Growth:
    """Requests that were answered, by status, and MB that the process grew by meanwhile."""

    requests: int
    statuses: Mapping[int, int]
    megabytes: float


def run(lake: Path, items: int, log: Path, warm_up: int, count: int) -> Growth:
    """`warm_up` requests of the mix, then `count` others, and the growth between."""
    with ours.server(lake, "hostile", log, SMALL) as server:
        with Client(server) as client:
            places = questions.places(client, items)
        _ask(server, items, places, warm_up, seed=1)
        before = server.memory_mb()
        statuses = _ask(server, items, places, count, seed=2)
        return Growth(count, statuses, server.memory_mb() - before)


def _ask(server: Server, items: int, places: Places, count: int, seed: int) -> dict[int, int]:
    statuses: dict[int, int] = {}
    lock = threading.Lock()

    def ask(thread: int) -> None:
        chance = Random(f"{seed} {thread}")
        seen: dict[int, int] = {}
        with Client(server) as client:
            for number in range(count // THREADS):
                body, headers = KINDS[number % len(KINDS)](chance, items, places)
                status, _, _ = client.answer(body, {"Accept": "application/json", **headers})
                seen[status] = seen.get(status, 0) + 1
        with lock:
            for status, times in seen.items():
                statuses[status] = statuses.get(status, 0) + times

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if sum(statuses.values()) != count // THREADS * THREADS:
        raise RuntimeError(f"the server left requests unanswered; see {server.log}")
    return statuses


def _variables(chance: Random, items: int, places: Places) -> Request:
    """Variables of other values, sizes and types, some of them wrong."""
    wrong = chance.choice(({}, {"n": "many"}, {"i": 7}, {"x": "y" * chance.randrange(2_000)}, {"n": 10**30}))
    right = {"i": item_id(chance.randrange(items)), "s": chance.choice(("ensemble", "x" * chance.randrange(500)))}
    return questions.body(Q1, {**right, "n": chance.randrange(10_000), **wrong}), {}


def _flags(chance: Random, items: int, places: Places) -> Request:
    """Boolean variables of directives, in one of a million combinations."""
    names = [f"f{number}" for number in range(_FLAGS)]
    fields = " ".join(f"itemId @include(if: ${name})" for name in names)
    declared = " ".join(f"${name}: Boolean!" for name in names)
    query = f"query F({declared}) {{ items(first: 1) {{ nodes {{ name {fields} }} }} }}"
    return questions.body(query, {name: chance.random() < 0.5 for name in names}), {}


def _headers(chance: Random, items: int, places: Places) -> Request:
    """A known question under a head that nobody sent before."""
    noise = f"{chance.getrandbits(64):x}" * chance.randrange(1, 30)
    headers = {
        "Accept": f"application/json, text/{noise[:40]};q=0.{chance.randrange(10)}",
        "Accept-Encoding": f"gzip;q=0.{chance.randrange(1, 10**6)}, {noise[:20]}",
        "Cookie": noise,
        f"X-{noise[:12]}": noise,
    }
    return questions.body(Q1, {"i": item_id(0), "s": "ensemble", "n": 90}), headers


def _aliases(chance: Random, items: int, places: Places) -> Request:
    """A document that nobody sent before; now and then one that is not valid."""
    alias = f"a{chance.getrandbits(64):x}"
    field = "nothing" if chance.random() < 0.1 else "name"
    query = f"{{ {alias}: items(first: 2) {{ nodes {{ {alias}: {field} itemId }} }} }}"
    return json.dumps({"query": query, "operationName": None}), {}


def _cursors(chance: Random, items: int, places: Places) -> Request:
    """Cursors of every item, under a horizon of their own, and some that are none."""
    cursor = chance.choice(places.items)
    if chance.random() < 0.2:
        cursor = f"{cursor[:-4]}{chance.getrandbits(32):x}"
    return questions.body(Q2, {"a": cursor, "h": chance.randrange(1, 10**6)}), {}


def _literals(chance: Random, items: int, places: Places) -> Request:
    """Literals in the document in place of variables, with a filter and an order."""
    query = (
        f'{{ items(first: {chance.randrange(1, 60)}, where: {{name: {{contains: "{chance.getrandbits(48):x}"}}}}, '
        "orderBy: [{field: NAME, direction: DESC}]) { totalCount nodes { itemId } } }"
    )
    return json.dumps(
        {"query": query, "operationName": f"n{chance.getrandbits(32):x}" if chance.random() < 0.1 else None}
    ), {}


def _scenarios(chance: Random, items: int, places: Places) -> Request:
    """Assumptions that nobody made before: each takes an answer of its own over all items."""
    query = "query W($s: ScenarioInput!) { whatIf(scenario: $s, first: 1) { nodes { orderDelta } } }"
    return questions.body(query, {"s": {"demandFactor": 0.5 + chance.random()}}), {}


KINDS: tuple[Callable[[Random, int, Places], Request], ...] = (
    *(_variables, _flags, _headers, _aliases, _cursors, _literals) * 8, _scenarios,
)  # fmt: skip
