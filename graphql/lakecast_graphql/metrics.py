"""What `/metrics` shows: of this process, or of all workers where these share a folder (`PROMETHEUS_MULTIPROC_DIR`)."""

import asyncio
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

from lakecast_graphql.admin.gate import Gate
from lakecast_graphql.execution.dispatch import Dispatcher
from lakecast_graphql.execution.subscriptions import Subscriptions
from lakecast_graphql.execution.under_way import UnderWay
from lakecast_graphql.operation.documents import Documents
from lakecast_graphql.operation.persisted import PersistedQueries
from lakecast_graphql.read import paging
from lakecast_graphql.rows import column
from lakecast_graphql.serving.service import Service
from lakecast_graphql.transport import compression, http
from lakecast_graphql.transport.connections import Connections

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: the folder that workers share their figures in; `lakecast serve` sets it for several."""
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds of the classes that durations are counted in."""
_SECONDS = 1.0
"""Seconds between two times that a worker tells the others its figures."""

disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Parts:
    """What figures are read from."""

    service: Service
    subscriptions: Subscriptions
    execution: Dispatcher
    under_way: UnderWay
    connections: Connections
    documents: Documents
    queries: PersistedQueries
    gate: Gate


Number = Callable[[Parts], float | None]
Counts = Callable[[Parts], Mapping[str, float]]
Over = Literal["livemin", "livemax", "livesum"]

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
    ("lakecast_subscribers", "Open subscriptions.", "livesum", lambda of: of.subscriptions.count),
    ("lakecast_connections", "Open connections.", "livesum", lambda of: of.connections.count),
    ("lakecast_unread_bytes", "Bytes of answers that slow clients have not read.", "livesum",
     lambda of: of.connections.unread_bytes),
    ("lakecast_incoming_bytes", "Bytes of bodies and messages that are not complete yet.", "livesum",
     lambda of: of.connections.incoming.bytes),
    ("lakecast_overdue_operations", "Operations that are still being computed though their time is up.", "livesum",
     lambda of: of.under_way.overdue),
)  # fmt: skip
"""Name, meaning, what counts of several workers, and how it is read."""


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


COUNTERS: tuple[tuple[str, str, str, Counts], ...] = (
    ("lakecast_operations", "Operations by the way that they were answered, and why the ordinary one.", "way",
     lambda of: dict(of.execution.ways)),
    ("lakecast_operation_errors", "Operations that were refused, given up or failed, by their first error.", "code",
     lambda of: dict(of.execution.errors)),
    ("lakecast_cache_hits", "Looks into a cache that found something.", "cache", _of_caches("hits")),
    ("lakecast_cache_misses", "Looks into a cache that found nothing.", "cache", _of_caches("misses")),
    ("lakecast_cache_evictions", "Entries of a cache that made room for others.", "cache", _of_caches("evictions")),
    ("lakecast_limits_reached", "How often clients reached a limit, by the name of its setting.", "limit",
     lambda of: dict(of.connections.reached.counts)),
    ("lakecast_events_rendered", "Events that were rendered, each for all who had asked for the same.", "kind",
     lambda of: {"subscription": of.subscriptions.executed}),
)  # fmt: skip
"""Name, meaning, label, and how the counts are read: others keep them."""


class Metrics:
    """The figures of one process. `observe` is told of each request; the rest is read from `parts`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._registry = CollectorRegistry()
        self._gauges = [
            (Gauge(name, meaning, registry=self._registry, multiprocess_mode=over), read)
            for name, meaning, over, read in GAUGES
        ]
        self._bytes = Gauge(
            "lakecast_cache_bytes", "Bytes in the caches.", ["cache"], registry=self._registry,
            multiprocess_mode="livesum",
        )  # fmt: skip
        self._counters = [
            (Counter(name, meaning, [label], registry=self._registry), read) for name, meaning, label, read in COUNTERS
        ]
        self._counted: defaultdict[tuple[int, str], float] = defaultdict(float)
        self._requests = Counter(
            "lakecast_http_requests", "Requests to /graphql by method and status.", ["method", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "lakecast_http_request_seconds", "Seconds from a request to its answer.", ["method"], buckets=BUCKETS,
            registry=self._registry,
        )  # fmt: skip
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
        for gauge, number in self._gauges:
            gauge.set(number(self._parts) or 0.0)
        for name, count in _of_caches("bytes")(self._parts).items():
            self._bytes.labels(name).set(count)
        for place, (counter, counts) in enumerate(self._counters):
            for name, count in counts(self._parts).items():
                counted = self._counted[place, name]
                counter.labels(name).inc(count - counted if count >= counted else count)  # less: it began anew
                self._counted[place, name] = count


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
