"""`lakecast run`: everything from files to a published snapshot, without the UI."""

from pathlib import Path
from typing import Annotated

import typer

from lakecast_ops import environment, progress
from lakecast_ops.lake_option import LakeOption, absolute

NAME = "run"
EXAMPLE = "Example: lakecast run --data ./my-demand --lake ./lake --horizon 12 --sources arima,ensemble"


def command(
    data: Annotated[
        Path,
        typer.Option("--data", metavar="DIR", help="Folder with demand.csv or .parquet, and optionally items and stock."),
    ],
    lake: LakeOption,
    horizon: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Periods to forecast. Without it: 28 days, 13 weeks, 12 months, 8 quarters or 6 years.",
            show_default=False,
        ),
    ] = None,
    sources: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Sources to publish, separated by commas.", show_default=False),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Data set of rows that name none themselves. Without it: the folder's name.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Read files of demand, train every source, backtest, decide what to reorder, and publish it all as one snapshot."""
    environment.require(environment.ML, NAME)
    from lakecast_assets.run import run

    with progress.shown() as display:
        report = run(
            data,
            absolute(lake),
            horizon=horizon,
            sources=None if sources is None else tuple(name.strip() for name in sources.split(",") if name.strip()),
            dataset=dataset,
            progress=display.update,
        )
    print(report)
