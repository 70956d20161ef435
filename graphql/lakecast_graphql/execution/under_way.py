"""Work that threads are doing, and how much of it goes on though its time is up.

A thread cannot be ended from outside without breaking what it shares with others. So DuckDB is interrupted, Python
looks at the clock before each field and whatever takes long, there are only as many threads as `worker_threads`, and
what still runs on is counted here.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class UnderWay:
    """The work of all threads. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deadlines: dict[object, float] = {}

    @contextmanager
    def until(self, deadline: float | None) -> Iterator[None]:
        """Count the work within as overdue once the clock has passed `deadline`; None for never."""
        name = object()
        if deadline is not None:
            self._deadlines[name] = deadline
        try:
            yield
        finally:
            self._deadlines.pop(name, None)

    @property
    def overdue(self) -> int:
        """How much work goes on though its time is up."""
        now = self._clock()
        return sum(now > deadline for deadline in list(self._deadlines.values()))
