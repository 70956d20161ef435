"""Answers in Redis: what it holds is checked, and what it takes to ask is bounded."""

import asyncio
import hashlib
import secrets
from typing import Any

from redis.exceptions import ResponseError

from lakecast_graphql.cache.circuit_breaker import Breaker
from lakecast_graphql.cache.redis_connections import NotReady, RedisConnections
from lakecast_graphql.cache.shared_answers import CLAIM_SECONDS, KEPT_SECONDS, LARGEST, PATIENCE, WATCH_SECONDS
from lakecast_graphql.redis_state import RedisProblem, RedisState

_USE = "answers"
_DIGEST = 16
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end"
"""Gives up a claim that is still one's own: it may have expired, and be another process's by now."""


class RedisAnswers:
    """Answers in Redis.

    Args:
        url: as redis://host:6379/0.
        prefix: of all keys; other uses of the same Redis stay apart.
        state: told what Redis refuses, and when it works again.
        connect_seconds: in which Redis must take a connection; no request waits for that.
        seconds: in which it must answer.
    """

    def __init__(
        self,
        url: str,
        prefix: str = "lakecast:",
        state: RedisState | None = None,
        *,
        connect_seconds: float = 1.0,
        seconds: float = PATIENCE,
    ) -> None:
        self._prefix = f"{prefix}answer:".encode()
        self._probe_key = f"{prefix}probe".encode()
        self._state = state or RedisState(prefix)
        self._token = secrets.token_bytes(16)
        self._breaker = Breaker()
        self._refused = False
        self._connections = RedisConnections(
            url,
            connect_seconds=connect_seconds,
            seconds=seconds,
            on_failure=self._fail,
            on_success=self._breaker.succeeded,
        )

    async def get(self, key: bytes) -> bytes | None:
        """See `SharedAnswers`."""
        value = await self._try("GETEX", self._prefix + key, "EX", KEPT_SECONDS)
        if not isinstance(value, bytes) or len(value) <= _DIGEST:
            return None
        body = value[_DIGEST:]
        return body if value[:_DIGEST] == _digest(key, body) else None

    async def put(self, key: bytes, body: bytes) -> None:
        """See `SharedAnswers`."""
        if len(body) <= LARGEST:
            value = _digest(key, body) + body
            await self._try("SET", self._prefix + key, value, "EX", KEPT_SECONDS)
        await self.release(key)

    async def claim(self, key: bytes) -> bool:
        """See `SharedAnswers`; True, too, where Redis cannot tell."""
        name = self._prefix + b"claim:" + key
        return await self._try("SET", name, self._token, "NX", "EX", CLAIM_SECONDS, otherwise=b"OK") is not None

    async def release(self, key: bytes) -> None:
        """See `SharedAnswers`."""
        await self._try("EVAL", _RELEASE, 1, self._prefix + b"claim:" + key, self._token)

    def state(self) -> tuple[str, bool]:
        """See `SharedAnswers`."""
        return "redis", self._breaker.closed and self._state.refusal(_USE) is None

    async def watch(self) -> None:
        """See `SharedAnswers`."""
        try:
            while True:
                # A write: a Redis that is full or a replica answers whoever only reads.
                if await self._try("SET", self._probe_key, b"", "EX", 1) is not None:
                    self._refused = False
                    self._state.works(_USE)
                await asyncio.sleep(WATCH_SECONDS)
        finally:
            await self.close()

    async def close(self) -> None:
        """See `SharedAnswers`."""
        await self._connections.close()

    async def _try(self, *command: bytes | str | int, otherwise: bytes | None = None) -> Any:
        """What Redis answers, `otherwise` where it does not."""
        if not self._breaker.admits():
            return otherwise
        try:
            answer = await self._connections.ask(*command)
        except NotReady:
            return otherwise
        except ResponseError as error:  # it answers: what it refuses to one command it may grant to another
            if self._state.count(error).problem is not RedisProblem.WRONG_TYPE:
                self._refused = True
                self._state.failed(_USE, error)
            return otherwise
        except Exception as error:  # whatever answers there: no request fails of it, and `watch` goes on
            self._fail(error)
            return otherwise
        self._breaker.succeeded()
        if not self._refused:  # else `watch` finds out
            self._state.works(_USE)
        return answer

    def _fail(self, error: Exception) -> None:
        self._breaker.failed()
        self._state.failed(_USE, error)


def _digest(key: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST, key=hashlib.blake2b(key, digest_size=32).digest()).digest()
