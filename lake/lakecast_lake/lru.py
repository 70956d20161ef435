"""A map bounded by bytes that forgets what was not used for longest, and counts. Every cache is one."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, Protocol, TypeVar, cast

T = TypeVar("T")

OVERHEAD = 300
"""Bytes that an entry costs besides its key and value."""


class Sized(Protocol):
    """Anything that knows its size in bytes."""

    @property
    def nbytes(self) -> int: ...


SizedT = TypeVar("SizedT", bound=Sized)


class LruCache(Generic[T]):
    """Least recently used entries go first. Reading takes no lock.

    Args:
        limit: bytes in all; 0 keeps nothing.
        size: bytes of a value with its key. Who adds to a value puts it again, which counts its bytes anew.
        largest: bytes of an entry that is not kept if it has more; by default an eighth of the limit.
    """

    def __init__(self, limit: int, size: Callable[[Any, T], int], largest: int | None = None) -> None:
        self.limit = limit
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self.evictions = 0
        self._size = size
        self._largest = limit // 8 if largest is None else largest
        self._entries: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def get(self, key: Hashable) -> T | None:
        """The value, None where it is not kept."""
        entry = self._entries.get(key) if self.limit else None
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        try:  # noqa: SIM105 - `suppress` costs more than all the rest
            self._entries.move_to_end(key)
        except KeyError:  # another thread has just evicted it
            pass
        return entry[0]

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value."""
        if not self.limit:
            return
        size = self._size(key, value) + OVERHEAD
        with self._lock:
            before = self._entries.pop(key, None)
            if before is not None:
                self.bytes -= before[1]
            if size > self._largest:
                self.evictions += before is not None  # it has grown too large
                return
            self._entries[key] = (value, size)
            self.bytes += size
            while self.bytes > self.limit:
                _, (_, freed) = self._entries.popitem(last=False)
                self.bytes -= freed
                self.evictions += 1

    def newest(self, count: int) -> list[T]:
        """Values that were used last, the last first."""
        return [value for value, _ in reversed(list(self._entries.values())[-count:])]

    def drop(self, condition: Callable[[Any], bool], most: int | None = None) -> int:
        """Forget the entries whose keys meet a condition, or the oldest `most` of them. Returns how many there were."""
        with self._lock:
            keys = [key for key in list(self._entries) if condition(key)][:most]  # reading reorders meanwhile
            for key in keys:
                self.bytes -= self._entries.pop(key)[1]
        return len(keys)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self.bytes = 0


class Memo(LruCache[Sized]):
    """What was computed and may be asked for again: values that know their size."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit, lambda key, value: _OF_VALUE + size_of_key(key) + value.nbytes, largest=limit)

    def value(self, key: Hashable, compute: Callable[[], SizedT]) -> SizedT:
        """The value of `key`, computed now if it is not kept. Two threads may both compute it: values are pure."""
        known = self.get(key)
        if known is not None:
            return cast(SizedT, known)
        value = compute()
        self.put(key, value)
        return value


TextT = TypeVar("TextT", str, bytes)


class TextMemo(LruCache[T], Generic[TextT, T]):
    """What a function made of short texts that clients send again and again, such as headers. None is made anew.

    Args:
        function: what is made of a text.
        longest: characters of a text from which its value is not kept.
        limit, of_value: bytes in all, and of a value.
    """

    def __init__(self, function: Callable[[TextT], T], longest: int, limit: int, of_value: int = 200) -> None:
        super().__init__(limit, lambda text, _: of_value + len(text))
        self._function: Callable[[TextT], T] = function
        self._longest = longest

    def value(self, text: TextT) -> T:
        """The function's value for a text."""
        value = self.get(text)
        if value is None:
            value = self._function(text)
            if len(text) <= self._longest:
                self.put(text, value)
        return value


_OF_VALUE = 500
"""Bytes of the objects around a value's own: an array or a table, and what they lie in."""


def size_of_key(key: Hashable) -> int:
    """Bytes of a key: of texts, numbers and tuples of them, or of what knows its size. Clients choose the texts."""
    size, parts = 0, [key]
    while parts:
        part = parts.pop()
        if isinstance(part, tuple):
            size += 60 + 8 * len(part)
            parts += part
        else:
            size += 50 + (len(part) if isinstance(part, str | bytes) else getattr(part, "nbytes", 0))
    return size
