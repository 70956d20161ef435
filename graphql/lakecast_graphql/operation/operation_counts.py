"""How often operations were answered and how long that took, by name and path. Names are bounded: clients make them."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from lakecast_graphql.operation.operation import Operation

MOST = 100
"""Names that are counted by themselves, besides those of persisted queries."""
UNNAMED, OTHER = "unnamed", "other"
"""What an operation without a name counts as, and one whose name came after the first `MOST`."""

BUCKETS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""Upper bounds in seconds of the classes that durations are counted in; few, since each name and path has its own."""

_DEFINITION = re.compile(r"(?:^|[\s,}])(?:query|mutation|subscription)\s+([_A-Za-z]\w*)", re.ASCII)
_COMMENT = re.compile(r"#[^\n]*")
_NAME = re.compile(r"[_A-Za-z]\w{0,63}", re.ASCII)
_BEGINNING = 4_000
"""Characters of a document in which its first operation is looked for."""


def name_of(operation: Operation) -> str:
    """The name that an operation has: the client's `operationName`, else that of the document's first; or `UNNAMED`."""
    if operation.operation_name:
        return operation.operation_name
    definition = _DEFINITION.search(_COMMENT.sub("", operation.query[:_BEGINNING]))
    return UNNAMED if definition is None else definition.group(1)


class OperationCounts:
    """Counts by name and path. `observer` is told of each operation's name, whatever it is, and path.

    Args:
        texts: documents whose operations have their places before any client asks.
    """

    def __init__(self, texts: Iterable[str] = (), observer: Callable[[str, str], None] | None = None) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._observer = observer
        self._durations: defaultdict[tuple[str, str], list[float]] = defaultdict(_no_durations)
        known = {name for text in texts for name in _DEFINITION.findall(text)}
        self._names = known | {UNNAMED}
        self._most = len(self._names) + MOST

    def add(self, name: str, path: str, seconds: float, *, admit: bool = True) -> None:
        """Count one operation; seconds: what it took; admit: whether a name that is new gets a place of its own."""
        if self._observer is not None:
            self._observer(name, path)
        if name not in self._names:
            name = self._admit(name) if admit else OTHER
        self.counts[name, path] += 1
        classes = self._durations[name, path]
        classes[bisect_left(BUCKETS, seconds)] += 1
        classes[-1] += seconds

    def take_durations(self) -> Mapping[tuple[str, str], list[float]]:
        """Operations since the last call, by name and path: how many of each class of `BUCKETS`, how many beyond them,
        and the sum of their seconds."""
        durations, self._durations = self._durations, defaultdict(_no_durations)
        return durations

    def _admit(self, name: str) -> str:
        if len(self._names) >= self._most or not _NAME.fullmatch(name):
            return OTHER
        self._names.add(name)
        return name


def _no_durations() -> list[float]:
    return [0.0] * (len(BUCKETS) + 2)
