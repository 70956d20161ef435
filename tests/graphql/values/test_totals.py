"""Totals of forecasts."""

import pytest
from answers import ALL, TOTALS, Row, in_order, same
from expected import Expected, holds
from generated import FORECASTS, KINDS, OWN, SOURCES, filters, many, numbers
from hypothesis import given, settings
from hypothesis import strategies as st
from running import Running

DIMENSIONS = ["DATASET", "ITEM", "CATEGORY", "SUPPLIER", "DEMAND_CLASS", "SOURCE", "PERIOD", "HORIZON", "CUTOFF"]
SHOWN = {
    "DATASET": "datasetId",
    "ITEM": "itemId",
    "CATEGORY": "category",
    "SUPPLIER": "supplier",
    "DEMAND_CLASS": "demandClass",
    "SOURCE": "source",
    "PERIOD": "period",
    "HORIZON": "horizon",
    "CUTOFF": "cutoff",
}


@settings(many, max_examples=120)
@given(
    where=filters(FORECASTS),
    by=st.lists(st.sampled_from(DIMENSIONS), unique=True, max_size=4),
    kind=st.sampled_from(KINDS),
    grain=st.sampled_from(["NATIVE", "YEAR"]),
    source=st.none() | st.sampled_from(SOURCES),
    named=st.none() | st.sampled_from([{"eq": "arima"}, {"in": ["prophet"]}]),
)
def test_totals(
    server: Running,
    expected: Expected,
    where: Row,
    by: list[str],
    kind: str,
    grain: str,
    source: str | None,
    named: Row | None,
) -> None:
    if "ITEM" in by and "DATASET" not in by:
        by = [*by, "DATASET"]  # two data sets share an item id
    if named is not None:
        where = {**where, "source": named}
    groups = expected.totals(where, kind, by, grain, source)
    found = server.data(TOTALS, where=where, by=by, kind=kind, grain=grain, source=source)["forecastTotals"]
    answered = {tuple(row[SHOWN[name]] for name in by): row for row in found["nodes"]}
    assert found["totalCount"] == len(groups)
    assert len(answered) == len(found["nodes"]) == min(len(groups), ALL)
    assert answered.keys() <= groups.keys()
    for key in answered:
        for name, value in groups[key].items():
            assert same(answered[key][name], value), (key, name, answered[key][name], value)
        assert all(answered[key][SHOWN[name]] is None for name in set(DIMENSIONS) - set(by))


@many
@given(grain=st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]), kind=st.sampled_from(["LIVE", "ALL"]))
def test_totals_of_daily_items_at_every_grain(server: Running, expected: Expected, grain: str, kind: str) -> None:
    daily = [item["itemId"] for item in expected.items.values() if item["frequency"] == "DAILY"]
    where = {"itemId": {"in": daily}}
    if any(item["frequency"] != "DAILY" for item in expected.items.values() if item["itemId"] in daily):
        where = {"and": [where, {"not": {"itemId": {"eq": "shared"}}}]}
    found = server.data(TOTALS, where=where, by=["PERIOD"], kind=kind, grain=grain)["forecastTotals"]["nodes"]
    groups = expected.totals(where, kind, ["PERIOD"], grain, None)
    assert {(row["period"],): row["rowCount"] for row in found} == {k: v["rowCount"] for k, v in groups.items()}
    for row in found:
        assert same(row["forecast"], groups[(row["period"],)]["forecast"])


@many
@given(
    having=st.fixed_dictionaries(
        {}, optional={"forecast": numbers(), "wape": numbers(), "itemCount": numbers(whole=True)}
    ),
    order=st.sampled_from(["FORECAST", "ACTUAL", "WAPE", "BIAS"]),
    direction=st.sampled_from(["ASC", "DESC"]),
)
def test_totals_having_and_in_order(
    server: Running, expected: Expected, having: Row, order: str, direction: str
) -> None:
    by = ["CATEGORY", "SUPPLIER"]
    groups = expected.totals({}, "BACKTEST", by, "NATIVE", None)
    wanted = {key for key, row in groups.items() if holds(having, row)}
    asked = [{"field": order, "direction": direction}]
    found = server.data(TOTALS, by=by, kind="BACKTEST", grain="NATIVE", having=having, order=asked)
    nodes = found["forecastTotals"]["nodes"]
    assert {(row["category"], row["supplier"]) for row in nodes} == wanted
    assert in_order(nodes, order.lower(), direction)


@pytest.mark.skipif(OWN is not None, reason="needs items of several frequencies")
def test_a_grain_finer_than_an_items_own_is_refused(server: Running) -> None:
    for field in ("forecastSeries(grain: DAY)", "forecastTotals(groupBy: [PERIOD], grain: DAY)"):
        (error,) = server.ask(f"{{ {field} {{ totalCount }} }}")["errors"]
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", "grain")
