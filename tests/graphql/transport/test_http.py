"""GraphQL over HTTP at a real server: methods, media types, tags, compression, persisted queries."""

import gzip
import json

import httpx
import orjson
import pytest
import zstandard
from running import Running

from lakecast_graphql.operation.persisted import digest_of

COUNT = "{ overview { itemCount } }"
UNSET = "query Q($first: Int!) { snapshots(first: $first) { totalCount } }"
GRAPHQL = "application/graphql-response+json"


def get(
    server: Running, query: str | None = COUNT, headers: dict[str, str] | None = None, **more: str
) -> httpx.Response:
    parameters = {**({} if query is None else {"query": query}), **more}
    return server.http.get("/graphql", params=parameters, headers=headers)


def post(server: Running, body: object, **headers: str) -> httpx.Response:
    return server.http.post("/graphql", json=body, headers=headers)


def test_every_answer_names_its_snapshot(server: Running) -> None:
    for query in (
        COUNT,
        "{ serviceStatus { version } }",
        "{ nope }",
        "{",
        "query Q($a: Int!) { snapshots(first: $a) }",
    ):
        assert post(server, {"query": query}).json()["extensions"] == {"snapshotId": 2}, query


def test_statuses_are_in_the_body_for_json_and_in_the_status_for_graphql(server: Running) -> None:
    for query, status in (
        (COUNT, 200),
        ("{", 400),
        ("{ nope }", 400),
        ("query($a: Int!) { snapshots(first: $a) { totalCount } }", 400),
    ):
        assert post(server, {"query": query}, accept="application/json").status_code == 200
        answer = post(server, {"query": query}, accept=GRAPHQL)
        assert answer.status_code == status
        assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
        assert ("data" in answer.json()) == (status == 200)


def test_an_executed_operation_is_200_with_its_errors(server: Running) -> None:
    answer = post(server, {"query": "{ forecasts(first: -1) { totalCount } }"}, accept=GRAPHQL)
    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert error["path"] == ["forecasts"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "first"}


def test_a_mutation_by_get_is_refused_with_the_method_to_use(server: Running) -> None:
    answer = get(server, "mutation { unpinSnapshot { snapshotId } }")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_other_methods_are_refused(server: Running) -> None:
    answer = server.http.put("/graphql", json={"query": COUNT})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_of_several_operations_one_must_be_named(server: Running) -> None:
    both = "query A { overview { itemCount } } query B { serviceStatus { version } }"
    answer = post(server, {"query": both}).json()
    assert answer["errors"][0]["extensions"] == {
        "code": "BAD_USER_INPUT",
        "argument": "operationName",
        "known": ["A", "B"],
    }
    assert "serviceStatus" in post(server, {"query": both, "operationName": "B"}).json()["data"]
    assert post(server, {"query": both, "operationName": "C"}).json()["errors"][0]["extensions"]["known"] == ["A", "B"]


def test_an_unchanged_answer_is_304_without_a_body(server: Running) -> None:
    first = get(server)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    again = get(server, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    listed = get(server, headers={"if-none-match": f'"x", {first.headers["etag"]}'})
    assert listed.status_code == 304


def test_another_operation_variable_or_media_type_has_another_tag(server: Running) -> None:
    query = "query Q($first: Int!) { items(first: $first) { totalCount } }"
    asked = [
        get(server),
        get(server, headers={"accept": GRAPHQL}),
        get(server, "{ overview { wape } }"),
        get(server, query, variables='{"first": 1}'),
        get(server, query, variables='{"first": 2}'),
    ]
    assert len({answer.headers["etag"] for answer in asked}) == len(asked)
    spaced = get(server, query, variables='{ "first" : 2 }')
    assert spaced.headers["etag"] == asked[-1].headers["etag"]


@pytest.mark.parametrize(
    "query",
    [
        "{ serviceStatus { snapshotId } }",
        "{ overview { itemCount } ...f } fragment f on Query { serviceStatus { version } }",
        "{ snapshots { totalCount } }",
        "{ snapshot(id: 1) { overview { itemCount } } }",
        '{ item(itemId: "shared") { name } }',
        "{ nope }",
    ],
)
def test_what_depends_on_more_than_the_snapshot_or_failed_is_never_cached(server: Running, query: str) -> None:
    answer = get(server, query)
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_post_is_not_cached_by_others(server: Running) -> None:
    assert post(server, {"query": COUNT}).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("coding", "read"), [("gzip", gzip.decompress), ("zstd", zstandard.ZstdDecompressor().decompress)]
)
def test_large_answers_are_compressed_as_the_client_reads_them(server: Running, coding: str, read) -> None:
    large = {"query": "{ forecasts(first: 500) { nodes { date itemId forecast lower80 upper80 generatedAt } } }"}
    plain = post(server, large, **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with server.http.stream("POST", "/graphql", json=large, headers={"accept-encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == coding
    assert "accept-encoding" in answer.headers["vary"]
    assert len(raw) < len(plain.content) / 3
    decompress = gzip.decompress if coding == "gzip" else zstandard.ZstdDecompressor().decompress
    assert decompress(raw) == plain.content
    small = post(server, {"query": COUNT}, **{"accept-encoding": coding})
    assert "content-encoding" not in small.headers


def test_a_query_can_be_sent_by_its_hash(server: Running) -> None:
    query = "{ overview { itemCount wape } }"
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest_of(query)}}
    unknown = post(server, {"extensions": extensions}).json()
    assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
    assert unknown["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    sent = post(server, {"query": query, "extensions": extensions}).json()
    asked = {"extensions": json.dumps(extensions)}
    known = server.http.get("/graphql", params=asked, headers={"accept": "*/*"})
    assert known.headers["content-type"] == "application/json; charset=utf-8"
    assert known.json() == sent
    assert (
        get(server, None, {"if-none-match": known.headers["etag"]}, extensions=json.dumps(extensions)).status_code
        == 304
    )


def test_unknown_members_of_a_request_are_left_alone(server: Running) -> None:
    assert "errors" not in post(server, {"query": COUNT, "id": 3, "extensions": {"other": 1}}).json()


def test_numbers_and_text_come_as_they_are(server: Running) -> None:
    answer = post(server, {"query": "{ items(first: 100) { nodes { name forecast { forecast } } } }"})
    names = [node["name"] for node in answer.json()["data"]["items"]["nodes"]]
    assert 'Cabo "RF" 1/2"' in names
    assert "日本語 %b {x}" in names
    assert orjson.loads(answer.content) == json.loads(answer.content)


def test_every_cache_is_counted(server: Running) -> None:
    def figures() -> dict[str, float]:
        lines = server.http.get("/metrics").text.splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    before = figures()
    for _ in range(4):
        post(server, {"query": "{ counted: items(first: 7) { nodes { itemId sku } } }"}).raise_for_status()
    after = figures()
    for cache in ("answers", "cells", "plans"):
        for figure in ("bytes", "hits", "misses", "evictions"):
            total = "" if figure == "bytes" else "_total"
            assert f'lakecast_cache_{figure}{total}{{cache="{cache}"}}' in after
    hits = 'lakecast_cache_hits_total{cache="answers"}'
    assert after[hits] - before[hits] >= 2
    for figure in ("misses_total", "bytes"):
        name = f'lakecast_cache_{figure}{{cache="cells"}}'
        assert after[name] > before[name]
