"""Errors, the leaderboard and the overview."""

from answers import Row, listing, same
from expected import Expected, holds, mean
from generated import ITEMS, METRICS, many
from hypothesis import given
from hypothesis import strategies as st
from running import Running


@many
@given(where=METRICS)
def test_metrics(server: Running, expected: Expected, where: Row) -> None:
    names = ["datasetId", "itemId", "source", "quantileLoss", "rmsse", "wape", "mase", "smape", "mae", "rmse", "bias"]
    names += ["intervalScore80", "coverage80", "coverage95", "skill", "windows"]
    query = listing("metrics", "MetricFilter", names)
    found = server.data(query, where=where)["metrics"]
    wanted = [{name: row[name] for name in names} for row in expected.metrics if holds(where, row)]
    wanted.sort(key=lambda row: (row["datasetId"], row["itemId"], row["source"]))
    assert sorted(found["nodes"], key=lambda row: (row["datasetId"], row["itemId"], row["source"])) == wanted
    assert found["totalCount"] == len(wanted)


MEASURES = {
    "QUANTILE_LOSS": "quantileLoss",
    "RMSSE": "rmsse",
    "MASE": "mase",
    "WAPE": "wape",
    "SMAPE": "smape",
    "MAE": "mae",
    "RMSE": "rmse",
    "BIAS": "bias",
    "INTERVAL_SCORE": "intervalScore80",
}


@many
@given(
    where=ITEMS,
    measure=st.sampled_from(sorted(MEASURES)),
    group=st.sampled_from(["ALL", "DATASET", "CATEGORY", "DEMAND_CLASS"]),
)
def test_leaderboard(server: Running, expected: Expected, where: Row, measure: str, group: str) -> None:
    query = """query Q($where: ItemFilter, $measure: ErrorMeasure!, $group: LeaderboardGroup!) {
      leaderboard(where: $where, measure: $measure, groupBy: $group) {
        group rank source error skill itemCount wins } }"""
    found = server.data(query, where=where, measure=measure, group=group)["leaderboard"]
    wanted = expected.leaderboard(MEASURES[measure], group, where)
    answered = {(row["group"], row["source"]): row for row in found}
    assert len(answered) == len(found)
    assert answered.keys() == wanted.keys()
    for key, row in wanted.items():
        for name, value in row.items():
            assert same(answered[key][name], value), (key, name, answered[key][name], value)


@many
@given(where=ITEMS)
def test_overview(server: Running, expected: Expected, where: Row) -> None:
    query = """query Q($where: ItemFilter) { overview(where: $where) {
      itemCount itemsWithForecast forecastRows lastActualDate alerts { level itemCount } champions { source itemCount }
      wape rmsse quantileLoss skill coverage80 coverage95 } }"""
    found = server.data(query, where=where)["overview"]
    items = expected.items_where(where)
    keys = {(row["datasetId"], row["itemId"]) for row in items}
    best = {key: expected.champion.get(key) for key in keys}
    rows = [r for r in expected.metrics if best.get((r["datasetId"], r["itemId"])) == r["source"]]
    count = """select "datasetId", "itemId", count(*) as n from forecasts where kind = 'LIVE' and newest group by all"""
    live = {(r["datasetId"], r["itemId"]): r["n"] for r in expected.rows(count)}
    last = max((row["lastDate"] for row in items if row["lastDate"] is not None), default=None)
    assert found["itemCount"] == len(items)
    assert found["itemsWithForecast"] == sum(row["hasForecast"] for row in items)
    assert found["forecastRows"] == sum(live.get(key, 0) for key in keys)
    assert found["lastActualDate"] == (None if last is None else last.isoformat())
    levels = [row["alert"] for row in expected.stock if (row["datasetId"], row["itemId"]) in keys]
    counted = {row["level"]: row["itemCount"] for row in found["alerts"]}
    assert {level: count for level, count in counted.items() if count} == {
        level: levels.count(level) for level in set(levels)
    }
    chosen = [source for source in best.values() if source is not None]
    assert {row["source"]: row["itemCount"] for row in found["champions"]} == {s: chosen.count(s) for s in set(chosen)}
    for name in ("wape", "rmsse", "quantileLoss", "skill", "coverage80", "coverage95"):
        assert same(found[name], mean(r[name] for r in rows if r[name] is not None)), name
