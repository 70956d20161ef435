"""The older interface, and the mutation that it stands for: who may, what is said, what is written down."""

import json
from collections.abc import Iterator
from pathlib import Path

import made_lake
import pytest
from running import Running, running

from lakecast_lake.storage import Lake

PATH = "/api/v1/data/refresh"


@pytest.fixture
def lake(own_lake: Lake) -> Lake:
    return own_lake


@pytest.fixture
def refreshed(lake: Lake, tmp_path: Path, admin: tuple[str, str]) -> Iterator[Running]:
    with running(lake.uri, keys_file=admin[0], audit_file=str(tmp_path / "audit")) as server:
        yield server


def test_both_ways_do_the_same(refreshed: Running, lake: Lake, admin: tuple[str, str], tmp_path: Path) -> None:
    key = {"x-api-key": admin[1]}
    unchanged = refreshed.http.post(PATH, json={"source": "ml_results", "force": False}, headers=key)
    assert (unchanged.status_code, unchanged.json()["outcome"]) == (200, "UNCHANGED")
    made_lake.add_run(lake, "alpha", items=4, seed=9, run_id="run-3")
    done = refreshed.http.post(PATH, headers=key).json()
    assert (done["outcome"], done["snapshotId"], done["previousSnapshotId"]) == ("REFRESHED", 3, 2)
    assert {table["datasetId"] for table in done["changedTables"]} == {"alpha"}
    made_lake.add_run(lake, "alpha", items=4, seed=10, run_id="run-4")
    fields = "outcome source previousSnapshotId snapshot { snapshotId } changedTables { name }"
    mutation = f'mutation {{ refreshData(source: "ml_results", force: true) {{ {fields} }} }}'
    result = refreshed.data(mutation, admin[1])["refreshData"]
    assert (result["outcome"], result["source"], result["previousSnapshotId"]) == ("REFRESHED", "ml_results", 3)
    assert result["snapshot"] == {"snapshotId": 4}
    log = [json.loads(line) for line in (tmp_path / "audit").read_text().splitlines()]
    assert [(entry["action"], entry["outcome"], entry["snapshot_id"]) for entry in log] == [
        ("refresh", "UNCHANGED", 2),
        ("refresh", "REFRESHED", 3),
        ("refresh", "REFRESHED", 4),
    ]
    assert admin[1] not in (tmp_path / "audit").read_text()


@pytest.mark.parametrize(
    ("content", "status", "argument"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        (b'{"source": "other"}', 400, "source"),
        (b'{"source": 3}', 400, "source"),
        (b'{"force": "yes"}', 400, "force"),
    ],
)
def test_nonsense_is_refused(
    server: Running, admin: tuple[str, str], content: bytes, status: int, argument: str | None
) -> None:
    answer = server.http.post(PATH, content=content, headers={"x-api-key": admin[1]})
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == "BAD_USER_INPUT"
    assert answer.json()["error"].get("argument") == argument


def test_without_the_right_key_nothing_happens(refreshed: Running, small_lake: Lake) -> None:
    for headers, code in (({}, "UNAUTHENTICATED"), ({"x-api-key": "lck_wrong"}, "UNAUTHENTICATED")):
        answer = refreshed.http.post(PATH, json={}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
    assert refreshed.http.get(PATH).status_code == 405
    with running(small_lake.uri) as without:
        answer = without.http.post(PATH, json={}, headers={"x-api-key": "lck_any"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")
        assert without.code("mutation { refreshData { outcome } }", "lck_any") == "FORBIDDEN"


def test_a_rejected_snapshot_is_503_with_the_reason(refreshed: Running, lake: Lake, admin: tuple[str, str]) -> None:
    made_lake.add_run(lake, "alpha", items=4, seed=9, run_id="run-3")
    for path in sorted(Path(lake.table_uri("fact_forecast")).rglob("*.parquet"), key=lambda p: p.stat().st_mtime)[-3:]:
        path.unlink()
    answer = refreshed.http.post(PATH, headers={"x-api-key": admin[1]})
    assert (answer.status_code, answer.json()["outcome"], answer.json()["snapshotId"]) == (503, "REJECTED", 2)
    status = refreshed.data("{ serviceStatus { snapshotId newestSnapshotId problem } }")["serviceStatus"]
    assert (status["snapshotId"], status["newestSnapshotId"]) == (2, 3)
    assert status["problem"] in answer.json()["message"]
    assert refreshed.http.get("/health/ready").json()["problem"] == status["problem"]


def test_an_answer_after_a_refresh_is_of_the_new_snapshot(
    refreshed: Running, lake: Lake, admin: tuple[str, str]
) -> None:
    query = "{ items { totalCount } }"
    tag = refreshed.http.get("/graphql", params={"query": query}).headers["etag"]
    made_lake.add_run(lake, "alpha", items=20, seed=9, run_id="run-3")
    refreshed.data("mutation { refreshData { outcome } }", admin[1])
    answer = refreshed.http.get("/graphql", params={"query": query}, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert answer.json() == {"data": {"items": {"totalCount": 32}}, "extensions": {"snapshotId": 3}}
