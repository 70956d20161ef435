"""The settings of reading input, and what they mean."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from lakecast_forecast.input.day_forms import Order
from lakecast_forecast.input.decimals import Decimal
from lakecast_forecast.input.names import DRIVER_PREFIX
from lakecast_schema.periods import Frequency

Gaps = Literal["auto", "zero", "unknown"]
Duplicates = Literal["auto", "sum", "reject"]
Negative = Literal["net", "reject"]
By = Literal["", "location"]
ServiceMeasure = Literal["", "cycle", "fill"]
Outliers = Literal["keep", "cap"]
Ids = Literal["exact", "loose"]
LastPeriod = Literal["auto", "keep", "drop"]


OF_DEMAND = ("item_id", "date", "quantity", "dataset_id", "location", "available")
"""Fields that a demand file may have."""


@dataclass(frozen=True)
class Rules:
    """How demand rows become series.

    frequency: length of a period; None recognises it per data set (`lakecast_schema.frequency`).

    gaps: what a period without a row means.
        auto: a data set in which at least 2 % of the periods between the first and the last row of items have no
            row, and no more have a row of zero demand, is a log of events: no row means no demand, up to the data
            set's last period. In other data sets such a period is unknown, and an item ends at its own last row.
        zero: as in a log of events, always.
        unknown: the period stays unknown, and an item ends at its own last row.
        In all three a row whose quantity is empty, or that was rejected, says that its period is unknown. An item some
        of whose rows have no date that can be read has unknown periods instead of those without demand.

    duplicates: what several rows of an item with one date mean. (Rows with different dates in one period, events
        finer than the frequency, are always added up.)
        auto: a row that says in every column what an earlier one says is a copy and does not count. Different rows are
            added up in a log of events, where there are locations or times of day, and where at least a quarter of
            the dates have several; elsewhere the data set is not read, since a table with one row per period has no
            business with two.
        sum: all are added up, copies too. reject: the first stands.

    negative: net takes returns off the demand of their period and of those before; reject leaves them out.

    decimal, dates: how numbers and days are written, where the files do not tell (`decimals`, `day_forms`).

    columns: field -> name of its column in the files; `stock.item_id` for one kind of file only.

    ids: loose lets ids of other files that match no item of the demand stand for the one item that has the same normal
        form (`names.normal`); exact does not, and the report says what would match.

    outliers: cap lowers a demand far beyond anything else that its item has shown (`outliers`); keep does not.

    sheet: of a workbook of demand; empty for the first.

    currency, service_measure: of items that state none; empty for none.

    stated: names of rules that go before those of a folder's `lakecast.yaml` even where they are as by default.

    by: location makes each location a data set of its own; empty adds them up per item.

    calendar: file of the folder with fiscal periods; empty for calendar.csv, where there is one.

    country: ISO 3166 code of the holiday calendar, None for none.

    as_of: the last day that demand and stock may have; None is the day of the run.

    last_period: whether a first or last period that the data hold in part counts (`completeness.incomplete`).

    inactive_days: days without demand after which an item may be inactive (`grid.fill`).

    allow_rejected: share of a data set's demand rows that may be rejected; with more, the data set is not read. Two
        rows may be in any case.
    """

    frequency: Frequency | None = None
    gaps: Gaps = "auto"
    duplicates: Duplicates = "auto"
    country: str | None = "BR"
    as_of: dt.date | None = None
    last_period: LastPeriod = "auto"
    inactive_days: int = 365
    allow_rejected: float = 0.02
    negative: Negative = "net"
    by: By = ""
    decimal: Decimal = "auto"
    dates: Order = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)
    ids: Ids = "exact"
    outliers: Outliers = "keep"
    sheet: str = ""
    currency: str = ""
    service_measure: ServiceMeasure = ""
    calendar: str = ""
    stated: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        kinds = {
            "gaps": Gaps,
            "duplicates": Duplicates,
            "last_period": LastPeriod,
            "negative": Negative,
            "by": By,
            "decimal": Decimal,
            "dates": Order,
            "service_measure": ServiceMeasure,
            "ids": Ids,
            "outliers": Outliers,
        }
        for name, kind in kinds.items():
            choices = get_args(kind)
            if (value := getattr(self, name)) not in choices:
                raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(filter(None, choices))}")
        if self.currency and not re.fullmatch("[A-Z]{3}", self.currency):
            raise ValueError(f"currency is {self.currency!r}; it must be an ISO 4217 code such as BRL")

    def columns_of(self, kind: str, known: Sequence[str]) -> dict[str, str]:
        """Those of `columns` that a kind of file takes, which knows these fields.

        What stands for no kind in particular stands for the demand, if that knows the field, else for all that do.
        """
        own = {key.removeprefix(f"{kind}."): name for key, name in self.columns.items() if key.startswith(f"{kind}.")}
        plain = {
            key: name
            for key, name in self.columns.items()
            if (key in known or (kind == "demand" and key.startswith(DRIVER_PREFIX)))
            and (kind == "demand" or key not in OF_DEMAND)
        }
        return {**plain, **own}
