"""What `/metrics` shows: of this process, or of all workers where these share a folder (`PROMETHEUS_MULTIPROC_DIR`)."""

import asyncio
import datetime as dt
import os
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from lakecast_graphql import process, read
from lakecast_graphql.admin.gate import Gate
from lakecast_graphql.execution.dispatch import Dispatcher
from lakecast_graphql.execution.subscriptions import Subscriptions
from lakecast_graphql.execution.under_way import UnderWay
from lakecast_graphql.operation import operation_counts
from lakecast_graphql.operation.documents import Documents
from lakecast_graphql.operation.persisted import PersistedQueries
from lakecast_graphql.read import paging
from lakecast_graphql.read.view import View
from lakecast_graphql.redis_state import RedisState
from lakecast_graphql.rows import column
from lakecast_graphql.serving.problems import ProblemCode
from lakecast_graphql.serving.service import Service
from lakecast_graphql.transport import compression, http
from lakecast_graphql.transport.connections import Connections
from lakecast_lake.columns.sql import SPENT

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: the folder that workers share their figures in; `lakecast serve` sets it for several."""
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds of the classes that durations are counted in."""
_SECONDS = 1.0
"""Seconds between two times that a worker tells the others its figures."""

disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Parts:
    """What figures are read from; `data_age` is of `data_age_of`, `redis` None where none is set up."""

    service: Service
    subscriptions: Subscriptions
    execution: Dispatcher
    under_way: UnderWay
    connections: Connections
    documents: Documents
    queries: PersistedQueries
    gate: Gate
    data_age: Callable[[], float | None]
    redis: RedisState | None


Number = Callable[[Parts], float | None]
Key = str | tuple[str, ...]
Counts = Callable[[Parts], Mapping[Any, float]]
Over = Literal["livemin", "livemax", "livesum"]

_DAY_SECONDS = 86_400.0


def data_age_of(current: Callable[[], View | None]) -> Callable[[], float | None]:
    """A function that says how old the data of what is served are, in seconds.

    It asks once per snapshot and day: asking counts as a use of what was computed from the snapshot.
    """
    last: dict[tuple[int, dt.date], float | None] = {}

    def data_age() -> float | None:
        view, now = current(), dt.datetime.now(dt.UTC)
        if view is None:
            return None
        key = (view.snapshot.serial, now.date())
        if key not in last:
            last.clear()
            last[key] = read.stale_days(view, now)
        days = last[key]
        return None if days is None else days * _DAY_SECONDS

    return data_age


GAUGES: tuple[tuple[str, str, Over, Number], ...] = (
    ("lakecast_ready", "1 while a snapshot is served.", "livemin", lambda of: of.service.served is not None),
    ("lakecast_snapshot_id", "The served snapshot; 0 without one. Of several workers the oldest.", "livemin",
     lambda of: None if of.service.served is None else of.service.served.snapshot_id),
    ("lakecast_newest_snapshot_id", "The newest snapshot seen in the lake.", "livemax",
     lambda of: of.service.newest_id),
    ("lakecast_problem", "1 while the newest snapshot is not served.", "livemax",
     lambda of: of.service.problem is not None),
    ("lakecast_snapshot_age_seconds", "Seconds since the served snapshot was published.", "livemax",
     lambda of: None if of.service.served is None else of.service.served.age_seconds(time.time())),
    ("lakecast_data_age_seconds", "Whole days, in seconds, since the last observed demand or stock of the data set "
     "whose data are oldest.", "livemax", lambda of: of.data_age()),
    ("lakecast_subscribers", "Open subscriptions.", "livesum", lambda of: of.subscriptions.count),
    ("lakecast_connections", "Open connections.", "livesum", lambda of: of.connections.count),
    ("lakecast_unread_bytes", "Bytes of answers that slow clients have not read.", "livesum",
     lambda of: of.connections.unread_bytes),
    ("lakecast_incoming_bytes", "Bytes of bodies and messages that are not complete yet.", "livesum",
     lambda of: of.connections.incoming.bytes),
    ("lakecast_answering_bytes", "Bytes of requests and messages that are being answered.", "livesum",
     lambda of: of.connections.answering.bytes),
    ("lakecast_overdue_operations", "Operations that are still being computed though their time is up.", "livesum",
     lambda of: of.under_way.overdue),
    ("lakecast_workers", "Processes that answer.", "livesum", lambda of: 1.0),
    ("lakecast_process_start_time_seconds", "When the youngest of them began, in seconds of 1970.", "livemax",
     lambda of: process.BEGAN),
    ("lakecast_process_resident_bytes", "Bytes of memory that they hold.", "livesum",
     lambda of: process.resident_bytes()),
    ("lakecast_process_open_files", "Files and sockets that they hold open.", "livesum",
     lambda of: process.open_files()),
    ("lakecast_process_threads", "Threads of Python in them.", "livesum", lambda of: process.threads()),
)  # fmt: skip
"""Name, meaning, what counts of several workers, and how it is read."""

REDIS_UP = ("lakecast_redis_up", "1 while Redis works; not there where none is set up.")
REQUESTS = ("lakecast_http_requests", "Requests to /graphql by method and status.")
SECONDS = ("lakecast_http_request_seconds", "Seconds from a request to its answer.")
OPERATION_SECONDS = (
    "lakecast_operation_seconds",
    "Seconds that answering an operation took, without its way in and out, by the names and paths of "
    "lakecast_named_operations_total.",
)


def _caches(of: Parts) -> Mapping[str, Any]:
    """Every map that requests can grow, by its name; that of an answer's computations goes with its snapshot."""
    served = of.service.served
    return {
        **({} if served is None else {"computations": served.snapshot.memo}),
        "answers": of.execution.answers, "cells": of.execution.cells, "plans": of.execution.plans,
        "plans by flags": of.execution.flagged, "texts": of.execution.texts, "documents": of.documents.prepared,
        "persisted queries": of.queries.texts, "events": of.subscriptions.rendered,
        "wrong keys": of.gate.throttle.failures, "accept": http.ACCEPTED, "accept-encoding": compression.PREFERRED,
        "cursors": paging.PLACES, "days": column.PICKS,
    }  # fmt: skip


def _of_caches(figure: str) -> Counts:
    return lambda of: {name: float(getattr(cache, figure)) for name, cache in _caches(of).items()}


def _problem_codes(of: Parts) -> Mapping[str, float]:
    problem = of.service.problem
    return {code: float(problem is not None and problem.code is code) for code in ProblemCode}


LABELLED_GAUGES: tuple[tuple[str, str, str, Over, Counts], ...] = (
    ("lakecast_cache_bytes", "Bytes in the caches.", "cache", "livesum", _of_caches("bytes")),
    ("lakecast_problem_code", "1 for the code of what keeps the newest snapshot from being served.", "code", "livemax",
     _problem_codes),
)  # fmt: skip
"""Name, meaning, label, what counts of several workers, and how they are read."""


def _shared_answers(of: Parts) -> Mapping[str, float]:
    flights = of.execution.flights
    return {"found": flights.found, "computed": flights.computed, "joined": flights.joined}


COUNTERS: tuple[tuple[str, str, tuple[str, ...], Counts], ...] = (
    ("lakecast_operations", "Operations by the way that they were answered, and why the ordinary one.", ("way",),
     lambda of: dict(of.execution.ways)),
    ("lakecast_operation_errors", "Operations that were refused, given up or failed, by their first error.", ("code",),
     lambda of: dict(of.execution.errors)),
    ("lakecast_cache_hits", "Looks into a cache that found something.", ("cache",), _of_caches("hits")),
    ("lakecast_cache_misses", "Looks into a cache that found nothing.", ("cache",), _of_caches("misses")),
    ("lakecast_cache_evictions", "Entries of a cache that made room for others.", ("cache",), _of_caches("evictions")),
    ("lakecast_limits_reached", "How often clients reached a limit, by the name of its setting.", ("limit",),
     lambda of: dict(of.connections.reached.counts)),
    ("lakecast_events_rendered", "Events that were rendered, each for all who had asked for the same.", ("kind",),
     lambda of: {"subscription": of.subscriptions.executed}),
    ("lakecast_named_operations", "Operations by name and path: kept, light, heavy or strawberry. Names are those of "
     "persisted queries and the first 100 others; the rest is `other`, and `unnamed` what has none.",
     ("operation", "path"), lambda of: dict(of.execution.named.counts)),
    ("lakecast_refreshes", "Snapshots that were loaded and served, and looks that could not, by the code of their "
     "problem.", ("outcome",), lambda of: dict(of.service.refreshes)),
    ("lakecast_refresh_seconds", "Seconds that loading snapshots took, also in vain.", (),
     lambda of: {(): of.service.refresh_seconds}),
    ("lakecast_shared_answers", "Slow answers: found in Redis, computed here, or joined to one that is being computed.",
     ("outcome",), _shared_answers),
    ("lakecast_redis_failures", "What Redis refused or did not answer, by the name of the problem.", ("problem",),
     lambda of: {} if of.redis is None else dict(of.redis.failures)),
    ("lakecast_sql_queries", "Queries that DuckDB answered or gave up.", (), lambda of: {(): SPENT.queries}),
    ("lakecast_sql_seconds", "Seconds that these took.", (), lambda of: {(): SPENT.seconds}),
    ("lakecast_process_cpu_seconds", "Seconds that processors have worked for the processes.", (),
     lambda of: {(): process.cpu_seconds()}),
)  # fmt: skip
"""Name, meaning, labels, and how the counts are read: others keep them. Without labels, the key is ()."""


class Metrics:
    """The figures of one process. `observe` is told of each request; the rest is read from `parts`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._registry = CollectorRegistry()
        self._gauges = [
            (Gauge(name, meaning, registry=self._registry, multiprocess_mode=over), read)
            for name, meaning, over, read in GAUGES
        ]
        self._labelled_gauges = [
            (Gauge(name, meaning, [label], registry=self._registry, multiprocess_mode=over), read)
            for name, meaning, label, over, read in LABELLED_GAUGES
        ]
        self._redis_up = None
        if parts.redis is not None:
            self._redis_up = Gauge(*REDIS_UP, registry=self._registry, multiprocess_mode="livemin")
        self._counters = [
            (Counter(name, meaning, labels, registry=self._registry), read) for name, meaning, labels, read in COUNTERS
        ]
        self._counted: defaultdict[tuple[int, Key], float] = defaultdict(float)
        self._requests = Counter(*REQUESTS, ["method", "status"], registry=self._registry)
        self._seconds = Histogram(*SECONDS, ["method"], buckets=BUCKETS, registry=self._registry)
        self._operation_seconds = Histogram(
            *OPERATION_SECONDS, ["operation", "path"], buckets=operation_counts.BUCKETS, registry=self._registry
        )
        self._observed: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * (len(BUCKETS) + 2))

    def observe(self, method: str, status: str, seconds: float) -> None:
        """Count a request to /graphql. The library is told when its figures are read: its locks cost more than this."""
        classes = self._observed[method if method in ("GET", "POST") else "other", status]
        classes[bisect_left(BUCKETS, seconds)] += 1
        classes[-1] += seconds

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        self._read()
        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        _forget_dead_workers(Path(os.environ[FOLDER]))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    async def share(self) -> None:
        """Tell the other workers; ends by cancellation, and at once where there are none."""
        while FOLDER in os.environ:
            self._read()
            await asyncio.sleep(_SECONDS)

    def _read(self) -> None:
        observed, self._observed = self._observed, defaultdict(self._observed.default_factory)
        for (method, status), (*classes, seconds) in observed.items():
            self._requests.labels(method, status).inc(sum(classes))
            _add(self._seconds.labels(method), classes, seconds)
        for (name, path), (*classes, seconds) in self._parts.execution.named.take_durations().items():
            _add(self._operation_seconds.labels(name, path), classes, seconds)
        for gauge, number in self._gauges:
            gauge.set(number(self._parts) or 0.0)
        if self._redis_up is not None and self._parts.redis is not None:
            self._redis_up.set(float(self._parts.redis.refusal() is None))
        for gauge, numbers in self._labelled_gauges:
            for name, value in numbers(self._parts).items():
                gauge.labels(name).set(value)
        for place, (counter, counts) in enumerate(self._counters):
            for key, count in counts(self._parts).items():
                counted = self._counted[place, key]
                series = _labelled(counter, key)
                series.inc(count - counted if count >= counted else count)  # less: it began anew
                self._counted[place, key] = count


def table() -> list[tuple[str, str, str, str]]:
    """Every metric as (name in a scrape, kind, labels, meaning)."""
    rows = [(name, "gauge", "", meaning) for name, meaning, _, _ in GAUGES]
    rows += [(name, "gauge", label, meaning) for name, meaning, label, _, _ in LABELLED_GAUGES]
    rows.append((REDIS_UP[0], "gauge", "", REDIS_UP[1]))
    rows += [(f"{name}_total", "counter", ", ".join(labels), meaning) for name, meaning, labels, _ in COUNTERS]
    rows.append((f"{REQUESTS[0]}_total", "counter", "method, status", REQUESTS[1]))
    rows.append((SECONDS[0], "histogram", "method", SECONDS[1]))
    rows.append((OPERATION_SECONDS[0], "histogram", "operation, path", OPERATION_SECONDS[1]))
    return sorted(rows)


def _labelled(counter: Counter, key: Key) -> Counter:
    if isinstance(key, str):
        return counter.labels(key)
    return counter.labels(*key) if key else counter


def _add(histogram: Histogram, classes: Sequence[float], seconds: float) -> None:
    """Add observations by their class. The library has no method for it: this is the only use of what it hides."""
    histogram._sum.inc(seconds)
    for bucket, count in zip(histogram._buckets, classes, strict=True):
        if count:
            bucket.inc(count)


def _forget_dead_workers(folder: Path) -> None:
    """Gauges of workers that have ended no longer count; what they counted does."""
    for file in folder.glob("gauge_live*.db"):
        number = int(file.stem.rpartition("_")[2])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            mark_process_dead(number)  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
