"""What keeps the newest snapshot from being served, as health tells it: a code, and a sentence for everybody.

What the store or a library said is for the log: it may hold addresses.
"""

from dataclasses import dataclass
from enum import StrEnum

from lakecast_graphql.errors import NOTHING_PUBLISHED


class ProblemCode(StrEnum):
    """`problemCode` of the service's status and of `/health/ready`."""

    LAKE_EMPTY = "LAKE_EMPTY"
    LAKE_GONE = "LAKE_GONE"
    LAKE_UNREADABLE = "LAKE_UNREADABLE"
    SNAPSHOT_REJECTED = "SNAPSHOT_REJECTED"
    SNAPSHOT_PINNED = "SNAPSHOT_PINNED"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem; it stays until it is mended."""

    code: ProblemCode
    message: str


EMPTY = Problem(ProblemCode.LAKE_EMPTY, NOTHING_PUBLISHED)
GONE = Problem(
    ProblemCode.LAKE_GONE,
    "The lake holds no snapshot any more: it was moved, emptied or is not mounted. Bring it back or publish anew.",
)
UNREADABLE = Problem(
    ProblemCode.LAKE_UNREADABLE,
    "The lake cannot be read, so that nothing newer can be seen. The server's log says why.",
)


def rejected(message: str) -> Problem:
    """A snapshot was found and cannot be served."""
    return Problem(ProblemCode.SNAPSHOT_REJECTED, message)


def pinned(snapshot_id: int) -> Problem:
    """An older snapshot is served because somebody wants it so."""
    return Problem(
        ProblemCode.SNAPSHOT_PINNED, f"Snapshot {snapshot_id} is pinned; `unpinSnapshot` serves the newest again."
    )
