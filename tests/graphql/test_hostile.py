"""Requests that nobody honest makes: an error of the contract, a status that is right, and a server that goes on."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from attacks import figure, frame, read_all, until, web_socket
from running import Running, running

from lakecast_lake.storage import Lake

LIMIT = 1_000_000
CODES = {"BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"}
JSON = {"content-type": "application/json"}


def send(server: Running, content: bytes, **headers: str) -> httpx.Response:
    return server.http.post("/graphql", content=content, headers={**JSON, **headers})


BODIES = {
    "nothing": b"",
    "null": b"null",
    "a number": b"1",
    "a string": b'"x"',
    "a batch": b'[{"query": "{ __typename }"}]',
    "an empty object": b"{}",
    "no JSON": b"{query: 1}",
    "two values": b"{} {}",
    "invalid UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "a lone surrogate": b'{"query": "{ \\ud800 }"}',
    "NaN": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "deep JSON": b"[" * 100_000 + b"]" * 100_000,
    "deep variables": b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "a query that is no text": b'{"query": {"a": 1}}',
    "variables that are no object": b'{"query": "{ __typename }", "variables": [1]}',
    "a name that is no text": b'{"query": "{ __typename }", "operationName": 3}',
    "extensions that are no object": b'{"query": "{ __typename }", "extensions": "x"}',
    "a name that is not there": b'{"query": "{ __typename }", "operationName": "Nope"}',
    "an empty query": b'{"query": ""}',
    "only a comment": b'{"query": "# x"}',
    "only a fragment": b'{"query": "fragment f on Query { __typename }"}',
    "a control character": b'{"query": "{ \\u0000 }"}',
}
QUERIES = {
    "a huge integer": "{ items(first: " + "9" * 5_000 + ") { totalCount } }",
    "a huge float": "{ items(where: {}, first: 1e" + "9" * 5_000 + ") { totalCount } }",
    "deep fields": "{" + "item{" * 3_000 + "x" + "}" * 3_001,
    "deep lists": "{ items(where: " + "[" * 2_000 + "]" * 2_000 + ") { totalCount } }",
    "deep filters": "{ items(where: " + "{not:" * 900 + "{}" + "}" * 900 + ") { totalCount } }",
    "many tokens": "{" + " a" * 5_001 + "}",
    "many fields": "{" + " __typename" * 401 + "}",
    "many aliases": "{" + " ".join(f"a{n}: __typename" for n in range(51)) + "}",
    "many directives": "{ __typename " + "@skip(if: false) " * 51 + "}",
    "fragments in a circle": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "fragments that double": "{ ...f0 }"
    + "".join(f" fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(30))
    + " fragment f30 on Query { __typename }",
    "overlapping selections": "{" + " items { nodes { itemId } }" * 130 + "}",
    "many operations": " ".join(f"query Q{n} {{ __typename }}" for n in range(51)),
    "an unknown directive": "{ __typename @nope }",
    "an unterminated string": '{ item(itemId: "',
    "a variable that is not declared": "{ items(first: $n) { totalCount } }",
    "a fragment of an unknown type": "{ ... on Nope { a } }",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_malformed_body_is_a_clear_refusal(server: Running, name: str) -> None:
    answer = send(server, BODIES[name])
    assert answer.status_code in (200, 400)
    (error, *_) = answer.json()["errors"]
    assert error["extensions"]["code"] in CODES
    assert "data" not in answer.json()


@pytest.mark.parametrize("name", QUERIES)
def test_a_malformed_document_is_a_clear_refusal(server: Running, name: str) -> None:
    body = orjson.dumps({"query": QUERIES[name]})
    began = time.perf_counter()
    answer = send(server, body, accept="application/graphql-response+json")
    took = time.perf_counter() - began
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert errors[0]["extensions"]["code"] in CODES
    assert len(errors) <= 10
    assert took < 20
    assert send(server, body).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["deep fields", "many fields", "many tokens", "fragments that double", "overlapping selections", "many operations"],
)
def test_what_is_too_much_says_so(server: Running, name: str) -> None:
    answer = send(server, orjson.dumps({"query": QUERIES[name]})).json()
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize(
    ("variables", "argument"),
    [
        ({}, "n"),
        ({"n": None}, "n"),
        ({"n": "1"}, "n"),
        ({"n": 1.5}, "n"),
        ({"n": 2**31}, "n"),
        ({"n": True}, "n"),
        ({"n": [1, 2]}, "n"),
    ],
)
def test_a_wrong_variable_is_named(server: Running, variables: dict[str, object], argument: str) -> None:
    body = {"query": "query Q($n: Int!) { items(first: $n) { totalCount } }", "variables": variables}
    (error,) = send(server, orjson.dumps(body)).json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}


NESTED = {
    "objects": lambda levels: '{"not":' * levels + "{}" + "}" * levels,
    "lists in objects": lambda levels: '{"and":[' * (levels // 2) + "{}" + "]}" * (levels // 2),
    "lists": lambda levels: "[" * levels + "]" * levels,
}


@pytest.mark.parametrize("levels", [102, 240, 300, 500, 900])
@pytest.mark.parametrize("name", NESTED)
def test_deep_variables_are_a_clear_refusal_and_no_long_log(
    server: Running, name: str, levels: int, caplog: pytest.LogCaptureFixture
) -> None:
    query = "query Q($v: ItemFilter) { items(where: $v) { totalCount } }"
    body = f'{{"query": "{query}", "variables": {{"v": {NESTED[name](levels)}}}}}'
    (error,) = send(server, body.encode()).json()["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert "levels of lists and objects" in error["message"]
    assert len(caplog.text) < 2_000


def test_variables_may_nest_as_far_as_anybody_needs(server: Running) -> None:
    query = "query Q($v: ItemFilter) { items(where: $v) { totalCount } }"
    body = f'{{"query": "{query}", "variables": {{"v": {NESTED["objects"](90)}}}}}'
    assert "errors" not in send(server, body.encode()).json()


OR = [{"itemId": {"eq": f"a-{number}"}} for number in range(9_000)]
LARGE = {
    "an `or` list": ("query Q($v: ItemFilter) { items(where: $v) { totalCount } }", {"or": OR}),
    "an `in` list": ("query Q($v: ItemFilter) { items(where: $v) { totalCount } }", {"itemId": {"in": ["x"] * 5_001}}),
    "a list within": ("query Q($v: [ItemFilter!]) { items(where: {and: $v}) { totalCount } }", OR),
    "texts": ("query Q($v: [String!]) { items(where: {sku: {in: $v}}) { totalCount } }", ["x"] * 5_001),
    "one that is used often": (
        "query Q($v: [String!]) {"
        + " ".join(f"a{n}: items(where: {{sku: {{in: $v}}}}) {{ totalCount }}" for n in range(20))
        + "}",
        ["x"] * 300,
    ),
    "one that fragments use": (
        "query Q($v: [String!]) { ...a ...b } fragment a on Query { x: items(where: {sku: {in: $v}}) { totalCount } }"
        " fragment b on Query { y: items(where: {sku: {in: $v}}) { totalCount } }",
        ["x"] * 2_600,
    ),
}


COSTLY = {
    "words of a search": {"search": " ".join(f"w{number}" for number in range(301))},
    "comparisons": {"or": [{"itemId": {"contains": f"x{number}"}} for number in range(301)]},
    "lists": {"or": [{"not": {"itemId": {"in": [f"{number} {one}" for one in "abcdefg"]}}} for number in range(16)]},
    "all that must hold": {"and": [{"itemId": {"eq": f"x{number}"}} for number in range(301)]},
}


@pytest.mark.parametrize("name", COSTLY)
def test_conditions_that_cost_are_bounded(server: Running, name: str) -> None:
    """A hundred lists took DuckDB 0.7 s to plan, a search of a hundred words 1.6 s for 5,000 items."""
    where = COSTLY[name]
    for query in (
        "query Q($v: ItemFilter) { items(where: $v) { totalCount } }",
        "query Q($v: ItemFilter) { replenishment(where: {item: $v}) { totalCount } }",
    ):
        (error,) = server.ask(query, v=where)["errors"]
        assert error["extensions"] == {"code": "QUERY_TOO_COMPLEX", "argument": "where"}
        assert "300 conditions" in error["message"]


def test_values_of_one_field_are_cheap_however_many(server: Running) -> None:
    query = "query Q($v: ItemFilter) { items(where: $v) { totalCount nodes { itemId } } }"
    known = [node["itemId"] for node in server.data("{ items(first: 3) { nodes { itemId } } }")["items"]["nodes"]]
    values = [*known, *(f"x{number}" for number in range(1_200))]
    few = server.data(query, v={"itemId": {"in": known}})
    assert few["items"]["totalCount"] >= 3
    for where in ({"or": [{"itemId": {"eq": value}} for value in values]}, {"itemId": {"in": values}}):
        assert server.data(query, v=where) == few


def test_brackets_are_counted_before_they_are_built(server: Running) -> None:
    many = "[" + "[]," * 100_001 + "1]"
    body = f'{{"query": "{{ __typename }}", "variables": {{"v": {many}}}}}'
    (error,) = send(server, body.encode()).json()["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert "100,000 lists and objects" in error["message"]
    with web_socket(server) as one:
        one.sendall(frame(f'{{"id": "1", "type": "subscribe", "payload": {body}}}'.encode()))
        assert b"100,000 lists and objects" in read_all(one)


def test_variables_that_nobody_uses_count(server: Running) -> None:
    for variables in ({"v": ["x"] * 5_001}, {f"v{number}": 1 for number in range(5_001)}):
        assert server.code("{ __typename }", **variables) == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize("name", LARGE)
def test_values_in_variables_count(server: Running, name: str) -> None:
    query, value = LARGE[name]
    began = time.perf_counter()
    assert server.code(query, v=value) == "QUERY_TOO_COMPLEX"
    assert time.perf_counter() - began < 10
    server.data(query, v=value[:10] if isinstance(value, list) else {"or": OR[:10]})


@pytest.mark.parametrize("first", [-1, 10_001, 2**31 - 1])
def test_a_page_size_is_refused_and_never_capped(server: Running, first: int) -> None:
    for field in ("items", "forecasts", "forecastSeries", "metrics", "replenishment", "snapshots"):
        (error,) = server.ask(f"{{ {field}(first: {first}) {{ pageInfo {{ hasNextPage }} }} }}")["errors"]
        assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", "first"), field


def test_all_pages_together_are_bounded(server: Running) -> None:
    pages = [f"p{n}: items(first: 10000) {{ totalCount }}" for n in range(3)]
    assert set(server.data(f"{{ {' '.join(pages[:2])} }}")) == {"p0", "p1"}
    answer = server.ask(f"{{ {' '.join(pages)} }}")
    assert answer["errors"][0]["extensions"] == {"code": "QUERY_TOO_COMPLEX", "argument": "first"}
    inlined = f"{{ {' '.join(pages[:2])} snapshot(id: 1) {{ items(first: 1) {{ totalCount }} }} }}"
    assert server.code(inlined) == "QUERY_TOO_COMPLEX"


def test_ten_errors_are_shown_at_most(server: Running) -> None:
    fields = " ".join(f'a{n}: item(itemId: "x", datasetId: "nowhere") {{ name }}' for n in range(30))
    assert len(server.ask(f"{{ {fields} }}")["errors"]) == 10


def test_a_body_over_the_limit_is_413_however_it_comes(server: Running) -> None:
    large = b'{"query": "' + b" " * LIMIT + b'"}'
    assert send(server, large).status_code == 413

    def pieces():
        yield from (large[at : at + 65_536] for at in range(0, len(large), 65_536))

    assert server.http.post("/graphql", content=pieces(), headers=JSON).status_code == 413
    assert server.data("{ __typename }") == {"__typename": "Query"}


def test_a_body_that_is_called_compressed_is_415(server: Running) -> None:
    assert send(server, b"not gzip", **{"content-encoding": "gzip"}).status_code == 415


@pytest.mark.parametrize("kind", ["text/plain", "application/graphql", "multipart/form-data; boundary=x", ""])
def test_another_content_type_is_415(server: Running, kind: str) -> None:
    answer = server.http.post("/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": kind})
    assert answer.status_code == 415


def test_nothing_that_the_client_reads_is_406(server: Running) -> None:
    assert send(server, b'{"query": "{ __typename }"}', accept="image/png").status_code == 406


BEGINNING = (
    b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
)


def test_a_body_that_never_ends_is_408(small_lake: Lake) -> None:
    with running(small_lake.uri, body_seconds=0.3) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as slow:
            slow.sendall(BEGINNING)
            assert slow.recv(1000).startswith(b"HTTP/1.1 408")
        with socket.create_connection((host, int(port)), timeout=10) as gone:
            gone.sendall(BEGINNING)
        assert server.data("{ __typename }") == {"__typename": "Query"}


@pytest.mark.parametrize(
    "query_string",
    [
        "query=%FF",
        "query={__typename}&query={__typename}",
        "query={__typename}&variables={",
        "variables=[]",
        "",
        "&" * 100,
    ],
)
def test_a_malformed_query_string_is_400(server: Running, query_string: str) -> None:
    answer = server.http.get(f"/graphql?{query_string}", headers={"accept": "application/json"})
    assert answer.status_code == 400


def test_an_operation_that_takes_too_long_is_given_up(small_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    from lakecast_graphql import read

    over = threading.Event()
    with running(small_lake.uri, operation_seconds=0.2) as server:
        monkeypatch.setattr(read, "overview", lambda *_: over.wait(60))  # now, since warming up calls it, too
        query = "{ overview { itemCount } serviceStatus { version } }"
        try:  # the client waits 30 s
            answer = server.http.post(
                "/graphql", json={"query": query}, headers={"accept": "application/graphql-response+json"}
            )
        finally:
            over.set()
        assert answer.status_code == 504
        assert answer.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
        assert server.data("{ __typename }") == {"__typename": "Query"}


@pytest.mark.parametrize("tail", ["", " serviceStatus { version }"], ids=["by a plan", "by Strawberry"])
def test_what_is_computed_after_its_time_is_counted_and_ends_with_the_field(
    small_lake: Lake, monkeypatch: pytest.MonkeyPatch, tail: str
) -> None:
    from lakecast_graphql import read
    from lakecast_graphql.execution import readers

    begun, goes_on = [], threading.Event()

    def slow(*args: Any, **named: Any) -> Any:
        begun.append(1)
        goes_on.wait(20)
        return real(*args, **named)

    real = read.forecast_totals
    monkeypatch.setattr(read, "forecast_totals", slow)
    monkeypatch.setitem(readers.READERS, "forecast_totals", slow)
    fields = " ".join(f"a{n}: forecastTotals(groupBy: [ITEM], first: {n + 1}) {{ totalCount }}" for n in range(10))
    with running(small_lake.uri, operation_seconds=0.2) as server:
        assert server.code(f"{{ {fields}{tail} }}") == "TIMEOUT"
        assert figure(server, "lakecast_overdue_operations") == 1
        assert figure(server, 'lakecast_operation_errors_total{code="TIMEOUT"}') == 1
        goes_on.set()
        assert until(lambda: figure(server, "lakecast_overdue_operations") == 0)
    assert len(begun) == 1


@pytest.mark.parametrize("threads", [1, 2])
def test_the_setting_bounds_all_that_is_computed_at_once(
    small_lake: Lake, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    from lakecast_graphql import read
    from lakecast_graphql.execution import readers

    running_now, most, lock = 0, 0, threading.Lock()

    def slow(real: Callable[..., Any]) -> Callable[..., Any]:
        def read_slowly(*args: Any, **named: Any) -> Any:
            nonlocal running_now, most
            with lock:
                running_now += 1
                most = max(most, running_now)
            time.sleep(0.1)
            with lock:
                running_now -= 1
            return real(*args, **named)

        return read_slowly

    monkeypatch.setattr(read, "overview", slow(read.overview))  # by Strawberry, in the second query
    monkeypatch.setitem(readers.READERS, "forecast_totals", slow(read.forecast_totals))  # by a plan
    queries = [
        "{ forecastTotals(groupBy: [ITEM], first: %d) { totalCount } }",
        "{ overview { itemCount } serviceStatus { version } a%d: __typename }",
    ]
    with running(small_lake.uri, worker_threads=threads) as server, ThreadPoolExecutor(8) as clients:
        list(clients.map(lambda number: server.data(queries[number % 2] % (number + 1)), range(8)))
    assert most == threads


def test_no_document_holds_up_the_others(server: Running) -> None:
    """While documents at the limits are refused or answered, a small question waits a tenth of a second at most."""
    tokens = "{ items(where: {or: [" + '{itemId:{eq:"%s"}}' * 400 + "]}) { totalCount } }"
    unused = "{__typename}" + " ".join(f"fragment %s{n} on Query {{__typename}}" for n in range(390))
    waited: list[float] = []
    done = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=server.url) as http:
            while not done.is_set():
                began = time.perf_counter()
                http.get("/health/live").raise_for_status()
                waited.append(time.perf_counter() - began)
                time.sleep(0.005)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for number in range(10):
            for query in (tokens.replace("%s", f"a{number}"), unused.replace("%s", f"f{number}_")):
                send(server, orjson.dumps({"query": query}))
    finally:
        done.set()
        asking.join()
    waited.sort()
    # The median: on a loaded machine, single requests wait for the processor, not for the server.
    assert waited[len(waited) // 2] < 0.1


def test_production_shows_neither_schema_nor_hints_nor_graphiql(small_lake: Lake) -> None:
    with running(small_lake.uri) as server:
        assert server.code("{ __schema { types { name } } }") == "GRAPHQL_VALIDATION_FAILED"
        assert server.code('{ __type(name: "Item") { name } }') == "GRAPHQL_VALIDATION_FAILED"
        assert server.data("{ __typename }") == {"__typename": "Query"}
        for query in (
            "{ itemz { totalCount } }",
            "{ leaderboard(measure: RMSEE) { rank } }",
            "{ items(frist: 1) { totalCount } }",
        ):
            assert "Did you mean" not in server.ask(query)["errors"][0]["message"]
        page = server.http.get("/graphql", headers={"accept": "text/html"})
        assert page.status_code == 406
        assert server.http.get("/static/graphiql/graphiql.min.js").status_code == 404
        assert (
            "access-control-allow-origin" not in server.http.get("/", headers={"origin": "https://a.example"}).headers
        )


def test_introspection_can_be_asked_for(small_lake: Lake) -> None:
    with running(small_lake.uri, introspection=True) as server:
        assert server.data("{ __schema { queryType { name } } }")["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize(
    ("origin", "admitted"),
    [
        ("http://localhost:5173", True),
        ("https://127.0.0.1", True),
        ("http://[::1]:3000", True),
        ("http://localhost.a.example", False),
        ("http://127.0.0.1.a.example:80", False),
        ("https://a.example", False),
    ],
)
def test_development_admits_other_pages_of_this_machine(server: Running, origin: str, admitted: bool) -> None:
    told = server.http.post("/graphql", json={"query": "{ __typename }"}, headers={"origin": origin}).headers
    assert (told.get("access-control-allow-origin") == origin) is admitted


def test_pages_elsewhere_may_be_let_in(small_lake: Lake) -> None:
    with running(small_lake.uri, cors_origins="https://a.example") as server:
        asked = {
            "origin": "https://a.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "x-api-key",
        }
        allowed = server.http.options("/graphql", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://a.example"
        refused = server.http.options("/graphql", headers={**asked, "origin": "https://b.example"})
        assert "access-control-allow-origin" not in refused.headers


def test_only_registered_operations_are_answered_in_that_mode(small_lake: Lake, tmp_path: Path) -> None:
    from lakecast_graphql.operation.persisted import digest_of

    known = "{ overview { itemCount } }"
    (tmp_path / "queries.json").write_bytes(orjson.dumps({digest_of(known): known}))
    with running(
        small_lake.uri, persisted_queries="only", persisted_queries_file=str(tmp_path / "queries.json")
    ) as server:
        assert server.data(known)["overview"]["itemCount"] > 0
        assert server.code("{ __typename }") == "FORBIDDEN"


def test_a_fault_of_the_server_is_a_number_in_the_log_and_nothing_else(
    small_lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from lakecast_graphql import read

    def fail(*_: object) -> None:
        raise RuntimeError("/secret/path SELECT * FROM secrets")

    monkeypatch.setattr(read, "overview", fail)
    with running(small_lake.uri) as server:
        # An alias keeps the operation off the compiled way, which looks the function up elsewhere.
        answer = server.http.post("/graphql", json={"query": "{ x: overview { itemCount } serviceStatus { version } }"})
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "secret" not in answer.text
    number = error["message"].rstrip(".").rsplit(" ", 1)[1]
    assert number in caplog.text
    assert "secret" in caplog.text
