"""Latencies of single questions: an operation's first time, totals, the leaderboard, what-if; cold and cached."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.serving import ours
from bench.serving.client import Client, percentile
from bench.serving.lake import CATEGORIES, SOURCES, SUPPLIERS, item_id
from bench.serving.questions import Q1, body


@dataclass(frozen=True)
class Latency:
    """Latencies in ms of one kind of question, asked one at a time, each with other values."""

    name: str
    p50_ms: float
    p95_ms: float
    asked: int


def run(lake: Path, items: int, log: Path, count: int) -> list[Latency]:
    """Each kind `count` times against a fresh server that keeps no answers, and cached against one that does."""
    kinds: dict[str, Callable[[Random], str]] = {
        "first": _never_seen,
        "totals from rollups": _rollup,
        "totals ad hoc": _ad_hoc,
        "leaderboard": _leaderboard,
        "what-if, all items": _what_if,
        "what-if of fill rates, all items": _what_if_fill,
    }
    found = []
    with ours.server(lake, "cold", log, {"LAKECAST_CACHE_BYTES": "0"}) as server, Client(server) as client:
        for name, make in kinds.items():
            client.raw(make(Random(0)))
            chance = Random(1)
            taken = client.milliseconds([make(chance) for _ in range(count)])
            found.append(Latency(name, percentile(taken, 0.5), percentile(taken, 0.95), count))
            print(found[-1], flush=True)
    with ours.server(lake, "cached", log) as server, Client(server) as client:
        for name in ("totals ad hoc", "leaderboard", "what-if, all items"):
            question = kinds[name](Random(3))
            client.raw(question)
            taken = client.milliseconds([question] * count)
            found.append(Latency(f"{name}, cached", percentile(taken, 0.5), percentile(taken, 0.95), count))
            print(found[-1], flush=True)
    return found


def q1_from_parquet(lake: Path, items: int, log: Path, count: int) -> Latency:
    """Q1 of a server whose budget holds next to nothing."""
    small = {"LAKECAST_MEMORY_BUDGET": "1000000", **ours.NOTHING_KEPT}
    with ours.server(lake, "small budget", log, small) as server, Client(server) as client:
        chance = Random(2)

        def ask() -> str:
            return body(Q1, {"i": item_id(chance.randrange(items)), "s": chance.choice(SOURCES), "n": 90})

        client.raw(ask())
        taken = client.milliseconds([ask() for _ in range(count)])
    return Latency("Q1 from Parquet", percentile(taken, 0.5), percentile(taken, 0.95), count)


def _never_seen(chance: Random) -> str:
    alias = f"a{chance.randrange(10**9)}"
    query = (
        f"query {alias}($i: String!) {{ {alias}: item(itemId: $i) {{ itemId name category b{alias}: champion "
        "metrics { source mae rmse wape } forecast { source total dates forecast lower80 upper80 } "
        "replenishment { alert reorderPoint recommendedOrder reason } } snapshotInfo { snapshotId committedAt } }"
    )
    return body(query, {"i": item_id(chance.randrange(1000))})


def _rollup(chance: Random) -> str:
    # Another supplier is left out each time, so that no answer is a copy of the one before.
    query = (
        "query T($s: String!, $n: Int!) { forecastTotals(where: {not: {supplier: {eq: $s}}}, groupBy: [CATEGORY, "
        "PERIOD], grain: MONTH, first: $n) { nodes { category period forecast itemCount rowCount } } }"
    )
    return body(query, {"s": f"supplier {chance.randrange(SUPPLIERS)}", "n": chance.randint(100, 10_000)})


def _ad_hoc(chance: Random) -> str:
    query = (
        "query T($s: String!, $d: Date!, $f: Float!) { forecastTotals(where: {supplier: {eq: $s}, date: {gte: $d}, "
        "forecast: {gt: $f}}, groupBy: [SUPPLIER, PERIOD], grain: WEEK) { nodes { period forecast itemCount } } }"
    )
    variables = {"s": f"supplier {chance.randrange(SUPPLIERS)}", "d": "2026-01-09", "f": round(chance.random(), 6)}
    return body(query, variables)


def _leaderboard(chance: Random) -> str:
    query = (
        "query L($c: String!, $m: ErrorMeasure!) { leaderboard(measure: $m, groupBy: CATEGORY, where: {not: {category: "
        "{eq: $c}}}) { group rank source error skill itemCount wins } }"
    )
    measure = chance.choice(["QUANTILE_LOSS", "RMSSE", "MASE", "WAPE", "SMAPE", "MAE", "RMSE", "BIAS"])
    return body(query, {"c": f"category {chance.randrange(CATEGORIES)}", "m": measure})


def _what_if_fill(chance: Random) -> str:
    return _what_if(chance).replace("leadTimeFactor: $f", "leadTimeFactor: $f, serviceMeasure: FILL")


def _what_if(chance: Random) -> str:
    query = (
        "query W($f: Float!) { whatIf(scenario: {leadTimeFactor: $f}, first: 20) { totals { recommendedOrderValue "
        "alerts { level itemCount } } nodes { item { itemId } orderDelta scenario { alert recommendedOrder } } } }"
    )
    return body(query, {"f": round(chance.uniform(0.5, 2.0), 6)})
