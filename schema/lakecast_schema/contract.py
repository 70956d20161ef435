"""What a contract of a table is made of: types, columns and the rules of their values."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Literal

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
TEXT = pa.string()
REAL = pa.float64()
COUNT = pa.int64()


class Rule(Enum):
    """What must hold for every non-null value of a column, in the words of an error message."""

    FINITE = "must be a finite number"
    NOT_NEGATIVE = "must be a finite number of at least 0"
    FRACTION = "must be a number from 0 to 1"
    TO_TWO = "must be a number from 0 to 2"
    NOT_EMPTY = "must not be empty"
    NAME = "must not be empty, nor longer than 200 characters, nor hold control characters"
    FOLDER_NAME = "must not be empty, nor hold control characters, nor be longer than 200 characters (é counts as 6)"
    MODEL_VERSION = "must look like v1.2.3, optionally followed by +build"
    FORECAST_KIND = "must be live, past or backtest"
    FREQUENCY = "must be daily, weekly, monthly, quarterly or yearly"
    DEMAND_CLASS = "must be smooth, erratic, intermittent or lumpy"
    ALERT = "must be critical, high, medium, ok or unknown"
    DISTRIBUTION = "must be normal or negative_binomial"
    ACTION = "must be order, expedite, watch, reduce, none or check_data"
    SERVICE_MEASURE = "must be cycle or fill"
    CRITICALITY = "must be a whole number from 1 to 5"
    SEVERITY = "must be info, warning or rejected"
    CURRENCY = "must be an ISO 4217 code of three capital letters"
    YEAR = "must lie in the years 1600 to 2199"


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, whether null is allowed, and the rule of its values; `Rule.YEAR` for dates."""

    name: str
    type: pa.DataType
    comment: str
    nullable: bool = False
    rule: Rule | None = None

    def __post_init__(self) -> None:
        if self.rule is None and self.type in (DATE, INSTANT):
            object.__setattr__(self, "rule", Rule.YEAR)


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its key, its partitions and its columns.

    `ascending` lists columns whose values must not decrease from left to right within a row (nulls left out);
    `after` names pairs of columns of which the first must be later than the second.
    """

    name: str
    layer: Literal["bronze", "silver", "gold", "control"]
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    partition_by: tuple[str, ...] = ("dataset_id",)
    ascending: tuple[str, ...] = ()
    after: tuple[tuple[str, str], ...] = ()

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with each column's comment in its metadata."""
        return pa.schema([pa.field(c.name, c.type, c.nullable, metadata={"comment": c.comment}) for c in self.columns])

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def dataset_column() -> Column:
    """The data set of a row."""
    return Column("dataset_id", TEXT, "Data set that the row belongs to", rule=Rule.FOLDER_NAME)


def item_column() -> Column:
    """The item of a row."""
    return Column("item_id", TEXT, "Item, unique within its data set", rule=Rule.NAME)


def run_column() -> Column:
    """The run that wrote a row."""
    return Column("run_id", TEXT, "Run that wrote the row", rule=Rule.NOT_EMPTY)


def model_version_column() -> Column:
    """The version of the model behind a row."""
    comment = "Changes whenever the model's code or hyperparameters do"
    return Column("model_version", TEXT, comment, rule=Rule.MODEL_VERSION)


def generated_at_column(what: str) -> Column:
    """When a row was made: `what` says it."""
    return Column("generated_at", INSTANT, what)


def measure(name: str, comment: str, rule: Rule = Rule.NOT_NEGATIVE) -> Column:
    """A number that may be unknown."""
    return Column(name, REAL, comment, nullable=True, rule=rule)
