"""The settings of reading input, and what they mean."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

from lakecast_schema.periods import Frequency

Gaps = Literal["auto", "zero", "unknown"]
Duplicates = Literal["auto", "sum", "reject"]


@dataclass(frozen=True)
class Rules:
    """How demand rows become series.

    frequency: length of a period; None recognises it per data set (`lakecast_schema.frequency`).

    gaps: what a period without a row means.
        auto: a data set in which any item lacks periods between its first and its last row is a log of events:
            no row means no demand, up to the data set's last period. In a data set without such inner gaps an
            item ends at its own last row.
        zero: as in a log of events, always.
        unknown: the period stays unknown, and an item ends at its own last row.
        In all three a row whose quantity is empty, or that was rejected, says that its period is unknown.

    duplicates: what several rows of an item with one date mean. (Rows with different dates in one period, events
        finer than the frequency, are always added up.)
        auto: they are added up in a log of events, which is also a data set in which at least a quarter of the
            dates have several rows with different quantities; elsewhere the first row stands and the others are
            rejected, since a table with one row per period has no business with two.
        sum: they are added up. reject: the first stands.

    country: ISO 3166 code of the holiday calendar, None for none.

    as_of: the last day that demand and stock may have; None is the day of the run.
    """

    frequency: Frequency | None = None
    gaps: Gaps = "auto"
    duplicates: Duplicates = "auto"
    country: str | None = "BR"
    as_of: dt.date | None = None

    def __post_init__(self) -> None:
        for name, choices in (("gaps", get_args(Gaps)), ("duplicates", get_args(Duplicates))):
            if (value := getattr(self, name)) not in choices:
                raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(choices)}")
