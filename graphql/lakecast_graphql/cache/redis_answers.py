"""Answers in Redis: what it holds is checked, and what it takes to ask is bounded."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import redis.asyncio
from redis.exceptions import RedisError, ResponseError

from lakecast_graphql.cache.circuit_breaker import Breaker
from lakecast_graphql.cache.shared_answers import CLAIM_SECONDS, KEPT_SECONDS, LARGEST, PATIENCE, WATCH_SECONDS

_log = logging.getLogger("lakecast.cache")

_DIGEST = 16
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end"
"""Gives up a claim that is still one's own: it may have expired, and be another process's by now."""

T = TypeVar("T")


class RedisAnswers:
    """Answers in Redis.

    Args:
        url: as redis://host:6379/0.
        prefix: of all keys; other uses of the same Redis stay apart.
        connect_seconds: in which Redis must take a connection. No request waits for it longer than `seconds`.
        seconds: in which it must answer.
    """

    def __init__(
        self, url: str, prefix: str = "lakecast:", *, connect_seconds: float = 1.0, seconds: float = PATIENCE
    ) -> None:
        self._prefix = f"{prefix}answer:".encode()
        self._seconds = seconds
        self._late: set[asyncio.Future[Any]] = set()
        self._token = secrets.token_bytes(16)
        self._breaker = Breaker()
        self._redis = redis.asyncio.Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=connect_seconds, retry_on_error=[], max_connections=32
        )

    async def get(self, key: bytes) -> bytes | None:
        """See `SharedAnswers`."""
        value = await self._try(lambda: self._redis.getex(self._prefix + key, ex=KEPT_SECONDS), None)
        if not isinstance(value, bytes) or len(value) <= _DIGEST:
            return None
        body = value[_DIGEST:]
        return body if value[:_DIGEST] == _digest(key, body) else None

    async def put(self, key: bytes, body: bytes) -> None:
        """See `SharedAnswers`."""
        if len(body) <= LARGEST:
            value = _digest(key, body) + body
            await self._try(lambda: self._redis.set(self._prefix + key, value, ex=KEPT_SECONDS), None)
        await self.release(key)

    async def claim(self, key: bytes) -> bool:
        """See `SharedAnswers`; True, too, where Redis cannot tell."""
        name = self._prefix + b"claim:" + key

        async def claim() -> bool:
            return await self._redis.set(name, self._token, nx=True, ex=CLAIM_SECONDS) is not None

        return await self._try(claim, True)

    async def release(self, key: bytes) -> None:
        """See `SharedAnswers`."""
        await self._try(lambda: self._redis.eval(_RELEASE, 1, self._prefix + b"claim:" + key, self._token), None)

    def state(self) -> tuple[str, bool]:
        """See `SharedAnswers`."""
        return "redis", self._breaker.closed

    async def watch(self) -> None:
        """See `SharedAnswers`."""
        while True:
            await self._try(self._ping, None)
            await asyncio.sleep(WATCH_SECONDS)

    async def _ping(self) -> None:
        await self._redis.echo(b"lakecast")

    async def close(self) -> None:
        """See `SharedAnswers`."""
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _try(self, call: Callable[[], Awaitable[T]], otherwise: T) -> T:
        if not self._breaker.admits():
            return otherwise
        try:
            result = await self._in_time(call)
        except ResponseError:
            return otherwise  # it works, but does not like what it was asked: a value of another type, no memory
        except Exception as error:  # whatever answers there: no request fails of it, and `watch` goes on
            if not isinstance(error, RedisError | OSError | ValueError):
                _log.exception("Redis answered what its client cannot read.")
            self._breaker.failed()
            return otherwise
        self._breaker.succeeded()
        return result

    async def _in_time(self, call: Callable[[], Awaitable[T]]) -> T:
        """What is answered in time. A connection that comes later is there for the next call."""
        answering = asyncio.ensure_future(call())
        done, _ = await asyncio.wait({answering}, timeout=self._seconds)
        if done:
            return answering.result()
        self._late.add(answering)
        answering.add_done_callback(self._forget)
        raise TimeoutError

    def _forget(self, answering: "asyncio.Future[Any]") -> None:
        self._late.discard(answering)
        if not answering.cancelled():
            answering.exception()  # seen: nobody waits for it any more


def _digest(key: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST, key=hashlib.blake2b(key, digest_size=32).digest()).digest()
