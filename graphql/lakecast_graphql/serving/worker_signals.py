"""What the workers of a server tell each other: which snapshot is pinned, and that there is news in the lake.

Signals carry no data. Whoever reads them looks at the lake itself. Three kinds: in Redis, for all workers of all
replicas; in a file, for the workers of one server on one host; in memory, for a single worker.
"""

import json
import logging
import os
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

_log = logging.getLogger("lakecast.signals")

CHANNEL = "lakecast:published"
"""Redis channel: any message on it, also from the training side, makes all servers look at their lake."""
LOOK_SECONDS = 0.2
"""How often a worker looks at the shared file."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What workers have told each other.

    Attributes:
        pinned: the snapshot that everybody serves, None for the newest.
        notices: counts announcements; a higher number means: look at the lake.
        forced: counts forced refreshes; a higher number means: read everything again.
    """

    pinned: int | None = None
    notices: int = 0
    forced: int = 0


class WorkerSignals(Protocol):
    """Where workers leave word for each other. Thread-safe."""

    def read(self) -> Signals:
        """What stands on it now; what stood there last where it cannot be read."""
        ...

    def announce(self, *, forced: bool = False) -> None:
        """Tell the others that there is news; never fails."""
        ...

    def pin(self, snapshot_id: int | None) -> None:
        """Pin for everybody, or unpin. Raises LAKE_UNAVAILABLE where it cannot be kept."""
        ...

    def wait(self, seconds: float) -> bool:
        """Sleep until there may be something new or the time is up; True for the former."""
        ...

    def close(self) -> None:
        """End `wait` for good."""
        ...


class MemorySignals:
    """Those of a worker that is alone."""

    def __init__(self) -> None:
        self._posted = Signals()
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def read(self) -> Signals:
        """What stands on it."""
        return self._posted

    def announce(self, *, forced: bool = False) -> None:
        """Nobody else is there."""

    def pin(self, snapshot_id: int | None) -> None:
        """Pin until the worker stops."""
        with self._lock:
            self._posted = replace(self._posted, pinned=snapshot_id)

    def wait(self, seconds: float) -> bool:
        """Nobody else can bring news."""
        self._closed.wait(seconds)
        return False

    def close(self) -> None:
        """End `wait`."""
        self._closed.set()


class FileSignals:
    """A small file that the workers of one server share, replaced as a whole and looked at by its time stamp."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = Signals()
        self._stamp: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def read(self) -> Signals:
        """What stands in the file."""
        with self._lock:
            return self._read()

    def announce(self, *, forced: bool = False) -> None:
        """Count one up; the others see it within `LOOK_SECONDS`."""
        with self._lock:
            was = self._read()
            self._write(replace(was, notices=was.notices + 1, forced=was.forced + forced))

    def pin(self, snapshot_id: int | None) -> None:
        """Pin until the server stops."""
        with self._lock:
            was = self._read()
            self._write(replace(was, pinned=snapshot_id, notices=was.notices + 1))

    def wait(self, seconds: float) -> bool:
        """Look at the file's time stamp until it changes."""
        until = time.monotonic() + seconds
        while not self._closed.is_set():
            if self._stat() != self._stamp:
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            self._closed.wait(min(LOOK_SECONDS, left))
        return False

    def close(self) -> None:
        """End `wait`."""
        self._closed.set()

    def _stat(self) -> tuple[int, int] | None:
        try:
            stat = os.stat(self._path)
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def _read(self) -> Signals:
        stamp = self._stat()
        try:
            self._last = Signals(**json.loads(self._path.read_text()))
        except (OSError, ValueError, TypeError):
            return self._last
        self._stamp = stamp
        return self._last

    def _write(self, posted: Signals) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, beside = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(handle, "w") as file:
                json.dump(asdict(posted), file)
            os.replace(beside, self._path)
        except OSError:
            _log.exception("The workers' shared file cannot be written: they follow by polling only.")
        self._last = posted
