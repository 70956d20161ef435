"""Traces, told to a real collector's address: a server of OTLP over HTTP on loopback."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pydantic import ValidationError
from running import running
from test_workers import until

from lakecast_graphql.settings import Settings
from lakecast_graphql.transport.asgi import Receive, Scope, Send
from lakecast_lake.storage import Lake

pytest.importorskip("opentelemetry.sdk", reason="the extra `traces` is not installed")
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lakecast_graphql.traces import Traces

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector(HTTPServer):
    """Keeps the spans that it is told, with the facts of each as text."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Told)
        self.spans: list[tuple[Any, dict[str, str]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Told(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        message = ExportTraceServiceRequest()
        message.ParseFromString(self.rfile.read(int(self.headers["content-length"])))
        assert self.path == "/v1/traces"
        assert isinstance(self.server, Collector)
        for resource in message.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    facts = {each.key: each.value.string_value or str(each.value.int_value) for each in span.attributes}
                    self.server.spans.append((span, facts))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """It is quiet."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_request_is_a_span_of_its_callers_trace(
    small_lake: Lake, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")  # milliseconds from a span until the collector is told
    with running(small_lake.uri, traces=collector.address) as server:
        served = server.http.get("/health/ready").json()["snapshotId"]
        for _ in range(3):
            server.http.post(
                "/graphql",
                json={"query": "query Names { items(first: 1) { nodes { name } } }"},
                headers={"traceparent": f"00-{TRACE}-{CALLER}-01", "x-request-id": "of-the-proxy"},
            )
        server.http.post("/graphql", content=b"{", headers={"content-type": "application/json"})
        server.http.get("/health/live")
        until(lambda: len(collector.spans) == 4, "the collector is not told")
    *ours, bad = collector.spans
    assert len(ours) == 3
    for span, facts in ours:
        assert (span.trace_id.hex(), span.parent_span_id.hex(), span.name) == (TRACE, CALLER, "POST /graphql")
        assert 0 < span.end_time_unix_nano - span.start_time_unix_nano < 60e9
        assert facts["graphql.operation.name"] == "Names"
        assert (facts["lakecast.request"], facts["lakecast.snapshot"]) == ("of-the-proxy", str(served))
        assert facts["http.response.status_code"] == "200"
    assert [facts["lakecast.path"] for _, facts in ours] == ["light", "light", "kept"]
    assert bad[1]["http.response.status_code"] == "400"
    assert "graphql.operation.name" not in bad[1]
    assert not bad[0].parent_span_id


def test_what_was_not_told_yet_is_told_when_the_server_stops(collector: Collector) -> None:
    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def nobody(*_: object) -> Any:
        return None

    traces = Traces(collector.address)
    scope = {"type": "http", "method": "GET", "path": "/graphql", "headers": []}
    asyncio.run(traces.of(route)(scope, nobody, nobody))  # type: ignore[arg-type]
    assert not collector.spans
    traces.close()
    ((span, facts),) = collector.spans
    assert (span.name, facts["http.response.status_code"]) == ("GET /graphql", "204")


def test_a_collector_that_is_not_there_holds_up_nobody(small_lake: Lake) -> None:
    with running(small_lake.uri, traces="http://127.0.0.1:9") as server:
        assert server.data("{ __typename }")


@pytest.mark.parametrize("address", ["collector:4318", "grpc://collector:4317"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="no address of a collector"):
        Settings(traces=address)


def test_nobody_else_pays_for_it() -> None:
    code = "import sys, lakecast_graphql.app; print([name for name in sys.modules if 'opentelemetry' in name])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
