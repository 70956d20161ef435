"""What clients may ask for: filters over values that the lake has, and a few that it has not.

`LAKECAST_VALUES_LAKE=lake` has the tests of this folder ask a server over a lake of your own: the sample's, or one of
real data.
"""

import os
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from made_lake import CATEGORIES, SOURCES, SUPPLIERS

from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

CLASSES = ["SMOOTH", "ERRATIC", "INTERMITTENT", "LUMPY"]
KINDS = ["LIVE", "BACKTEST", "ALL"]
ALERTS = ["CRITICAL", "HIGH", "MEDIUM", "OK", "UNKNOWN"]
IDS = ["shared", *(f"{letter}-{n:03d}" for letter in "ab" for n in range(1, 5)), "nope"]
DATASETS = ("alpha", "béta 2")
DATES = ["2025-10-01", "2026-01-20", "2026-01-28", "2026-01-31", "2026-02-02", "2026-03-01"]
OWN = os.environ.get("LAKECAST_VALUES_LAKE")
if OWN:

    def _values(table: str, column: str) -> list[Any]:
        rows = snapshots.read(Lake(OWN), snapshots.newest(Lake(OWN)), table, columns=[column])
        return sorted({row[column] for row in rows.to_pylist()}, key=str)

    DATASETS = tuple(_values("dim_item", "dataset_id"))
    IDS = _values("dim_item", "item_id")[:20]
    CATEGORIES, SUPPLIERS = tuple(_values("dim_item", "category")), tuple(_values("dim_item", "supplier"))
    SOURCES = tuple(_values("fact_forecast", "source"))
    _days = [day.isoformat() for name in ("cutoff", "date") for day in _values("fact_forecast", name)]
    DATES = _days[:: max(len(_days) // 12, 1)]

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def texts(*values: str | None, other: bool = True) -> st.SearchStrategy[Any]:
    """Comparisons of a text; `other`: also with a value that there is not (an error for data sets and sources)."""
    known = [value for value in values if value is not None] or ["a"]
    return st.fixed_dictionaries(
        {},
        optional={
            "eq": st.sampled_from(known) | st.none(),
            "in": st.lists(st.sampled_from([*known, *(["nope"] if other else [])]), max_size=3),
            "contains": st.sampled_from(["a", "e", "B", ""]),
            "startsWith": st.sampled_from(["a", "b", "p", "F"]),
            "isNull": st.booleans(),
        },
    ).map(_few)


def numbers(whole: bool = False, null: bool = True) -> st.SearchStrategy[Any]:
    value: st.SearchStrategy[Any] = st.integers(0, 6) if whole else st.floats(0, 4).map(lambda x: round(x, 2))
    names = ("eq", "gt", "gte", "lt", "lte")
    more = {"in": st.lists(value, max_size=3)} if whole else {"isNull": st.booleans()} if null else {}
    return st.fixed_dictionaries({}, optional={**dict.fromkeys(names, value), **more}).map(_few)


def dates() -> st.SearchStrategy[Any]:
    value = st.sampled_from(DATES)
    return st.fixed_dictionaries({}, optional=dict.fromkeys(("eq", "gt", "gte", "lt", "lte"), value)).map(_few)


def words(known: list[str]) -> st.SearchStrategy[Any]:
    optional = {"eq": st.sampled_from(known), "in": st.lists(st.sampled_from(known), max_size=3)}
    return st.fixed_dictionaries({}, optional=optional).map(_few)


def _few(found: dict[str, Any]) -> dict[str, Any]:
    """At most two comparisons: with more, hardly anything would match."""
    return dict(list(found.items())[:2])


def _stated(where: Any) -> Any:
    """A filter without nulls, which are refused inside `or` and `not`."""
    if isinstance(where, dict):
        return {name: _stated(value) for name, value in where.items() if value is not None}
    return [_stated(part) for part in where] if isinstance(where, list) else where


def filters(fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    leaf = st.fixed_dictionaries({}, optional=dict(fields)).map(_few)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(lambda parts, more: {**more, "and": parts}, st.lists(inner, max_size=2), leaf),
            st.builds(lambda parts, more: {**more, "or": parts}, st.lists(inner.map(_stated), max_size=3), leaf),
            st.builds(lambda part: {"not": part}, inner.map(_stated)),
        ),
        max_leaves=4,
    )


SEARCH = st.sampled_from(
    ["cabo", "12 bateria", "ALFA cabo", " a-00  Óptica ", "ÓPTICA", "optica", "sku 1", "a-00", "日本", "%", "", '"']
)
ITEMS = filters(
    {
        "datasetId": texts(*DATASETS, other=False),
        "itemId": texts(*IDS),
        "sku": texts("SKU 1", "SKU 3"),
        "name": texts("Bateria 12 V", "shared"),
        "category": texts(*CATEGORIES),
        "supplier": texts(*SUPPLIERS),
        "demandClass": words(CLASSES),
        "abcClass": words(["A", "B", "C"]),
        "frequency": words(["DAILY", "WEEKLY", "MONTHLY"]),
        "champion": texts(*SOURCES),
        "unitCost": numbers(),
        "leadTimeDays": numbers(),
        "forecastIssue": texts(),
        "hasForecast": st.booleans(),
        "isActive": st.booleans(),
        "criticality": numbers(whole=True),
        "search": SEARCH,
    }
)
FORECASTS = {
    "datasetId": texts(*DATASETS, other=False),
    "itemId": texts(*IDS),
    "category": texts(*CATEGORIES),
    "supplier": texts(*SUPPLIERS),
    "modelVersion": texts("v1.2.3", "v1.2.3+x"),
    "date": dates(),
    "cutoff": dates(),
    "horizon": numbers(whole=True),
    "forecast": numbers(),
}
METRICS = filters(
    {
        "datasetId": texts(*DATASETS, other=False),
        "itemId": texts(*IDS),
        "category": texts(*CATEGORIES),
        "source": texts(*SOURCES, other=False),
        "rmsse": numbers(),
        "wape": numbers(),
        "quantileLoss": numbers(),
    }
)
STOCK = filters(
    {
        "datasetId": texts(*DATASETS, other=False),
        "itemId": texts(*IDS),
        "category": texts(*CATEGORIES),
        "supplier": texts(*SUPPLIERS),
        "alert": words(ALERTS),
        "daysToStockout": numbers(),
        "recommendedOrder": numbers(),
        "search": SEARCH,
    }
)
