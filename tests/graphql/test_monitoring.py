"""The dashboard and the alerts of ops/dashboards, in a real Prometheus over a real server's figures."""

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import made_lake
import pytest
import yaml
from debian import not_tested
from running import free_port
from test_workers import redis_server, served, until

from lakecast_graphql.metrics import table
from lakecast_lake.storage import Lake

FOLDER = Path(__file__).resolve().parents[2] / "ops" / "dashboards"
ALERTS = FOLDER / "alerts.yaml"
NAME = re.compile(r"\blakecast_\w+")
WRONG_ALONE = {"lakecast_limits_reached_total", "lakecast_operation_errors_total"}
"""Counters without a series until a client reaches a limit or makes a mistake."""
pytestmark = pytest.mark.slow


def tool(name: str) -> str:
    return shutil.which(name) or not_tested(f"{name} is not installed", "dashboards and alerts are", "prometheus")


def panel_queries() -> list[str]:
    panels = json.loads((FOLDER / "lakecast.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def alert_queries() -> list[str]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def test_rules_are_sound_and_fire_when_they_should() -> None:
    promtool = tool("promtool")
    for arguments in (["check", "rules", str(ALERTS)], ["test", "rules", str(FOLDER / "alerts.test.yaml")]):
        told = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr


def test_the_configuration_of_compose_is_sound(tmp_path: Path) -> None:
    promtool = tool("promtool")
    for file in (ALERTS, FOLDER.parent / "compose" / "prometheus.yml"):  # as they lie in the container
        shutil.copy(file, tmp_path)
    told = subprocess.run(
        [promtool, "check", "config", str(tmp_path / "prometheus.yml")], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_name_is_one_of_ours() -> None:
    ours = set()
    for name, kind, _, _ in table():
        ours |= {f"{name}_{end}" for end in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    assert len(panel_queries()) > 30
    for query in (*panel_queries(), *alert_queries()):
        assert set(NAME.findall(query)) <= ours, query


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Any]:
    """A function that starts Prometheus over a server of a port, and gives its address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(target: str) -> str:
        port = free_port()
        job = {"job_name": "lakecast", "static_configs": [{"targets": [target]}]}
        config = {"global": {"scrape_interval": "2s"}, "rule_files": [str(ALERTS)], "scrape_configs": [job]}
        (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
        command = [
            *(tool("prometheus"), f"--config.file={tmp_path / 'prometheus.yml'}", "--log.level=error"),
            *(f"--storage.tsdb.path={tmp_path / 'figures'}", f"--web.listen-address=127.0.0.1:{port}"),
        ]
        started.append(subprocess.Popen(command))
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_every_query_answers_after_an_eventful_day(
    own_lake: Lake, admin: tuple[str, str], tmp_path: Path, prometheus: Any
) -> None:
    tool("prometheus")
    figures, port = tmp_path / "shared", free_port()
    figures.mkdir()
    settings = {
        "PROMETHEUS_MULTIPROC_DIR": str(figures),
        "LAKECAST_REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "LAKECAST_POLL_SECONDS": "0.5",
    }
    gone = Path(own_lake.uri).with_name("gone")
    with redis_server(port) as redis, served(own_lake, admin[0], workers=3, **settings) as server:
        address = prometheus(server.url.removeprefix("http://"))

        def ask() -> None:
            for number in range(30):
                query = "query Names($n: Int!) { items(first: $n) { nodes { name } } }"
                asked = {"query": query, "variables": {"n": number % 5 + 1}}
                httpx.post(server.graphql, json=asked).raise_for_status()
            httpx.post(server.graphql, json={"query": "{ nothing }"})

        def found(query: str) -> list[Any]:
            asked = query.replace("$instance", ".*").replace("$__rate_interval", "30s")
            answer = httpx.get(f"{address}/api/v1/query", params={"query": asked})
            assert answer.is_success, (query, answer.text)
            return list(answer.json()["data"]["result"])

        def is_up() -> bool:
            with contextlib.suppress(httpx.TransportError, AssertionError):  # it answers 503 while it begins
                return bool(found('up{job="lakecast"} == 1'))
            return False

        until(is_up, "Prometheus does not scrape the server")
        ask()
        made_lake.add_run(own_lake, "alpha", items=4, seed=9, run_id="run-3")
        until(lambda: bool(found("min(lakecast_snapshot_id) == 3")), "the new snapshot is not served")
        os.rename(own_lake.uri, gone)  # a refresh that fails
        until(lambda: bool(found('sum(lakecast_refreshes_total{outcome!="SERVED"}) > 0')), "no refresh has failed")
        os.rename(gone, own_lake.uri)
        redis.kill()
        redis.wait()
        until(lambda: bool(found("min(lakecast_redis_up) == 0")), "Redis is not missed")
        with redis_server(port):
            until(lambda: bool(found("min(lakecast_redis_up) == 1")), "Redis is not found again")
            ask()
            until(lambda: bool(found("sum(rate(lakecast_operation_errors_total[10s])) > 0")), "nothing was counted")

            queries, missing = [*panel_queries(), *alert_queries()], list[str]()

            def all_are_answered() -> bool:
                ask()
                scraped = {each["metric"]["__name__"] for each in found('{__name__=~"lakecast_.*"}')}
                missing[:] = [query for query in queries if set(NAME.findall(query)) - scraped - WRONG_ALONE]
                missing.extend(query for query in panel_queries() if shows_something(query) and not found(query))
                return not missing

            with contextlib.suppress(AssertionError):  # which would not say what is missing
                until(all_are_answered, "a scrape that came too late leaves a gap for a while", 60)
            assert not missing
            for query in queries:
                found(query)  # whether it shows something or not, Prometheus takes it


def shows_something(query: str) -> bool:
    """Whether a panel is of what has happened, and not of a share that may be of nothing."""
    return " / " not in query and "limit" not in query and not set(NAME.findall(query)) & WRONG_ALONE
