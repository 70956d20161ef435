"""What a fault of the lake means to a client: a code and a sentence, without paths or inner matters."""

from lakecast_graphql.errors import ErrorCode
from lakecast_lake.errors import LakeError, LakeNotFound, SnapshotGone, TableMissing, VersionMissing


def explain(error: Exception) -> tuple[ErrorCode, str]:
    """Code and sentence for an error that reading the lake raised.

    A `LakeError` says where it happened, which is for the operator's log; the client gets what is wrong.
    """
    match error:
        case SnapshotGone() | VersionMissing():
            return ErrorCode.SNAPSHOT_GONE, "The snapshot is no longer retained."
        case LakeNotFound() | TableMissing():
            return (
                ErrorCode.LAKE_UNAVAILABLE,
                "Nothing has been published in the lake yet. Run `lakecast run` or `lakecast import`, then refresh.",
            )
        case LakeError():
            what = error.what.replace(error.where, "the lake")
            if "/" in what or "\\" in what:  # a path within the reason: keep it for the log
                what = "a table of the snapshot cannot be read or breaks its contract"
            return ErrorCode.LAKE_UNAVAILABLE, f"The snapshot cannot be served: {what}."
        case _:
            return ErrorCode.LAKE_UNAVAILABLE, "The snapshot cannot be served: reading it failed."
