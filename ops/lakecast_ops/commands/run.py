"""`lakecast run`: everything from files to a published snapshot, without the UI."""

import datetime as dt
import traceback
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakecast_ops import environment, problems, progress
from lakecast_ops.lake_option import LakeOption, absolute
from lakecast_ops.problems import Failure, UsageProblem

if TYPE_CHECKING:  # at run time the training environment is loaded when the command runs
    from lakecast_assets.pipeline.run import DatasetReport, RunReport

NAME = "run"
LONGEST = 40
"""Most lines that a report has on a terminal."""
EXAMPLE = "Example: lakecast run --data ./my-demand --lake ./my-lake --horizon 12 --sources arima,ensemble"


class Frequency(StrEnum):
    """How long a period is; `auto` recognises it."""

    AUTO = "auto"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Gaps(StrEnum):
    """What a period without a row means."""

    AUTO = "auto"
    ZERO = "zero"
    UNKNOWN = "unknown"


class Duplicates(StrEnum):
    """What several rows in one period mean."""

    AUTO = "auto"
    SUM = "sum"
    REJECT = "reject"


class LastPeriod(StrEnum):
    """What happens to a last period that may be incomplete."""

    AUTO = "auto"
    KEEP = "keep"
    DROP = "drop"


class Negative(StrEnum):
    """Whether returns are taken off the demand before them, or left out."""

    NET = "net"
    REJECT = "reject"


class By(StrEnum):
    """What makes a data set of its own."""

    LOCATION = "location"


class Decimal(StrEnum):
    """Decimal sign of numbers; `auto` decides over all numbers of a file."""

    AUTO = "auto"
    POINT = "point"
    COMMA = "comma"


class Ids(StrEnum):
    """Whether ids match as they are written, or without leading zeros, case and signs between."""

    EXACT = "exact"
    LOOSE = "loose"


class Outliers(StrEnum):
    """What happens to a demand far beyond all others of its item."""

    KEEP = "keep"
    CAP = "cap"


class Dates(StrEnum):
    """Whether days or months come first; `auto` decides over all dates of a file."""

    AUTO = "auto"
    DMY = "dmy"
    MDY = "mdy"


class FanOut(StrEnum):
    """Where batches of items are computed."""

    INLINE = "inline"
    PROCESSES = "processes"
    DASK = "dask"


def command(
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="DIR", help="Folder with demand.csv or .parquet, and optionally items and stock."
        ),
    ],
    lake: LakeOption,
    horizon: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Periods to forecast. Without it, or 0: 28 days, 13 weeks, 12 months, 8 quarters or 6 years.",
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
    frequency: Annotated[Frequency, typer.Option(help="Length of a period.")] = Frequency.AUTO,
    gaps: Annotated[Gaps, typer.Option(help="What a period without a row means.")] = Gaps.AUTO,
    duplicates: Annotated[
        Duplicates, typer.Option(help="What several rows of an item in one period mean.")
    ] = Duplicates.AUTO,
    country: Annotated[str, typer.Option(help="Holiday calendar, an ISO 3166 code; empty for none.")] = "BR",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Last day that demand and stock may have. Without it: today.",
            show_default=False,
        ),
    ] = None,
    last_period: Annotated[
        LastPeriod, typer.Option(help="Whether a last period that the data hold in part counts.")
    ] = LastPeriod.AUTO,
    inactive_days: Annotated[
        int, typer.Option(metavar="N", min=1, help="Days without demand after which an item may be inactive.")
    ] = 365,
    allow_rejected: Annotated[
        float, typer.Option(metavar="SHARE", min=0, max=1, help="Share of demand rows that may be rejected.")
    ] = 0.02,
    negative: Annotated[Negative, typer.Option(help="What a negative quantity means.")] = Negative.NET,
    by: Annotated[By | None, typer.Option(help="Make each location a data set of its own.", show_default=False)] = None,
    decimal: Annotated[Decimal, typer.Option(help="Decimal sign of the files.")] = Decimal.AUTO,
    dates: Annotated[Dates, typer.Option(help="Day or month first, as in 01/02/2024.")] = Dates.AUTO,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=COLUMN", help="Column of a field; may be repeated.", show_default=False),
    ] = None,
    review_day: Annotated[
        str, typer.Option(metavar="DAY", help="Only day of orders: monday, or 15 for the 15th. Without it: any day.")
    ] = "",
    ids: Annotated[Ids, typer.Option(help="Whether ids of other files match loosely.")] = Ids.EXACT,
    outliers: Annotated[Outliers, typer.Option(help="What happens to a demand far beyond all others.")] = Outliers.KEEP,
    sheet: Annotated[
        str,
        typer.Option(metavar="NAME", help="Sheet of a workbook of demand. Without it: the first.", show_default=False),
    ] = "",
    allow_loss: Annotated[
        bool, typer.Option("--allow-loss", help="Publish though most of the demand published last is gone.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Publish under a name whose items so far are all others.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same data and seed give the same forecasts.")] = 0,
    fan_out: Annotated[FanOut, typer.Option(help="Where batches of items are computed.")] = FanOut.INLINE,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes to fan out to. Without it: one per core.", show_default=False),
    ] = None,
    dask_address: Annotated[
        str, typer.Option(metavar="URL", help="Dask's scheduler, such as tcp://host:8786.", show_default=False)
    ] = "",
) -> None:
    """Read files of demand, train every source, backtest, decide what to reorder, and publish all as one snapshot."""
    environment.require(environment.ML, NAME)
    from lakecast_assets.pipeline.run import run

    settings: dict[str, Any] = {} if workers is None else {"workers": workers}
    with progress.shown() as display:
        report = run(
            data,
            absolute(lake),
            horizon=horizon,
            sources=None if sources is None else tuple(name for part in sources.split(",") if (name := part.strip())),
            dataset=dataset,
            progress=display,
            frequency=frequency.value,
            gaps=gaps.value,
            duplicates=duplicates.value,
            country=country,
            as_of="" if as_of is None else as_of.date().isoformat(),
            last_period=last_period.value,
            inactive_days=inactive_days,
            allow_rejected=allow_rejected,
            negative=negative.value,
            by="" if by is None else by.value,
            decimal=decimal.value,
            dates=dates.value,
            columns=columns_of(column or ()),
            review_day=review_day,
            ids=ids.value,
            outliers=outliers.value,
            sheet=sheet,
            allow_loss=allow_loss,
            replace=replace,
            seed=seed,
            fan_out=fan_out.value,
            dask_address=dask_address,
            **settings,
        )
    for line in bounded(list(summary(report))):
        print(line)
    for each in report.failed:
        if isinstance(each.error, Exception) and problems.explain(each.error) is None:
            traceback.print_exception(each.error)  # a bug of one data set, which did not stop the others
    if report.failed:
        names = ", ".join(each.dataset_id for each in report.failed)
        raise Failure(f"not published: {names}. What was published of them before is still served.")


def columns_of(stated: Sequence[str]) -> dict[str, str]:
    """Field -> column, from FIELD=COLUMN. Raises `UsageProblem`."""
    from lakecast_forecast.input import names

    pairs = [text.partition("=") for text in stated]
    for field, sign, column in pairs:
        if not (field and sign and column):
            raise UsageProblem(f"--column {field}{sign}{column}: write FIELD=COLUMN, such as quantity=QTDE_SAIDAS")
        try:
            names.field(field)
        except KeyError as error:
            known = ", ".join(names.FIELDS)
            raise UsageProblem(f"--column {field}={column}: there is no field {field}. Known are {known}") from error
    return {field: column for field, _, column in pairs}


def bounded(lines: Sequence[str], most: int = LONGEST) -> Sequence[str]:
    """At most so many lines; the last says how many are not shown."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"and {len(lines) - most + 1} more lines"]


def summary(report: "RunReport") -> Iterator[str]:
    """What became of a run, as lines for a person."""
    for dataset in report.datasets:
        yield from _dataset(dataset)
    yield f"Lake: {report.lake}, {progress.duration(report.seconds)} in all."


def _dataset(dataset: "DatasetReport") -> Iterator[str]:
    took = progress.duration(dataset.seconds)
    if dataset.snapshot_id is None:
        yield f"{dataset.dataset_id}: not published after {took}: {dataset.failure}"
    else:
        sources = ", ".join(dataset.sources)
        yield (
            f"{dataset.dataset_id}: published as snapshot {dataset.snapshot_id} after {took}: "
            f"{dataset.items} items, sources {sources}"
        )
    if dataset.rejected:
        yield f"  {dataset.rejected} input rows were rejected; the table rejected_rows has each with its reason"
    yield from (f"  {note}" for note in dataset.notes)
    for source, reason in dataset.failed_sources.items():
        yield f"  {source} has no forecasts: {reason}"
    for source, count in dataset.issues.items():
        if count:
            yield f"  {source}: {count} items have a baseline only; Item.forecastIssue says why"
