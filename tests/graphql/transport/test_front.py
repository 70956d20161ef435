"""What stands in front of a server: names, proxies, a path prefix."""

import json
import re

import pytest
from attacks import UPGRADE, raw, reached, read_all
from pydantic import ValidationError
from running import Running, running
from websockets.sync.client import connect

from lakecast_graphql.settings import Settings
from lakecast_lake.storage import Lake

QUESTION = b'{"query": "{ __typename }"}'


def ask(server: Running, host: str) -> bytes:
    """A question that names a host."""
    head = f"POST /graphql HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\n"
    with raw(server) as one:
        one.sendall(head.encode() + b"content-length: %d\r\n\r\n" % len(QUESTION) + QUESTION)
        return read_all(one)


def handshake(server: Running, **headers: str) -> bytes:
    """The first line of the answer to a WebSocket's handshake."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    text = UPGRADE.replace(b"host: localhost\r\n", b"") if "host" in headers else UPGRADE
    with raw(server) as one:
        one.sendall(text[:-2] + lines.encode() + b"\r\n")
        return one.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "host", ["localhost:8000", "a.localhost", "127.0.0.1", "[::1]:8000", "10.1.2.3:80", "LocalHost."]
)
def test_in_development_addresses_and_localhost_are_answered(server: Running, host: str) -> None:
    assert b"__typename" in ask(server, host)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "[::1"]
)
def test_in_development_no_other_name_is_answered(server: Running, host: str) -> None:
    before = reached(server, "hosts")
    answer = ask(server, host)
    assert answer.startswith(b"HTTP/1.1 421")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert handshake(server, host=host).startswith(b"HTTP/1.1 403") or host == "[::1"
    assert reached(server, "hosts") > before


def test_named_hosts_are_answered_and_no_others(small_lake: Lake) -> None:
    with running(small_lake.uri, hosts="forecasts.example, other.example") as server:
        assert b"__typename" in ask(server, "Forecasts.example:443")
        assert ask(server, "evil.example").startswith(b"HTTP/1.1 421")
    with running(small_lake.uri) as server:
        assert b"__typename" in ask(server, "whatever.example")


def test_a_page_behind_a_proxy_that_rewrites_host_may_open_a_socket(
    small_lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    forwarded = {
        "origin": "https://forecasts.example",
        "host": "10.0.0.7:8000",
        "x_forwarded_host": "forecasts.example",
        "x_forwarded_proto": "https",
        "x_forwarded_for": "203.0.113.9",
    }
    with running(small_lake.uri) as server:  # nobody is believed
        assert handshake(server, **forwarded).startswith(b"HTTP/1.1 403")
        assert reached(server, "cors_origins") == 1
        assert "forecasts.example" in caplog.text
        assert "LAKECAST_CORS_ORIGINS" in caplog.text
    with running(small_lake.uri, trusted_proxies="10.0.0.0/8, 127.0.0.1") as server:
        assert handshake(server, **forwarded).startswith(b"HTTP/1.1 101")
        assert handshake(server, **{**forwarded, "origin": "https://evil.example"}).startswith(b"HTTP/1.1 403")
    with running(small_lake.uri, trusted_proxies="10.0.0.0/8") as server:
        assert handshake(server, **forwarded).startswith(b"HTTP/1.1 403")


def test_clients_behind_a_trusted_proxy_are_told_apart(small_lake: Lake, admin: tuple[str, str]) -> None:
    def tries(server: Running, client: str) -> str:
        headers = {"x-api-key": "wrong", "x-forwarded-for": client}
        answer = server.http.post("/graphql", json={"query": "mutation { unpinSnapshot { id } }"}, headers=headers)
        return str(answer.json()["errors"][0]["extensions"]["code"])

    with running(
        small_lake.uri, keys_file=admin[0], trusted_proxies="127.0.0.1", max_connections_per_address=1
    ) as server:
        assert [tries(server, "203.0.113.9") for _ in range(11)][-1] == "RATE_LIMITED"
        assert tries(server, "203.0.113.10") == "UNAUTHENTICATED"
        with raw(server) as one:  # a second connection of the proxy
            one.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            assert read_all(one).startswith(b"HTTP/1.1 200")
    with running(small_lake.uri, keys_file=admin[0]) as server:  # else each would have as many tries as addresses
        assert [tries(server, f"203.0.113.{number}") for number in range(11)][-1] == "RATE_LIMITED"


def test_a_server_below_a_path_answers_with_and_without_it(small_lake: Lake) -> None:
    with running(small_lake.uri, root_path="/plan/forecasts/", dev=True) as server:
        for prefix in ("", "/plan/forecasts"):
            answer = server.http.post(f"{prefix}/graphql", json={"query": "{ __typename }"})
            assert answer.json()["data"] == {"__typename": "Query"}
            page = server.http.get(f"{prefix}/graphql", headers={"accept": "text/html"})
            assert 'src="static/graphiql/' in page.text
            assert server.http.get(f"{prefix}/static/graphiql/graphiql.min.js").status_code == 200
            assert server.http.get(f"{prefix}/health/ready").status_code == 200
            with connect(
                f"{server.url.replace('http', 'ws')}{prefix}/graphql", subprotocols=["graphql-transport-ws"]
            ) as ws:  # type: ignore[list-item]
                ws.send('{"type": "connection_init"}')
                assert "connection_ack" in str(ws.recv(5))
        moved = server.http.get("/plan/forecasts")
        assert (moved.status_code, moved.headers["location"]) == (308, "/plan/forecasts/")
        page = server.http.get("/plan/forecasts/").text
        for link in re.findall(r'(?:src|href)="([^"]+)"', page):
            assert server.http.get(f"/plan/forecasts/{link}").status_code == 200, link
        assert server.http.get("/other/graphql").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"root_path": "forecasts"},
        {"root_path": "/a b"},
        {"root_path": "//a"},
        {"trusted_proxies": "proxy.example"},
        {"trusted_proxies": "10.0.0.1/8"},
        {"hosts": "https://a.example"},
        {"hosts": "a.example:80"},
    ],
)
def test_a_setting_that_means_nothing_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]
