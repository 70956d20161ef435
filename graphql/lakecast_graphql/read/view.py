"""What one read sees: a pinned snapshot, how it was reached, and until when an answer is worth computing."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.rows.rows import Space
from lakecast_lake.columns import Snapshot

S = TypeVar("S", bound=Space | None)


@dataclass(slots=True, eq=False)
class View:
    """A snapshot as one operation reads it. Made for every request, so it is not `frozen`; not to be changed.

    Attributes:
        snapshot: immutable; taken once per operation, so that all its answers agree.
        bound: reached through `Query.snapshot(...)`: node ids then name the snapshot.
        deadline: `time.monotonic()` after which the operation is given up; None for no limit.
    """

    snapshot: Snapshot
    bound: bool = False
    deadline: float | None = None
    _spaces: dict[Hashable, Space | None] = field(default_factory=dict, init=False, repr=False)

    def space(self, name: Hashable, make: "Callable[..., S]", *parts: Any) -> S:
        """All rows of a kind, if cells of them are kept: made of some parts for the first request that asks for it."""
        try:
            return self._spaces[name]  # type: ignore[return-value]
        except KeyError:
            # Of a view without deadline, and not of this one: it would keep itself alive, and its snapshot.
            space = self._spaces[name] = make(View(self.snapshot, self.bound), name, *parts)
            return space

    def check_deadline(self) -> None:
        """Raises TIMEOUT once the operation's time is used up; called before anything that takes long."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ApiError(
                ErrorCode.TIMEOUT,
                "The operation took longer than this server allows. Ask for less at once: a filter, fewer fields "
                "or a smaller page.",
            )
