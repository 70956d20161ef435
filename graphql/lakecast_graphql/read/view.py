"""What one read sees: a pinned snapshot, how it was reached, and until when an answer is worth computing."""

import time
from dataclasses import dataclass

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_lake.columns import Snapshot


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

    def check_deadline(self) -> None:
        """Raises TIMEOUT once the operation's time is used up; called before anything that takes long."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ApiError(
                ErrorCode.TIMEOUT,
                "The operation took longer than this server allows. Ask for less at once: a filter, fewer fields "
                "or a smaller page.",
            )
