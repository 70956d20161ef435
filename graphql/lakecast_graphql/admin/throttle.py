"""Slows down whoever keeps presenting wrong keys."""

import threading
from collections import OrderedDict
from collections.abc import Callable


class Throttle:
    """Counts failures per address in a sliding window; thread-safe, bounded in memory.

    Args:
        limit: failures that an address may have in `window` seconds.
        clock: seconds, monotonic.
    """

    def __init__(self, limit: int, window: float, clock: Callable[[], float], addresses: int = 10_000) -> None:
        self._limit = limit
        self._window = window
        self._clock = clock
        self._addresses = addresses
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def blocked(self, address: str) -> bool:
        """Whether the address has used up its failures for now."""
        with self._lock:
            return len(self._recent(address)) >= self._limit

    def failed(self, address: str) -> None:
        """Count a failure."""
        with self._lock:
            recent = self._recent(address)
            recent.append(self._clock())
            self._failures[address] = recent[-self._limit :]
            self._failures.move_to_end(address)
            while len(self._failures) > self._addresses:
                self._failures.popitem(last=False)

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - self._window
        return [at for at in self._failures.get(address, ()) if at > since]
