"""What is asked: three questions that every server can answer, each body with values that did not come before."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.serving.client import Client
from bench.serving.lake import HORIZON, SOURCES, TOTAL_DAYS_OF_PAGE, item_id

QUESTIONS = {
    "Q1": f"{HORIZON} rows x 6 fields of one item and source",
    "Q2": "a page of 50 items, each with the metrics of a source and the total of its forecast",
    "Q3": "10,000 rows x 6 fields",
}
PAGE = 50
ROWS = 10_000


Q1 = (
    "query Q($i: String!, $s: String!, $n: Int!) { forecasts(where: {itemId: {eq: $i}, source: {eq: $s}}, first: $n) "
    "{ nodes { date itemId forecast lower80 upper80 source } } }"
)
Q2 = (
    "query P($a: String, $h: Int) { items(first: 50, after: $a) { nodes { itemId name category "
    'metrics(sources: ["ensemble"]) { source mae rmse mape } forecast(horizon: $h) { total } } } }'
)
Q3 = (
    "query X($a: String, $n: Int!) { forecasts(first: $n, after: $a) "
    "{ nodes { date itemId forecast lower80 upper80 source } } }"
)


@dataclass(frozen=True)
class Places:
    """Where pages begin in our server's lists: cursors of single items and of every ten-thousandth row."""

    items: Sequence[str]
    rows: Sequence[str]


def body(query: str, variables: Mapping[str, object]) -> str:
    """A request in one line."""
    return json.dumps({"query": query, "variables": variables})


def places(client: Client, items: int) -> Places:
    """Cursors of our server, read as a client would."""
    page = "query C($a: String) { items(first: 1000, after: $a) { edges { cursor } } }"
    cursors: list[str] = []
    while len(cursors) < min(items, 5_000) - PAGE:
        got = client.ask(page, {"a": cursors[-1] if cursors else None})["items"]["edges"]
        cursors += [edge["cursor"] for edge in got]
    step = f"query R($a: String) {{ forecasts(first: {ROWS}, after: $a) {{ pageInfo {{ endCursor }} }} }}"
    rows: list[str] = []
    for _ in range(min(items * len(SOURCES) * HORIZON // ROWS, 180) - 1):
        rows.append(client.ask(step, {"a": rows[-1] if rows else None})["forecasts"]["pageInfo"]["endCursor"])
    return Places(cursors[: len(cursors) - PAGE], rows)


def ours(question: str, items: int, places: Places, chance: random.Random) -> str:
    """A body for our server."""
    if question == "Q1":
        # The number of rows asked for varies above what there is: other variables, the same 90 rows.
        item = item_id(chance.randrange(items))
        return body(Q1, {"i": item, "s": chance.choice(SOURCES), "n": chance.randint(HORIZON, 9_999)})
    if question == "Q2":
        return body(Q2, {"a": chance.choice(places.items), "h": chance.randint(TOTAL_DAYS_OF_PAGE, 10_000)})
    return body(Q3, {"a": chance.choice(places.rows), "n": chance.randint(ROWS - 200, ROWS)})


def unseen(make: Callable[[random.Random], str], count: int, seed: int) -> list[str]:
    """`count` bodies from a seed of their own."""
    chance = random.Random(seed)
    return [make(chance) for _ in range(count)]
