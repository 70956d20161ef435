"""What the workers of a server tell each other: that there is news in the lake, and to read all of it again.

Signals carry no data: whoever hears one looks at the lake itself, pins included. Three kinds: through Redis, for all
workers of all replicas; through a file, for the workers of one server on one host; none, for a single worker.
"""

import logging
import os
import threading
import time
from pathlib import Path
from typing import Protocol

_log = logging.getLogger("lakecast.signals")

CHANNEL = "published"
"""Redis channel, behind the prefix: any message on it, of the training side, too, makes servers look at the lake."""
LOOK_SECONDS = 0.2
"""How often a worker looks at the shared file."""


class WorkerSignals(Protocol):
    """Where workers leave word for each other. Thread-safe."""

    def forced(self, lake_id: str) -> int:
        """How many forced refreshes of a lake were announced; what was read last where it cannot be read."""
        ...

    def announce(self, lake_id: str, *, forced: bool = False) -> bool:
        """Tell the others that there is news, and count a forced refresh; whether that worked. Never fails."""
        ...

    def wait(self, seconds: float) -> bool:
        """Sleep until there may be something new or the time is up; True for the former."""
        ...

    def close(self) -> None:
        """End `wait` for good."""
        ...


class NoSignals:
    """Those of a worker that is alone."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def forced(self, lake_id: str) -> int:
        """Nobody else is there."""
        return 0

    def announce(self, lake_id: str, *, forced: bool = False) -> bool:
        """Nobody else is there."""
        return False

    def wait(self, seconds: float) -> bool:
        """Nobody else can bring news."""
        self._closed.wait(seconds)
        return False

    def close(self) -> None:
        """End `wait`."""
        self._closed.set()


class FileSignals:
    """A file that the workers of one server share: each announcement appends a byte, so that none is lost.

    It says nothing of which lake: all workers of a server have the same.
    """

    _NEWS, _FORCED = b"n", b"f"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = self._measure()
        self._last = 0
        self._closed = threading.Event()

    def forced(self, lake_id: str) -> int:
        """How many forced refreshes stand in the file."""
        try:
            self._last = self._path.read_bytes().count(self._FORCED)
        except FileNotFoundError:
            pass  # nobody has announced anything yet
        except OSError:
            _log.exception("The workers' shared file cannot be read: they follow by polling only.")
        return self._last

    def announce(self, lake_id: str, *, forced: bool = False) -> bool:
        """Append a byte; the others see it within `LOOK_SECONDS`."""
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, self._FORCED if forced else self._NEWS)
            finally:
                os.close(handle)
        except OSError:
            _log.exception("The workers' shared file cannot be written: they follow by polling only.")
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Look at the file's size until it grows."""
        until = time.monotonic() + seconds
        while not self._closed.is_set():
            size = self._measure()
            if size != self._size:
                self._size = size
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._closed.wait(min(LOOK_SECONDS, left))
        return False

    def close(self) -> None:
        """End `wait`."""
        self._closed.set()

    def _measure(self) -> int:
        try:
            return os.stat(self._path).st_size
        except OSError:
            return 0
