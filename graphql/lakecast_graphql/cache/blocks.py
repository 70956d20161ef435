"""Rendered blocks: the JSON of units of rows, kept per snapshot and selection, bounded by bytes."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Sequence

OVERHEAD = 150
"""Bytes that a kept text costs besides its characters."""
OF_GROUP = 2_000
"""Bytes that a selection costs besides its texts."""
_AT_ONCE, _REST = 200, 0.0005
"""Texts freed between two rests, and the seconds of a rest."""


Key = int | tuple[int, int]
"""A unit by its number, or a page of units as (first, last + 1), joined by commas."""


class Group:
    """Texts of one selection of one kind of unit of one snapshot.

    `missed` counts answers that lacked some; `is_kept` is false once the group was dropped.
    """

    def __init__(self) -> None:
        self.texts: OrderedDict[Key, bytes] = OrderedDict()
        self.bytes = OF_GROUP
        self.missed = 0
        self.is_kept = True


class RenderedBlocks:
    """Groups of texts; over the limit the oldest texts go first, of the group that was not used for longest.

    Only as many go as must: to free thousands at once would hold up all requests. Reading takes no lock: a text that
    goes in the meantime is rendered again.
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
                found = self._groups.get(key)
                if found is None:
                    found = self._groups[key] = Group()
                    self.bytes += OF_GROUP
                    self._shrink()
                return found
        try:  # noqa: SIM105 - `suppress` costs more than all the rest
            self._groups.move_to_end(key)
        except KeyError:  # another thread has just evicted it: what is put there is rendered again
            pass
        return found

    def put(self, group: Group, keys: Sequence[Key], texts: Sequence[bytes]) -> None:
        """Keep texts of a group; negative keys stand for units that are not whole, and are not kept."""
        with self._lock:
            if not group.is_kept:
                return
            for key, text in zip(keys, texts, strict=True):
                if key != -1 and key not in group.texts:
                    group.texts[key] = text
                    group.bytes += len(text) + OVERHEAD
                    self.bytes += len(text) + OVERHEAD
            self._shrink()

    def keep_only(self, serial: int) -> None:
        """Drop the texts of all snapshots but one; a snapshot's serial stands first in every key.

        Takes its time: not to be called where requests are answered.
        """
        with self._lock:
            gone = [key for key in self._groups if not (isinstance(key, tuple) and key[0] == serial)]
            groups = [self._groups.pop(key) for key in gone]
            for group in groups:
                self._drop(group)
        for group in groups:
            while group.texts:
                for _ in range(min(_AT_ONCE, len(group.texts))):
                    group.texts.popitem(last=False)
                time.sleep(_REST)

    def _drop(self, group: Group) -> None:
        group.is_kept = False
        self.bytes -= group.bytes

    def _shrink(self) -> None:
        while self.bytes > self.limit and self._groups:
            key, group = next(iter(self._groups.items()))
            if not group.texts:
                del self._groups[key]
                self._drop(group)
                continue
            size = len(group.texts.popitem(last=False)[1]) + OVERHEAD
            group.bytes -= size
            self.bytes -= size
            self.evictions += 1
