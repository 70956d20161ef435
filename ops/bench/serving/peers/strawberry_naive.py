"""Naive Strawberry over the lake itself, in the serving environment."""

import sys
from pathlib import Path
from random import Random

from bench.serving.lake import HORIZON, SOURCES, item_id
from bench.serving.peers.peer import Peer
from bench.serving.processes import Server, free_port
from bench.serving.questions import PAGE, ROWS, body

_FIELDS = "{ date itemId forecast lower80 upper80 source }"


def peer(lake: Path, items: int, log: Path) -> Peer:
    """Opens Delta and DuckDB for every request."""
    port = free_port()

    def q1(chance: Random) -> str:
        query = f"query Q($i: String!, $s: String!) {{ forecasts(itemId: $i, source: $s) {_FIELDS} }}"
        return body(query, {"i": item_id(chance.randrange(items)), "s": chance.choice(SOURCES)})

    def q2(chance: Random) -> str:
        query = (
            f"query P($o: Int!) {{ items(first: {PAGE}, offset: $o) "
            "{ itemId name category metrics { source mae rmse mape } total } }"
        )
        return body(query, {"o": chance.randrange(items - PAGE)})

    def q3(chance: Random) -> str:
        query = f"query X($s: String!, $o: Int!) {{ rows(source: $s, first: {ROWS}, offset: $o) {_FIELDS} }}"
        return body(query, {"s": chance.choice(SOURCES), "o": chance.randrange(items * HORIZON - ROWS)})

    server = Server(
        "naive Strawberry",
        [sys.executable, "-m", "uvicorn", "bench.serving.apps.naive_app:app", "--port", str(port), "--no-access-log"],
        port,
        ready="/?query={__typename}",
        environment={"BENCH_LAKE": str(lake), "PYTHONPATH": "ops"},
        log=log,
    )
    return Peer(server, {"Q1": q1, "Q2": q2, "Q3": q3}, dict.fromkeys(("Q1", "Q2", "Q3"), "/"), connections=4)
