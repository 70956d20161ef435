"""What was computed from a snapshot and may be asked for again, bounded by bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Protocol, TypeVar, cast


class Sized(Protocol):
    """Anything that knows its size in bytes."""

    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=Sized)

OVERHEAD = 500
"""Bytes that an entry costs besides its value: key, order and object headers."""


class Memo:
    """Least recently used values go first once their bytes exceed the limit; a value over the limit is not kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self._kept: OrderedDict[Hashable, Sized] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of `key`, made now if it is not kept. Two threads may both make it: values are pure."""
        known = self._kept.get(key)
        if known is not None:
            self.hits += 1
            with suppress(KeyError):  # another thread has just evicted it
                self._kept.move_to_end(key)
            return cast(T, known)
        self.misses += 1
        value = make()
        size = value.nbytes + OVERHEAD
        with self._lock:
            if key not in self._kept and size <= self.limit:
                self._kept[key] = value
                self.bytes += size
                while self.bytes > self.limit:
                    self.bytes -= self._kept.popitem(last=False)[1].nbytes + OVERHEAD
        return value
