"""`lakecast export`: the current snapshot's forecasts and metrics as files."""

from pathlib import Path
from typing import Annotated

import typer

from lakecast_ops import language
from lakecast_ops.lake_option import LakeOption, absolute

NAME = "export"
EXAMPLE = "Example: lakecast export ./results --lake s3://forecasts/lake --dataset towers"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to; created if need be.")],
    lake: LakeOption,
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Only this data set.", show_default=False)] = None,
) -> None:
    """Write `fact_forecast.parquet`, `fact_metrics.parquet` and `metadata.json` of the newest snapshot to a folder."""
    from lakecast_lake import handover
    from lakecast_lake.storage import Lake

    handover.export(Lake.open(absolute(lake)), folder, dataset)
    files = "fact_forecast.parquet, fact_metrics.parquet, metadata.json"
    print(language.spoken(f"Written to {folder}: {files}."))
