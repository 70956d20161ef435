"""What `/metrics` shows of a server."""

import time
from collections.abc import Callable

from lakecast_graphql.execution.dispatch import FastExecution
from lakecast_graphql.execution.subscriptions import Subscriptions
from lakecast_graphql.metrics import Labels, Metrics
from lakecast_graphql.operation.documents import Documents
from lakecast_graphql.operation.persisted import PersistedQueries
from lakecast_graphql.serving.service import Service
from lakecast_graphql.transport.connections import Connections


def declared(
    service: Service,
    subscriptions: Subscriptions,
    execution: FastExecution,
    connections: Connections,
    documents: Documents,
    queries: PersistedQueries,
) -> Metrics:
    """The figures of the parts given; doors add their own."""
    metrics = Metrics()
    metrics.gauge("lakecast_ready", "1 while a snapshot is served.", lambda: float(service.served is not None))
    metrics.gauge(
        "lakecast_snapshot_id",
        "The served snapshot.",
        lambda: None if service.served is None else service.served.snapshot_id,
    )
    metrics.gauge("lakecast_newest_snapshot_id", "The newest snapshot seen in the lake.", lambda: service.newest_id)
    metrics.gauge(
        "lakecast_problem", "1 while the newest snapshot is not served.", lambda: float(service.problem is not None)
    )
    metrics.gauge(
        "lakecast_snapshot_age_seconds",
        "Seconds since the served snapshot was published.",
        lambda: None if service.served is None else service.served.age_seconds(time.time()),
    )
    metrics.counted(
        "lakecast_operations",
        "Operations by the way that they were answered, and why the ordinary one.",
        lambda: {(("way", way),): float(count) for way, count in tuple(execution.ways.items())},
    )
    caches = {
        "answers": execution.answers,
        "cells": execution.cells,
        "plans": execution.plans,
        "plans by flags": execution.flagged,
        "texts": execution.texts,
        "documents": documents.prepared,
        "persisted queries": queries.kept,
        "events": subscriptions.rendered,
    }

    def of_caches(figure: str) -> Callable[[], dict[Labels, float]]:
        return lambda: {(("cache", name),): float(getattr(cache, figure)) for name, cache in caches.items()}

    metrics.gauge("lakecast_cache_bytes", "Bytes in the caches of this process.", of_caches("bytes"))
    for figure, meaning in (
        ("hits", "Looks into a cache that found something."),
        ("misses", "Looks into a cache that found nothing."),
        ("evictions", "Entries of a cache that made room for others."),
    ):
        metrics.counted(f"lakecast_cache_{figure}", meaning, of_caches(figure))
    metrics.gauge("lakecast_subscribers", "Open subscriptions.", lambda: float(subscriptions.count))
    metrics.counted(
        "lakecast_events_rendered",
        "Events that were rendered, each for all who had asked for the same.",
        lambda: float(subscriptions.executed),
    )
    metrics.gauge("lakecast_connections", "Open connections.", lambda: float(connections.count))
    metrics.gauge(
        "lakecast_unread_bytes",
        "Bytes of answers that slow clients have not read.",
        lambda: float(connections.unread_bytes),
    )
    metrics.counted(
        "lakecast_limits_reached",
        "How often clients reached a limit, by the name of its setting.",
        lambda: {(("limit", limit),): float(count) for limit, count in tuple(connections.reached.counts.items())},
    )
    return metrics


def observer(metrics: Metrics) -> Callable[[str, str, float], None]:
    """What counts the requests to /graphql by method and status, and their durations."""
    requests, seconds = "lakecast_http_requests_total", "lakecast_http_request_seconds"
    metrics.counter(requests, "Requests to /graphql by method and status.")
    metrics.durations(seconds, "Seconds from a request to its answer.")
    return metrics.requests(requests, seconds)
