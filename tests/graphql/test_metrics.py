"""`/metrics`: what Prometheus reads, of one process and of several workers."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from running import Running
from test_workers import served, until

from lakecast_graphql.metrics import BUCKETS, Metrics
from lakecast_lake.storage import Lake

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


def test_a_cache_that_began_anew_goes_on_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was computed from a snapshot goes with it, and its counts with it."""
    counts = {"computations": 0.0}
    counter = ("lakecast_cache_hits", "x", "cache", lambda of: dict(counts))
    monkeypatch.setattr("lakecast_graphql.metrics.COUNTERS", (counter,))
    monkeypatch.setattr("lakecast_graphql.metrics.GAUGES", ())
    monkeypatch.setattr("lakecast_graphql.metrics._caches", lambda of: {})
    metrics, told = Metrics(None), []  # type: ignore[arg-type]
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
    monkeypatch.setattr("lakecast_graphql.metrics.GAUGES", ())
    monkeypatch.setattr("lakecast_graphql.metrics._caches", lambda of: {})
    ours, theirs = Metrics(None), CollectorRegistry()  # type: ignore[arg-type]
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


@pytest.mark.slow
def test_one_scrape_tells_all_workers(own_lake: Lake, admin: tuple[str, str], tmp_path: Path) -> None:
    with served(own_lake, admin[0], workers=2, PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) as server:
        asked = 40
        for _ in range(asked):
            httpx.post(server.graphql, json={"query": QUERY}).raise_for_status()  # a connection each: any worker

        def found() -> dict[str, float]:
            return figures(httpx.get(f"{server.url}/metrics").text)

        until(lambda: len(list(tmp_path.glob("counter_*.db"))) == 2, "both workers count")
        requests = 'lakecast_http_requests_total{method="POST",status="200"}'
        until(lambda: found().get(requests) == asked, "what both workers answered is told")
        assert found()["lakecast_ready"] == 1
        ways = ("cached", "light")

        def answered() -> float:
            all_of_them = found()
            return sum(all_of_them.get(f'lakecast_operations_total{{way="{way}"}}', 0) for way in ways)

        until(lambda: answered() == asked, "what the parts of both workers counted is told")


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
