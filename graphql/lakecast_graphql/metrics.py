"""Figures about the running process, in the Prometheus text format."""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds of the classes that durations are counted in."""

Labels = tuple[tuple[str, str], ...]
_Read = Callable[[], Mapping[Labels, float] | float | None]
_AT_ONCE = 256
"""Requests that are added up together."""


@dataclass
class _Durations:
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0


class Metrics:
    """Counters, durations and gauges of one process. Thread-safe; each worker has its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._help: dict[str, tuple[str, str]] = {}
        self._counters: dict[str, dict[Labels, float]] = defaultdict(lambda: defaultdict(float))
        self._durations: dict[str, dict[Labels, _Durations]] = defaultdict(lambda: defaultdict(_Durations))
        self._read: dict[str, Callable[[], Mapping[Labels, float]]] = {}
        self._before_text: list[Callable[[], None]] = []

    def counter(self, name: str, meaning: str) -> Callable[..., None]:
        """Declare a counter; the function that is returned adds 1 (or `by`) for the labels given by name."""
        self._help[name] = ("counter", meaning)

        def count(by: float = 1.0, **labels: str) -> None:
            with self._lock:
                self._counters[name][tuple(labels.items())] += by

        return count

    def durations(self, name: str, meaning: str) -> Callable[..., None]:
        """Declare a histogram of seconds; the function that is returned takes seconds and labels."""
        self._help[name] = ("histogram", meaning)

        def observe(seconds: float, **labels: str) -> None:
            place = bisect_left(BUCKETS, seconds)
            with self._lock:
                held = self._durations[name][tuple(labels.items())]
                held.counts[place] += 1
                held.total += seconds

        return observe

    def requests(self, counter: str, durations: str) -> Callable[[str, str, float], None]:
        """One function for a declared counter and durations: of method, status and seconds of a request.

        It keeps what it is told and adds it up some hundred requests at a time: several times cheaper.
        """
        waiting: list[tuple[str, str, float]] = []

        def add_up() -> None:
            some, waiting[:] = waiting[:], []
            with self._lock:
                for method, status, seconds in some:
                    named = method if method in ("GET", "POST") else "other"
                    self._counters[counter][(("method", named), ("status", status))] += 1.0
                    held = self._durations[durations][(("method", named),)]
                    held.counts[bisect_left(BUCKETS, seconds)] += 1
                    held.total += seconds

        def note(method: str, status: str, seconds: float) -> None:
            waiting.append((method, status, seconds))
            if len(waiting) >= _AT_ONCE:
                add_up()

        self._before_text.append(add_up)
        return note

    def gauge(self, name: str, meaning: str, read: _Read) -> None:
        """Declare a gauge that is read when somebody asks; None leaves it out."""
        self._declare(name, "gauge", meaning, read)

    def counted(self, name: str, meaning: str, read: _Read) -> None:
        """Declare a counter that somebody else keeps, and that is read when somebody asks."""
        self._declare(name, "counter", meaning, read)

    def _declare(self, name: str, kind: str, meaning: str, read: _Read) -> None:
        self._help[name] = (kind, meaning)

        def values() -> Mapping[Labels, float]:
            value = read()
            if value is None:
                return {}
            return value if isinstance(value, Mapping) else {(): float(value)}

        self._read[name] = values

    def text(self) -> str:
        """Everything, as Prometheus reads it."""
        lines: list[str] = []
        for add_up in self._before_text:
            add_up()
        with self._lock:
            for name, (kind, meaning) in self._help.items():
                lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
                if name in self._read:
                    lines += [_line(name, labels, value) for labels, value in self._read[name]().items()]
                elif kind == "counter":
                    lines += [_line(name, labels, value) for labels, value in self._counters[name].items()]
                else:
                    for labels, held in self._durations[name].items():
                        lines += _histogram(name, labels, held)
        return "\n".join(lines) + "\n"


def _histogram(name: str, labels: Labels, held: _Durations) -> list[str]:
    lines, below = [], 0
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), held.counts, strict=True):
        below += count
        lines.append(_line(f"{name}_bucket", (*labels, ("le", bound)), below))
    return [*lines, _line(f"{name}_sum", labels, held.total), _line(f"{name}_count", labels, below)]


def _line(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    number = str(int(value)) if float(value).is_integer() else repr(float(value))
    return f"{name}{{{shown}}} {number}" if shown else f"{name} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
