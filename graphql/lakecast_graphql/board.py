"""What the workers of a server tell each other: which snapshot is pinned, and that there is news in the lake.

A board carries no data. Whoever reads it looks at the lake itself. Three kinds: in Redis, for all workers of all
replicas; in a file, for the workers of one server on one host; in memory, for a single worker.
"""

import hashlib
import json
import logging
import multiprocessing
import os
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lakecast_graphql.errors import ApiError, ErrorCode

_log = logging.getLogger("lakecast.board")

CHANNEL = "lakecast:published"
"""Redis channel: any message on it, also from the training side, makes all servers look at their lake."""
LOOK_SECONDS = 0.2
"""How often a worker looks at the shared file."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What stands on a board.

    Attributes:
        pinned: the snapshot that everybody serves, None for the newest.
        notices: counts announcements; a higher number means: look at the lake.
        forced: counts forced refreshes; a higher number means: read everything again.
    """

    pinned: int | None = None
    notices: int = 0
    forced: int = 0


class Board(Protocol):
    """Where workers leave word for each other. Thread-safe."""

    def read(self) -> Posted:
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


class MemoryBoard:
    """The board of a worker that is alone."""

    def __init__(self) -> None:
        self._posted = Posted()
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def read(self) -> Posted:
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


class FileBoard:
    """A small file that the workers of one server share, replaced as a whole and looked at by its time stamp."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = Posted()
        self._stamp: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def read(self) -> Posted:
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

    def _read(self) -> Posted:
        stamp = self._stat()
        try:
            self._last = Posted(**json.loads(self._path.read_text()))
        except (OSError, ValueError, TypeError):
            return self._last
        self._stamp = stamp
        return self._last

    def _write(self, posted: Posted) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, beside = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(handle, "w") as file:
                json.dump(asdict(posted), file)
            os.replace(beside, self._path)
        except OSError:
            _log.exception("The workers' shared file cannot be written: they follow by polling only.")
        self._last = posted


class RedisBoard:
    """Keys and a channel in Redis, shared by all workers of all replicas that serve the same lake."""

    def __init__(self, url: str, lake: str) -> None:
        name = hashlib.sha256(lake.encode()).hexdigest()[:16]
        self._key = f"lakecast:board:{name}"
        # Short timeouts: a hanging Redis must not hold up a refresh. No retries: reconnecting in silence would lose
        # what was published meanwhile, whereas `wait` takes every new subscription for news.
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=1.0,
            socket_connect_timeout=1.0,
            decode_responses=True,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),
        )
        self._last = Posted()
        self._listening: redis.client.PubSub | None = None
        self._closed = threading.Event()

    def read(self) -> Posted:
        """What stands in Redis, what stood there last where Redis is away."""
        try:
            values = self._redis.hgetall(self._key)
            pinned = values.get("pinned", "")
            self._last = Posted(
                int(pinned) if pinned else None,
                int(values.get("notices", 0)),
                int(values.get("forced", 0)),
            )
        except (redis.RedisError, ValueError):
            _log.warning("Redis does not answer: pins and news of other workers are not seen until it does.")
        return self._last

    def announce(self, *, forced: bool = False) -> None:
        """Count one up and publish a message."""
        try:
            with self._redis.pipeline() as pipe:
                pipe.hincrby(self._key, "notices", 1)
                if forced:
                    pipe.hincrby(self._key, "forced", 1)
                pipe.publish(CHANNEL, "refresh")
                pipe.execute()
        except redis.RedisError:
            _log.warning("Redis does not answer: the other workers follow by polling.")

    def pin(self, snapshot_id: int | None) -> None:
        """Pin for all replicas, until unpinned."""
        try:
            with self._redis.pipeline() as pipe:
                pipe.hset(self._key, "pinned", "" if snapshot_id is None else str(snapshot_id))
                pipe.hincrby(self._key, "notices", 1)
                pipe.publish(CHANNEL, "pin")
                pipe.execute()
        except redis.RedisError:
            raise ApiError(
                ErrorCode.LAKE_UNAVAILABLE,
                "Redis does not answer, so the pin cannot be kept for all workers. Nothing has changed; try again.",
            ) from None
        self._last = replace(self._last, pinned=snapshot_id)

    def wait(self, seconds: float) -> bool:
        """Wait for a message; where Redis is away, sleep and try to connect again."""
        until = time.monotonic() + seconds
        while not self._closed.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return False
            try:
                if self._listening is None:
                    self._listening = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                    self._listening.subscribe(CHANNEL)
                    return True  # what was said before is to be read now
                # The socket's own timeout is a second: ask for less, so that quiet is not taken for an error.
                if self._listening.get_message(timeout=min(left, 0.5)) is not None:
                    return True
            except redis.RedisError:
                self._listening = None
                self._closed.wait(min(left, 1.0))
        return False

    def close(self) -> None:
        """End `wait`."""
        self._closed.set()


def for_server(redis_url: str | None, lake: str) -> Board:
    """The board that reaches as many workers as there are."""
    if redis_url is not None:
        return RedisBoard(redis_url, lake)
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None:
        return MemoryBoard()
    # Workers are children of one process. Its start time tells it from an earlier process of the same number.
    name = f"lakecast-{parent.pid}-{_started(parent.pid)}"
    return FileBoard(Path(tempfile.gettempdir()) / name / "board")


def _started(pid: int) -> str:
    try:
        # Field 22, counted from behind the parenthesis that ends the command's name.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"
