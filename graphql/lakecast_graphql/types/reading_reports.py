"""What a run understood of its files."""

import datetime as dt
from typing import Any

import strawberry

from lakecast_graphql.types.nodes import resolved
from lakecast_schema.vocabulary import Language, Severity


@strawberry.type(description="A line of a reading report.")
class ReadingLine:
    """A line of a reading report."""

    severity: Severity
    code: str = strawberry.field(description="What the line says, for programs; the same in every language.")
    count: int = strawberry.field(description="Rows, values or items that it is about; 0 where it counts nothing.")

    @strawberry.field(description="The line in words, its count first.")
    def message(row: strawberry.Parent[Any], language: Language = Language.EN) -> str:
        """The line in words."""
        return resolved(row.message(language))

    examples: list[str] = strawberry.field(description="At most two.")


@strawberry.type(description="What a run understood of its files, left out, and found doubtful.")
class ReadingReport:
    """The reading report of a data set."""

    dataset_id: str
    run_id: str = strawberry.field(description="The run that read the files.")
    read_at: dt.datetime
    lines: list[ReadingLine]
