"""Rows of `reading_report`: what a run understood of its files, in English and in Portuguese."""

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from lakecast_forecast.input.report import Line
from lakecast_schema.tables import READING_REPORT


def report_table(dataset_id: str, run_id: str, report: Sequence[Line], read_at: dt.datetime) -> pa.Table:
    """The lines of a data set's report, in their order."""
    return pa.Table.from_pylist(
        [
            {
                "run_id": run_id,
                "dataset_id": dataset_id,
                "line": number,
                "severity": each.severity,
                "code": each.words.code,
                "count": each.count,
                "message_en": each.english,
                "message_pt": each.portuguese,
                "examples": list(each.examples),
                "read_at": read_at,
            }
            for number, each in enumerate(report, start=1)
        ],
        schema=READING_REPORT.schema,
    )
