"""What the newest runs understood of their files, left out, and found doubtful."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import numpy as np

from lakecast_graphql.read import arguments
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Counts, Enums, Values
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns import Snapshot
from lakecast_schema.vocabulary import Language, Severity


@dataclass(frozen=True)
class ReadingReport:
    """The report of a data set. `lines`: rows of the contract's `ReadingLine`."""

    dataset_id: str
    run_id: str
    read_at: datetime
    lines: Rows


def reading_reports(view: View, dataset_id: str | None = None) -> list[ReadingReport]:
    """A report for each data set whose files were read by a run, by data set."""
    arguments.dataset(view.snapshot, dataset_id)
    rows = view.snapshot.reports.to_pylist()
    return [
        ReadingReport(name, lines[0]["run_id"], lines[0]["read_at"], line_rows(lines))
        for name, group in groupby(rows, key=lambda row: str(row["dataset_id"]))
        if dataset_id in (None, name) and (lines := list(group))
    ]


def warnings(snapshot: Snapshot, datasets: Collection[str]) -> int:
    """Warnings of the reports of some data sets."""
    table = snapshot.reports.select(["dataset_id", "severity"])
    return sum(row["severity"] == Severity.WARNING and row["dataset_id"] in datasets for row in table.to_pylist())


def line_rows(lines: list[dict[str, Any]]) -> Rows:
    """Rows of the contract's `ReadingLine`, from rows of `reading_report`."""

    def message(_: Any, language: Any = Language.EN) -> Values:
        column = f"message_{arguments.word(language)}"
        return Values([line[column] for line in lines])

    return Rows(
        len(lines),
        {
            "severity": lambda _: Enums(Values([line["severity"] for line in lines])),
            "code": lambda _: Values([line["code"] for line in lines]),
            "count": lambda _: Counts(np.array([line["count"] for line in lines], np.int64)),
            "examples": lambda _: Values([line["examples"] or [] for line in lines]),
        },
        {"message": message},
    )
