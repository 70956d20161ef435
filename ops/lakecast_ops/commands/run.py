"""`lakecast run`: everything from files to a published snapshot, without the UI."""

import datetime as dt
import traceback
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakecast_ops import environment, language, log_lines, problems, progress
from lakecast_ops.lake_option import LakeOption, absolute
from lakecast_ops.problems import Failure
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
from lakecast_schema.grammar import count_of

if TYPE_CHECKING:  # at run time the training environment is loaded when the command runs
    from lakecast_assets.pipeline.run import DatasetReport, RunReport

NAME = "run"
LONGEST = 40
"""Most lines that a report has on a terminal."""
EXAMPLE = "Example: lakecast run --data ./my-demand --lake ./my-lake --horizon 12 --sources arima,ensemble"


class FanOut(StrEnum):
    """Where batches of items are computed."""

    INLINE = "inline"
    PROCESSES = "processes"
    DASK = "dask"


def command(
    context: typer.Context,
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
    frequency: FrequencyOption = Frequency.AUTO,
    gaps: GapsOption = Gaps.AUTO,
    duplicates: Annotated[Duplicates, typer.Option(help="What several rows of a date mean.")] = Duplicates.AUTO,
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
    last_period: LastPeriodOption = LastPeriod.AUTO,
    inactive_days: Annotated[
        int, typer.Option(metavar="N", min=1, help="Days without demand after which an item may be inactive.")
    ] = 365,
    allow_rejected: AllowRejectedOption = 0.02,
    negative: NegativeOption = Negative.NET,
    by: ByOption = None,
    decimal: DecimalOption = Decimal.AUTO,
    dates: DatesOption = Dates.AUTO,
    column: ColumnOption = None,
    review_day: Annotated[
        str, typer.Option(metavar="DAY", help="Only day of orders: monday, or 15 for the 15th. Without it: any day.")
    ] = "",
    ids: IdsOption = Ids.EXACT,
    outliers: OutliersOption = Outliers.KEEP,
    sheet: SheetOption = "",
    allow_loss: Annotated[
        bool, typer.Option("--allow-loss", help="Publish though most of the demand published last is gone.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Publish under a name whose items so far are all others.")
    ] = False,
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Train though nothing has changed since it was published.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same data and seed give the same forecasts.")] = 0,
    fan_out: Annotated[
        FanOut,
        typer.Option(
            help="Where batches of items are computed. Without it: inline, or LAKECAST_DASK_ADDRESS where that is set.",
            show_default=False,
        ),
    ] = FanOut.INLINE,
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

    options = {
        "frequency": frequency.value,
        "gaps": gaps.value,
        "duplicates": duplicates.value,
        "country": country,
        "as_of": "" if as_of is None else as_of.date().isoformat(),
        "last_period": last_period.value,
        "inactive_days": inactive_days,
        "allow_rejected": allow_rejected,
        "negative": negative.value,
        "by": "" if by is None else by.value,
        "decimal": decimal.value,
        "dates": dates.value,
        "columns": columns_of(column or ()),
        "review_day": review_day,
        "ids": ids.value,
        "outliers": outliers.value,
        "sheet": sheet,
        "allow_loss": allow_loss,
        "replace": replace,
        "retrain": retrain,
        "seed": seed,
        "fan_out": fan_out.value,
        "workers": workers,
        "dask_address": dask_address,
    }
    with progress.shown() as display:
        report = run(
            data,
            absolute(lake),
            horizon=horizon,
            sources=None if sources is None else tuple(name for part in sources.split(",") if (name := part.strip())),
            dataset=dataset,
            progress=display,
            **stated_options(context, options),
        )
    if log_lines.is_json():
        for each in report.datasets:
            facts = {"run": each.run_id, "dataset": each.dataset_id, "snapshot": each.snapshot_id}
            for text in _dataset(each):
                print(log_lines.line(text.strip(), facts=facts))
    else:
        for text in bounded(list(summary(report)), portuguese=language.is_portuguese()):
            print(language.spoken(text))
    for each in report.failed:
        if isinstance(each.error, Exception) and problems.explain(each.error) is None:
            traceback.print_exception(each.error)  # a bug of one data set, which did not stop the others
    if report.failed:
        names = ", ".join(each.dataset_id for each in report.failed)
        raise Failure(f"not published: {names}. What was published of them before is still served.")


def bounded(lines: Sequence[str], most: int = LONGEST, *, portuguese: bool = False) -> Sequence[str]:
    """At most so many lines; the last says how many are not shown."""
    if len(lines) <= most:
        return lines
    rest = len(lines) - most + 1
    return [*lines[: most - 1], f"e mais {rest} linhas" if portuguese else f"and {rest} more lines"]


def summary(report: "RunReport") -> Iterator[str]:
    """What became of a run, as lines for a person."""
    for dataset in report.datasets:
        yield from _dataset(dataset)
    yield f"Lake: {report.lake}, {progress.duration(report.seconds)} in all."


def _dataset(dataset: "DatasetReport") -> Iterator[str]:
    took = progress.duration(dataset.seconds)
    if dataset.snapshot_id is None:
        yield f"{dataset.dataset_id}: not published after {took}: {dataset.failure}"
    elif dataset.unchanged:
        yield (
            f"{dataset.dataset_id}: nothing has changed since it was published (snapshot {dataset.snapshot_id} is the "
            "newest): nothing was trained or published; --retrain does it anew"
        )
    else:
        sources = ", ".join(dataset.sources)
        yield (
            f"{dataset.dataset_id}: published as snapshot {dataset.snapshot_id} after {took}: "
            f"{count_of(dataset.items, '[item|items]')}, sources {sources}"
        )
    if dataset.rejected:
        rejected = count_of(dataset.rejected, "[input row was|input rows were]")
        yield f"  {rejected} rejected; the table rejected_rows has each with its reason"
    yield from (f"  warning: {warning}" for warning in dataset.warnings)
    yield from (f"  {note}" for note in dataset.notes)
    for source, reason in dataset.failed_sources.items():
        yield f"  {source} has no forecasts: {reason}"
    for source, count in dataset.issues.items():
        if count:
            yield f"  {source}: {count_of(count, '[item has|items have]')} a baseline only; Item.forecastIssue says why"
