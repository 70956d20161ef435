"""graphique: GraphQL over columns; answers are columns, about half the bytes of rows."""

from pathlib import Path
from random import Random

from bench.serving.lake import HORIZON, SOURCES, item_id
from bench.serving.peers.peer import Peer
from bench.serving.processes import Server, free_port
from bench.serving.questions import PAGE, ROWS, body

_COLUMNS = "".join(
    f"{name} {{ values }} " for name in ("date", "item_id", "forecast", "lower_80", "upper_80", "source")
)
_PAGE_COLUMNS = "".join(
    f"{name} {{ values }} " for name in ("item_id", "name", "category", "source", "mae", "rmse", "mape", "total")
)


def peer(python: Path, copies: Path, items: int, log: Path) -> Peer:
    """Items, metrics and totals joined beforehand, as it has no joins per request that keep up."""
    port = free_port()

    def q1(chance: Random) -> str:
        query = (
            "query Q($i: String!, $s: String!) { rows { filter(item_id: {eq: [$i]}, source: {eq: [$s]}) "
            f'{{ order(by: ["date"]) {{ columns {{ {_COLUMNS} }} }} }} }} }}'
        )
        return body(query, {"i": item_id(chance.randrange(items)), "s": chance.choice(SOURCES)})

    def q2(chance: Random) -> str:
        part = f"slice(offset: $o, limit: {PAGE}) {{ columns {{ {_PAGE_COLUMNS} }} }}"
        query = f"query P($o: BigInt!) {{ page {{ {part} }} }}"
        return body(query, {"o": chance.randrange(items - PAGE)})

    def q3(chance: Random) -> str:
        query = f"query X($o: BigInt!) {{ rows {{ slice(offset: $o, limit: {ROWS}) {{ columns {{ {_COLUMNS} }} }} }} }}"
        return body(query, {"o": chance.randrange(items * len(SOURCES) * HORIZON - ROWS)})

    server = Server(
        "graphique",
        [
            str(python), "-m", "uvicorn", "graphique_app:app", "--port", str(port), "--no-access-log",
            "--app-dir", str(Path(__file__).parents[1] / "apps"),
        ],
        port,
        ready="/?query={__typename}",
        environment={"BENCH_COPIES": str(copies)},
        log=log,
    )  # fmt: skip
    note = "answers columns instead of rows; page joined beforehand; one connection, as more fail"
    paths = dict.fromkeys(("Q1", "Q2", "Q3"), "/")
    return Peer(server, {"Q1": q1, "Q2": q2, "Q3": q3}, paths, connections=1, note=note)
