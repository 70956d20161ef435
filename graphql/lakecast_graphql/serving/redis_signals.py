"""Signals through Redis, for all workers of all replicas that serve the same lake."""

import logging
import threading
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lakecast_graphql.redis_state import RedisState
from lakecast_graphql.serving.worker_signals import CHANNEL

_log = logging.getLogger("lakecast.signals")

_RETRY_SECONDS = 1.0
_NEWS, _COUNTER = "news", "refreshes"
"""Uses of Redis, as `RedisState` tells them apart."""


class RedisSignals:
    """A counter and a channel in Redis. What Redis forgets when it restarts is news at most, never a fact."""

    def __init__(
        self, url: str, prefix: str = "lakecast:", state: RedisState | None = None, connect_seconds: float = 1.0
    ) -> None:
        self._prefix = prefix
        self._state = state or RedisState(prefix)
        self._channel = f"{prefix}{CHANNEL}"
        # Bytes, not text: anybody may publish anything, and what is no UTF-8 would fail to be read.
        # Short timeouts: a hanging Redis must not hold up a refresh. No retries: reconnecting in silence would lose
        # what was published meanwhile, whereas `wait` takes every new subscription for news.
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=1.0,
            socket_connect_timeout=connect_seconds,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),
        )
        self._last = 0
        self._unread: str | None = None  # the counter that could not be read
        self._listening: redis.client.PubSub | None = None
        self._closed = threading.Event()

    def forced(self, lake_id: str) -> int:
        """What stands in Redis, what stood there last where Redis is away: `wait` returns once it is back."""
        counter = self._counter(lake_id)
        try:
            self._last = int(self._redis.get(counter) or 0)
        except (redis.RedisError, OSError) as error:
            self._unread = None if isinstance(error, redis.ResponseError) else counter
            self._state.failed(_COUNTER, error)
        except ValueError as error:
            self._state.failed(_COUNTER, redis.ResponseError(f"WRONGTYPE {error}"))
        else:
            self._unread = None
            self._state.works(_COUNTER)
        return self._last

    def announce(self, lake_id: str, *, forced: bool = False) -> bool:
        """Count a forced refresh and publish a message."""
        try:
            if forced:
                self._redis.incr(self._counter(lake_id))
            self._redis.publish(self._channel, "refresh")
        except (redis.RedisError, OSError) as error:
            refusal = self._state.count(error)
            _log.warning("Redis %s: the other workers follow this refresh or pin by polling.", refusal.what)
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Wait for a message; where Redis is away, try every second whether it is back, which is news, too."""
        until = time.monotonic() + seconds
        while not self._closed.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return False
            try:
                if self._unread is not None:
                    self._redis.get(self._unread)
                    self._unread = None
                    return True
                if self._listening is None:
                    listening = self._redis.pubsub()  # type: ignore[no-untyped-call]
                    listening.subscribe(self._channel)
                    self._listening = listening
                # The first message confirms the subscription: what was said before it is to be looked for now.
                # The socket's own timeout is a second: ask for less, so that quiet is not taken for an error.
                message = self._listening.get_message(timeout=min(left, 0.5))
                self._state.works(_NEWS)
                if message is not None:
                    return True
            except (redis.RedisError, OSError) as error:
                self._state.failed(_NEWS, error)
                self._listening = None
                self._closed.wait(min(left, _RETRY_SECONDS))
        return False

    def close(self) -> None:
        """End `wait`."""
        self._closed.set()

    def _counter(self, lake_id: str) -> str:
        return f"{self._prefix}forced:{lake_id}"
