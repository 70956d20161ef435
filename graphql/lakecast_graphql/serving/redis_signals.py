"""Signals in Redis, for all workers of all replicas that serve the same lake."""

import hashlib
import logging
import threading
import time
from dataclasses import replace

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.serving.worker_signals import CHANNEL, Signals

_log = logging.getLogger("lakecast.signals")


class RedisSignals:
    """Keys and a channel in Redis, shared by all workers of all replicas that serve the same lake."""

    def __init__(self, url: str, lake: str) -> None:
        name = hashlib.sha256(lake.encode()).hexdigest()[:16]
        self._key = f"lakecast:board:{name}"
        # Bytes, not text: anybody may publish anything, and what is no UTF-8 would fail to be read.
        # Short timeouts: a hanging Redis must not hold up a refresh. No retries: reconnecting in silence would lose
        # what was published meanwhile, whereas `wait` takes every new subscription for news.
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=1.0,
            socket_connect_timeout=1.0,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),
        )
        self._last = Signals()
        self._listening: redis.client.PubSub | None = None
        self._closed = threading.Event()

    def read(self) -> Signals:
        """What stands in Redis, what stood there last where Redis is away."""
        try:
            values = self._redis.hgetall(self._key)
            pinned = values.get(b"pinned", b"")
            self._last = Signals(
                int(pinned) if pinned else None,
                int(values.get(b"notices", 0)),
                int(values.get(b"forced", 0)),
            )
        except (redis.RedisError, ValueError):
            _log.warning("Redis does not answer: pins and news of other workers are not seen until it does.")
        return self._last

    def announce(self, *, forced: bool = False) -> None:
        """Count one up and publish a message."""
        try:
            with self._redis.pipeline() as pipe:
                pipe.hincrby(self._key, "notices", 1)
                if forced:
                    pipe.hincrby(self._key, "forced", 1)
                pipe.publish(CHANNEL, "refresh")
                pipe.execute()
        except redis.RedisError:
            _log.warning("Redis does not answer: the other workers follow by polling.")

    def pin(self, snapshot_id: int | None) -> None:
        """Pin for all replicas, until unpinned."""
        try:
            with self._redis.pipeline() as pipe:
                pipe.hset(self._key, "pinned", "" if snapshot_id is None else str(snapshot_id))
                pipe.hincrby(self._key, "notices", 1)
                pipe.publish(CHANNEL, "pin")
                pipe.execute()
        except redis.RedisError:
            raise ApiError(
                ErrorCode.LAKE_UNAVAILABLE,
                "Redis does not answer, so the pin cannot be kept for all workers. Nothing has changed; try again.",
            ) from None
        self._last = replace(self._last, pinned=snapshot_id)

    def wait(self, seconds: float) -> bool:
        """Wait for a message; where Redis is away, sleep and try to connect again."""
        until = time.monotonic() + seconds
        while not self._closed.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return False
            try:
                if self._listening is None:
                    self._listening = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                    self._listening.subscribe(CHANNEL)
                    return True  # what was said before is to be read now
                # The socket's own timeout is a second: ask for less, so that quiet is not taken for an error.
                if self._listening.get_message(timeout=min(left, 0.5)) is not None:
                    return True
            except redis.RedisError:
                self._listening = None
                self._closed.wait(min(left, 1.0))
        return False

    def close(self) -> None:
        """End `wait`."""
        self._closed.set()
