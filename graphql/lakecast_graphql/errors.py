"""The errors that a client may see: each has a code of the contract's `ErrorCode` and says what to do."""

from collections.abc import Sequence
from enum import StrEnum

from lakecast_lake.errors import FilesMissing, LakeError, LakeNotFound, SnapshotGone, TableMissing, VersionMissing


class ErrorCode(StrEnum):
    """`extensions.code` of every error in an answer."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    RATE_LIMITED = "RATE_LIMITED"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    TIMEOUT = "TIMEOUT"
    SNAPSHOT_GONE = "SNAPSHOT_GONE"
    LAKE_UNAVAILABLE = "LAKE_UNAVAILABLE"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


KNOWN_SHOWN = 50
"""How many of the existing values an error lists at most: enough to spot a typing error, no dump of the lake."""


class ApiError(Exception):
    """An error meant for the client.

    Args:
        code: the contract's code.
        message: one or two sentences in plain words: what is wrong and what to do.
        argument: name of the argument (as in the contract) that caused it.
        known: values that would have been accepted, the first `KNOWN_SHOWN` of them are shown.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        argument: str | None = None,
        known: Sequence[object] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.argument = argument
        self.known = None if known is None else tuple(known)

    @property
    def extensions(self) -> dict[str, object]:
        """What stands in the GraphQL error's `extensions`."""
        shown: dict[str, object] = {"code": self.code.value}
        if self.argument is not None:
            shown["argument"] = self.argument
        if self.known is not None:
            shown["known"] = list(self.known[:KNOWN_SHOWN])
        return shown


def bad_input(message: str, *, argument: str | None = None, known: Sequence[object] | None = None) -> ApiError:
    """The most frequent error: an argument that this server cannot answer."""
    return ApiError(ErrorCode.BAD_USER_INPUT, message, argument=argument, known=known)


def timed_out(seconds: float) -> ApiError:
    """An operation that took too long was given up."""
    return ApiError(
        ErrorCode.TIMEOUT,
        f"The operation took longer than the {seconds:g} seconds that this server allows. Ask for less at once: "
        "a filter, fewer fields or a smaller page.",
    )


NOTHING_PUBLISHED = "Nothing has been published in the lake yet. Run `lakecast run` or `lakecast import`, then refresh."


_NO_RIGHTS = ("permission denied", "read-only file system", "accessdenied", "access denied", "forbidden", "status: 403")
"""How file systems and stores say that one may not write; delta-rs has no error of its own for it."""


def pin_refused(error: LakeError) -> ApiError:
    """The error for a pin that could not be written into the lake."""
    if any(words in error.reason.lower() for words in _NO_RIGHTS):
        return ApiError(
            ErrorCode.FORBIDDEN,
            "A pin is kept in the lake, in the table `pin`, which this server may not write to. Let it write there, or "
            "run `lakecast pin` where the lake can be written. Nothing has changed.",
        )
    return ApiError(
        ErrorCode.LAKE_UNAVAILABLE,
        "A pin is kept in the lake, in the table `pin`, which cannot be written; the server's log says why. Nothing "
        "has changed; try again, or run `lakecast pin` where the lake can be written.",
    )


def explain(error: Exception) -> tuple[ErrorCode, str]:
    """Code and sentence for an error that reading the lake raised.

    A `LakeError` says where it happened, which is for the operator's log; the client gets what is wrong.
    """
    match error:
        case SnapshotGone() | VersionMissing():
            return ErrorCode.SNAPSHOT_GONE, "The snapshot is no longer retained."
        case FilesMissing():
            return (
                ErrorCode.SNAPSHOT_GONE,
                "The snapshot cannot be read any more: something else than `lakecast vacuum` removed files of it.",
            )
        case LakeNotFound():
            return ErrorCode.LAKE_UNAVAILABLE, NOTHING_PUBLISHED
        case TableMissing():
            return ErrorCode.LAKE_UNAVAILABLE, "The snapshot cannot be served: a table that it names is missing."
        case LakeError(reason=reason) if reason:
            return ErrorCode.LAKE_UNAVAILABLE, "The snapshot cannot be served: a table or file of it cannot be read."
        case LakeError():
            return ErrorCode.LAKE_UNAVAILABLE, f"The snapshot cannot be served: {error.what}."
        case _:
            return ErrorCode.LAKE_UNAVAILABLE, "The snapshot cannot be served: reading it failed."
