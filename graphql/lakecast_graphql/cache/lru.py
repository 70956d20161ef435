"""A map bounded by bytes that forgets what was not used for longest, and counts."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

OVERHEAD = 300
"""Bytes that an entry costs besides its key and value."""


class LruCache(Generic[T]):
    """Least recently used entries go first. Reading takes no lock.

    Args:
        limit: bytes in all.
        size: bytes of a value with its key; an entry over an eighth of the limit is not kept. Who adds to a value puts
            it again, which counts its bytes anew.
    """

    def __init__(self, limit: int, size: Callable[[Hashable, T], int]) -> None:
        self.limit = limit
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self.evictions = 0
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable) -> T | None:
        """The value, None where it is not kept."""
        found = self._kept.get(key) if self.limit else None
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        try:  # noqa: SIM105 - `suppress` costs more than all the rest
            self._kept.move_to_end(key)
        except KeyError:  # another thread has just evicted it
            pass
        return found[0]

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value."""
        if not self.limit:
            return
        size = self._size(key, value) + OVERHEAD
        with self._lock:
            before = self._kept.pop(key, None)
            if before is not None:
                self.bytes -= before[1]
            if size > self.limit // 8:
                self.evictions += before is not None  # it has grown too large
                return
            self._kept[key] = (value, size)
            self.bytes += size
            while self.bytes > self.limit:
                _, (_, freed) = self._kept.popitem(last=False)
                self.bytes -= freed
                self.evictions += 1

    def newest(self, count: int) -> list[T]:
        """Values that were used last, the last first."""
        return [value for value, _ in reversed(list(self._kept.values())[-count:])]

    def drop(self, condition: Callable[[Hashable], bool], most: int | None = None) -> int:
        """Forget the entries whose keys meet a condition, or the oldest `most` of them. Returns how many there were."""
        with self._lock:
            keys = [key for key in list(self._kept) if condition(key)][:most]  # reading reorders meanwhile
            for key in keys:
                self.bytes -= self._kept.pop(key)[1]
        return len(keys)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.bytes = 0
