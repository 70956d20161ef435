"""`lakecast check`: what a run would understand of a folder, without training anything."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakecast_ops import environment
from lakecast_ops.commands.run import (
    By,
    Dates,
    Decimal,
    Duplicates,
    Frequency,
    Gaps,
    Ids,
    LastPeriod,
    Negative,
    Outliers,
    bounded,
    columns_of,
)

if TYPE_CHECKING:  # at run time the training environment is loaded when the command runs
    from lakecast_assets.ingest.folder import Ingested

NAME = "check"
EXAMPLE = "Example: lakecast check ./my-demand --decimal comma"
WARNINGS = 1


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with files of demand, items and stock.")],
    dataset: Annotated[
        str | None, typer.Option(metavar="ID", help="Data set of rows that name none.", show_default=False)
    ] = None,
    frequency: Annotated[Frequency, typer.Option(help="Length of a period.")] = Frequency.AUTO,
    gaps: Annotated[Gaps, typer.Option(help="What a period without a row means.")] = Gaps.AUTO,
    duplicates: Annotated[Duplicates, typer.Option(help="What several rows of a date mean.")] = Duplicates.AUTO,
    negative: Annotated[Negative, typer.Option(help="What a negative quantity means.")] = Negative.NET,
    last_period: Annotated[
        LastPeriod, typer.Option(help="Whether a last period that the data hold in part counts.")
    ] = LastPeriod.AUTO,
    by: Annotated[By | None, typer.Option(help="Make each location a data set of its own.", show_default=False)] = None,
    decimal: Annotated[Decimal, typer.Option(help="Decimal sign of the files.")] = Decimal.AUTO,
    dates: Annotated[Dates, typer.Option(help="Day or month first, as in 01/02/2024.")] = Dates.AUTO,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=COLUMN", help="Column of a field; may be repeated.", show_default=False),
    ] = None,
    ids: Annotated[Ids, typer.Option(help="Whether ids of other files match loosely.")] = Ids.EXACT,
    outliers: Annotated[Outliers, typer.Option(help="What happens to a demand far beyond all others.")] = Outliers.KEEP,
    sheet: Annotated[
        str,
        typer.Option(metavar="NAME", help="Sheet of a workbook of demand. Without it: the first.", show_default=False),
    ] = "",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="Last day of demand.", show_default=False),
    ] = None,
    allow_rejected: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Share of demand rows that may be rejected.")
    ] = 0.02,
) -> None:
    """Print what a run would understand of a folder; exit with 1 for warnings, 2 where a run would stop.

    Nothing is trained and nothing is written.
    """
    environment.require(environment.ML, NAME)
    from lakecast_assets.ingest.folder import read_folder
    from lakecast_forecast.input.rules import Rules
    from lakecast_schema.periods import Frequency as Period

    rules = Rules(
        frequency=None if frequency is Frequency.AUTO else Period(frequency.value),
        gaps=gaps.value,
        duplicates=duplicates.value,
        negative=negative.value,
        last_period=last_period.value,
        by="" if by is None else "location",
        decimal=decimal.value,
        dates=dates.value,
        columns=columns_of(column or ()),
        ids=ids.value,
        outliers=outliers.value,
        sheet=sheet,
        as_of=None if as_of is None else as_of.date(),
        allow_rejected=allow_rejected,
    )
    read = read_folder(folder, dataset, rules)
    for text in bounded(list(_lines(read))):
        print(text)
    if read.failed:
        raise next(iter(read.failed.values()))
    if any(line.severity != "info" for each in read.datasets.values() for line in each.report):
        raise typer.Exit(WARNINGS)


def _lines(read: "Ingested") -> Iterator[str]:
    for dataset_id, each in read.datasets.items():
        yield f"{dataset_id}:"
        for line in each.report:
            yield f"{' ' if line.severity == 'info' else '!'} {line.sentence}"
    yield from (f"{dataset_id}: a run would stop: {error}" for dataset_id, error in read.failed.items())
