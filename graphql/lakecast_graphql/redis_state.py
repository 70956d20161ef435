"""Whether Redis works, and what it refuses by its name: told in the log when it begins and when it is over."""

import logging
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_log = logging.getLogger("lakecast.redis")


class RedisProblem(StrEnum):
    """What keeps Redis from working: `redis` of `/health/ready`, and a label in `/metrics`."""

    WRONG_PASSWORD = "WRONG_PASSWORD"
    NO_PERMISSION = "NO_PERMISSION"
    READ_ONLY = "READ_ONLY"
    FULL = "FULL"
    NO_SUCH_DATABASE = "NO_SUCH_DATABASE"
    TLS = "TLS"
    LOADING = "LOADING"
    DISK = "DISK"
    CLUSTER = "CLUSTER"
    TOO_MANY_CLIENTS = "TOO_MANY_CLIENTS"
    PROTECTED = "PROTECTED"
    WRONG_TYPE = "WRONG_TYPE"
    UNKNOWN_HOST = "UNKNOWN_HOST"
    TIMEOUT = "TIMEOUT"
    UNREACHABLE = "UNREACHABLE"
    OTHER = "OTHER"


_URL = "LAKECAST_REDIS_URL"
_SENTENCES: dict[RedisProblem, tuple[str, str]] = {
    RedisProblem.WRONG_PASSWORD: ("refuses the user or the password", f"Correct both in {_URL}."),
    RedisProblem.NO_PERMISSION: (
        "does not let this user read and write",
        "Grant keys and channels of LAKECAST_REDIS_PREFIX (~{prefix}* &{prefix}*) and +@all -@admin.",
    ),
    RedisProblem.READ_ONLY: ("is a replica that cannot be written", f"Name the primary in {_URL}."),
    RedisProblem.FULL: ("is full", "Give it memory, or set maxmemory-policy allkeys-lru."),
    RedisProblem.NO_SUCH_DATABASE: ("has no such database", f"Correct the number at the end of {_URL}."),
    RedisProblem.TLS: (
        "and the server do not agree on TLS",
        f"Write rediss:// in {_URL} exactly where Redis speaks TLS, with a certificate that this machine trusts.",
    ),
    RedisProblem.LOADING: ("is still loading its data", "Wait."),
    RedisProblem.DISK: ("cannot save to its disk and takes no writes", "Mend its disk, or turn saving off."),
    RedisProblem.CLUSTER: ("is a cluster, or a part of one that is down", f"Name a single Redis in {_URL}."),
    RedisProblem.TOO_MANY_CLIENTS: ("takes no more clients", "Raise its maxclients."),
    RedisProblem.PROTECTED: ("answers its own machine only", "Give it a password, or turn its protected mode off."),
    RedisProblem.WRONG_TYPE: (
        "holds something else under a key of ours",
        "Give this lake's servers a LAKECAST_REDIS_PREFIX of their own.",
    ),
    RedisProblem.UNKNOWN_HOST: ("cannot be looked up: its host has no address", f"Correct the host in {_URL}."),
    RedisProblem.TIMEOUT: (
        "does not answer in time",
        f"Check host and port in {_URL}, rediss:// where it speaks TLS, and whether it is busy.",
    ),
    RedisProblem.UNREACHABLE: ("cannot be reached", f"Start it, or correct {_URL} (rediss:// where it speaks TLS)."),
    RedisProblem.OTHER: ("refuses", f"Check its log and {_URL}."),
}
_BEGINNINGS = (
    ("MISCONF", RedisProblem.DISK),
    ("DENIED", RedisProblem.PROTECTED),
    ("WRONGTYPE", RedisProblem.WRONG_TYPE),
    ("DB index is out of range", RedisProblem.NO_SUCH_DATABASE),
    ("invalid DB index", RedisProblem.NO_SUCH_DATABASE),
    ("max number of clients reached", RedisProblem.TOO_MANY_CLIENTS),
)
"""How Redis begins what its client has no class for."""


@dataclass(frozen=True)
class Refusal:
    """One problem. `what` continues a sentence that begins with Redis, `remedy` is one of its own.

    Both are for everybody. What Redis or its client said may hold addresses: it is for the log.
    """

    problem: RedisProblem
    what: str
    remedy: str


def refusal_of(error: Exception, prefix: str) -> Refusal:
    """The name of what Redis, or the way to it, refused; prefix: of our keys."""
    problem = _problem_of(error)
    what, remedy = _SENTENCES[problem]
    return Refusal(problem, what, remedy.format(prefix=prefix))


def _problem_of(error: Exception) -> RedisProblem:
    from redis import exceptions

    causes = tuple(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return RedisProblem.TLS
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return RedisProblem.UNKNOWN_HOST
    for beginning, problem in _BEGINNINGS:
        if str(error).startswith(beginning):
            return problem
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], RedisProblem], ...] = (
        (exceptions.AuthenticationError, RedisProblem.WRONG_PASSWORD),
        (exceptions.NoPermissionError, RedisProblem.NO_PERMISSION),
        (exceptions.ReadOnlyError, RedisProblem.READ_ONLY),
        (exceptions.OutOfMemoryError, RedisProblem.FULL),
        (exceptions.BusyLoadingError, RedisProblem.LOADING),
        ((exceptions.ClusterDownError, exceptions.MovedError, exceptions.AskError), RedisProblem.CLUSTER),
        ((exceptions.TimeoutError, TimeoutError), RedisProblem.TIMEOUT),
        ((exceptions.ConnectionError, OSError), RedisProblem.UNREACHABLE),
    )
    return next((problem for kind, problem in kinds if isinstance(error, kind)), RedisProblem.OTHER)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


class RedisState:
    """What is known of Redis in this process. Thread-safe.

    Each use of Redis (`answers`, `news`, `refreshes`) tells when it fails and when it works again: one may be refused
    what another may do. `failures` counts by problem.
    """

    def __init__(self, prefix: str = "lakecast:", clock: Callable[[], float] = time.monotonic) -> None:
        self.failures: Counter[str] = Counter()
        self._prefix = prefix
        self._clock = clock
        self._refusals: dict[str, Refusal] = {}
        self._in_log: set[RedisProblem] = set()
        self._since = 0.0
        self._lock = threading.Lock()

    def refusal(self, use: str | None = None) -> Refusal | None:
        """What a use is refused, by default any; None while it works."""
        with self._lock:
            return next((refusal for name, refusal in self._refusals.items() if use in (None, name)), None)

    def count(self, error: Exception) -> Refusal:
        """Count a failure that says nothing of the next try; returns what was refused."""
        refusal = refusal_of(error, self._prefix)
        with self._lock:
            self.failures[refusal.problem] += 1
        return refusal

    def failed(self, use: str, error: Exception) -> None:
        """A use failed, until `works`. Each problem has one line in the log, until everything works again."""
        refusal = self.count(error)
        with self._lock:
            if not self._refusals:
                self._since = self._clock()
            self._refusals[use] = refusal
            is_new = refusal.problem not in self._in_log
            self._in_log.add(refusal.problem)
        if is_new:
            _log.warning(
                "Redis %s (%s). %s Until then servers share no answers and follow the lake by polling.",
                refusal.what,
                " ".join(str(error).split()) or type(error).__name__,
                refusal.remedy,
            )

    def works(self, use: str) -> None:
        """A use that may have failed works."""
        if use not in self._refusals:
            return
        with self._lock:
            self._refusals.pop(use, None)
            if self._refusals:
                return
            self._in_log.clear()
            seconds = self._clock() - self._since
        _log.warning("Redis works again, after %.0f s.", seconds)
