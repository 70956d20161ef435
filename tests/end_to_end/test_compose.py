"""compose.yaml as it stands: what lands is forecast, and its forecast comes out of the proxy's port."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from both_sides import ROOT
from composed import Composed

FORECAST = '{ item(itemId: "shop-0") { forecast { source dates forecast } } serviceStatus { cacheBackend mlPackages } }'


def land(folder: Path) -> None:
    """Three months of daily demand, old enough to be read at the first look."""
    folder.mkdir(parents=True)
    rows = [f"shop-{item},2026-{1 + day // 28:02}-{1 + day % 28:02},{day % 7}" for item in (0, 1) for day in range(84)]
    (folder / "demand.csv").write_text("\n".join(["item_id,date,quantity", *rows]) + "\n")
    (folder / "lakecast.yaml").write_text("sources: [seasonal_naive]\nas_of: 2026-06-30\nhorizon: 7\ngaps: zero\n")
    for path in folder.iterdir():
        os.utime(path, (time.time() - 600,) * 2)


def until(what: Callable[[], bool], why: Callable[[], str], seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, why()
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_forecast_comes_out_of_the_proxy(tmp_path: Path) -> None:
    made = [sys.executable, str(ROOT / "ops" / "compose" / "new_secrets.py"), str(tmp_path / "secrets")]
    subprocess.run(made, check=True, capture_output=True)
    project = Composed(tmp_path)
    land(project.path("/landing/shop"))
    (proxy,) = project.addresses["proxy"]

    def ask(path: str, payload: object = None, client: str = "127.0.0.1", **headers: str) -> tuple[int, Any]:
        """Status and body of an answer to a client of that address."""
        connection = http.client.HTTPConnection(proxy, 8000, timeout=60, source_address=(client, 0))
        sent = {"content-type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        connection.request("GET" if payload is None else "POST", path, json.dumps(payload), sent)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, json.loads(body) if body.startswith(b"{") else body

    def forecast() -> Any:
        status, answer = ask("/graphql", {"query": FORECAST})
        return answer["data"]["item"] if status == 200 and answer.get("data") else None

    with project.up() as started:
        until(lambda: forecast() is not None, lambda: project.log("pipeline", project.addresses["pipeline"][0]))
        assert [name for name, (one, *_) in project.addresses.items() if not project.is_healthy(name, one)] == []
        assert forecast() == {
            "forecast": {
                "source": "seasonal_naive",
                "dates": [f"2026-03-{day:02}" for day in range(29, 32)] + [f"2026-04-{day:02}" for day in range(1, 5)],
                "forecast": [float(day % 7) for day in range(7)],
            }
        }
        status = ask("/graphql", {"query": FORECAST})[1]["data"]["serviceStatus"]
        assert "redis" in status["cacheBackend"].lower()
        assert status["mlPackages"] == []
        assert ask("/metrics")[0] == 404

        address, other = project.addresses["api"]
        keys = project.program("api", ["lakecast", "keys", "create", "--role", "admin"], address)
        key = subprocess.run(
            keys, env=project.environment("api", address), capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
        refresh = {"source": "ml_results", "force": False}
        said = ask("/api/v1/data/refresh", refresh, "127.9.9.9", X_API_Key=key, X_Forwarded_For="203.0.113.9")
        assert said[0] == 200, said
        logs = project.log("api", address) + project.log("api", other)
        assert '"address": "127.9.9.9"' in logs, "who asks is told by the proxy, and by nobody else"

        started["api"][0].kill()
        started["api"][0].wait()
        assert [forecast() is not None for _ in range(10)] == [True] * 10, "the other replica answers"
