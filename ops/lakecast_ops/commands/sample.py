"""`lakecast sample`: write the simulated Nova Corrente as an input folder."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from lakecast_ops import environment, language

NAME = "sample"
EXAMPLE = "Example: lakecast sample ./sample --items 300 --seed 7"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write demand, items and stock to.")],
    items: Annotated[int, typer.Option(metavar="N", min=1, help="How many items.")] = 300,
    days: Annotated[int, typer.Option(metavar="N", min=28, help="How many days of demand.")] = 730,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed writes the same files.")] = 7,
    end: Annotated[
        dt.datetime | None,
        typer.Option(
            metavar="DATE", formats=["%Y-%m-%d"], help="Last day of demand. Without it: yesterday.", show_default=False
        ),
    ] = None,
) -> None:
    """Write a **simulated** Nova Corrente: items, daily demand and stock of a telecom tower maintainer in Brazil."""
    environment.require(environment.ML, NAME)
    from lakecast_assets.sample import write_sample

    written = write_sample(folder, items=items, days=days, seed=seed, end=None if end is None else end.date())
    what = f"{items} items, {days} days of demand, stock"
    print(language.spoken(f"Simulated sample written to {written}: {what}. None of it is real."))
