"""The application: everything put together, as an ASGI app that uvicorn runs."""

import asyncio
import gc
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.middleware.cors import CORSMiddleware

from lakecast_graphql import settings as configuration
from lakecast_graphql import worker
from lakecast_graphql.admin.audit import Audit
from lakecast_graphql.admin.gate import Gate
from lakecast_graphql.cache import shared_backend
from lakecast_graphql.execution.dispatch import Dispatcher
from lakecast_graphql.execution.graphql_core import ColumnarExecutor
from lakecast_graphql.execution.strawberry import StrawberryExecution
from lakecast_graphql.execution.subscriptions import Subscriptions
from lakecast_graphql.execution.under_way import UnderWay
from lakecast_graphql.metrics import Metrics, Parts, data_age_of
from lakecast_graphql.operation import persisted
from lakecast_graphql.operation.documents import Documents
from lakecast_graphql.operation.limits import Limits
from lakecast_graphql.operation.operation_counts import OperationCounts
from lakecast_graphql.read.view import View
from lakecast_graphql.redis_state import RedisState
from lakecast_graphql.serving import signal_backend
from lakecast_graphql.serving.memory import give_back_after_peaks
from lakecast_graphql.serving.served import Served
from lakecast_graphql.serving.service import Service
from lakecast_graphql.settings import Settings
from lakecast_graphql.transport import connections as open_connections
from lakecast_graphql.transport import dashboard, health, pages
from lakecast_graphql.transport.asgi import Receive, Scope, Send, respond
from lakecast_graphql.transport.body import Bounds
from lakecast_graphql.transport.client_limits import Reached
from lakecast_graphql.transport.connections import Connections
from lakecast_graphql.transport.export import PAGE, Export
from lakecast_graphql.transport.hosts import Hosts
from lakecast_graphql.transport.http import GraphqlHttp
from lakecast_graphql.transport.origins import LOOPBACK
from lakecast_graphql.transport.proxies import TrustedProxies
from lakecast_graphql.transport.read_keys import ReadersOnly
from lakecast_graphql.transport.refresh import Refresh
from lakecast_graphql.transport.request_ids import RequestIds, noting
from lakecast_graphql.transport.sse import Events
from lakecast_graphql.transport.websocket import GraphqlWebSocket
from lakecast_graphql.types.context import Surroundings
from lakecast_graphql.types.schema import schema
from lakecast_lake.columns import allocation
from lakecast_lake.storage import Lake

_log = logging.getLogger("lakecast.app")

_SWITCH_SECONDS = 0.0005
"""After how long a thread that computes lets the event loop go on, a tenth of Python's default: several threads that
compute would else let everybody wait for the sum of their turns."""
_CLOSE_SECONDS = 0.3
"""How long what is being loaded is waited for when the server stops."""

_AFTER_FAILURE_SECONDS = 1.0
"""Seconds until what watches something begins anew after it failed."""

AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class App:
    """The server's routes behind one ASGI callable; `create_app` puts it together.

    Routes are exact paths: a table look-up, because the way to `/graphql` is measured in microseconds.
    """

    def __init__(
        self,
        routes: dict[str, AsgiApp],
        socket_paths: set[str],
        socket: AsgiApp,
        service: Service,
        subscriptions: Subscriptions,
        watch: Sequence[Callable[[], Coroutine[Any, Any, None]]],
        close: Sequence[Callable[[], None]],
        connections: Connections,
    ) -> None:
        self._routes = routes
        self._socket_paths = socket_paths
        self._socket = socket
        self.subscriptions = subscriptions
        self._watch = watch
        self._close = close
        self._connections = connections
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        match scope["type"]:
            case "http":
                route = self._routes.get(scope["path"], _not_found)
                await route(scope, receive, send)
            case "websocket":
                await (self._socket if scope["path"] in self._socket_paths else _no_socket)(scope, receive, send)
            case "lifespan":
                await self._live(scope.get("state", {}), receive, send)

    async def _live(self, state: dict[str, Any], receive: Receive, send: Send) -> None:
        await receive()  # lifespan.startup
        worker.end_with_parent()
        # The schema and all modules live as long as the process: full collections need not look at them again.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(_SWITCH_SECONDS)
        await asyncio.to_thread(self.service.start)
        self.subscriptions.start()
        state[open_connections.STATE] = self._connections
        watching = [asyncio.create_task(_for_good(watch)) for watch in self._watch]
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        for task in watching:
            task.cancel()
        self.subscriptions.stop()
        self._connections.stop()
        await _within(_CLOSE_SECONDS, self.service.close)
        for close in self._close:
            close()
        gc.unfreeze()  # the snapshot is let go of with the rest: DuckDB lists connections that outlive the interpreter
        worker.end_soon()
        await send({"type": "lifespan.shutdown.complete"})


def create_app(settings: Settings | None = None) -> AsgiApp:
    """The application for the settings given, by default those of the environment.

    Starts with an empty or unreachable lake, too: `/health/ready` is 503 then, and every reading field answers
    LAKE_UNAVAILABLE until something is published.
    """
    settings = settings or configuration.load()
    if settings.block_bytes is not None:
        _log.warning("LAKECAST_BLOCK_BYTES does nothing any more: leave it out.")
    redis_url = None if settings.redis_url is None else settings.redis_url.get_secret_value()
    redis_state = RedisState(settings.redis_prefix)
    service = Service(
        Lake.open(settings.lake),
        results_name=settings.results_name,
        signals=signal_backend.for_server(
            redis_url, settings.redis_prefix, redis_state, settings.redis_connect_seconds
        ),
        old_snapshots=settings.old_snapshots,
        poll_seconds=settings.poll_seconds,
        memory_budget=settings.memory_budget,
        before_swap=lambda after, before: warm(after),
    )
    shared = shared_backend.for_server(
        redis_url,
        settings.redis_prefix,
        redis_state,
        connect_seconds=settings.redis_connect_seconds,
        seconds=settings.redis_seconds,
    )
    gate = Gate(settings.keys_file, Audit(settings.audit_file))
    surroundings = Surroundings(service, gate, shared.state, settings.max_rows)
    documents = Documents(
        schema()._schema,
        Limits(
            settings.max_depth,
            settings.max_aliases,
            settings.max_tokens,
            settings.max_fields,
            settings.max_directives,
            settings.max_operations,
            settings.max_values,
        ),
        shows_schema=settings.shows_schema,
        suggestions=settings.dev,
        max_errors=settings.max_errors,
    )
    allowed = persisted.load_allowed(settings.persisted_queries_file)
    if settings.dashboard:
        allowed |= dashboard.operations()
    traces = None
    if settings.traces is not None:
        # OpenTelemetry takes memory and half a second that a server without traces has no use for.
        from lakecast_graphql.traces import Traces

        traces = Traces(settings.traces)
    threads = ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="lakecast-operation")
    under_way = UnderWay()
    ordinary = StrawberryExecution(
        schema(),
        documents,
        surroundings,
        threads=threads,
        under_way=under_way,
        seconds=settings.operation_seconds,
        max_errors=settings.max_errors,
        executor_class=ColumnarExecutor,
    )
    execution = Dispatcher(
        schema()._schema,
        documents,
        ordinary,
        shared=shared,
        threads=threads,
        under_way=under_way,
        history=lambda: service.history,
        opened=service.open,
        answer_bytes=settings.cache_bytes,
        cell_bytes=settings.cell_bytes,
        seconds=settings.operation_seconds,
        named=OperationCounts(allowed.values(), None if traces is None else traces.note_operation),
    )

    def warm(served: Served) -> None:
        execution.warm(served.snapshot)

    service.listeners.append(lambda served: execution.keep_only(served.snapshot.serial))
    subscriptions = Subscriptions(
        schema(), documents, surroundings, most=settings.max_subscribers, max_errors=settings.max_errors
    )
    reached = Reached()
    proxies = TrustedProxies(settings.proxy_networks)
    connections = Connections(settings.client_limits, reached, proxies.__contains__, allocation.map_answers)
    queries = persisted.PersistedQueries(settings.persisted_queries, allowed)

    latest: list[View] = []  # one object for all requests of a snapshot, and none that outlives it

    def current() -> View | None:
        served = service.served
        if served is None:
            return None
        view = latest[-1] if latest else None
        if view is None or view.snapshot is not served.snapshot:
            view = View(served.snapshot)
            latest[:] = [view]
        return view

    service.listeners.append(lambda served: latest.clear())
    tells_requests = traces is not None or settings.log_format == "json"
    taken = noting(current) if tells_requests else current
    bounds = Bounds(settings.max_body_bytes, settings.body_seconds, connections.incoming, connections.answering)
    metrics = Metrics(
        Parts(
            service,
            subscriptions,
            execution,
            under_way,
            connections,
            documents,
            queries,
            gate,
            data_age_of(current),
            redis_state if redis_url else None,
        )
    )
    graphql_http = GraphqlHttp(
        execution,
        Events(execution, subscriptions, connections.stopping),
        queries,
        taken,
        bounds,
        observe=metrics.observe,
        page=pages.graphiql() if settings.dev else None,
    )
    routes: dict[str, AsgiApp] = {
        "/graphql": graphql_http,
        "/api/v1/data/refresh": Refresh(surroundings, taken, bounds),
        "/health/live": health.live,
        "/health/ready": health.Ready(service, redis_state if redis_url else None),
        "/metrics": _text(metrics),
        "/": pages.home(settings.dev),
        "/schema.graphql": pages.schema_text(),
        "/export/replenishment.csv": Export(execution, taken, min(PAGE, settings.max_rows)),
        "/favicon.svg": dashboard.favicon(),
    }
    if settings.dashboard:
        routes |= dashboard.routes()
    if settings.dev:
        routes |= pages.assets()
    if settings.read_keys:
        for path in ("/graphql", "/schema.graphql", "/export/replenishment.csv"):
            routes[path] = ReadersOnly(routes[path], gate)
    socket: AsgiApp = GraphqlWebSocket(
        execution,
        subscriptions,
        queries,
        taken,
        allowed_origins=settings.allowed_origins,
        allows_loopback=settings.dev,
        max_message_bytes=settings.max_message_bytes,
        max_operations=settings.max_socket_operations,
        reached=reached,
        answering=connections.answering,
        admit=gate.reader if settings.read_keys else None,
    )
    if traces is not None:
        routes["/graphql"] = traces.of(routes["/graphql"])
    if tells_requests:
        for path in ("/graphql", "/api/v1/data/refresh", "/export/replenishment.csv"):
            routes[path] = RequestIds(routes[path])
        socket = RequestIds(socket)
    if settings.root_path:
        routes |= {f"{settings.root_path}{path}": route for path, route in routes.items()}
        routes[settings.root_path] = pages.moved(f"{settings.root_path}/")
    app: AsgiApp = App(
        routes,
        {"/graphql", f"{settings.root_path}/graphql"},
        socket,
        service,
        subscriptions,
        (shared.watch, metrics.share, lambda: give_back_after_peaks(lambda: connections.lost_unread)),
        (execution.close, *(() if traces is None else (traces.close,))),
        connections,
    )
    if settings.allowed_origins or settings.dev:
        app = CORSMiddleware(
            app,
            allow_origins=settings.allowed_origins,
            allow_origin_regex=LOOPBACK if settings.dev else None,
            allow_methods=("GET", "POST"),
            allow_headers=("content-type", "x-api-key"),
            expose_headers=("etag",),
        )
    if settings.dev or settings.host_names:
        app = Hosts(app, settings.host_names, reached)
    return proxies.before(app) if settings.proxy_networks else app


async def _for_good(watch: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begin anew what an exception ended, which nobody would see: what watches must not die of anything."""
    while True:
        try:
            return await watch()
        except Exception:
            _log.exception("%s ended; it begins anew.", watch)
            await asyncio.sleep(_AFTER_FAILURE_SECONDS)


_PROMETHEUS = b"text/plain; version=0.0.4; charset=utf-8"


def _text(metrics: Metrics) -> AsgiApp:
    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, 200, metrics.text(), [(b"content-type", _PROMETHEUS)])

    return route


async def _within(seconds: float, close: Callable[[], None]) -> None:
    """Call a function in a thread, and leave it to itself where it takes longer: a snapshot may be being loaded."""
    closing = threading.Thread(target=close, name="lakecast-close", daemon=True)
    closing.start()
    until = time.monotonic() + seconds
    while closing.is_alive() and time.monotonic() < until:
        await asyncio.sleep(0.02)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    body = b'{"error":{"message":"There is nothing here. GraphQL is at /graphql."}}'
    await respond(send, 404, body, [(b"content-type", b"application/json")])


async def _no_socket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})
