"""Older snapshots: what they say, how many an operation may read, where pages go on, what differs between them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made_lake
import pytest
from running import Running, running

from lakecast_lake import snapshots
from lakecast_lake.storage import Lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, small_lake: Lake) -> Lake:
    """Four snapshots: two data sets, then two further runs of the first, a period later each."""
    folder = tmp_path_factory.mktemp("travel") / "lake"
    shutil.copytree(small_lake.uri, folder)
    lake = Lake(str(folder))
    made_lake.add_run(lake, "alpha", seed=5, run_id="run-3", later=1)
    made_lake.add_run(lake, "alpha", seed=6, run_id="run-4", later=2)
    return lake


@pytest.fixture(scope="module")
def travelled(lake: Lake, admin: tuple[str, str]) -> Iterator[Running]:
    with running(lake.uri, dev=True, keys_file=admin[0]) as server:
        yield server


READERS = """
  snapshotInfo { snapshotId runId }
  items(first: 3) { nodes { itemId name champion } totalCount snapshotId }
  forecasts(first: 3) { nodes { date itemId forecast } totalCount snapshotId }
  forecastSeries(first: 2) { nodes { itemId dates forecast } snapshotId }
  forecastTotals(groupBy: [DATASET]) { nodes { datasetId forecast itemCount } snapshotId }
  metrics(first: 3) { nodes { itemId source quantileLoss } snapshotId }
  leaderboard { source error }
  replenishment(first: 3) { nodes { itemId alert } snapshotId }
  replenishmentTotals(groupBy: [ALERT]) { alert itemCount }
  whatIf(scenario: { demandFactor: 2 }, first: 2) { nodes { orderDelta } snapshotId }
  overview { itemCount wape }
  sources { name itemCount }
  modelRuns { runId source }
"""


def test_an_older_snapshot_answers_what_it_answered_when_it_was_current(
    travelled: Running, admin: tuple[str, str]
) -> None:
    then = travelled.data(f"{{ snapshot(id: 2) {{ {READERS} }} }}")["snapshot"]
    assert then["snapshotInfo"] == {"snapshotId": 2, "runId": "run-2"}
    now = travelled.data(f"{{ {READERS} }}")
    assert now["forecasts"] != then["forecasts"]
    travelled.data("mutation { pinSnapshot(snapshotId: 2) { snapshotId } }", admin[1])
    try:
        assert travelled.data(f"{{ {READERS} }}") == then
    finally:
        travelled.data("mutation { unpinSnapshot { snapshotId } }", admin[1])
    assert travelled.data(f"{{ {READERS} }}") == now


def test_by_an_instant_it_is_the_newest_published_until_then(travelled: Running, lake: Lake) -> None:
    query = "query Q($at: DateTime!) { snapshot(asOf: $at) { snapshotInfo { snapshotId } } }"
    for record in snapshots.history(lake):
        found = travelled.data(query, at=record.committed_at.isoformat())
        assert found["snapshot"]["snapshotInfo"]["snapshotId"] == record.snapshot_id
    answer = travelled.ask(query, at="2020-01-01T00:00:00Z")
    assert answer["data"] == {"snapshot": None}
    assert answer["errors"][0]["extensions"] == {"code": "SNAPSHOT_GONE", "argument": "asOf", "known": [4, 3, 2, 1]}


@pytest.mark.parametrize("given", ["", "(id: null)", '(id: 1, asOf: "2026-01-01T00:00:00Z")'])
def test_one_of_id_and_instant_is_needed(travelled: Running, given: str) -> None:
    assert travelled.code(f"{{ snapshot{given} {{ overview {{ itemCount }} }} }}") == "BAD_USER_INPUT"


def test_a_snapshot_that_is_not_there_names_those_that_are(travelled: Running) -> None:
    answer = travelled.ask("{ snapshot(id: 99) { overview { itemCount } } }")
    assert answer["data"] == {"snapshot": None}
    assert answer["errors"][0]["extensions"] == {"code": "SNAPSHOT_GONE", "known": [4, 3, 2, 1]}


def test_an_operation_reads_two_others_at_most(travelled: Running) -> None:
    one = "{{ {0}: snapshot(id: {1}) {{ overview {{ itemCount }} }} }}"
    two = "{ a: snapshot(id: 1) { overview { itemCount } } b: snapshot(id: 2) { overview { itemCount } } %s }"
    assert set(travelled.data(two % "")) == {"a", "b"}
    assert set(travelled.data(two % "c: snapshot(id: 4) { overview { itemCount } }")) == {"a", "b", "c"}
    assert set(travelled.data(two % "c: snapshot(id: 2) { sources { name } }")) == {"a", "b", "c"}
    answer = travelled.ask(two % "c: snapshot(id: 3) { overview { itemCount } }")
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert set(travelled.data(one.format("d", 3))) == {"d"}


def test_ids_name_the_snapshot_only_where_it_was_asked_for(travelled: Running) -> None:
    ids = """
        { items(first: 2) { nodes { id } } a: snapshot(id: 3) { items(first: 2) { nodes { id } } } b:
        snapshot(id: 4) { items(first: 2) { nodes { id } } } }
    """
    found = travelled.data(ids)
    sets = [
        {node["id"] for node in part["nodes"]} for part in (found["items"], found["a"]["items"], found["b"]["items"])
    ]
    assert not sets[0] & sets[1]
    assert not sets[1] & sets[2]
    assert not sets[0] & sets[2]  # the current snapshot, but named
    rows = "forecasts(first: 1) { nodes { item { id } } } items(first: 100) { nodes { id } }"
    nested = travelled.data(f"{{ snapshot(id: 3) {{ {rows} }} }}")["snapshot"]
    assert nested["forecasts"]["nodes"][0]["item"] in nested["items"]["nodes"]


def test_a_node_is_read_again_by_its_id(travelled: Running) -> None:
    query = """
        query Q($id: ID!) { node(id: $id) { __typename id ... on Item { itemId name champion } ... on
        SnapshotInfo { snapshotId runId } } }
    """
    for source in ("items(first: 30)", "snapshot(id: 3) { items(first: 30)"):
        closing = " }" if source.startswith("snapshot") else ""
        part = travelled.data(f"{{ {source} {{ nodes {{ id itemId name champion }} }}{closing} }}")
        nodes = part.get("items", part.get("snapshot", {}).get("items"))["nodes"]
        assert nodes
        for node in nodes[:5]:
            assert travelled.data(query, id=node["id"])["node"] == {"__typename": "Item", **node}
    (info, *_) = travelled.data("{ snapshots { nodes { id snapshotId runId } } }")["snapshots"]["nodes"]
    assert travelled.data(query, id=info["id"])["node"] == {"__typename": "SnapshotInfo", **info}


def test_a_node_that_is_gone_is_null_and_no_id_is_an_error(travelled: Running) -> None:
    from lakecast_graphql.read import node_ids

    query = "query Q($id: ID!) { node(id: $id) { id } }"
    assert travelled.data(query, id=node_ids.item("alpha", "nope")) == {"node": None}
    assert travelled.data(query, id=node_ids.snapshot_info(77)) == {"node": None}
    assert travelled.code(query, id=node_ids.item("alpha", "a-001", 77)) == "SNAPSHOT_GONE"
    assert travelled.code(query, id="nonsense") == "BAD_USER_INPUT"


def pages(server: Running, size: int) -> Iterator[dict[str, Any]]:
    query = """
        query Q($n: Int!, $after: String) { forecasts(first: $n, after: $after, kind: ALL) { nodes {
        datasetId itemId source kind cutoff date forecast } pageInfo { hasNextPage endCursor }
        snapshotId totalCount } }
    """
    after = None
    while True:
        answer = server.ask(query, n=size, after=after)
        assert "errors" not in answer, answer
        page = answer["data"]["forecasts"]
        yield {**page, "answered": answer["extensions"]["snapshotId"]}
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


@pytest.mark.slow
def test_paging_ten_thousand_forecasts_through_three_refreshes_gives_each_row_of_the_first_snapshot_once(
    own_lake: Lake, admin: tuple[str, str]
) -> None:
    lake = own_lake
    made_lake.add_run(lake, "big", items=480, seed=3, run_id="run-big")
    stored = snapshots.read(lake, snapshots.get(lake, 3), "fact_forecast").to_pylist()
    names = ["dataset_id", "item_id", "source", "kind", "cutoff", "date", "forecast"]
    wanted = sorted(tuple(str(row[name]) for name in names) for row in stored)
    assert len(wanted) > 10_000
    with running(lake.uri, keys_file=admin[0], old_snapshots=3) as server:
        rows, served = [], [3]
        for number, page in enumerate(pages(server, 500)):
            assert page["snapshotId"] == page["answered"] == 3
            assert page["totalCount"] == len(wanted)
            rows += page["nodes"]
            if number in (2, 7, 12):  # other values, fewer items, a source less
                made_lake.add_run(
                    lake, "big", items=400, seed=number, run_id=f"run-{number}", later=1, sources=("ensemble",)
                )
                done = server.data("mutation { refreshData { outcome snapshot { snapshotId } } }", admin[1])
                assert done["refreshData"]["outcome"] == "REFRESHED"
                served.append(done["refreshData"]["snapshot"]["snapshotId"])
        assert served == [3, 4, 5, 6]
    shown = ["datasetId", "itemId", "source", "kind", "cutoff", "date", "forecast"]
    answered = [tuple(str(row[name]) for name in shown) for row in rows]
    assert [(*row[:3], row[3].lower(), *row[4:]) for row in answered] == wanted


def test_a_cursor_of_another_question_is_refused(travelled: Running) -> None:
    cursor = travelled.data("{ items(first: 2) { pageInfo { endCursor } } }")["items"]["pageInfo"]["endCursor"]
    query = "query Q($after: String) { %s }"
    for other in (
        'items(first: 2, after: $after, where: { search: "a" }) { totalCount }',
        "items(first: 2, after: $after, orderBy: [{ field: NAME }]) { totalCount }",
        "forecasts(first: 2, after: $after) { totalCount }",
        "snapshot(id: 2) { items(first: 2, after: $after) { totalCount } }",
    ):
        (error,) = travelled.ask(query % other, after=cursor)["errors"]
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", "after"), other
    for nonsense in ("", "x", cursor[:-3], cursor + "A"):
        assert travelled.code(query % "items(after: $after) { totalCount }", after=nonsense) == "BAD_USER_INPUT"


def test_a_cursor_of_a_snapshot_that_is_gone_says_so(travelled: Running, small_lake: Lake, tmp_path: Path) -> None:
    cursor = travelled.data("{ items(first: 2) { pageInfo { endCursor } } }")["items"]["pageInfo"]["endCursor"]
    with running(small_lake.uri) as other:  # knows snapshots 1 and 2 only
        assert (
            other.code("query Q($after: String) { items(after: $after) { totalCount } }", after=cursor)
            == "SNAPSHOT_GONE"
        )


def test_what_changed_between_two_snapshots(travelled: Running, lake: Lake) -> None:
    nodes = "totalCount nodes { date itemId datasetId source before after delta }"
    found = travelled.data(f"{{ forecastDiff(from: 3, to: 4, first: 10000) {{ {nodes} }} }}")["forecastDiff"]
    before, after = (newest_live(lake, number) for number in (3, 4))
    expected = {
        key: (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }
    nodes = found["nodes"]
    assert found["totalCount"] == len(nodes) == len(expected)
    for node in nodes:
        key = (node["datasetId"], node["itemId"], node["source"], node["date"])
        assert (node["before"], node["after"]) == expected[key]
        both = None not in expected[key]
        assert node["delta"] == (pytest.approx(node["after"] - node["before"]) if both else None)
    assert travelled.data("{ forecastDiff(from: 4, to: 4) { totalCount } }")["forecastDiff"]["totalCount"] == 0
    assert travelled.code("{ forecastDiff(from: 4, to: 44) { totalCount } }") == "SNAPSHOT_GONE"


def newest_live(lake: Lake, number: int) -> dict[tuple[str, str, str, str], float]:
    """Forecast by data set, item, source and date, of each item's and source's newest live cutoff."""
    rows = snapshots.read(lake, snapshots.get(lake, number), "fact_forecast").to_pylist()
    live = [row for row in rows if row["kind"] == "live"]
    newest: dict[tuple[str, str, str], Any] = {}
    for row in live:
        key = (row["dataset_id"], row["item_id"], row["source"])
        newest[key] = max(newest.get(key, row["cutoff"]), row["cutoff"])
    return {
        (*key, row["date"].isoformat()): row["forecast"]
        for row in live
        if newest[key := (row["dataset_id"], row["item_id"], row["source"])] == row["cutoff"]
    }


def test_what_successive_cutoffs_said_about_a_day(travelled: Running, lake: Lake) -> None:
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast").to_pylist()
    live = [
        row
        for row in rows
        if row["kind"] != "backtest" and row["source"] == "ensemble" and row["dataset_id"] == "alpha"
    ]
    by_day: dict[tuple[str, Any], list[dict[str, Any]]] = {}
    for row in live:
        by_day.setdefault((row["item_id"], row["date"]), []).append(row)
    several = {key: found for key, found in by_day.items() if len(found) > 1}
    assert several
    query = """
        query Q($item: String!, $date: Date!) { forecastHistory(itemId: $item, datasetId: "alpha", date:
        $date) { cutoff forecast modelVersion horizon lower80 } }
    """
    for (item, day), found in list(several.items())[:5]:
        answered = travelled.data(query, item=item, date=day.isoformat())["forecastHistory"]
        found.sort(key=lambda row: row["cutoff"])
        assert [(one["cutoff"], one["forecast"], one["lower80"]) for one in answered] == [
            (row["cutoff"].isoformat(), row["forecast"], row["lower_80"]) for row in found
        ]
        assert [one["horizon"] for one in answered] == sorted((one["horizon"] for one in answered), reverse=True)
    assert travelled.data(query, item="nope", date="2026-02-01") == {"forecastHistory": None}


def test_alerts_that_changed(travelled: Running, lake: Lake) -> None:
    query = """
        query Q($since: Int) { alertChanges(since: $since, first: 1000) { totalCount nodes { item {
        itemId datasetId } before after } } }
    """
    for since, number in ((None, 3), (3, 3), (1, 1)):
        before, after = (
            {
                (row["dataset_id"], row["item_id"]): row["alert"].upper()
                for row in snapshots.read(lake, snapshots.get(lake, n), "fact_replenishment").to_pylist()
            }
            for n in (number, 4)
        )
        expected = {
            (*key, before.get(key), after.get(key))
            for key in before.keys() | after.keys()
            if before.get(key) != after.get(key)
        }
        nodes = travelled.data(query, since=since)["alertChanges"]["nodes"]
        assert {(n["item"]["datasetId"], n["item"]["itemId"], n["before"], n["after"]) for n in nodes} == expected


def test_without_an_earlier_snapshot_nothing_has_changed(travelled: Running) -> None:
    assert travelled.data("{ snapshot(id: 1) { alertChanges { totalCount } } }") == {
        "snapshot": {"alertChanges": {"totalCount": 0}}
    }
