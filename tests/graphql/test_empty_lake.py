"""A server of a lake in which nothing has been published yet."""

import json
from pathlib import Path

import httpx
import made_lake
from running import running

from lakecast_lake.storage import Lake


def test_it_starts_says_so_and_serves_what_comes(tmp_path: Path, admin: tuple[str, str]) -> None:
    lake = Lake(str(tmp_path / "lake"))
    with running(lake.uri, keys_file=admin[0]) as server:
        assert server.http.get("/health/live").status_code == 200
        ready = server.http.get("/health/ready")
        assert ready.status_code == 503
        assert "Nothing has been published" in ready.json()["problem"]
        status = server.data(
            "{ serviceStatus { snapshotId newestSnapshotId snapshotAgeSeconds problem problemCode staleDays"
            " leftOut { reason } mlPackages } }"
        )
        assert status["serviceStatus"].pop("problem") == ready.json()["problem"]
        assert ready.json()["problemCode"] == "LAKE_EMPTY"
        assert status == {
            "serviceStatus": {
                "problemCode": "LAKE_EMPTY",
                "staleDays": None,
                "leftOut": [],
                "snapshotId": None,
                "newestSnapshotId": None,
                "snapshotAgeSeconds": None,
                "mlPackages": [],
            }
        }
        for query in ("{ items { totalCount } }", "{ overview { itemCount } }", "{ snapshotInfo { runId } }"):
            answer = server.ask(query)
            assert answer["errors"][0]["extensions"]["code"] == "LAKE_UNAVAILABLE"
            assert answer["extensions"] == {"snapshotId": None}
        assert server.data("{ snapshots { totalCount } }") == {"snapshots": {"totalCount": 0}}
        assert server.code("{ snapshot(id: 1) { overview { itemCount } } }") == "SNAPSHOT_GONE"
        assert server.code("mutation { refreshData { outcome } }", admin[1]) == "LAKE_UNAVAILABLE"
        assert server.code("mutation { pinSnapshot(snapshotId: 1) { snapshotId } }", admin[1]) == "SNAPSHOT_GONE"
        assert "lakecast_ready 0" in server.http.get("/metrics").text

        query = {"query": "subscription { snapshotPublished { snapshotId } }"}
        events = {"accept": "text/event-stream"}
        with (
            httpx.Client(timeout=20) as other,
            other.stream("GET", server.graphql, params=query, headers=events) as stream,
        ):
            made_lake.add_run(lake, "alpha", items=4)
            done = server.data("mutation { refreshData { outcome previousSnapshotId } }", admin[1])
            assert done == {"refreshData": {"outcome": "REFRESHED", "previousSnapshotId": None}}
            event = next(line for line in stream.iter_lines() if line.startswith("data: "))
        assert json.loads(event[6:])["data"]["snapshotPublished"]["snapshotId"] == 1
        assert server.http.get("/health/ready").status_code == 200
        assert server.data("{ items { totalCount } }")["items"]["totalCount"] == 4
