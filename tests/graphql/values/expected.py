"""What the API must answer, computed a second time over the lake's tables with no code of the server.

Plain SQL over forecasts, plain Python over what has a row per item. Filters are the dictionaries that a client would
send as variables.
"""

import datetime as dt
import json
import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa
import reorder
from plain_champion import champions

from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

Row = dict[str, Any]
Filter = Mapping[str, Any]


class Expected:
    """The newest snapshot of a lake, as lists of rows."""

    def __init__(self, lake: Lake) -> None:
        record = snapshots.newest(lake)

        def read(table: str) -> list[Row]:
            return snapshots.read(lake, record, table).to_pylist()

        self.metric_rows = read("fact_metrics")
        self.stock_rows = read("fact_replenishment")
        self.demand_rows = read("demand")
        self.dim_rows = read("dim_item")
        self.inventory_rows = read("fact_inventory")
        self.order_rows = read("open_order")
        self.run_rows = read("model_run")
        self.report_rows = read("reading_report")
        self.sql = duckdb.connect()
        self._forecasts(lake)
        chosen = [{"datasetId": d, "itemId": i, "champion": source} for (d, i), source in self.champion.items()]
        self.sql.register("champions", pa.Table.from_pylist(chosen))

    # -- items ------------------------------------------------------------------------------------------------

    @cached_property
    def items(self) -> dict[tuple[str, str], Row]:
        """Facts about each item, under the contract's names."""
        found = {}
        live = """select distinct "datasetId", "itemId" from forecasts where kind = 'LIVE'"""
        with_forecast = {tuple(row.values()) for row in self.rows(live)}
        demand = self.by_item(self.demand_rows)
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
                "leadTimeStdDays": row["lead_time_std_days"],
                "serviceLevel": row["service_level"],
                "serviceMeasure": upper(row["service_measure"]),
                "reviewPeriodDays": row["review_period_days"],
                "minOrderQuantity": row["min_order_quantity"],
                "orderMultiple": row["order_multiple"],
                "location": row["location"],
                "currency": row["currency"],
                "criticality": row["criticality"],
                "attributes": [{"name": n, "value": v} for n, v in json.loads(row["attributes"] or "{}").items()],
                "yearlyDemand": self._yearly(row, known),
                "isActive": row["is_active"] is not False,
                "demandClass": upper(row["demand_class"]),
                "abcClass": self._abc.get(key),
                "frequency": upper(row["frequency"]),
                "hasForecast": key in with_forecast,
                "observations": len(known),
                "firstDate": min(dates, default=None),
                "lastDate": max(dates, default=None),
                "lastDemandDate": max((r["date"] for r in known if r["quantity"] > 0), default=None),
                "champion": self.champion.get(key),
                "forecastIssue": self.issues.get(key),
            }
        return found

    def _yearly(self, item: Row, known: list[Row]) -> float | None:
        """As it was published, else the demand of 365 days up to the data set's last known period."""
        if item["yearly_demand"] is not None or not known:
            return item["yearly_demand"]
        mine = (r for r in self.demand_rows if r["dataset_id"] == item["dataset_id"] and r["quantity"] is not None)
        since = max(r["date"] for r in mine) - dt.timedelta(days=365)
        return math.fsum(r["quantity"] for r in known if r["date"] > since)

    @cached_property
    def _abc(self) -> dict[tuple[str, str], str]:
        """A for the items that make 80 % of a data set's consumption value of a year, B to 95 %, C the rest."""
        cost = {(row["dataset_id"], row["item_id"]): row["unit_cost"] for row in self.dim_rows}
        last: dict[str, dt.date] = {}
        for row in self.demand_rows:
            if row["quantity"] is not None:
                last[row["dataset_id"]] = max(last.get(row["dataset_id"], row["date"]), row["date"])
        value = {key: 0.0 for key in sorted(cost) if cost[key] is not None}
        for row in self.demand_rows:
            key = (row["dataset_id"], row["item_id"])
            recent = row["quantity"] is not None and row["date"] > last[key[0]] - dt.timedelta(days=365)
            if recent and key in value:
                value[key] += row["quantity"] * cost[key]
        found = {}
        for dataset in last:
            mine = sorted((key for key in value if key[0] == dataset), key=lambda key: -value[key])
            total, before = math.fsum(value[key] for key in mine), 0.0
            for key in mine:
                share = before / total if total else 1.0
                found[key] = "A" if share < 0.8 - 1e-12 else "B" if share < 0.95 - 1e-12 else "C"
                before += value[key]
        return found

    @cached_property
    def champion(self) -> dict[tuple[str, str], str]:
        """The champion of each item that has forecasts or errors, by the rule of the lake's contract."""
        return champions(
            self.rows("""select distinct "datasetId" as dataset_id, "itemId" as item_id, source
                         from forecasts where kind = 'LIVE'"""),
            self.metric_rows,
        )

    @cached_property
    def issues(self) -> dict[tuple[str, str], str]:
        """Why an item has no model, from each source's newest run."""
        newest: dict[tuple[str, str], Row] = {}
        for row in self.run_rows:
            key = (row["dataset_id"], row["source"])
            newest[key] = max(newest.get(key, row), row, key=lambda run: run["generated_at"])
        reasons: dict[tuple[str, str], dict[str, list[str]]] = {}
        for (dataset, source), row in newest.items():
            for issue in row["issues"] or ():
                reasons.setdefault((dataset, issue["item_id"]), {}).setdefault(issue["reason"], []).append(source)
        return {
            key: "; ".join(f"{', '.join(sorted(sources))}: {reason}" for reason, sources in sorted(own.items()))
            for key, own in reasons.items()
        }

    def items_where(self, where: Filter) -> list[Row]:
        """Items that match, by data set and item id."""
        return [row for _, row in sorted(self.items.items()) if holds(where, row, self._searched)]

    def _searched(self, row: Row, text: str) -> bool:
        texts = [folded(row[name]) for name in ("itemId", "sku", "name", "supplier") if row[name] is not None]
        return all(any(word in text for text in texts) for word in folded(text).split())

    def demand_totals(
        self, where: Filter, by: Sequence[str], grain: str, since: str | None, until: str | None
    ) -> dict[tuple[Any, ...], Row]:
        """Groups of `demandTotals` by their dimension values."""
        names = {name: shown for name, shown in DEMAND_SHOWN.items() if name != "PERIOD"}
        groups: dict[tuple[Any, ...], list[tuple[Row, float]]] = {}
        chosen = {(row["datasetId"], row["itemId"]): row for row in self.items_where(where)}
        for row in self.demand_rows:
            item, day = chosen.get((row["dataset_id"], row["item_id"])), row["date"].isoformat()
            outside = (since is not None and day < since) or (until is not None and day > until)
            if item is None or row["quantity"] is None or outside:
                continue
            key = tuple(period(row["date"], grain) if name == "PERIOD" else item[names[name]] for name in by)
            groups.setdefault(key, []).append((item, row["quantity"]))
        found = {}
        for key, members in groups.items():
            values = [quantity * item["unitCost"] for item, quantity in members if item["unitCost"] is not None]
            found[key] = {
                "quantity": math.fsum(quantity for _, quantity in members),
                "value": math.fsum(values) if values else None,
                "itemCount": len({(item["datasetId"], item["itemId"]) for item, _ in members}),
            }
        return found

    # -- forecasts --------------------------------------------------------------------------------------------

    def _forecasts(self, lake: Lake) -> None:
        """The table `forecasts`: every row with its horizon, its item's facts, and whether it is of the newest cutoff.

        Past rows are asked for as live ones, by their cutoff.

        One data set has a million rows: plain SQL, as lists of rows in Python take minutes.
        """
        self.sql.register("raw", snapshots.read(lake, snapshots.newest(lake), "fact_forecast"))
        self.sql.register("dim", pa.Table.from_pylist(self.dim_rows))
        names = [f'"{side}_{level}" as "{side}{level}"' for side in ("lower", "upper") for level in (80, 95)]
        self.sql.execute(f"""
            create table forecasts as select
                raw.dataset_id as "datasetId", raw.item_id as "itemId", dim.category, dim.supplier,
                upper(dim.demand_class) as "demandClass", raw.date, raw.source, raw.model_version as "modelVersion",
                case raw.kind when 'backtest' then 'BACKTEST' else 'LIVE' end as kind,
                raw.cutoff, raw.forecast, raw.actual, raw.median, {", ".join(names)},
                case dim.frequency
                    when 'daily' then raw.date - raw.cutoff
                    when 'weekly' then (raw.date - raw.cutoff) // 7
                    when 'monthly' then date_diff('month', raw.cutoff, raw.date)
                    when 'quarterly' then date_diff('month', raw.cutoff, raw.date) // 3
                    else date_diff('month', raw.cutoff, raw.date) // 12
                end as horizon,
                raw.kind = 'backtest' or raw.kind = 'live' and
                raw.cutoff = max(case when raw.kind = 'live' then raw.cutoff end)
                    over (partition by raw.dataset_id, raw.item_id, raw.source) as newest
            from raw join dim using (dataset_id, item_id)""")

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query over the tables `forecasts` and `champions`."""
        found: list[Row] = self.sql.sql(query, params=list(parameters)).to_arrow_table().to_pylist()
        return found

    def forecasts_where(self, where: Filter, kind: str) -> tuple[str, list[Any]]:
        """Condition of the rows that match, without older live cutoffs unless `cutoff` is filtered; its parameters."""
        parameters: list[Any] = []
        conditions = [condition(where, parameters)]
        if kind != "ALL":
            conditions.append(f"kind = '{kind}'")
        if not mentions(where, "cutoff"):
            conditions.append("newest")
        return " and ".join(conditions), parameters

    def totals(
        self, where: Filter, kind: str, by: Sequence[str], grain: str, source: str | None
    ) -> dict[tuple[Any, ...], Row]:
        """Groups of `forecastTotals` by their dimension values."""
        condition, parameters = self.forecasts_where(where, kind)
        if source is not None:
            condition, parameters = f"{condition} and source = ?", [*parameters, source]
        elif "SOURCE" not in by and not names_a_source(where):
            condition += """ and exists (from champions as c where c."datasetId" = forecasts."datasetId"
                             and c."itemId" = forecasts."itemId" and c.champion = forecasts.source)"""
        once = ""
        if kind != "LIVE" and not mentions(where, "cutoff") and not {"CUTOFF", "HORIZON"} & set(by):
            once = """qualify row_number() over (partition by "datasetId", "itemId", source, date
                      order by cutoff desc, kind = 'LIVE' desc) = 1"""
        dimensions = [dimension(name, grain) for name in by]
        bounded = " and ".join(("lower{0} is not null", "upper{0} is not null", "actual is not null"))
        coverage = [
            f"avg((actual between lower{level} and upper{level})::double) filter ({bounded.format(level)})"
            f" as coverage{level}"
            for level in (80, 95)
        ]
        scale = "nullif(fsum(abs(actual)), 0)"
        query = f"""
            select {", ".join([*(f"{text} as d{n}" for n, text in enumerate(dimensions)), ""])}
                count(distinct ("datasetId", "itemId")) as "itemCount", count(*) as "rowCount",
                fsum(forecast) as forecast, fsum(actual) as actual,
                fsum(abs(actual - forecast)) / {scale} as wape,
                fsum(case when actual is not null then forecast - actual end) / {scale} as bias,
                {", ".join(coverage)}
            from (from forecasts where {condition} {once})
            {"group by " + ", ".join(f"d{n}" for n in range(len(by))) if by else "having count(*) > 0"}"""
        found = {}
        for row in self.rows(query, parameters):
            values = [row.pop(f"d{n}") for n in range(len(by))]
            found[tuple(v.isoformat() if isinstance(v, dt.date) else v for v in values)] = row
        return found

    @staticmethod
    def by_item(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
        """Rows of a table of the lake by data set and item."""
        found: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            found.setdefault((row["dataset_id"], row["item_id"]), []).append(row)
        return found

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
            value = group_value
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
                "action": upper(row["action"]) or action_of(row),
                "stockoutCost": row["stockout_cost"],
                "excess": row["excess"],
                "orderByDate": iso(row["order_by_date"]),
                "orderWeek": iso(monday(row["order_by_date"])),
                **{
                    name: self.items[row["dataset_id"], row["item_id"]][name]
                    for name in ("category", "supplier", "sku", "name", "abcClass", "demandClass")
                },
            }
            for row in self.stock_rows
        ]

    def decision(self, key: tuple[str, str], scenario: Row) -> Row:
        """The decision about an item under a scenario."""
        stored, frequency, forecasts = self._decided[key]
        step = 0.001 if self.items[key]["unit"] == "m" else 1.0
        orders = self.inbound.get(key, [])
        is_rare = self.items[key]["demandClass"] in ("INTERMITTENT", "LUMPY")
        return reorder.decide(stored, frequency, forecasts, scenario, step, key in self._used, is_rare, orders)

    @cached_property
    def inbound(self) -> dict[tuple[str, str], list[Row]]:
        """What is on its way of an item, by due date."""
        return self.by_item(sorted(self.order_rows, key=lambda row: row["due_date"]))

    @cached_property
    def _used(self) -> set[tuple[str, str]]:
        """Items that had demand within 365 days up to the last observed date of their data set."""
        seen = [row for row in self.demand_rows if row["quantity"] is not None]
        last: dict[str, dt.date] = {}
        for row in seen:
            last[row["dataset_id"]] = max(last.get(row["dataset_id"], row["date"]), row["date"])
        return {
            (row["dataset_id"], row["item_id"])
            for row in seen
            if row["quantity"] > 0 and row["date"] > last[row["dataset_id"]] - dt.timedelta(days=365)
        }

    @cached_property
    def _decided(self) -> dict[tuple[str, str], tuple[Row, str, list[Row]]]:
        """What each decision is made from: its stored row, its item's frequency, its source's newest live forecasts."""
        live: dict[tuple[str, str, str], list[Row]] = {}
        for row in self.rows("from forecasts where kind = 'LIVE' and newest"):
            live.setdefault((row["datasetId"], row["itemId"], row["source"]), []).append(row)
        found = {}
        for row in self.stock_rows:
            key = (row["dataset_id"], row["item_id"])
            found[key] = row, self.items[key]["frequency"].lower(), live.get((*key, row["source"]), [])
        return found

    def stock_where(self, where: Filter) -> list[Row]:
        """Decisions that match."""
        return [row for row in self.stock if holds(where, row, self._searched)]


def iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def monday(day: dt.date | None) -> dt.date | None:
    return None if day is None else day - dt.timedelta(days=day.weekday())


def action_of(row: Row) -> str:
    """The action of a decision that was stored without one."""
    if row["alert"] == "unknown":
        return "CHECK_DATA"
    if row["recommended_order"]:
        return "ORDER"
    return {"critical": "EXPEDITE", "medium": "WATCH"}.get(row["alert"], "NONE")


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
            case "hasForecast" | "isActive":
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


def condition(where: Filter, parameters: list[Any]) -> str:
    """A filter of forecasts as SQL, two-valued: what compares with null does not hold, and its opposite does."""
    parts = []
    for name, wanted in where.items():
        if wanted is None:
            continue
        match name:
            case "and" | "or":
                word, nothing = (" and ", "true") if name == "and" else (" or ", "false")
                parts.append(f"({word.join(condition(part, parameters) for part in wanted) or nothing})")
            case "not":
                parts.append(f"not {condition(wanted, parameters)}")
            case _:
                parts += [
                    f"""coalesce({comparison(f'"{name}"', operator, value, parameters)}, false)"""
                    for operator, value in wanted.items()
                    if value is not None
                ]
    return f"({' and '.join(parts) or 'true'})"


def comparison(column: str, operator: str, wanted: Any, parameters: list[Any]) -> str:
    """One comparison in SQL."""
    if operator == "isNull":
        return f"({column} is null) = {str(wanted).lower()}"
    if operator == "in":
        parameters += wanted
        return f"{column} in ({', '.join('?' * len(wanted))})" if wanted else "false"
    parameters.append(wanted)
    if operator in ("contains", "startsWith"):
        return f"{'contains' if operator == 'contains' else 'starts_with'}({column}, ?)"
    value = "?::date" if column in ('"date"', '"cutoff"') else "?"
    return f"{column} {({'eq': '=', 'gt': '>', 'gte': '>=', 'lt': '<', 'lte': '<='})[operator]} {value}"


def dimension(name: str, grain: str) -> str:
    """A dimension of totals in SQL."""
    column = {
        "DATASET": '"datasetId"',
        "ITEM": '"itemId"',
        "CATEGORY": "category",
        "SUPPLIER": "supplier",
        "DEMAND_CLASS": '"demandClass"',
        "SOURCE": "source",
        "HORIZON": "horizon",
        "CUTOFF": "cutoff",
        "PERIOD": "date",
    }[name]
    return f"date_trunc('{grain}', {column})::date" if name == "PERIOD" and grain not in ("NATIVE", "DAY") else column


DEMAND_SHOWN = {
    "DATASET": "datasetId",
    "ITEM": "itemId",
    "CATEGORY": "category",
    "SUPPLIER": "supplier",
    "DEMAND_CLASS": "demandClass",
    "ABC_CLASS": "abcClass",
    "PERIOD": "period",
}


def period(day: dt.date, grain: str) -> str:
    """First day of the day's week, month and so on."""
    match grain:
        case "WEEK":
            day -= dt.timedelta(days=day.weekday())
        case "MONTH":
            day = day.replace(day=1)
        case "QUARTER":
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "YEAR":
            day = day.replace(month=1, day=1)
    return day.isoformat()


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
