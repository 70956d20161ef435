"""Blocks rendered before anybody asks for them, once a selection has been asked for more than once.

A niced thread renders some units at a time and then rests as long as that took: requests come first. It stops where
the blocks would fill their cache, and when their snapshot is no longer served.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from lakecast_graphql.cache.blocks import Group, RenderedBlocks
from lakecast_graphql.errors import ApiError
from lakecast_graphql.execution.render import units_of
from lakecast_graphql.execution.shape import Shape, Values
from lakecast_graphql.execution.surprise import Surprise
from lakecast_graphql.read.rows import Rows

_log = logging.getLogger("lakecast.execution")

ENOUGH = 3
"""Answers that lacked blocks of a selection, at least, before all of its blocks are rendered."""
_WORTH = 256
"""Blocks that one more such answer justifies: a selection that few ask for is not worth rendering for all items."""
AT_ONCE = 16
"""Units between two rests: some milliseconds."""
SHARE = 0.8
"""Share of the cache that may be filled ahead."""
_NICE = 10


@dataclass(frozen=True, eq=False)
class _Task:
    group: Group
    total: int
    of_keys: Callable[[range], Rows]
    shape: Shape
    values: Values


class RenderingAhead:
    """Renders the blocks of selections that are asked for again and again. Its thread starts with the first task."""

    def __init__(self, blocks: RenderedBlocks) -> None:
        self._blocks = blocks
        self._tasks: deque[_Task] = deque()
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.rendered = 0

    def missed(self, group: Group, total: int, of_keys: Callable[[range], Rows], shape: Shape, values: Values) -> None:
        """An answer had to render units, of which there are so many, that might have been rendered before."""
        group.missed += 1
        if group.missed == max(ENOUGH, total // _WORTH):
            self._tasks.append(_Task(group, total, of_keys, shape, values))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lakecast-render", daemon=True)
                self._thread.start()
            self._wanted.set()

    def close(self) -> None:
        """Stop."""
        self._closed.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while not self._closed.is_set():
            self._wanted.wait()
            self._wanted.clear()
            while self._tasks and not self._closed.is_set():
                try:
                    self._render(self._tasks.popleft())
                except Exception:  # the next selection is rendered all the same
                    _log.exception("Rendering ahead failed; answers are rendered when they are asked for.")

    def _render(self, task: _Task) -> None:
        for first in range(0, task.total, AT_ONCE):
            if self._closed.is_set() or self._blocks.bytes > SHARE * self._blocks.limit:
                return
            if not task.group.is_kept:
                return
            began = time.perf_counter()
            keys = range(first, min(first + AT_ONCE, task.total))
            if any(key not in task.group.texts for key in keys):
                rows = task.of_keys(keys)
                if rows.units is None:  # too short to be worth it
                    return
                with suppress(ApiError, Surprise):  # of a unit that perhaps nobody asks for
                    self._blocks.put(task.group, keys, units_of(rows, task.shape, task.values, rows.units.sizes))
                    self.rendered += len(keys)
            time.sleep(time.perf_counter() - began)
