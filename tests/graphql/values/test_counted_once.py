"""A forecast is never counted twice and a bound never added up: each case where a plain sum would be wrong, by name."""

from answers import TOTALS, Row, same
from expected import Expected
from generated import OWN
from running import Running

CHAMPION = """exists (from champions as c where c."datasetId" = f."datasetId" and c."itemId" = f."itemId"
              and c.champion = f.source)"""


def total(server: Running, **asked: object) -> Row:
    """The one group of totals over everything that is asked for."""
    answer = server.data(TOTALS, **{"by": [], "kind": "LIVE", "grain": "NATIVE", **asked})
    (node,) = answer["forecastTotals"]["nodes"]
    found: Row = node
    return found


def summed(expected: Expected, rows: str) -> Row:
    """Sum and number of rows of a selection of `forecasts as f`."""
    (found,) = expected.rows(f"select fsum(f.forecast) as forecast, count(*) as n from {rows}")
    return found


def test_several_sources_count_each_item_by_its_champion_only(server: Running, expected: Expected) -> None:
    found = total(server)
    champions = summed(expected, f"forecasts f where kind = 'LIVE' and newest and {CHAMPION}")
    everything = summed(expected, "forecasts f where kind = 'LIVE' and newest")
    assert (found["rowCount"], same(found["forecast"], champions["forecast"])) == (champions["n"], True)
    assert everything["n"] > 1.5 * found["rowCount"]


def test_several_sources_in_a_filter_are_refused_unless_grouped(server: Running, expected: Expected) -> None:
    where = {"source": {"in": ["arima", "prophet"]}}
    answer = server.ask(TOTALS, where=where, by=["DATASET"], kind="LIVE", grain="NATIVE")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    grouped = server.data(TOTALS, where=where, by=["SOURCE"], kind="LIVE", grain="NATIVE")["forecastTotals"]["nodes"]
    for node in grouped:
        own = summed(expected, f"forecasts f where kind = 'LIVE' and newest and source = '{node['source']}'")
        assert (node["rowCount"], same(node["forecast"], own["forecast"])) == (own["n"], True)
    assert len(grouped) == 2


def test_several_live_cutoffs_count_the_newest_only(server: Running, expected: Expected) -> None:
    kept = summed(expected, f"forecasts f where kind = 'LIVE' and {CHAMPION}")
    newest = summed(expected, f"forecasts f where kind = 'LIVE' and newest and {CHAMPION}")
    assert total(server)["rowCount"] == newest["n"]
    assert kept["n"] > newest["n"] or OWN, "the small lake keeps older cutoffs"


def test_backtest_windows_count_a_date_by_the_newest_cutoff_that_forecast_it(
    server: Running, expected: Expected
) -> None:
    windows = f"forecasts f where kind = 'BACKTEST' and {CHAMPION}"
    once = f"""(from {windows} qualify cutoff = max(cutoff) over (partition by "datasetId", "itemId", date)) as f"""
    found, wanted = total(server, kind="BACKTEST"), summed(expected, once)
    assert (found["rowCount"], same(found["forecast"], wanted["forecast"])) == (wanted["n"], True)
    assert summed(expected, windows)["n"] > found["rowCount"] or OWN, "windows of the small lake overlap"


def test_backtest_windows_grouped_by_cutoff_or_horizon_count_each_window(server: Running, expected: Expected) -> None:
    every = summed(expected, f"forecasts f where kind = 'BACKTEST' and {CHAMPION}")["n"]
    for dimension in ("CUTOFF", "HORIZON"):
        nodes = server.data(TOTALS, by=[dimension], kind="BACKTEST", grain="NATIVE")["forecastTotals"]["nodes"]
        assert sum(node["rowCount"] for node in nodes) == every, dimension


def test_live_and_backtest_together_count_a_date_once(server: Running, expected: Expected) -> None:
    once = f"""(from forecasts f where newest and {CHAMPION} qualify row_number() over
               (partition by "datasetId", "itemId", date order by cutoff desc, kind = 'LIVE' desc) = 1) as f"""
    assert total(server, kind="ALL")["rowCount"] == summed(expected, once)["n"]


def test_coarser_grains_add_up_to_the_same_total(server: Running) -> None:
    whole = total(server)
    for grain in ("NATIVE", "YEAR"):
        nodes = server.data(TOTALS, by=["PERIOD"], kind="LIVE", grain=grain)["forecastTotals"]["nodes"]
        assert same(sum(node["forecast"] for node in nodes), float(whole["forecast"])), grain
        assert sum(node["rowCount"] for node in nodes) == whole["rowCount"], grain
    assert len(nodes) < whole["rowCount"]


def test_an_items_total_is_its_champions_newest_cutoff(server: Running, expected: Expected) -> None:
    rows = expected.rows(f"""select "datasetId", "itemId", fsum(forecast) as total from forecasts f
                             where kind = 'LIVE' and newest and {CHAMPION} group by all""")
    wanted = {(row["datasetId"], row["itemId"]): row["total"] for row in rows}
    for node in server.data("{ items(first: 1000) { nodes { datasetId itemId forecast { total } } } }")["items"][
        "nodes"
    ]:
        series, sum_ = node["forecast"], wanted.get((node["datasetId"], node["itemId"]))
        assert series is None if sum_ is None else same(series["total"], sum_)


def test_the_overview_counts_an_item_once_however_many_sources_forecast_it(server: Running, expected: Expected) -> None:
    found = server.data("{ overview { itemsWithForecast champions { itemCount } alerts { itemCount } } }")["overview"]
    assert found["itemsWithForecast"] == sum(row["hasForecast"] for row in expected.items.values())
    assert sum(row["itemCount"] for row in found["champions"]) == len(expected.champion)
    assert sum(row["itemCount"] for row in found["alerts"]) == len(expected.stock)


def test_bounds_of_coarser_periods_are_null_not_sums(server: Running) -> None:
    nodes = "nodes { dates forecast median lower80 upper80 lower95 upper95 total }"
    series = f"forecastSeries(first: 1000, grain: YEAR) {{ {nodes} }}"
    coarse = server.data(f"{{ {series} }}")["forecastSeries"]["nodes"]
    native = server.data(f"{{ {series.replace('YEAR', 'NATIVE')} }}")["forecastSeries"]["nodes"]
    aggregated = 0
    for yearly, own in zip(coarse, native, strict=True):
        assert same(sum(yearly["forecast"]), float(sum(own["forecast"])))
        if yearly["dates"] != own["dates"]:
            aggregated += 1
            for name in ("median", "lower80", "upper80", "lower95", "upper95"):
                assert yearly[name] == [None] * len(yearly["dates"])
    assert aggregated > 0
