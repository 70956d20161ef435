"""How answers are compared with what is expected."""

from typing import Any

import pytest

Row = dict[str, Any]
ALL = 10_000
"""Nodes of the largest page."""
TOTALS = """query Q($where: ForecastFilter, $by: [ForecastDimension!]!, $kind: ForecastKind!, $grain: TimeGrain!,
                   $source: String, $having: TotalsFilter, $order: [TotalsOrder!]) {
  forecastTotals(where: $where, groupBy: $by, kind: $kind, grain: $grain, source: $source, having: $having,
                 orderBy: $order, first: 10000) {
    totalCount
    nodes { datasetId itemId category supplier demandClass source period horizon cutoff
            itemCount rowCount forecast actual wape bias coverage80 coverage95 } } }"""


def same(answered: Any, wanted: Any) -> bool:
    """Equal, figures to 12 digits: sums are added in another order."""
    if isinstance(wanted, float) and answered is not None:
        return bool(answered == pytest.approx(wanted, rel=1e-12, abs=1e-12))
    return bool(answered == wanted)


def shown(row: Row, names: list[str]) -> Row:
    """A row as JSON shows it."""
    return {name: row[name].isoformat() if hasattr(row[name], "isoformat") else row[name] for name in names}


def listing(field: str, kind: str, names: list[str], more: str = "") -> str:
    """A query for all nodes of a connection that match; `more` declares a further variable of the field's own name."""
    argument = more.split(":")[0]
    declared, passed = (f", ${more}", f", {argument}: ${argument}") if more else ("", "")
    nodes = f"totalCount nodes {{ {' '.join(names)} }}"
    return f"query Q($where: {kind}{declared}) {{ {field}(where: $where, first: {ALL}{passed}) {{ {nodes} }} }}"


def in_order(rows: list[Row], field: str, direction: str, rank: Any = lambda value: value) -> bool:
    """Whether rows are ordered by a field, nulls last either way."""
    values = [row[field] for row in rows]
    known = [rank(value) for value in values if value is not None]
    return known == sorted(known, reverse=direction == "DESC") and values[len(known) :] == [None] * (
        len(values) - len(known)
    )
