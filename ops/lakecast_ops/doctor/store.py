"""Can the lake be reached and written safely, and what is published in it?"""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lakecast_ops.doctor.finding import Finding, fail, note, ok, warn
from lakecast_ops.environment import SERVE
from lakecast_schema.grammar import count_of

if TYPE_CHECKING:  # at run time the lake's libraries are loaded when they are needed
    from lakecast_lake.columns import Snapshot
    from lakecast_lake.storage import Lake

DAY = 86_400


_LEAST_FREE = 1_000_000_000
"""Bytes of disk space below which a run or a load is likely to fail."""
_PERIODS, _DAYS = 3, 3
"""Data are old after so many of their periods, and not before so many days."""
_CLOCK_SECONDS = 60.0
"""How far the clock may be behind a snapshot's."""


def lake(uri: str, now: datetime) -> Iterator[Finding]:
    """The lake at `uri`: reachable, its newest snapshot as a server loads it, and whether writers are kept apart."""
    from lakecast_lake import columns, snapshots
    from lakecast_lake.columns.items import FREQUENCIES
    from lakecast_lake.errors import LakeError, LakeNotFound
    from lakecast_lake.storage import Lake

    try:
        opened = Lake.open(uri)
        newest = snapshots.newest(opened)
    except LakeNotFound as error:
        yield warn("lake", f"{error.where}: {error.detail}", error.remedy)
        return
    except LakeError as error:
        yield fail("lake", f"{error.where}: {error.detail}", error.remedy)
        return
    yield ok("lake", opened.uri)
    yield _space(Path(opened.uri)) if opened.is_local else _writers(opened)
    name = f"{newest.snapshot_id} of {', '.join(newest.dataset_ids)}"
    try:
        snapshot = columns.load(opened, newest)
    except LakeError as error:
        yield fail("snapshot", f"{name} cannot be loaded: {error.where}: {error.detail}", error.remedy)
        return
    seconds = (now - newest.committed_at).total_seconds()
    published = f"{name}, published {ago(seconds)} by run {newest.run_id}"
    periods = [FREQUENCIES[code].mean_days for code in set(snapshot.items.frequency.tolist())]
    days = max(_DAYS, _PERIODS * max(periods, default=1.0))
    if seconds < -_CLOCK_SECONDS:
        yield warn("clock", f"behind: snapshot {newest.snapshot_id} was published {ago(seconds)}", "Set the clock.")
    if seconds > days * DAY:
        yield warn("snapshot", published, "Nothing newer was published: start the pipeline, or look why its runs fail.")
    else:
        yield ok("snapshot", published)
    if SERVE.installed:
        yield _data(snapshot, now, days)


def _data(snapshot: "Snapshot", now: datetime, limit: float) -> Finding:
    """How old the demand and the stock are that advice rests on. limit: days after which they are old."""
    from lakecast_graphql import read
    from lakecast_graphql.read.view import View

    days = read.stale_days(View(snapshot), now)
    if days is None:
        return warn("data", "nothing was observed: there is neither demand nor stock", "Run the pipeline with files.")
    age = f"oldest demand or stock: {count_of(int(days), '[day|days]')} ago"
    if days > limit:
        return warn("data", age, "Land newer files before anybody orders by these.")
    return ok("data", age)


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        return warn("disk", f"{free / 1e6:.0f} MB free at {folder}", "Free some, or `lakecast vacuum` the lake.")
    return ok("disk", f"{free / 1e9:.0f} GB free")


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
    for size, name in ((DAY, "[day|days]"), (3_600, "[hour|hours]"), (60, "[minute|minutes]")):
        if abs(seconds) >= size:
            span = count_of(int(abs(seconds) // size), name)
            return f"{span} ago" if seconds > 0 else f"{span} from now"
    return "just now"
