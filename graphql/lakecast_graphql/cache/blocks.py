"""Rendered blocks: the JSON of units of rows, kept per snapshot and selection, bounded by bytes."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence

OVERHEAD = 120
"""Bytes that a kept text costs besides its characters."""


Key = int | tuple[int, int]
"""A unit by its number, or a page of units as (first, last + 1), joined by commas."""


class Group:
    """Texts of one selection of one kind of unit of one snapshot; `missed` counts answers that lacked some."""

    def __init__(self) -> None:
        self.texts: dict[Key, bytes] = {}
        self.bytes = 0
        self.missed = 0


class RenderedBlocks:
    """Groups of texts; over the limit the group that was not used for longest goes first, then old texts of a group.

    Reading takes no lock: a text that goes in the meantime is rendered again.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self.evictions = 0
        self._groups: OrderedDict[Hashable, Group] = OrderedDict()
        self._lock = threading.Lock()

    def group(self, key: Hashable) -> Group:
        """The texts of a selection; they may be read, and are added to by `put`."""
        found = self._groups.get(key)
        if found is None:
            with self._lock:
                return self._groups.setdefault(key, Group())
        try:  # noqa: SIM105 - `suppress` costs more than all the rest
            self._groups.move_to_end(key)
        except KeyError:  # another thread has just evicted it: what is put there is rendered again
            pass
        return found

    def has(self, group: Group) -> bool:
        """Whether the group is still kept."""
        with self._lock:
            return any(kept is group for kept in self._groups.values())

    def put(self, group: Group, keys: Sequence[Key], texts: Sequence[bytes]) -> None:
        """Keep texts of a group; negative keys stand for units that are not whole, and are not kept."""
        with self._lock:
            for key, text in zip(keys, texts, strict=True):
                if key != -1 and key not in group.texts:
                    group.texts[key] = text
                    group.bytes += len(text) + OVERHEAD
                    self.bytes += len(text) + OVERHEAD
            while self.bytes > self.limit and self._groups:
                self._shrink()

    def keep_only(self, serial: int) -> None:
        """Drop the texts of all snapshots but one; a snapshot's serial stands first in every key."""
        with self._lock:
            for key in [key for key in self._groups if not (isinstance(key, tuple) and key[0] == serial)]:
                self.bytes -= self._groups.pop(key).bytes

    def _shrink(self) -> None:
        key, group = next(iter(self._groups.items()))
        if len(self._groups) > 1:
            del self._groups[key]
            self.bytes -= group.bytes
            self.evictions += len(group.texts)
            group.texts, group.bytes = {}, 0
            return
        for old in list(group.texts)[: max(1, len(group.texts) // 8)]:
            size = len(group.texts.pop(old)) + OVERHEAD
            group.bytes -= size
            self.bytes -= size
            self.evictions += 1
