"""A circuit breaker: what failed is left alone for a while, then tried again by one caller."""

import time
from collections.abc import Callable

SHORTEST, LONGEST = 0.5, 15.0
"""Seconds that the circuit stays open: after the first failure, and at most."""


class Breaker:
    """Whether something is worth trying.

    Closed while it works. A failure opens it for `SHORTEST` seconds, twice as long after each further one; then one
    try is let through, and its outcome decides.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pause = SHORTEST
        self._until: float | None = None
        self._trying = False

    @property
    def closed(self) -> bool:
        """Whether the last try succeeded."""
        return self._until is None

    def admits(self) -> bool:
        """Whether to try now; while open, True for one caller per pause."""
        if self._until is None:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._until = now + self._pause  # others wait for the outcome of this try
        self._trying = True
        return True

    def succeeded(self) -> None:
        """The try worked."""
        self._until = None
        self._pause = SHORTEST
        self._trying = False

    def failed(self) -> None:
        """The try failed. Others that were under way when it opened count with the first."""
        if self._until is not None:
            if not self._trying:
                return
            self._pause = min(self._pause * 2, LONGEST)
            self._trying = False
        self._until = self._clock() + self._pause
