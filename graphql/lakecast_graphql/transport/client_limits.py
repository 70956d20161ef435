"""What one client may hold of the server, and telling when a limit was reached."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

_log = logging.getLogger("lakecast.limits")

_QUIET_SECONDS = 10.0
"""Seconds between two lines in the log about the same limit: who attacks must not fill the disk."""


@dataclass(frozen=True)
class ClientLimits:
    """The limits; see `Settings` for their meanings. Bytes, seconds and numbers."""

    head_bytes: int = 65_536
    head_lines: int = 100
    head_seconds: float = 10.0
    idle_seconds: float = 15.0
    pipelined_requests: int = 64
    connections: int = 10_000
    connections_per_address: int = 1_000
    message_bytes: int = 1_000_000
    message_fragments: int = 64
    message_seconds: float = 10.0
    body_pieces: int = 10_000
    incoming_bytes_in_all: int = 64_000_000
    answering_bytes_in_all: int = 32_000_000
    unread_bytes: int = 32_000_000
    unread_bytes_in_all: int = 64_000_000
    unread_seconds: float = 20.0


class Reached:
    """Counts how often each limit was reached, by the name of its setting, and says so in the log."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.counts: Counter[str] = Counter()
        self._clock = clock
        self._reported: dict[str, tuple[float, int]] = {}

    def count(self, limit: str, address: str, detail: str = "") -> None:
        """A limit was reached, or not met, by a client at an address; `detail` is for the log."""
        self.counts[limit] += 1
        now = self._clock()
        at, count = self._reported.get(limit, (-_QUIET_SECONDS, 0))
        if now - at >= _QUIET_SECONDS:
            self._reported[limit] = now, self.counts[limit]
            times = self.counts[limit] - count
            _log.warning(
                "A client at %s reached the limit LAKECAST_%s (%d times since this was last said)%s.",
                address or "an unknown address",
                limit.upper(),
                times,
                detail and f": {detail}",
            )
