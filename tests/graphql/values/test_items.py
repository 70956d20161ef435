"""Items: lists, orders, and what belongs to one item."""

import datetime as dt

import pytest
from answers import ALL, Row, in_order, listing, same, shown
from expected import DEMAND_SHOWN, Expected, folded, mean, period
from generated import DATASETS, DATES, ITEMS, SOURCES, many
from hypothesis import given
from hypothesis import strategies as st
from running import Running

DEMAND = """query Q($where: ItemFilter, $by: [DemandDimension!]!, $grain: TimeGrain!, $since: Date, $until: Date) {
  demandTotals(where: $where, groupBy: $by, grain: $grain, from: $since, to: $until, first: 10000) {
    totalCount
    nodes { datasetId itemId category supplier demandClass abcClass period quantity value itemCount } } }"""


@many
@given(where=ITEMS)
def test_items(server: Running, expected: Expected, where: Row) -> None:
    names = ["datasetId", "itemId", "sku", "name", "category", "unit", "supplier", "leadTimeDays", "unitCost"]
    names += ["leadTimeStdDays", "serviceLevel", "serviceMeasure", "reviewPeriodDays", "minOrderQuantity"]
    names += ["orderMultiple", "location", "currency", "criticality", "yearlyDemand", "isActive"]
    names += ["abcClass", "demandClass", "frequency", "firstDate", "lastDate", "lastDemandDate", "observations"]
    names += ["champion"]
    query = listing("items", "ItemFilter", names)
    found = server.data(query, where=where)["items"]
    wanted = [shown(row, names) for row in expected.items_where(where)]
    assert found["nodes"] == wanted
    assert found["totalCount"] == len(wanted)


@many
@given(
    field=st.sampled_from(
        ["itemId", "name", "category", "supplier", "leadTimeDays", "unitCost", "observations", "yearlyDemand"]
    ),
    direction=st.sampled_from(["ASC", "DESC"]),
)
def test_items_in_order(server: Running, expected: Expected, field: str, direction: str) -> None:
    word = "".join(f"_{c}" if c.isupper() else c.upper() for c in field)
    query = (
        f"{{ items(first: {ALL}, orderBy: [{{ field: {word}, direction: {direction} }}]) {{ nodes {{ {field} }} }} }}"
    )
    nodes = server.data(query)["items"]["nodes"]
    assert len(nodes) == len(expected.items)
    collated = field in ("name", "category", "supplier")
    rank = folded if collated else lambda value: value.encode() if isinstance(value, str) else value
    assert in_order(nodes, field, direction, rank)


@many
@given(
    where=ITEMS,
    by=st.lists(st.sampled_from([*DEMAND_SHOWN]), unique=True, max_size=4),
    grain=st.sampled_from(["NATIVE", "YEAR"]),
    since=st.none() | st.sampled_from(DATES),
    until=st.none() | st.sampled_from(DATES),
)
def test_demand_totals(
    server: Running, expected: Expected, where: Row, by: list[str], grain: str, since: str | None, until: str | None
) -> None:
    if since and until and since > until:
        since, until = until, since
    if "ITEM" in by and "DATASET" not in by:
        by = [*by, "DATASET"]  # two data sets share an item id
    found = server.data(DEMAND, where=where, by=by, grain=grain, since=since, until=until)["demandTotals"]
    answered = {tuple(row[DEMAND_SHOWN[name]] for name in by): row for row in found["nodes"]}
    groups = expected.demand_totals(where, by, grain, since, until)
    assert found["totalCount"] == len(groups)
    assert answered.keys() <= groups.keys()
    assert len(answered) == len(found["nodes"]) == min(len(groups), ALL)
    for key, row in answered.items():
        for name, value in groups[key].items():
            assert same(row[name], value), (key, name)
        assert all(row[DEMAND_SHOWN[name]] is None for name in set(DEMAND_SHOWN) - set(by))


@many
@given(grain=st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]), last=st.integers(0, 5))
def test_history_at_every_grain(server: Running, expected: Expected, grain: str, last: int) -> None:
    query = f"""{{ items(first: 1000, where: {{frequency: {{eq: DAILY}}}}) {{ nodes {{ datasetId itemId
      history(last: {last}, grain: {grain}) {{ dates quantities movingAverage(window: 2) }} }} }} }}"""
    demands = expected.by_item(expected.demand_rows)
    for node in server.data(query)["items"]["nodes"]:
        sums: dict[str, float | None] = {}
        for row in sorted(demands.get((node["datasetId"], node["itemId"]), []), key=lambda row: row["date"]):
            day = period(row["date"], grain)
            sums.setdefault(day, None)
            if row["quantity"] is not None:
                sums[day] = (sums[day] or 0.0) + row["quantity"]
        newest = [*sums][len(sums) - min(last, len(sums)) :]
        assert node["history"]["dates"] == newest
        for day, quantity, average in zip(
            newest, node["history"]["quantities"], node["history"]["movingAverage"], strict=True
        ):
            assert same(quantity, sums[day]), (node, day)
            window = [*sums.values()][: [*sums].index(day) + 1][-2:]
            assert same(average, None if None in window or len(window) < 2 else mean(window)), (node, day)


def test_what_demand_cannot_be_asked_for(server: Running) -> None:
    today = dt.date.today().isoformat()
    for query, argument in (
        ("items { nodes { history(grain: DAY) { dates } } }", "grain"),
        ("demandTotals(groupBy: [PERIOD], grain: DAY) { totalCount }", "grain"),
        (f'demandTotals(groupBy: [], from: "{today}", to: "2020-01-01") {{ totalCount }}', "from"),
        ("items { nodes { history(grain: YEAR, last: -1) { dates } } }", "last"),
    ):
        (error,) = server.ask(f"{{ {query} }}")["errors"][:1]
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", argument), query


def test_an_items_own_series(server: Running, expected: Expected) -> None:
    query = """{ items(first: 1000) { nodes { datasetId itemId
      history(last: 12) { dates quantities movingAverage(window: 3) }
      inventory { dates onHand onOrder }
      forecast { source dates forecast upper95 total }
      forecastSeries(kind: ALL) { source kind cutoff dates forecast actual }
      metrics { source rmsse } replenishment { alert } } } }"""
    demands, stocks = expected.by_item(expected.demand_rows), expected.by_item(expected.inventory_rows)
    errors_of = expected.by_item(expected.metric_rows)
    for node in server.data(query)["items"]["nodes"]:
        key = (node["datasetId"], node["itemId"])
        demand = sorted(demands.get(key, []), key=lambda row: row["date"])
        assert node["history"]["dates"] == [row["date"].isoformat() for row in demand[-12:]]
        assert node["history"]["quantities"] == [row["quantity"] for row in demand[-12:]]
        for place, average in enumerate(node["history"]["movingAverage"]):
            window = [row["quantity"] for row in demand[: max(len(demand) - 12, 0) + place + 1]][-3:]
            assert same(average, None if None in window or len(window) < 3 else mean(window)), (key, place)
        stock = stocks.get(key, [])
        assert node["inventory"]["onOrder"] == [r["on_order"] for r in sorted(stock, key=lambda r: r["date"])]
        one = 'from forecasts where "datasetId" = ? and "itemId" = ? and newest order by date'
        mine = expected.rows(one, key)
        live = [r for r in mine if r["kind"] == "LIVE" and r["source"] == expected.champion.get(key)]
        if not live:
            assert node["forecast"] is None
        else:
            assert node["forecast"]["dates"] == [r["date"].isoformat() for r in live]
            assert node["forecast"]["upper95"] == [r["upper95"] for r in live]
            assert same(node["forecast"]["total"], float(sum(r["forecast"] for r in live)))
        series = {(s["source"], s["kind"], s["cutoff"]): s for s in node["forecastSeries"]}
        assert len(series) == len(node["forecastSeries"])
        assert series.keys() == {(r["source"], r["kind"], r["cutoff"].isoformat()) for r in mine}
        for (source, kind, cutoff), found in series.items():
            rows = [r for r in mine if (r["source"], r["kind"], r["cutoff"].isoformat()) == (source, kind, cutoff)]
            assert found["forecast"] == [r["forecast"] for r in rows]
            assert found["actual"] == [r["actual"] for r in rows]
        errors = {r["source"]: r["rmsse"] for r in errors_of.get(key, [])}
        assert {m["source"]: m["rmsse"] for m in node["metrics"]} == errors


def test_attributes_of_items(server: Running, expected: Expected) -> None:
    nodes = server.data("{ items(first: 1000) { nodes { datasetId itemId attributes { name value } } } }")["items"]
    wanted = {key: item["attributes"] for key, item in expected.items.items()}
    assert {(n["datasetId"], n["itemId"]): n["attributes"] for n in nodes["nodes"]} == wanted
    if not any(wanted.values()):
        pytest.skip("the items of this lake have no attributes")


@pytest.mark.parametrize("language", ["EN", "PT"])
def test_reading_reports(server: Running, expected: Expected, language: str) -> None:
    query = f"""query Q($d: String) {{ readingReports(datasetId: $d) {{ datasetId runId readAt
      lines {{ severity code count message(language: {language}) examples }} }} }}"""
    for name in (None, *DATASETS):
        rows = [row for row in expected.report_rows if name in (None, row["dataset_id"])]
        wanted = [
            {
                "datasetId": dataset,
                "runId": mine[0]["run_id"],
                "readAt": mine[0]["read_at"].isoformat(),
                "lines": [
                    {
                        "severity": row["severity"].upper(),
                        "code": row["code"],
                        "count": row["count"],
                        "message": row[f"message_{language.lower()}"],
                        "examples": row["examples"],
                    }
                    for row in mine
                ],
            }
            for dataset in sorted({row["dataset_id"] for row in rows})
            if (mine := sorted((r for r in rows if r["dataset_id"] == dataset), key=lambda r: r["line"]))
        ]
        assert wanted
        assert server.data(query, d=name)["readingReports"] == wanted


@many
@given(where=ITEMS)
def test_warnings_of_the_data_sets_that_items_are_of(server: Running, expected: Expected, where: Row) -> None:
    found = server.data("query Q($where: ItemFilter) { overview(where: $where) { warnings } }", where=where)
    datasets = {row["datasetId"] for row in expected.items_where(where)}
    wanted = [r for r in expected.report_rows if r["severity"] == "warning" and r["dataset_id"] in datasets]
    assert found["overview"]["warnings"] == len(wanted)


def test_sources_as_present(server: Running, expected: Expected) -> None:
    found = server.data("{ sources { name datasetId itemCount } }")["sources"]
    wanted = expected.rows("""select source as name, "datasetId", count(distinct "itemId") as "itemCount" from forecasts
                              where kind = 'LIVE' and newest group by all""")
    assert sorted(found, key=str) == sorted(wanted, key=str)


def test_unknown_names_are_refused_with_those_that_exist(server: Running) -> None:
    for query, argument, known in (
        ('sources(datasetId: "nope") { name }', "datasetId", list(DATASETS)),
        ('modelRuns(source: "nope") { runId }', "source", sorted(SOURCES)),
        ('forecastTotals(groupBy: [], source: "nope") { totalCount }', "source", sorted(SOURCES)),
        ('item(itemId: "a-001", datasetId: "nope") { name }', "datasetId", list(DATASETS)),
    ):
        (error,) = server.ask(f"{{ {query} }}")["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument, "known": known}, query
    assert server.data('{ item(itemId: "nope") { name } }') == {"item": None}
