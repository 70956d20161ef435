"""Slows down whoever keeps presenting wrong keys."""

import threading
from collections.abc import Callable

from lakecast_lake.lru import LruCache, size_of_key


class Throttle:
    """Counts failures per address in a sliding window; thread-safe, bounded in memory.

    Args:
        limit: failures that an address may have in `window` seconds.
        clock: seconds, monotonic.
        memory: bytes of failures that are remembered.
    """

    def __init__(self, limit: int, window: float, clock: Callable[[], float], memory: int = 4_000_000) -> None:
        self._limit = limit
        self._window = window
        self._clock = clock
        self.failures: LruCache[list[float]] = LruCache(
            memory, lambda address, times: size_of_key(address) + 40 * len(times)
        )
        self._lock = threading.Lock()

    def blocked(self, address: str) -> bool:
        """Whether the address has used up its failures for now."""
        with self._lock:
            return len(self._recent(address)) >= self._limit

    def failed(self, address: str) -> bool:
        """Count a failure; whether the address has used up its failures by it."""
        with self._lock:
            recent = self._recent(address)
            recent.append(self._clock())
            self.failures.put(address, recent[-self._limit :])
            return len(recent) >= self._limit

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - self._window
        return [at for at in self.failures.get(address) or () if at > since]
