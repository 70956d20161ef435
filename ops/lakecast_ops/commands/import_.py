"""`lakecast import`: check and publish results that were made elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from lakecast_ops import language
from lakecast_ops.lake_option import LakeOption, absolute

NAME = "import"
EXAMPLE = "Example: lakecast import ./results --lake ./my-lake"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with fact_forecast.parquet.")],
    lake: LakeOption,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Import one data set of several.", show_default=False),
    ] = None,
) -> None:
    """Check a folder of results against the contract and publish it as a snapshot; a bad one changes nothing."""
    from lakecast_lake import handover
    from lakecast_lake.storage import Lake

    report = handover.import_(Lake.open(absolute(lake)), folder, dataset)
    print(language.spoken(str(report)))
