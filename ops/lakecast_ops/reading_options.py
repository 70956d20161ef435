"""The options of reading that `lakecast check` and `lakecast run` share, and the words that they take."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from lakecast_ops.problems import UsageProblem


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
    """What several rows of an item with one date mean."""

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


FrequencyOption = Annotated[Frequency, typer.Option(help="Length of a period.")]
GapsOption = Annotated[Gaps, typer.Option(help="What a period without a row means.")]
NegativeOption = Annotated[Negative, typer.Option(help="What a negative quantity means.")]
ByOption = Annotated[By | None, typer.Option(help="Make each location a data set of its own.", show_default=False)]
DecimalOption = Annotated[Decimal, typer.Option(help="Decimal sign of the files.")]
DatesOption = Annotated[Dates, typer.Option(help="Day or month first, as in 01/02/2024.")]
IdsOption = Annotated[Ids, typer.Option(help="Whether ids of other files match loosely.")]
OutliersOption = Annotated[Outliers, typer.Option(help="What happens to a demand far beyond all others.")]
LastPeriodOption = Annotated[LastPeriod, typer.Option(help="Whether a last period that the data hold in part counts.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD=COLUMN", help="Column of a field; may be repeated.", show_default=False),
]
SheetOption = Annotated[
    str,
    typer.Option(metavar="NAME", help="Sheet of a workbook of demand. Without it: the first.", show_default=False),
]
AllowRejectedOption = Annotated[
    float, typer.Option(metavar="SHARE", min=0, max=1, help="Share of demand rows that may be rejected.")
]


def stated_options(context: typer.Context, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options that a person has stated, which go before `lakecast.yaml`, whatever they say."""
    named = {"columns": "column"}
    sources = {name: context.get_parameter_source(named.get(name, name)) for name in options}
    return {
        name: value
        for name, value in options.items()
        if (source := sources[name]) is not None and source.name != "DEFAULT"
    }


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
