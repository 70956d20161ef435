"""Broken rules of a table's contract, and errors of input, as tables in the Dagster UI."""

from collections.abc import Sequence

import dagster as dg

from lakecast_forecast.input.errors import InputError
from lakecast_schema.rules import Violation


def violations_table(violations: Sequence[Violation]) -> dg.TableMetadataValue:
    """One row per broken rule: where, which, in how many rows, and some of them."""
    columns = [
        dg.TableColumn(name, kind)
        for name, kind in (("column", "string"), ("rule", "string"), ("rows", "int"), ("such as", "string"))
    ]
    records = [
        dg.TableRecord(
            {
                "column": each.table if each.column is None else f"{each.table}.{each.column}",
                "rule": each.rule,
                "rows": each.count,
                "such as": "; ".join(each.rows),
            }
        )
        for each in violations
    ]
    return dg.MetadataValue.table(records, dg.TableSchema(columns))


def input_error_table(error: InputError) -> dg.TableMetadataValue:
    """One row: where in which file, what is wrong there, and what helps."""
    places = {"file": error.file, "row": error.row, "column": error.column}
    columns = [dg.TableColumn(name, "int" if name == "row" else "string") for name in (*places, "problem", "remedy")]
    record = dg.TableRecord({**places, "problem": error.problem, "remedy": error.remedy})
    return dg.MetadataValue.table([record], dg.TableSchema(columns))
