"""`lakecast vacuum`: forget old snapshots and remove the files that no retained one names."""

from typing import Annotated

import typer

from lakecast_ops.lake_option import LakeOption, absolute

NAME = "vacuum"
EXAMPLE = "Example: lakecast vacuum --lake s3://forecasts/lake --keep 30 --keep-days 90 --dry-run"


def command(
    lake: LakeOption,
    keep: Annotated[int, typer.Option(min=1, metavar="N", help="The newest snapshots that stay, however old.")] = 30,
    keep_days: Annotated[float, typer.Option(min=0, metavar="DAYS", help="Younger snapshots stay, too.")] = 90.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Forget old snapshots, then remove their files; what a retained snapshot names stays, whatever its age.

    Files younger than a day stay, too: a run may be writing them, or a server reading them.
    """
    from lakecast_lake import retention
    from lakecast_lake.storage import Lake

    report = retention.vacuum(Lake.open(absolute(lake)), keep, keep_days, dry_run=dry_run)
    print(f"Nothing was removed. It would be: {report}" if dry_run else report)
