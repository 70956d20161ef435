"""Server-sent events at a real server: the distinct connections mode of graphql-sse."""

import json
from typing import Any

import httpx
from attacks import until
from running import Running

EVENTS = {"accept": "text/event-stream"}
LIVE = "subscription { snapshotPublished { snapshotId } }"


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            data = fields["data"].strip()
            found.append((fields["event"].strip(), json.loads(data) if data else None))
    return found


def test_a_query_is_one_result_and_complete(server: Running) -> None:
    answer = server.http.post("/graphql", json={"query": "{ overview { itemCount } }"}, headers=EVENTS)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store, no-transform"
    (next_one, complete) = events(answer.text)
    assert next_one[1]["data"]["overview"]["itemCount"] == 24
    assert complete == ("complete", None)


def test_a_bad_document_is_a_result_too(server: Running) -> None:
    answer = server.http.get("/graphql", params={"query": "{"}, headers=EVENTS)
    (next_one, _) = events(answer.text)
    assert next_one[1]["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


def test_a_request_that_is_none_is_refused_with_a_status(server: Running) -> None:
    answer = server.http.post("/graphql", content=b"[", headers={**EVENTS, "content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_subscription_goes_on_until_the_client_leaves(server: Running, admin: tuple[str, str]) -> None:
    with (
        httpx.Client(timeout=30) as other,
        other.stream("GET", server.graphql, params={"query": LIVE}, headers=EVENTS) as stream,
    ):
        lines = stream.iter_lines()
        seen = []
        for line in lines:
            if line.startswith("data: "):
                seen.append(json.loads(line[6:])["data"]["snapshotPublished"]["snapshotId"])
                if len(seen) == 2:
                    break
                server.data("mutation { refreshData(force: true) { outcome } }", admin[1])
    assert seen == [2, 2]
    assert until(lambda: "\nlakecast_subscribers 0.0\n" in server.http.get("/metrics").text), "who left is forgotten"


def test_a_subscription_needs_a_stream(server: Running) -> None:
    assert server.code(LIVE) == "BAD_USER_INPUT"
