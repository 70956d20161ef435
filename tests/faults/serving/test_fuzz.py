"""Operations made from the schema, by every transport: none without an answer, none that is a fault of ours."""

import json
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from running import Running, running
from schema_fuzz import Fuzz
from websockets.sync.client import ClientConnection, connect

from lakecast_graphql.types.schema import schema
from lakecast_lake.storage import Lake

ACCEPTED = ("application/json", "application/graphql-response+json", "*/*", "text/event-stream")


def ask_http(server: Running, query: str, variables: dict[str, Any], rng: random.Random) -> str:
    """The answer to a POST or GET; of a stream, its first event."""
    headers = {"accept": rng.choice(ACCEPTED)}
    body = {"query": query, "variables": variables}
    if rng.random() < 0.3:
        given: dict[str, Any] = {"params": {"query": query, "variables": json.dumps(variables)}}
    else:
        given = {"content": json.dumps(body).encode(), "headers": {"content-type": "application/json"}}
    given["headers"] = given.get("headers", {}) | headers
    with server.http.stream("POST" if "content" in given else "GET", "/graphql", **given) as answer:
        assert answer.status_code < 500, (answer.status_code, query, variables)
        if headers["accept"] != "text/event-stream":
            return answer.read().decode()
        text = ""
        for piece in answer.iter_text():
            text += piece
            if "\n\n" in text:
                return text
        return text


def ask_socket(socket: ClientConnection, number: int, query: str, variables: dict[str, Any]) -> str:
    """The first answer to an operation over a WebSocket, which is then ended."""
    payload = {"query": query, "variables": variables}
    socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
    while True:
        text = str(socket.recv(20))
        message = json.loads(text)
        if message.get("id") == str(number):
            if message["type"] == "next":
                socket.send(json.dumps({"id": str(number), "type": "complete"}))
            return text


@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_no_operation_is_without_an_answer_or_a_fault(
    small_lake: Lake, size: Callable[[int, int], int], record: Callable[[str, object, str], None]
) -> None:
    cases = size(150, 5_000)
    fuzz, rng = Fuzz(schema()._schema, seed=3), random.Random(5)
    codes: dict[str, int] = {}
    with (
        running(small_lake.uri) as server,
        connect(server.socket, subprotocols=["graphql-transport-ws"], max_size=None) as socket,  # type: ignore[list-item]
    ):
        server.http.timeout = httpx.Timeout(60)
        socket.send('{"type": "connection_init"}')
        socket.recv(20)
        for number in range(cases):
            query, variables = fuzz.operation()
            if rng.random() < 0.4:
                text = ask_socket(socket, number, query, variables)
            else:
                text = ask_http(server, query, variables, rng)
            assert text.strip(), (query, variables)
            assert "INTERNAL_SERVER_ERROR" not in text, (text[:500], query, variables)
            found = "data" if '"errors"' not in text else text.partition('"code":"')[2].partition('"')[0]
            codes[found] = codes.get(found, 0) + 1
    assert codes.get("data", 0) > cases / 10
    shown = ", ".join(f"{count} {code}" for code, count in sorted(codes.items()))
    record(
        "operations made from the schema, over HTTP, WebSocket and events", cases, f"0 faults, all answered: {shown}"
    )
