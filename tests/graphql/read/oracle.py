"""What the read functions must answer, computed from plain rows in plain Python."""

import datetime as dt
import math
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from plain_champion import champions

from lakecast_lake import snapshots
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Oracle:
    """A snapshot as lists of dicts."""

    lake: Lake
    record: SnapshotRecord

    @cache  # noqa: B019
    def table(self, name: str) -> list[Row]:
        rows: list[Row] = snapshots.read(self.lake, self.record, name).to_pylist()
        return rows

    @cached_property
    def items(self) -> dict[tuple[str, str], Row]:
        found = {(row["dataset_id"], row["item_id"]): row for row in self.table("dim_item")}
        forecast = {(row["dataset_id"], row["item_id"]) for row in self.forecasts if _is_live(row)}
        return {key: {**found[key], "has_forecast": key in forecast} for key in sorted(found)}

    @cached_property
    def forecasts(self) -> list[Row]:
        """Rows of `fact_forecast`; past ones count as live where cutoffs are asked for."""
        rows = self.table("fact_forecast")
        return [{**row, "is_past": row["kind"] == "past", "kind": row["kind"].replace("past", "live")} for row in rows]

    def __repr__(self) -> str:
        return "the lake"

    @cache  # noqa: B019 - one lake per test module
    def of_kind(self, kind: str, every_cutoff: bool = False) -> list[Row]:
        """Rows of a kind with what filters ask of them, in the order of answers."""
        newest: dict[tuple[str, ...], dt.date] = {}
        for row in self.forecasts:
            if _is_live(row):
                key = (row["dataset_id"], row["item_id"], row["source"])
                newest[key] = max(newest.get(key, dt.date.min), row["cutoff"])
        found = []
        for row in self.forecasts:
            key = (row["dataset_id"], row["item_id"], row["source"])
            if kind != "all" and row["kind"] != kind:
                continue
            if not every_cutoff and (row["is_past"] or (_is_live(row) and row["cutoff"] != newest[key])):
                continue
            item = self.items[key[:2]]
            shown = {n: item[n] for n in ("category", "supplier", "demand_class", "frequency")}
            found.append({**row, **shown, "horizon": periods(row["cutoff"], row["date"], item["frequency"])})
        key_of: Callable[[Row], Any] = lambda r: tuple(  # noqa: E731
            r[n] for n in ("dataset_id", "item_id", "source", "kind", "cutoff", "date")
        )
        return sorted(found, key=key_of)

    @cached_property
    def champion(self) -> dict[tuple[str, str], str]:
        return champions(self.of_kind("live"), self.table("fact_metrics"))


def _is_live(row: Row) -> bool:
    return row["kind"] == "live" and not row["is_past"]


def periods(cutoff: dt.date, day: dt.date, frequency: str) -> int:
    months = (day.year - cutoff.year) * 12 + day.month - cutoff.month
    return {
        "daily": (day - cutoff).days, "weekly": (day - cutoff).days // 7, "monthly": months,
        "quarterly": months // 3, "yearly": months // 12,
    }[frequency]  # fmt: skip


def holds(row: Row, where: Row | None) -> bool:
    """Whether a filter holds: two-valued, nulls fail every comparison."""
    return all(_holds(row, name, test) for name, test in (where or {}).items() if test is not None)


def _holds(row: Row, name: str, test: Any) -> bool:
    match name:
        case "and":
            return all(holds(row, part) for part in test)
        case "or":
            return any(holds(row, part) for part in test)
        case "not":
            return not holds(row, test)
        case "search":
            texts = [folded(row[name]) for name in ("item_id", "sku", "name", "supplier") if row[name] is not None]
            return all(any(word in text for text in texts) for word in folded(test).split())
        case "has_forecast":
            return bool(row["has_forecast"]) is test
    value = row["scaled_quantile_loss" if name == "quantile_loss" else name]
    return all(_compare(value, operator, operand) for operator, operand in test.items() if operand is not None)


def _compare(value: Any, operator: str, operand: Any) -> bool:
    if operator == "is_null":
        return (value is None) is operand
    if value is None:
        return False
    return bool(
        {
            "eq": lambda: value == operand,
            "in": lambda: value in operand,
            "contains": lambda: operand in value,
            "starts_with": lambda: value.startswith(operand),
            "gt": lambda: value > operand,
            "gte": lambda: value >= operand,
            "lt": lambda: value < operand,
            "lte": lambda: value <= operand,
        }[operator]()
    )


def folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def truncated(day: dt.date, grain: str) -> dt.date:
    match grain:
        case "week":
            return day - dt.timedelta(day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
        case "year":
            return day.replace(day=1, month=1)
    return day


def totals(rows: Iterable[Row], keys: Sequence[str]) -> dict[tuple[Any, ...], Row]:
    """The aggregates of `forecastTotals` by group."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[key] for key in keys)].append(row)
    return {key: _aggregate(group) for key, group in groups.items()}


def _aggregate(rows: list[Row]) -> Row:
    known = [row for row in rows if row["actual"] is not None]
    size = math.fsum(abs(row["actual"]) for row in known)
    return {
        "item_count": len({(row["dataset_id"], row["item_id"]) for row in rows}),
        "row_count": len(rows),
        "forecast": math.fsum(row["forecast"] for row in rows),
        "actual": math.fsum(row["actual"] for row in known) if known else None,
        "wape": math.fsum(abs(row["actual"] - row["forecast"]) for row in known) / size if size else None,
        "bias": math.fsum(row["forecast"] - row["actual"] for row in known) / size if size else None,
        "coverage_80": _coverage(known, "lower_80", "upper_80"),
        "coverage_95": _coverage(known, "lower_95", "upper_95"),
    }


def _coverage(rows: list[Row], lower: str, upper: str) -> float | None:
    known = [row for row in rows if row[lower] is not None and row[upper] is not None]
    return sum(row[lower] <= row["actual"] <= row[upper] for row in known) / len(known) if known else None


def mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
