"""`/metrics`: what Prometheus reads, of one process and of several workers."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from running import Running, running
from test_workers import served, until

from lakecast_graphql.metrics import BUCKETS, Metrics
from lakecast_graphql.operation import operation_counts
from lakecast_graphql.operation.operation import Operation
from lakecast_graphql.operation.operation_counts import MOST, OperationCounts, name_of
from lakecast_lake.storage import Lake
from lakecast_ops.metrics import page

LINE = re.compile(r"# (HELP|TYPE) \w+ .+|\w+(\{(\w+=\"(\\.|[^\"\\])*\",?)*\})? ([0-9.e+-]+|\+Inf|NaN)")
QUERY = "{ items(first: 1) { totalCount } }"


def figures(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_text_of_one_process(server: Running) -> None:
    server.data(QUERY)
    text = server.http.get("/metrics").text
    assert all(LINE.fullmatch(line) for line in text.splitlines())
    found = figures(text)
    assert found["lakecast_ready"] == 1
    assert found["lakecast_snapshot_id"] == found["lakecast_newest_snapshot_id"]
    assert found['lakecast_http_requests_total{method="POST",status="200"}'] >= 1
    assert found['lakecast_http_request_seconds_count{method="POST"}'] >= 1
    assert found['lakecast_http_request_seconds_bucket{le="+Inf",method="POST"}'] >= 1
    assert "# TYPE lakecast_operations_total counter" in text


def test_every_cache_has_its_figures(server: Running) -> None:
    server.data(QUERY)
    found = figures(server.http.get("/metrics").text)
    for name in (
        "answers", "cells", "plans", "plans by flags", "texts", "documents", "persisted queries", "events",
        "wrong keys", "accept", "accept-encoding", "cursors", "days", "computations",
    ):  # fmt: skip
        assert f'lakecast_cache_bytes{{cache="{name}"}}' in found
        assert f'lakecast_cache_evictions_total{{cache="{name}"}}' in found
    assert found['lakecast_cache_bytes{cache="documents"}'] > 0


def bare(monkeypatch: pytest.MonkeyPatch) -> Metrics:
    """The figures of no server, without gauges."""
    monkeypatch.setattr("lakecast_graphql.metrics.GAUGES", ())
    monkeypatch.setattr("lakecast_graphql.metrics.LABELLED_GAUGES", ())
    execution = SimpleNamespace(named=OperationCounts())
    return Metrics(SimpleNamespace(redis=None, execution=execution))  # type: ignore[arg-type]


def test_a_cache_that_began_anew_goes_on_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was computed from a snapshot goes with it, and its counts with it."""
    counts = {"computations": 0.0}
    counter = ("lakecast_cache_hits", "x", ("cache",), lambda of: dict(counts))
    monkeypatch.setattr("lakecast_graphql.metrics.COUNTERS", (counter,))
    metrics, told = bare(monkeypatch), []
    for count in (3.0, 5.0, 2.0, 2.0):
        counts["computations"] = count
        told.append(figures(metrics.text().decode())['lakecast_cache_hits_total{cache="computations"}'])
    assert told == [3, 5, 7, 7]


def test_counts_of_parts_are_told_once(server: Running) -> None:
    def hits() -> float:
        return figures(server.http.get("/metrics").text)['lakecast_operations_total{way="light"}']

    server.data("{ told: items(first: 1) { totalCount } }")
    before = hits()
    assert hits() == before
    server.data("{ told: items(first: 2) { totalCount } }")
    assert hits() == before + 1


def test_durations_are_counted_as_the_library_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakecast_graphql.metrics.COUNTERS", ())
    ours, theirs = bare(monkeypatch), CollectorRegistry()
    histogram = Histogram("lakecast_http_request_seconds", "x", ["method"], buckets=BUCKETS, registry=theirs)
    for seconds in (0.0, 0.0004, 0.0005, 0.00051, 0.9, 1.0, 29.0, 31.0):
        for method in ("GET", "POST", "BREW"):
            ours.observe(method, "200", seconds)
            histogram.labels(method if method != "BREW" else "other").observe(seconds)
    told = figures(ours.text().decode())
    expected = figures(generate_latest(theirs).decode())
    assert expected == {name: value for name, value in told.items() if "seconds" in name}
    assert told['lakecast_http_requests_total{method="other",status="200"}'] == 8
    assert figures(ours.text().decode()) == told


def test_operations_are_counted_by_name_and_path(server: Running) -> None:
    def count(name: str, path: str) -> float:
        series = f'lakecast_named_operations_total{{operation="{name}",path="{path}"}}'
        return figures(server.http.get("/metrics").text).get(series, 0)

    before = {path: count("CountedHere", path) for path in ("light", "kept", "heavy", "strawberry")}
    for _ in range(3):  # made, made and kept, taken
        server.data("query CountedHere { items(first: 1) { totalCount } }")
    server.data("query CountedHere { items(first: 1) { totalCount } forecastTotals(groupBy: [ITEM]) { totalCount } }")
    server.data("query CountedHere { __typename items(first: 1) { totalCount } snapshots(first: 1) { totalCount } }")
    after = {path: count("CountedHere", path) - before[path] for path in before}
    assert (after["light"], after["kept"], after["heavy"] + after["strawberry"]) == (2, 1, 2), after
    found = figures(server.http.get("/metrics").text)
    for path in ("light", "kept"):
        series = f'{{operation="CountedHere",path="{path}"}}'
        assert found[f"lakecast_operation_seconds_count{series}"] == count("CountedHere", path)
        assert 0 < found[f"lakecast_operation_seconds_sum{series}"] < 60
    unnamed = count("unnamed", "light") + count("unnamed", "kept")
    server.data("{ items(first: 1) { totalCount } }")
    assert count("unnamed", "light") + count("unnamed", "kept") == unnamed + 1
    server.ask("query NeverSeen { noSuchField }")
    assert 'operation="NeverSeen"' not in server.http.get("/metrics").text


def test_what_operations_took_is_counted_as_the_library_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakecast_graphql.metrics.COUNTERS", ())
    ours, theirs, counts = bare(monkeypatch), CollectorRegistry(), OperationCounts()
    ours._parts.execution.named = counts
    names = ["operation", "path"]
    histogram = Histogram("lakecast_operation_seconds", "x", names, buckets=operation_counts.BUCKETS, registry=theirs)
    for seconds in (0.0, 0.001, 0.0011, 0.5, 9.0, 10.0, 11.0):
        counts.add("Page", "light", seconds)
        histogram.labels("Page", "light").observe(seconds)
    told = figures(ours.text().decode())
    expected = figures(generate_latest(theirs).decode())
    assert expected == {name: value for name, value in told.items() if "operation_seconds" in name}
    assert figures(ours.text().decode()) == told


def test_names_of_operations_are_bounded() -> None:
    counts = OperationCounts(["query Page { a } query Page2 { b }"])
    for number in range(10 * MOST):
        counts.add(f"Hostile{number}", "light", 0.0)
        counts.add('x" } 1', "light", 0.0)
    counts.add("Page2", "kept", 0.0)
    names = {name for name, _ in counts.counts}
    assert len(names) <= MOST + 4
    assert {"Page2", "other"} <= names
    assert counts.counts["other", "light"] >= 10 * MOST
    assert sum(counts.counts.values()) == 20 * MOST + 1


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("query Q { a }", None, "Q"),
        ("query Q { a } query R { a }", "R", "R"),
        ("# query No\nfragment F on Item { itemId } query Q($n: Int) { a }", None, "Q"),
        ("{ a }", None, "unnamed"),
        ("query($n: Int) { a }", None, "unnamed"),
    ],
)
def test_the_name_of_an_operation(query: str, name: str | None, expected: str) -> None:
    assert name_of(Operation(query, operation_name=name)) == expected


def test_figures_of_process_refreshes_and_data(own_lake: Lake) -> None:
    with running(own_lake.uri) as server:
        server.data("{ forecastTotals(groupBy: [ITEM]) { totalCount } }")
        found = figures(server.http.get("/metrics").text)
        assert found["lakecast_workers"] == 1
        assert 50e6 < found["lakecast_process_resident_bytes"] < 10e9
        assert found["lakecast_process_cpu_seconds_total"] > 0.1
        assert found["lakecast_process_open_files"] > 5
        assert abs(found["lakecast_process_start_time_seconds"] - time.time()) < 3600
        assert found['lakecast_refreshes_total{outcome="SERVED"}'] == 1
        assert found["lakecast_refresh_seconds_total"] > 0
        assert found["lakecast_sql_queries_total"] > 0
        assert found["lakecast_sql_seconds_total"] > 0
        assert found['lakecast_shared_answers_total{outcome="computed"}'] == 1
        days = server.data("{ serviceStatus { staleDays } }")["serviceStatus"]["staleDays"]
        assert found["lakecast_data_age_seconds"] == days * 86_400 > 0
        assert "lakecast_redis_up" not in found
        shutil.rmtree(Path(own_lake.uri) / "snapshot")
        server.app.service.follow()
        found = figures(server.http.get("/metrics").text)
        assert found["lakecast_problem"] == 1
        code = server.http.get("/health/ready").json()["problemCode"]
        assert found[f'lakecast_refreshes_total{{outcome="{code}"}}'] == 1
        assert [name for name, value in found.items() if name.startswith("lakecast_problem_code") and value] == [
            f'lakecast_problem_code{{code="{code}"}}'
        ]


def test_the_page_of_metrics_is_what_a_scrape_shows(small_lake: Lake) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md").read_text()
    assert text == page(), "run `python -m lakecast_ops.metrics > docs/reference/metrics.md`"
    with running(small_lake.uri, redis_url="redis://127.0.0.1:1/0") as server:
        scrape = server.http.get("/metrics").text
    kinds = dict(re.findall(r"# TYPE (\w+) (\w+)", scrape))
    assert kinds == dict(re.findall(r"\| `(\w+)` \| (\w+) \|", text))


@pytest.mark.slow
def test_one_scrape_tells_all_workers(own_lake: Lake, admin: tuple[str, str], tmp_path: Path) -> None:
    with served(own_lake, admin[0], workers=3, PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) as server:
        asked = 40
        for _ in range(asked):
            httpx.post(server.graphql, json={"query": QUERY}).raise_for_status()  # a connection each: any worker

        def found() -> dict[str, float]:
            return figures(httpx.get(f"{server.url}/metrics").text)

        until(lambda: len(list(tmp_path.glob("counter_*.db"))) == 3, "all workers count")
        requests = 'lakecast_http_requests_total{method="POST",status="200"}'
        until(lambda: found().get(requests) == asked, "what all workers answered is told")
        until(lambda: found()["lakecast_ready"] == 1, "all workers are ready")
        ways = ("cached", "light")

        def answered() -> float:
            all_of_them = found()
            return sum(all_of_them.get(f'lakecast_operations_total{{way="{way}"}}', 0) for way in ways)

        until(lambda: answered() == asked, "what the parts of all workers counted is told")
        assert found()["lakecast_workers"] == 3

        def lasting() -> tuple[tuple[str, float], ...]:
            moving = ("lakecast_process_", "lakecast_snapshot_age", "lakecast_connections")
            return tuple(sorted(each for each in found().items() if not each[0].startswith(moving)))

        assert len({lasting() for _ in range(20)}) == 1, "the scrape depends on who answers"


def test_a_worker_that_ended_no_longer_counts_for_what_is_now(tmp_path: Path) -> None:
    script = (
        "from prometheus_client import CollectorRegistry, Gauge\n"
        "Gauge('lakecast_subscribers', 'x', registry=CollectorRegistry(), multiprocess_mode='livesum').set(7)\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    (file,) = tmp_path.glob("gauge_livesum_*.db")
    forget = (
        "from pathlib import Path\nfrom lakecast_graphql.metrics import _forget_dead_workers\n"
        f"_forget_dead_workers(Path({str(tmp_path)!r}))\n"
    )
    subprocess.run([sys.executable, "-c", forget], env=environment, check=True)
    assert not file.exists()
