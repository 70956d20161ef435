"""Traces by OpenTelemetry, where `LAKECAST_TRACES` names a collector: a span for each request to /graphql.

A span continues the trace of its caller (`traceparent`). OpenTelemetry is imported here and nowhere else.
"""

import importlib.metadata
from collections.abc import Awaitable, Callable

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from lakecast_graphql.logs import REQUEST
from lakecast_graphql.transport.asgi import Message, Receive, Scope, Send

AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
_LAST_MILLISECONDS = 500
"""How long a collector is waited for when the server stops."""


class Traces:
    """What is told to the collector at `address`."""

    def __init__(self, address: str) -> None:
        facts = {SERVICE_NAME: "lakecast", SERVICE_VERSION: importlib.metadata.version("lakecast")}
        self._provider = TracerProvider(resource=Resource.create(facts), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("lakecast")

    def of(self, route: AsgiApp) -> AsgiApp:
        """The route, each of whose requests is a span with status, request and snapshot."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            facts = {"http.request.method": scope["method"], "url.path": scope["path"]}
            with self._tracer.start_as_current_span(
                f"{scope['method']} {scope['path']}",
                context=propagate.extract(headers),
                kind=trace.SpanKind.SERVER,
                attributes=facts,
            ) as span:

                async def sent(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        span.set_attribute("http.response.status_code", message["status"])
                    await send(message)

                await route(scope, receive, sent)
                request = REQUEST.get()
                if request is not None:
                    span.set_attribute("lakecast.request", request.id)
                    span.set_attribute("lakecast.snapshot", request.snapshot_id or 0)

        return traced

    @staticmethod
    def note_operation(name: str, path: str) -> None:
        """Say in the request's span which operation it was, and which way it went."""
        span = trace.get_current_span()
        span.set_attribute("graphql.operation.name", name)
        span.set_attribute("lakecast.path", path)

    def close(self) -> None:
        """Tell what has not been told yet, for half a second at most."""
        self._provider.force_flush(_LAST_MILLISECONDS)
