"""Older snapshots, loaded when somebody asks for one and kept while they are among the last that were asked for."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from lakecast_lake.columns import Snapshot


class OldSnapshots:
    """At most `size` older snapshots. Thread-safe; a snapshot that several ask for at once is loaded once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._snapshots: OrderedDict[int, Future[Snapshot]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, snapshot: Snapshot) -> None:
        """Keep a snapshot that is loaded already."""
        done: Future[Snapshot] = Future()
        done.set_result(snapshot)
        with self._lock:
            self._snapshots[snapshot.record.snapshot_id] = done
            self._shrink(snapshot.record.snapshot_id)

    def get(self, snapshot_id: int, load: Callable[[], Snapshot]) -> Snapshot:
        """The snapshot, loaded by `load` unless it is here. Raises what `load` raises."""
        with self._lock:
            future = self._snapshots.get(snapshot_id)
            mine = future is None
            if future is None:
                future = self._snapshots[snapshot_id] = Future()
            self._shrink(snapshot_id)
        if mine:
            try:
                future.set_result(load())
            except BaseException as error:
                with self._lock:
                    if self._snapshots.get(snapshot_id) is future:
                        del self._snapshots[snapshot_id]
                future.set_exception(error)
        return future.result()

    def keep_only(self, snapshot_ids: set[int]) -> None:
        """Drop what is no longer retained in the lake."""
        with self._lock:
            for snapshot_id in self._snapshots.keys() - snapshot_ids:
                del self._snapshots[snapshot_id]

    def clear(self) -> None:
        """Drop everything: a forced refresh reads all again."""
        with self._lock:
            self._snapshots.clear()

    def _shrink(self, newest: int) -> None:
        self._snapshots.move_to_end(newest)
        while len(self._snapshots) > self._size:
            self._snapshots.popitem(last=False)
