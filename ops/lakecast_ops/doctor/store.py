"""Can the lake be reached and written safely, and what is published in it?"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from lakecast_ops.doctor.finding import Finding, fail, note, ok

if TYPE_CHECKING:  # at run time the lake's libraries are loaded when they are needed
    from lakecast_lake.storage import Lake


def lake(uri: str, now: datetime) -> Iterator[Finding]:
    """The lake at `uri`: reachable, its newest snapshot, and whether its store keeps two writers apart."""
    from lakecast_lake import snapshots
    from lakecast_lake.errors import LakeError, LakeNotFound
    from lakecast_lake.storage import Lake

    try:
        opened = Lake.open(uri)
        newest = snapshots.newest(opened)
    except LakeNotFound as error:
        yield note("lake", f"{error.where}: {error.detail}", error.remedy)
        return
    except LakeError as error:
        yield fail("lake", f"{error.where}: {error.detail}", error.remedy)
        return
    yield ok("lake", opened.uri)
    if not opened.is_local:
        yield _writers(opened)
    datasets = ", ".join(newest.dataset_ids)
    age = ago((now - newest.committed_at).total_seconds())
    yield ok("snapshot", f"{newest.snapshot_id} of {datasets}, published {age} by run {newest.run_id}")


def _writers(opened: "Lake") -> Finding:
    from lakecast_lake.errors import LakeError, StoreUnsafe

    try:
        opened.probe()
    except StoreUnsafe as error:
        return fail("writers", error.detail, error.remedy)
    except LakeError as error:
        return note(
            "writers", f"cannot write: {error.detail}", "A server need not; a pipeline needs other credentials."
        )
    return ok("writers", "the store honours conditional puts")


def ago(seconds: float) -> str:
    """A time span as a person says it."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
