"""Runs that have failed are told to a webhook."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from lakecast_assets.definitions import defs
from lakecast_assets.pipeline.alerts import WEBHOOK, failures


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What a local webhook has been told."""
    told: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{server.server_port}/hook")
        yield told
        server.shutdown()
        thread.join()


def evaluate_after_a_failure(folder: Path) -> object:
    (folder / "demand.csv").write_text("nothing\n1\n")
    config = {"resources": {"settings": {"config": {"data": str(folder)}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("dataset", ["parts"])
        job = defs.resolve_job_def("run")
        result = job.execute_in_process(config, instance, partition_key="parts", raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            failures.name, result.get_run_failure_event(), instance, result.dagster_run
        )
        return failures(context.for_run_failure())


def test_a_failed_run_reaches_the_webhook_with_its_reason(received: list[dict[str, Any]], tmp_path: Path) -> None:
    evaluate_after_a_failure(tmp_path)
    (news,) = received
    assert news["dataset_id"] == "parts"
    assert news["job"] == "run"
    assert news["reason"].startswith("ingest: ")
    assert "demand.csv, column item_id: the column is missing" in news["reason"]
    assert news["reason"] in news["text"]


def test_without_an_address_nobody_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(WEBHOOK, raising=False)
    assert isinstance(evaluate_after_a_failure(tmp_path), dg.SkipReason)
