"""A run that is published while the server is up is served after a refresh, by those who have a key."""

import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import small_demand
from both_sides import Server, lakecast, serving

REFRESH = """
mutation Refresh($force: Boolean! = false) {
  refreshData(source: "ml_results", force: $force) {
    outcome message previousSnapshotId tookMs snapshot { snapshotId } changedTables { datasetId name }
  }
}
"""
NEWEST = """{ snapshotInfo { snapshotId }
  item(itemId: "M00") { lastDate forecast(source: "seasonal_naive") { cutoff dates } } }"""
OLDER_DOOR = "/api/v1/data/refresh"


def run_again(folder: Path, lake: Path) -> None:
    """A month later: the same series, one period longer."""
    small_demand.write(folder, months=small_demand.MONTHS + 1)
    lakecast("ml", "run", "--data", folder, "--lake", lake, "--sources", "seasonal_naive", "--retrain")


@pytest.mark.slow
def test_the_log_tells_who_refreshed_and_what_is_loaded(lake: Path, tmp_path: Path, new_key: Callable[[], str]) -> None:
    with serving(lake, tmp_path, LAKECAST_POLL_SECONDS="0") as server:
        key = new_key()
        server.answer(REFRESH, key=f"{key}x")
        server.answer(REFRESH, key=key, force=True)
        number = server.query(NEWEST)["snapshotInfo"]["snapshotId"]
    (log,) = (file.read_text() for file in tmp_path.glob("server-*.log"))
    told = [json.loads(line[line.index("{") :]) for line in log.splitlines() if '"action"' in line]
    assert [(entry["action"], entry["outcome"]) for entry in told] == [
        ("refresh", "UNAUTHENTICATED"),
        ("refresh", "REFRESHED"),
    ]
    times = re.findall(rf"^(\S+) .*Loading snapshot {number}", log, re.MULTILINE)
    assert len(times) == 2, "at the start, and by force"
    assert [datetime.fromisoformat(time) for time in times] == sorted(map(datetime.fromisoformat, times))


@pytest.mark.slow
def test_a_new_run_is_served_after_refresh(lake: Path, tmp_path: Path, new_key: Callable[[], str]) -> None:
    key = new_key()
    assert re.fullmatch(r"[A-Za-z0-9_.-]{20,}", key)
    with serving(lake, tmp_path, LAKECAST_POLL_SECONDS="0") as server:
        before = server.query(NEWEST)
        assert before["item"]["forecast"]["cutoff"] == "2023-12-01"

        run_again(tmp_path / "later", lake)
        assert server.query(NEWEST) == before, "nobody has told the server yet"

        for wrong in (None, "", "wrong", key + "x", key[:-1]):
            answer = server.answer(REFRESH, key=wrong)
            assert answer["errors"][0]["extensions"]["code"] in ("UNAUTHENTICATED", "FORBIDDEN")
        assert server.query(NEWEST) == before, "a refused call has no effect"

        done = server.answer(REFRESH, key=key)["data"]["refreshData"]
        assert done["outcome"] == "REFRESHED"
        assert done["previousSnapshotId"] == before["snapshotInfo"]["snapshotId"]
        assert {"datasetId": "towers", "name": "fact_forecast"} in done["changedTables"]
        after = server.query(NEWEST)
        assert after["snapshotInfo"]["snapshotId"] == done["snapshot"]["snapshotId"]
        assert after["item"]["forecast"]["cutoff"] == after["item"]["lastDate"] == "2024-01-01"

        again = server.answer(REFRESH, key=key)["data"]["refreshData"]
        assert again["outcome"] == "UNCHANGED"
        assert again["changedTables"] == []
        forced = server.answer(REFRESH, key=key, force=True)["data"]["refreshData"]
        assert forced["outcome"] == "REFRESHED"
        assert server.query(NEWEST) == after

        _older_interface(server, key)
        _command_line(server, key, tmp_path)


def _older_interface(server: Server, key: str) -> None:
    """The older interface's refresh call: the same work behind the same key."""
    body = {"source": "ml_results", "force": False}
    assert server.request(OLDER_DOOR, body).status in (401, 403)
    assert server.request(OLDER_DOOR, body, {"X-API-Key": "wrong"}).status in (401, 403, 429)
    answered = server.request(OLDER_DOOR, body, {"X-API-Key": key})
    assert answered.status == 200
    assert "UNCHANGED" in answered.body.decode().upper()


def _command_line(server: Server, key: str, folder: Path) -> None:
    done = lakecast("serve", "refresh", "--url", server.url, "--key", key)
    assert done.stdout.startswith("UNCHANGED")
    assert lakecast("ml", "refresh", "--url", server.url, "--force", LAKECAST_ADMIN_KEY=key).stdout.startswith(
        "REFRESHED"
    )
    refused = lakecast("serve", "refresh", "--url", server.url, "--key", "wrong", code=1)
    assert "Traceback" not in refused.stderr
    listed = lakecast("serve", "keys", "list", LAKECAST_KEYS_FILE=str(folder / "keys.json"))
    key_id = listed.stdout.split()[0]
    lakecast("serve", "keys", "revoke", key_id, LAKECAST_KEYS_FILE=str(folder / "keys.json"))
    lakecast("serve", "refresh", "--url", server.url, "--key", key, code=1)


def test_without_keys_admin_mutations_are_off(server: Server) -> None:
    answer = server.answer(REFRESH, key="anything")
    assert answer["errors"][0]["extensions"]["code"] in ("UNAUTHENTICATED", "FORBIDDEN")


@pytest.mark.slow
def test_a_server_that_looks_by_itself(lake: Path, tmp_path: Path) -> None:
    with serving(lake, tmp_path, LAKECAST_POLL_SECONDS="0.5") as server:
        before = server.query(NEWEST)["snapshotInfo"]["snapshotId"]
        run_again(tmp_path / "later", lake)
        end = time.monotonic() + 120
        while server.query(NEWEST)["snapshotInfo"]["snapshotId"] == before:
            assert time.monotonic() < end, "a published snapshot was not taken up"
            time.sleep(0.2)
