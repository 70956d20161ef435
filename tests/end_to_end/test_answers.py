"""Files of demand come out as answers: every item and source has a forecast, or a stated reason."""

import small_demand
from both_sides import Server

SOURCES = {"seasonal_naive", "prophet", "arima", "lstm", "ensemble"}

ITEMS = """
query Items($after: String) {
  items(first: 7, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      datasetId itemId name category supplier leadTimeDays frequency champion forecastIssue
      forecastSeries { source dates forecast lower80 upper80 lower95 upper95 median cutoff }
      metrics { source rmsse quantileLoss coverage80 }
      replenishment { alert recommendedOrder reorderPoint reason }
    }
  }
}
"""


def every_item(server: Server) -> list[dict]:  # type: ignore[type-arg]
    items, after = [], None
    while True:
        page = server.query(ITEMS, after=after)["items"]
        items += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            assert len(items) == page["totalCount"]
            return items


def test_every_item_and_source_has_a_forecast_or_a_reason(server: Server) -> None:
    items = every_item(server)
    assert {(item["datasetId"], item["itemId"]) for item in items} == {
        (dataset, item) for dataset, names in small_demand.ITEMS.items() for item in names
    }
    for item in items:
        found = {series["source"]: series for series in item["forecastSeries"]}
        assert set(found) == SOURCES or item["forecastIssue"], item["itemId"]
        for series in found.values():
            assert len(series["dates"]) == small_demand.HORIZON[item["datasetId"]]
            assert all(date > series["cutoff"] for date in series["dates"])
            bounds = zip(*(series[name] for name in BOUNDS), strict=True)
            assert all(list(row) == sorted(row) for row in bounds)
            assert min(series["forecast"]) >= 0


BOUNDS = ("lower95", "lower80", "median", "upper80", "upper95")


def test_items_carry_what_the_files_say_of_them(server: Server) -> None:
    item = next(item for item in every_item(server) if item["itemId"] == "M03")
    assert (item["name"], item["category"], item["supplier"]) == ("Item M03", "Fibre", "Alfa")
    assert (item["leadTimeDays"], item["frequency"]) == (13, "MONTHLY")


def test_every_item_is_judged_and_its_champion_is_the_ensemble(server: Server) -> None:
    for item in every_item(server):
        assert {metric["source"] for metric in item["metrics"]} >= {"seasonal_naive", "ensemble"}
        assert item["champion"] == "ensemble"


def test_stock_makes_alerts_and_its_absence_is_said(server: Server) -> None:
    alerts = {item["itemId"]: item["replenishment"]["alert"] for item in every_item(server)}
    assert alerts["M00"] in ("CRITICAL", "HIGH")  # nothing on hand
    assert {alerts[item] for item in small_demand.DAILY} == {"UNKNOWN"}
    assert {alerts[item] for item in small_demand.MONTHLY[-2:]} == {"UNKNOWN"}


def test_the_older_fields_of_the_published_contract(server: Server) -> None:
    query = """{ forecasts(first: 3, where: {itemId: {eq: "M05"}, source: {eq: "ensemble"}}) { totalCount nodes {
        date itemId forecast actual source modelVersion generatedAt datasetId } } }"""
    forecasts = server.query(query)["forecasts"]
    assert forecasts["totalCount"] == small_demand.HORIZON["towers"]
    assert [row["date"] for row in forecasts["nodes"]] == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert {row["actual"] for row in forecasts["nodes"]} == {None}


def test_overview_leaderboard_sources_and_provenance(server: Server) -> None:
    answer = server.query("""{
        overview { itemCount itemsWithForecast alerts { itemCount } champions { itemCount } skill }
        leaderboard { source rank itemCount error }
        sources { name datasetId itemCount }
        snapshotInfo { snapshotId datasetIds runId tables { name rowCount } }
        snapshots { nodes { snapshotId } }
        serviceStatus { snapshotId problem mlPackages version }
    }""")
    assert answer["overview"]["itemCount"] == answer["overview"]["itemsWithForecast"] == 20
    assert sum(count["itemCount"] for count in answer["overview"]["alerts"]) == 20
    assert {row["source"] for row in answer["leaderboard"]} == SOURCES
    assert [row["rank"] for row in answer["leaderboard"]] == list(range(1, len(SOURCES) + 1))
    assert {(row["name"], row["datasetId"]) for row in answer["sources"]} == {
        (source, dataset) for source in SOURCES for dataset in small_demand.ITEMS
    }
    assert answer["snapshotInfo"]["datasetIds"] == ["shop", "towers"]
    assert {"fact_forecast", "fact_metrics", "fact_replenishment"} <= {
        table["name"] for table in answer["snapshotInfo"]["tables"]
    }
    assert answer["snapshots"]["nodes"][0]["snapshotId"] == answer["snapshotInfo"]["snapshotId"]
    status = answer["serviceStatus"]
    assert status["snapshotId"] == answer["snapshotInfo"]["snapshotId"]
    assert status["problem"] is None
    assert status["mlPackages"] == []


def test_health(server: Server) -> None:
    assert server.request("/health/live").status == 200
    assert server.request("/health/ready").status == 200


def test_a_bad_document_is_an_error_and_not_a_crash(server: Server) -> None:
    answer = server.answer("{ nothingOfThatName }")
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert server.answer("{")["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
