"""Single flight: however many ask for a slow answer at once, one computes it, here and in other processes."""

import asyncio
from collections.abc import Awaitable, Callable

from lakecast_graphql.cache.shared_answers import CLAIM_SECONDS, SharedAnswers

_LOOK_SECONDS = 0.02
"""Seconds between two looks for what another process computes."""


class SingleFlight:
    """Slow answers being made, by key."""

    def __init__(self, shared: SharedAnswers) -> None:
        self._shared = shared
        self._flying: dict[bytes, asyncio.Future[bytes]] = {}
        self.computed = 0
        self.found = 0
        self.joined = 0

    async def get(self, key: bytes, compute: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer of `key`; an error of `compute` is raised for all who wait for it."""
        flying = self._flying.get(key)
        if flying is not None:
            self.joined += 1
            return await asyncio.shield(flying)
        flying = asyncio.ensure_future(self._fetch(key, compute))
        self._flying[key] = flying
        # Callers may give up; the answer is wanted by others, and by the cache.
        flying.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flying)

    def _landed(self, key: bytes, done: "asyncio.Future[bytes]") -> None:
        self._flying.pop(key, None)
        if not done.cancelled():
            done.exception()  # seen: nobody may be left who waits for it

    async def _fetch(self, key: bytes, compute: Callable[[], Awaitable[bytes]]) -> bytes:
        body = await self._shared.get(key)
        if body is None and not await self._shared.claim(key):
            body = await self._wait(key)
        if body is not None:
            self.found += 1
            return body
        try:
            body = await compute()
        except BaseException:
            await self._shared.release(key)
            raise
        self.computed += 1
        await self._shared.put(key, body)
        return body

    async def _wait(self, key: bytes) -> bytes | None:
        """What another process computes; None when it does not come, or its claim is gone."""
        for _ in range(int(CLAIM_SECONDS / _LOOK_SECONDS)):
            await asyncio.sleep(_LOOK_SECONDS)
            body = await self._shared.get(key)
            if body is not None:
                return body
            if await self._shared.claim(key):
                # Either it failed, or it has finished since we looked.
                return await self._shared.get(key)
        return None
