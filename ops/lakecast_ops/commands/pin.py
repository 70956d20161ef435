"""`lakecast pin`: have all servers of a lake serve an older snapshot, where they may not write to the lake."""

import getpass
from typing import Annotated

import typer

from lakecast_ops.lake_option import LakeOption, absolute

NAME = "pin"
EXAMPLE = "Example: lakecast pin 41 --lake s3://forecasts/lake   (and: lakecast pin --release)"


def command(
    lake: LakeOption,
    snapshot_id: Annotated[
        int | None, typer.Argument(metavar="SNAPSHOT", min=1, help="The snapshot to serve.", show_default=False)
    ] = None,
    release: Annotated[bool, typer.Option("--release", help="Serve the newest snapshot again.")] = False,
) -> None:
    """Serve an older snapshot on all servers of the lake until it is released (rollback); needs write access to it.

    Servers follow at their next look at the lake, or at once by `lakecast refresh`.
    """
    from lakecast_lake import pins, snapshots
    from lakecast_lake.storage import Lake

    if (snapshot_id is None) != release:
        raise typer.BadParameter("name the snapshot to pin, or --release", param_hint="SNAPSHOT")
    place = Lake.open(absolute(lake))
    record = None if snapshot_id is None else snapshots.get(place, snapshot_id)
    pins.append(place, record, f"user {getpass.getuser()}")
    print("The newest snapshot is served again." if record is None else f"Snapshot {record.snapshot_id} is pinned.")
