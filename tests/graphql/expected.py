"""What the API must answer, computed a second time: plain Python over the lake's tables, no code of the server.

Filters are the dictionaries that a client would send as variables.
"""

import datetime as dt
import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

Row = dict[str, Any]
Filter = Mapping[str, Any]
_STEP = {"monthly": 1, "quarterly": 3, "yearly": 12}


class Expected:
    """The newest snapshot of a lake, as lists of rows."""

    def __init__(self, lake: Lake) -> None:
        record = snapshots.newest(lake)

        def read(table: str) -> list[Row]:
            return snapshots.read(lake, record, table).to_pylist()

        self.forecast_rows = read("fact_forecast")
        self.metric_rows = read("fact_metrics")
        self.stock_rows = read("fact_replenishment")
        self.demand_rows = read("demand")
        self.dim_rows = read("dim_item")
        self.inventory_rows = read("fact_inventory")

    # -- items ------------------------------------------------------------------------------------------------

    @cached_property
    def items(self) -> dict[tuple[str, str], Row]:
        """Facts about each item, under the contract's names."""
        found = {}
        with_forecast = {(r["dataset_id"], r["item_id"]) for r in self.forecast_rows if r["kind"] == "live"}
        demand: dict[tuple[str, str], list[Row]] = {}
        for row in self.demand_rows:
            demand.setdefault((row["dataset_id"], row["item_id"]), []).append(row)
        for row in self.dim_rows:
            key = (row["dataset_id"], row["item_id"])
            known = [r for r in demand.get(key, []) if r["quantity"] is not None]
            dates = [r["date"] for r in known]
            found[key] = {
                "datasetId": row["dataset_id"],
                "itemId": row["item_id"],
                "sku": row["sku"],
                "name": row["name"] if row["name"] is not None else row["item_id"],
                "category": row["category"],
                "unit": row["unit"],
                "supplier": row["supplier"],
                "leadTimeDays": row["lead_time_days"],
                "unitCost": row["unit_cost"],
                "demandClass": upper(row["demand_class"]),
                "frequency": upper(row["frequency"]),
                "hasForecast": key in with_forecast,
                "observations": len(known),
                "firstDate": min(dates, default=None),
                "lastDate": max(dates, default=None),
                "champion": self.champion.get(key),
            }
        return found

    @cached_property
    def champion(self) -> dict[tuple[str, str], str]:
        """The champion of each item that has forecasts or errors, by the rule of the lake's contract."""
        candidates: dict[tuple[str, str], dict[str, tuple[float | None, float | None]]] = {}
        for row in self.forecast_rows:
            if row["kind"] == "live":
                candidates.setdefault((row["dataset_id"], row["item_id"]), {}).setdefault(row["source"], (None, None))
        for row in self.metric_rows:
            errors = (row["scaled_quantile_loss"], row["rmsse"])
            candidates.setdefault((row["dataset_id"], row["item_id"]), {})[row["source"]] = errors
        chosen = {}
        for key, sources in candidates.items():
            for place in (0, 1):
                scored = [(e[place], name) for name, e in sources.items() if e[place] is not None]
                if scored:
                    chosen[key] = min(scored)[1]
                    break
            else:
                chosen[key] = "ensemble" if "ensemble" in sources else min(sources)
        return chosen

    def items_where(self, where: Filter) -> list[Row]:
        """Items that match, by data set and item id."""
        return [row for _, row in sorted(self.items.items()) if holds(where, row, self._searched)]

    def _searched(self, row: Row, text: str) -> bool:
        return any(folded(text) in folded(row[name]) for name in ("itemId", "sku", "name") if row[name] is not None)

    # -- forecasts --------------------------------------------------------------------------------------------

    @cached_property
    def all_forecasts(self) -> list[Row]:
        """Every row, with its horizon, its item's facts, and whether it is of the newest live cutoff."""
        newest: dict[tuple[str, str, str], dt.date] = {}
        for row in self.forecast_rows:
            if row["kind"] == "live":
                key = (row["dataset_id"], row["item_id"], row["source"])
                newest[key] = max(newest.get(key, row["cutoff"]), row["cutoff"])
        found = []
        for row in self.forecast_rows:
            item = self.items[row["dataset_id"], row["item_id"]]
            key = (row["dataset_id"], row["item_id"], row["source"])
            found.append(
                {
                    **{name: item[name] for name in ("category", "supplier", "demandClass", "frequency")},
                    "datasetId": row["dataset_id"],
                    "itemId": row["item_id"],
                    "date": row["date"],
                    "source": row["source"],
                    "modelVersion": row["model_version"],
                    "kind": upper(row["kind"]),
                    "cutoff": row["cutoff"],
                    "horizon": periods(row["cutoff"], row["date"], item["frequency"].lower()),
                    "forecast": row["forecast"],
                    "actual": row["actual"],
                    "median": row["median"],
                    **{f"{side}{level}": row[f"{side}_{level}"] for side in ("lower", "upper") for level in (80, 95)},
                    "newest": row["kind"] == "backtest" or newest.get(key) == row["cutoff"],
                }
            )
        return found

    def forecasts_where(self, where: Filter, kind: str) -> list[Row]:
        """Rows that match, without older live cutoffs unless `cutoff` is filtered."""
        older = mentions(where, "cutoff")
        return [
            row
            for row in self.all_forecasts
            if kind in ("ALL", row["kind"]) and (older or row["newest"]) and holds(where, row)
        ]

    def totals(
        self, where: Filter, kind: str, by: Sequence[str], grain: str, source: str | None
    ) -> dict[tuple[Any, ...], Row]:
        """Groups of `forecastTotals` by their dimension values."""
        rows = self.forecasts_where(where, kind)
        if source is not None:
            rows = [row for row in rows if row["source"] == source]
        elif "SOURCE" not in by and not names_a_source(where):
            rows = [row for row in rows if row["source"] == self.champion[row["datasetId"], row["itemId"]]]
        if kind != "LIVE" and not mentions(where, "cutoff") and not {"CUTOFF", "HORIZON"} & set(by):
            best: dict[tuple[Any, ...], Row] = {}
            for row in rows:
                key = (row["datasetId"], row["itemId"], row["source"], row["date"])
                rank = (row["cutoff"], row["kind"] == "LIVE")
                if key not in best or rank > (best[key]["cutoff"], best[key]["kind"] == "LIVE"):
                    best[key] = row
            rows = list(best.values())
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(dimension(row, name, grain) for name in by), []).append(row)
        return {key: summed(members) for key, members in groups.items()}

    # -- errors and decisions ---------------------------------------------------------------------------------

    @cached_property
    def metrics(self) -> list[Row]:
        """Rows of errors with their item's category."""
        return [
            {
                "datasetId": row["dataset_id"],
                "itemId": row["item_id"],
                "category": self.items[row["dataset_id"], row["item_id"]]["category"],
                "demandClass": self.items[row["dataset_id"], row["item_id"]]["demandClass"],
                "source": row["source"],
                "quantileLoss": row["scaled_quantile_loss"],
                "intervalScore80": row["interval_score_80"],
                "coverage80": row["coverage_80"],
                "coverage95": row["coverage_95"],
                **{n: row[n] for n in ("rmsse", "wape", "mase", "smape", "mae", "rmse", "bias", "skill", "windows")},
            }
            for row in self.metric_rows
        ]

    def leaderboard(self, measure: str, group: str, where: Filter) -> dict[tuple[Any, str], Row]:
        """Rows of the leaderboard by group and source."""
        chosen = {(row["datasetId"], row["itemId"]) for row in self.items_where(where)}
        rows = [row for row in self.metrics if (row["datasetId"], row["itemId"]) in chosen]
        name = {"DATASET": "datasetId", "CATEGORY": "category", "DEMAND_CLASS": "demandClass"}.get(group)
        loss = {(r["datasetId"], r["itemId"], r["source"]): r["quantileLoss"] for r in rows}
        groups: dict[Any, list[Row]] = {}
        for row in rows:
            groups.setdefault(row[name] if name else None, []).append(row)
        found = {}
        for group_value, members in groups.items():
            # `group` is text, as the table has it: an enum's word in lower case
            value = group_value.lower() if name == "demandClass" and group_value is not None else group_value
            best: dict[tuple[str, str], tuple[float, str]] = {}
            for row in members:
                if row[measure] is not None:
                    key = (row["datasetId"], row["itemId"])
                    mine = (abs(row[measure]), row["source"])
                    best[key] = min(best.get(key, mine), mine)
            placed = []
            for source in {row["source"] for row in members}:
                errors = [r[measure] for r in members if r["source"] == source and r[measure] is not None]
                if not errors:
                    continue
                pairs = [
                    (r["quantileLoss"], loss.get((r["datasetId"], r["itemId"], "seasonal_naive")))
                    for r in members
                    if r["source"] == source
                ]
                both = [(own, naive) for own, naive in pairs if own is not None and naive is not None]
                naive_mean = mean(naive for _, naive in both)
                row = {
                    "error": mean(errors),
                    "itemCount": len(errors),
                    "wins": sum(1 for _, winner in best.values() if winner == source),
                    "skill": 1 - mean(own for own, _ in both) / naive_mean if both and naive_mean else None,
                }
                placed.append((abs(row["error"]), source, row))
            for error, source, row in placed:
                # ties share a rank; sums in another order may differ in the last digits
                found[value, source] = {**row, "rank": 1 + sum(other < error * (1 - 1e-12) for other, _, _ in placed)}
        return found

    @cached_property
    def stock(self) -> list[Row]:
        """Reorder decisions with their item's facts."""
        return [
            {
                "datasetId": row["dataset_id"],
                "itemId": row["item_id"],
                "onHand": row["on_hand"],
                "onOrder": row["on_order"],
                "leadTimeDays": row["lead_time_days"],
                "reorderPoint": row["reorder_point"],
                "daysToStockout": row["days_to_stockout"],
                "recommendedOrder": row["recommended_order"],
                "recommendedOrderValue": row["recommended_order_value"],
                "unitCost": row["unit_cost"],
                "alert": upper(row["alert"]),
                **{
                    name: self.items[row["dataset_id"], row["item_id"]][name]
                    for name in ("category", "supplier", "sku", "name")
                },
            }
            for row in self.stock_rows
        ]

    def stock_where(self, where: Filter) -> list[Row]:
        """Decisions that match."""
        return [row for row in self.stock if holds(where, row, self._searched)]


def holds(where: Filter, row: Row, searched: Callable[[Row, str], bool] = lambda row, text: False) -> bool:
    """Whether a row matches a filter: everything given must hold, and what compares with null does not."""
    for name, wanted in where.items():
        if wanted is None:
            continue
        match name:
            case "and":
                ok = all(holds(part, row, searched) for part in wanted)
            case "or":
                ok = any(holds(part, row, searched) for part in wanted)
            case "not":
                ok = not holds(wanted, row, searched)
            case "search":
                ok = searched(row, wanted)
            case "hasForecast":
                ok = row[name] is wanted
            case _:
                ok = all(compared(op, row[name], value) for op, value in wanted.items() if value is not None)
        if not ok:
            return False
    return True


def compared(operator: str, value: Any, wanted: Any) -> bool:
    """One comparison."""
    if operator == "isNull":
        return (value is None) is wanted
    if value is None:
        return False
    if isinstance(value, dt.date):
        wanted = dt.date.fromisoformat(wanted)
    match operator:
        case "eq":
            return bool(value == wanted)
        case "in":
            return value in wanted
        case "contains":
            return wanted in value
        case "startsWith":
            return str(value).startswith(wanted)
        case "gt":
            return bool(value > wanted)
        case "gte":
            return bool(value >= wanted)
        case "lt":
            return bool(value < wanted)
        case "lte":
            return bool(value <= wanted)
    raise AssertionError(operator)


def mentions(where: Filter, field: str) -> bool:
    """Whether a filter says anything about a field, however deep."""
    return any(
        (name == field and value is not None)
        or (name in ("and", "or") and value is not None and any(mentions(part, field) for part in value))
        or (name == "not" and value is not None and mentions(value, field))
        for name, value in where.items()
    )


def names_a_source(where: Filter) -> bool:
    """Whether a filter names one source at its top."""
    named = where.get("source") or {}
    return named.get("eq") is not None or len(named.get("in") or ()) == 1


def summed(rows: Sequence[Row]) -> Row:
    """The figures of a group."""
    known = [row for row in rows if row["actual"] is not None]
    scale = sum(abs(row["actual"]) for row in known)

    def coverage(level: int) -> float | None:
        bounded = [r for r in known if r[f"lower{level}"] is not None and r[f"upper{level}"] is not None]
        return mean(float(r[f"lower{level}"] <= r["actual"] <= r[f"upper{level}"]) for r in bounded)

    return {
        "itemCount": len({(row["datasetId"], row["itemId"]) for row in rows}),
        "rowCount": len(rows),
        "forecast": math.fsum(row["forecast"] for row in rows),
        "actual": math.fsum(row["actual"] for row in known) if known else None,
        "wape": math.fsum(abs(r["actual"] - r["forecast"]) for r in known) / scale if scale else None,
        "bias": math.fsum(r["forecast"] - r["actual"] for r in known) / scale if scale else None,
        "coverage80": coverage(80),
        "coverage95": coverage(95),
    }


def dimension(row: Row, name: str, grain: str) -> Any:
    """Value of a dimension, as JSON shows it."""
    value = {
        "DATASET": "datasetId",
        "ITEM": "itemId",
        "CATEGORY": "category",
        "SUPPLIER": "supplier",
        "DEMAND_CLASS": "demandClass",
        "SOURCE": "source",
        "HORIZON": "horizon",
        "CUTOFF": "cutoff",
        "PERIOD": "date",
    }[name]
    found = row[value]
    if name == "PERIOD":
        found = first_day(found, grain)
    return found.isoformat() if isinstance(found, dt.date) else found


def first_day(day: dt.date, grain: str) -> dt.date:
    """First day of the period that holds a day."""
    match grain:
        case "WEEK":
            return day - dt.timedelta(days=day.weekday())
        case "MONTH":
            return day.replace(day=1)
        case "QUARTER":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "YEAR":
            return day.replace(month=1, day=1)
    return day


def periods(cutoff: dt.date, date: dt.date, frequency: str) -> int:
    """Periods from a cutoff to a date."""
    if frequency == "daily":
        return (date - cutoff).days
    if frequency == "weekly":
        return (date - cutoff).days // 7
    return ((date.year - cutoff.year) * 12 + date.month - cutoff.month) // _STEP[frequency]


def mean(values: Iterable[float]) -> float | None:
    """Plain mean, None of nothing."""
    found = list(values)
    return math.fsum(found) / len(found) if found else None


def upper(value: str | None) -> str | None:
    """A lake's word as the contract's enum."""
    return None if value is None else value.upper()


def folded(text: str) -> str:
    """Text without case and accents, as a search sees it."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
