"""The tables that a process keeps open while it runs data sets: to open one costs more with each of its versions."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deltalake import DeltaTable

T = TypeVar("T")

VERSIONS = 3
"""Versions of a table that are kept open, those that were used last: as many as a run reads of it."""
CHECKPOINT_COMMITS = 10
"""Commits of a table between two checkpoints of its log. A handle that is moved keeps what it knows of files commit by
commit, and is slower with each; one that is opened at a checkpoint has it in one piece."""


@dataclass
class OpenTables:
    """Handles by the address of their table and their version.

    One is good until the next call for its table: who writes takes it out, and whoever asks for the newest version
    moves it there.
    """

    handles: dict[str, OrderedDict[int, DeltaTable]] = field(default_factory=dict)
    facts: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)

    def at(self, uri: str, version: int) -> DeltaTable | None:
        """The handle of that version, None where it is not open."""
        handle = self.handles.get(uri, OrderedDict()).get(version)
        if handle is not None:
            self.handles[uri].move_to_end(version)
        return handle

    def keep(self, uri: str, handle: DeltaTable) -> None:
        """Keep a handle of whichever version it is at."""
        own = self.handles.setdefault(uri, OrderedDict())
        own[handle.version()] = handle
        own.move_to_end(handle.version())
        while len(own) > VERSIONS:
            own.popitem(last=False)

    def take(self, uri: str) -> DeltaTable | None:
        """The handle of the highest version that is open, moved to the table's newest, and kept no longer.

        None where none is open, or the newest version has a checkpoint, at which it is better opened anew.
        """
        own = self.handles.get(uri)
        if not own:
            return None
        handle = own.pop(max(own))
        handle.update_incremental()
        has_checkpoint = (handle.version() + 1) % CHECKPOINT_COMMITS == 0  # as delta-rs counts: after versions 9, 19, …
        return None if has_checkpoint else handle

    def fact(self, handle: DeltaTable, name: str, make: Callable[[DeltaTable], T]) -> T:
        """What `make` says of the handle's table, asked once for each version."""
        key, version = (handle.table_uri, name), handle.version()
        known = self.facts.get(key)
        if known is None or known[0] != version:
            known = self.facts[key] = (version, make(handle))
        value: T = known[1]
        return value


_CURRENT: ContextVar[OpenTables | None] = ContextVar("open_tables", default=None)


def current() -> OpenTables | None:
    """The tables that this thread keeps open; None where it opens each anew, as it does by default."""
    return _CURRENT.get()


@contextmanager
def kept_open() -> Iterator[OpenTables]:
    """Keep tables open meanwhile, in this thread. Not for a lake that is removed and made anew in between."""
    tables = OpenTables()
    token = _CURRENT.set(tables)
    try:
        yield tables
    finally:
        _CURRENT.reset(token)
