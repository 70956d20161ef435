"""Broken rules of a table's contract, as a table in the Dagster UI."""

from collections.abc import Sequence

import dagster as dg

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
