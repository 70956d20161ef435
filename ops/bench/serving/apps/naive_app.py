"""What a first version usually is: Strawberry resolving objects, Delta and DuckDB opened anew for every request."""

import os
from typing import Any

import duckdb
import strawberry
from deltalake import DeltaTable
from strawberry.asgi import GraphQL

_LAKE = os.environ["BENCH_LAKE"]


@strawberry.type
class Forecast:
    date: str
    item_id: str
    forecast: float
    lower80: float | None
    upper80: float | None
    source: str


@strawberry.type
class Metric:
    source: str
    mae: float
    rmse: float
    mape: float


@strawberry.type
class Item:
    item_id: str
    name: str
    category: str
    metrics: list[Metric]
    total: float


def _rows(sql: str, values: list[object]) -> list[dict[str, Any]]:
    connection = duckdb.connect()
    for name in ("fact_forecast", "fact_metrics", "dim_item"):
        connection.register(name, DeltaTable(f"{_LAKE}/{name}").to_pyarrow_dataset())
    found = connection.execute(sql, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _forecasts(condition: str, values: list[object]) -> list[Forecast]:
    columns = "date::varchar as date, item_id, forecast, lower_80 as lower80, upper_80 as upper80, source"
    return [Forecast(**row) for row in _rows(f"select {columns} from fact_forecast {condition}", values)]


@strawberry.type
class Query:
    @strawberry.field
    def forecasts(self, item_id: str, source: str) -> list[Forecast]:
        return _forecasts("where item_id = ? and source = ? order by fact_forecast.date", [item_id, source])

    @strawberry.field
    def rows(self, source: str, first: int, offset: int) -> list[Forecast]:
        condition = "where source = ? order by item_id, fact_forecast.date limit ? offset ?"
        return _forecasts(condition, [source, first, offset])

    @strawberry.field
    def items(self, first: int, offset: int) -> list[Item]:
        page = _rows("select item_id, name, category from dim_item order by item_id limit ? offset ?", [first, offset])
        wanted: list[object] = [[item["item_id"] for item in page]]
        metrics: dict[str, list[Metric]] = {}
        for row in _rows(
            "select item_id, source, mae, rmse, mape from fact_metrics "
            "where source = 'ensemble' and item_id in (select unnest(?))",
            wanted,
        ):
            metrics.setdefault(row.pop("item_id"), []).append(Metric(**row))
        totals = {
            row["item_id"]: row["total"]
            for row in _rows(
                "select item_id, sum(forecast) as total from fact_forecast where source = 'ensemble' "
                "and date < date '2026-01-31' and item_id in (select unnest(?)) group by item_id",
                wanted,
            )
        }
        return [Item(**item, metrics=metrics[item["item_id"]], total=totals[item["item_id"]]) for item in page]


app = GraphQL(strawberry.Schema(Query))
