"""How often operations were answered, by name and path. Names are bounded: clients make them."""

import re
from collections import Counter
from collections.abc import Iterable

from lakecast_graphql.operation.operation import Operation

MOST = 100
"""Names that are counted by themselves, besides those of persisted queries."""
UNNAMED, OTHER = "unnamed", "other"
"""What an operation without a name counts as, and one whose name came after the first `MOST`."""

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
    """Counts by name and path.

    Args:
        texts: documents whose operations have their places before any client asks.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        known = {name for text in texts for name in _DEFINITION.findall(text)}
        self._names = known | {UNNAMED}
        self._most = len(self._names) + MOST

    def add(self, name: str, path: str, *, admit: bool = True) -> None:
        """Count one operation; admit: whether a name that is new gets a place of its own."""
        if name not in self._names:
            name = self._admit(name) if admit else OTHER
        self.counts[name, path] += 1

    def _admit(self, name: str) -> str:
        if len(self._names) >= self._most or not _NAME.fullmatch(name):
            return OTHER
        self._names.add(name)
        return name
