"""Reading with keys: off unless asked for; then nothing of the lake is read without one, by whatever way."""

import datetime as dt
from pathlib import Path

import pytest
from running import Running, running
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from lakecast_graphql.admin import keys
from lakecast_lake.storage import Lake

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
QUERY = "{ overview { itemCount } }"


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def socket_says(server: Running, key: str | None) -> str:
    """What a socket gets that introduces itself with a key: an acknowledgement, or the code that it is closed with."""
    with connect(server.socket, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        payload = "{}" if key is None else f'{{"X-API-Key": "{key}"}}'
        socket.send(f'{{"type": "connection_init", "payload": {payload}}}')
        try:
            return str(socket.recv(5))
        except ConnectionClosed as closed:
            return str(closed.rcvd and closed.rcvd.code)


def test_without_a_key_nothing_is_read(small_lake: Lake, keys_file: Path) -> None:
    reader, admin = (keys.create(keys_file, role, NOW) for role in ("reader", "admin"))
    with running(small_lake.uri, read_keys=True, keys_file=str(keys_file)) as server:
        for key in (reader, admin):
            assert server.data(QUERY, key)["overview"]["itemCount"] > 0
            assert server.http.get("/schema.graphql", headers={"x-api-key": key}).status_code == 200
            assert "connection_ack" in socket_says(server, key)
        for headers in ({}, {"x-api-key": "wrong"}):
            for accept in ("application/json", "text/event-stream"):  # what the reader asked is kept: no way around
                asked = server.http.post("/graphql", json={"query": QUERY}, headers={**headers, "accept": accept})
                assert asked.status_code == 401
                assert asked.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            for path in (f"/graphql?query={QUERY}", "/schema.graphql", "/export/replenishment.csv"):
                assert server.http.get(path, headers=headers).status_code == 401, path
        assert socket_says(server, None) == socket_says(server, "wrong") == "4403"
        for path in ("/health/live", "/health/ready", "/metrics", "/"):
            assert server.http.get(path).status_code == 200, path


def test_a_reader_administrates_nothing(small_lake: Lake, keys_file: Path) -> None:
    reader = keys.create(keys_file, "reader", NOW)
    with running(small_lake.uri, keys_file=str(keys_file)) as server:
        assert server.ask(QUERY)["data"]["overview"]["itemCount"] > 0  # off by default
        for mutation in ("refreshData { outcome }", "pinSnapshot(snapshotId: 1) { id }", "unpinSnapshot { id }"):
            assert server.code(f"mutation {{ {mutation} }}", reader) == "FORBIDDEN"
        assert server.http.post("/api/v1/data/refresh", headers={"x-api-key": reader}).status_code == 403


def test_where_no_key_was_made_nobody_reads(small_lake: Lake, keys_file: Path) -> None:
    with running(small_lake.uri, read_keys=True, keys_file=str(keys_file)) as server:
        assert server.http.post("/graphql", json={"query": QUERY}).status_code == 403
