"""`lakecast check`: what a run would understand of a folder, without training anything."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakecast_ops import environment, language
from lakecast_ops.commands.run import bounded
from lakecast_ops.problems import told
from lakecast_ops.reading_options import (
    AllowRejectedOption,
    ByOption,
    ColumnOption,
    Dates,
    DatesOption,
    Decimal,
    DecimalOption,
    Duplicates,
    Frequency,
    FrequencyOption,
    Gaps,
    GapsOption,
    Ids,
    IdsOption,
    LastPeriod,
    LastPeriodOption,
    Negative,
    NegativeOption,
    Outliers,
    OutliersOption,
    SheetOption,
    columns_of,
    stated_options,
)

if TYPE_CHECKING:  # at run time the training environment is loaded when the command runs
    from lakecast_assets.ingest.folder import Ingested

NAME = "check"
EXAMPLE = "Example: lakecast check ./my-demand --decimal comma"
WARNINGS = 1


def command(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with files of demand, items and stock.")],
    dataset: Annotated[
        str | None, typer.Option(metavar="ID", help="Data set of rows that name none.", show_default=False)
    ] = None,
    frequency: FrequencyOption = Frequency.AUTO,
    gaps: GapsOption = Gaps.AUTO,
    duplicates: Annotated[Duplicates, typer.Option(help="What several rows of a date mean.")] = Duplicates.AUTO,
    negative: NegativeOption = Negative.NET,
    last_period: LastPeriodOption = LastPeriod.AUTO,
    by: ByOption = None,
    decimal: DecimalOption = Decimal.AUTO,
    dates: DatesOption = Dates.AUTO,
    column: ColumnOption = None,
    ids: IdsOption = Ids.EXACT,
    outliers: OutliersOption = Outliers.KEEP,
    sheet: SheetOption = "",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="Last day of demand.", show_default=False),
    ] = None,
    allow_rejected: AllowRejectedOption = 0.02,
) -> None:
    """Print what a run would understand of a folder; exit with 1 for warnings, 2 where a run would stop.

    Nothing is trained and nothing is written. The report is in Portuguese where LC_ALL or LANG says pt.
    """
    environment.require(environment.ML, NAME)
    from rich.console import Console

    from lakecast_assets.ingest.folder import read_folder
    from lakecast_forecast.input.rules import Rules
    from lakecast_schema.periods import Frequency as Period

    options = {
        "frequency": None if frequency is Frequency.AUTO else Period(frequency.value),
        "gaps": gaps.value,
        "duplicates": duplicates.value,
        "negative": negative.value,
        "last_period": last_period.value,
        "by": "" if by is None else "location",
        "decimal": decimal.value,
        "dates": dates.value,
        "columns": columns_of(column or ()),
        "ids": ids.value,
        "outliers": outliers.value,
        "sheet": sheet,
        "as_of": None if as_of is None else as_of.date(),
        "allow_rejected": allow_rejected,
    }
    stated = stated_options(context, options)
    rules = Rules(**stated, stated=frozenset(stated))
    portuguese = language.is_portuguese()
    began = "Lendo os arquivos" if portuguese else "Reading the files"
    with Console(stderr=True).status(began) as status:  # on a terminal, and gone when it is done
        tell = (lambda what: None) if portuguese else (lambda what: status.update(f"Reading {what}"))
        read = read_folder(folder, dataset, rules, landed=False, tell=tell)
    for text in bounded(list(_lines(read, portuguese)), portuguese=portuguese):
        print(text)
    if read.failed:
        raise next(iter(read.failed.values()))
    if any(line.severity != "info" for each in read.datasets.values() for line in each.report):
        raise typer.Exit(WARNINGS)


def _lines(read: "Ingested", portuguese: bool) -> Iterator[str]:
    for dataset_id, each in read.datasets.items():
        yield f"{dataset_id}:"
        for line in each.report:
            sentence = line.sentence_in_portuguese if portuguese else line.sentence
            yield f"{' ' if line.severity == 'info' else '!'} {sentence}"
    stop = "uma execução pararia" if portuguese else "a run would stop"
    yield from (f"{dataset_id}: {stop}: {told(error)}" for dataset_id, error in read.failed.items())
