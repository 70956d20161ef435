"""What a client can hold of the server is bounded: each limit bites, is counted, is logged, and spares the others."""

import contextlib
import json
import logging
import socket
import time
from typing import Any

import pytest
from attacks import figure, frame, others, raw, reached, read_all, resident, says, until, web_socket
from running import Running, running
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lakecast_graphql import read
from lakecast_graphql.transport.uvicorn_protocols import BoundedHttp
from lakecast_lake.storage import Lake

BEGIN = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
JSON = {"content-type": "application/json"}
FIELDS = "nodes { date itemId forecast median lower80 upper80 lower95 }"
LARGE = "{" + " ".join(f"a{number}: forecasts(first: 500) {{ {FIELDS} }}" for number in range(40)) + "}"
"""An operation of a kilobyte or two with an answer of some megabytes."""


def asks(body: str, *more: bytes) -> bytes:
    return BEGIN + b"".join(line + b"\r\n" for line in more) + b"content-length: %d\r\n\r\n" % len(body) + body.encode()


def refusal(answer: bytes) -> tuple[int, str]:
    """Status and message of an answer in JSON."""
    head, _, body = answer.partition(b"\r\n\r\n")
    (error,) = json.loads(body)["errors"]
    assert error["extensions"]["code"]
    return int(head.split()[1]), error["message"]


@pytest.mark.parametrize(
    ("pieces", "limit", "status"),
    [
        ([BEGIN, b"a: b\r\n" * 200], "max_head_lines", 431),
        ([BEGIN, b"a: " + b"x" * 100_000], "max_head_bytes", 431),
        ([BEGIN, b"a: ", *[b"x" * 1_000] * 100], "max_head_bytes", 431),
        ([b"GET /graphql?query=", *[b"x" * 1_000] * 100], "max_head_bytes", 431),
        ([b"GET /" + b"x" * 300_000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n"], "max_head_bytes", 431),
        ([BEGIN, *[b"y" * 500 + b": z\r\n"] * 200], "max_head_lines", 431),
        ([BEGIN + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"a: b\r\n" * 200], "max_head_lines", 431),
    ],
    ids=["lines", "a value", "a value in pieces", "an address in pieces", "an address", "names", "trailers"],
)
def test_heads_are_bounded(
    server: Running, pieces: list[bytes], limit: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    before = reached(server, limit)
    with caplog.at_level(logging.WARNING, "lakecast.limits"), raw(server) as one:
        for piece in pieces:
            one.sendall(piece)
            time.sleep(0.001)
        answer = read_all(one)
    if "trailers" not in str(pieces[0]) and b"chunked" not in pieces[0]:
        assert refusal(answer)[0] == status
    assert reached(server, limit) == before + 1


def test_header_lines_that_come_at_once_are_not_kept(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read at once may hold ten thousands of lines: objects of megabytes, and milliseconds of everybody."""
    lines, before = 0, resident()

    def count(self: BoundedHttp, name: bytes, value: bytes) -> None:
        nonlocal lines
        lines += 1
        HttpToolsProtocol.on_header(self, name, value)

    monkeypatch.setattr(BoundedHttp, "on_header", count, raising=False)
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            one = stack.enter_context(raw(server))
            with contextlib.suppress(ConnectionError):
                one.sendall(BEGIN + b"a: b\r\n" * 40_000)
            assert one.recv(4096).startswith(b"HTTP/1.1 431")
        grown = resident() - before
    assert lines < 50 * 5_000
    assert grown < 30_000_000


def test_a_head_that_comes_slowly_and_a_connection_that_sends_nothing_are_closed(small_lake: Lake) -> None:
    with running(small_lake.uri, head_seconds=0.3, idle_seconds=0.3) as server:
        with raw(server) as slow, raw(server) as silent, raw(server) as second, raw(server) as idle:
            slow.sendall(BEGIN)
            second.sendall(asks('{"query":"{__typename}"}'))
            idle.sendall(asks('{"query":"{__typename}"}'))
            assert second.recv(4096).startswith(b"HTTP/1.1 200")
            second.sendall(BEGIN)
            assert refusal(read_all(slow))[0] == 408
            assert read_all(silent) == b""
            assert refusal(read_all(second))[0] == 408
            assert read_all(idle).startswith(b"HTTP/1.1 200")
        assert reached(server, "head_seconds") == 3


@pytest.mark.parametrize(
    ("lines", "follows"),
    [
        (b"connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 40\r\n", b"POST /graphql HTTP/1.1\r\n"),
        (b"connection: upgrade\r\nupgrade: websocket\r\ntransfer-encoding: chunked\r\n", b"5\r\nabcde\r\n0\r\n\r\n"),
        (b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 24\r\n", b'{"query":"{__typename}"}'),
        (b"connection: keep-alive, Upgrade\r\nupgrade: foo/2\r\ncontent-length: 24\r\n", b'{"query":"{__typename}"}'),
    ],
)
def test_an_upgrade_with_a_body_is_refused_and_nothing_is_smuggled(
    server: Running, lines: bytes, follows: bytes
) -> None:
    smuggled = asks('{"query":"{ overview { itemCount } }"}')
    with raw(server) as one:
        one.sendall(BEGIN + lines + b"\r\n" + follows + smuggled)
        answer = read_all(one)
    assert answer.count(b"HTTP/1.1") == 1
    assert refusal(answer)[0] == 400


def test_an_upgrade_to_what_is_not_spoken_here_is_answered_as_without(server: Running) -> None:
    with raw(server) as one:
        lines = b"host: localhost\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
        one.sendall(b"GET /health/live HTTP/1.1\r\n" + lines)
        assert read_all(one).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("hosts", [b"", b"host: a\r\nhost: b\r\n"])
def test_a_request_has_one_host(server: Running, hosts: bytes) -> None:
    with raw(server) as one:
        one.sendall(b"GET /health/live HTTP/1.1\r\n" + hosts + b"\r\n")
        assert refusal(read_all(one))[0] == 400
    with raw(server) as old:
        old.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert read_all(old).startswith(b"HTTP/1.1 200")


def test_connections_are_bounded(small_lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    with running(small_lake.uri, max_connections_per_address=5) as server:
        server.data("{ __typename }")  # the client's own connection
        held = [raw(server) for _ in range(4)]
        with raw(server) as one:
            assert refusal(read_all(one))[0] == 503
        assert "LAKECAST_MAX_CONNECTIONS_PER_ADDRESS" in caplog.text
        assert reached(server, "max_connections_per_address") == 1
        for one in held:
            one.close()
        assert until(lambda: _answers(server))
    with running(small_lake.uri, max_connections=2) as server:
        server.data("{ __typename }")
        with raw(server), raw(server) as second:
            assert refusal(read_all(second))[0] == 503
        assert reached(server, "max_connections") == 1


def _answers(server: Running) -> bool:
    with raw(server) as one:
        one.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        return read_all(one).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("payload", [b"", b"x"], ids=["empty", "small"])
def test_fragments_of_a_message_are_bounded(server: Running, payload: bytes) -> None:
    before = reached(server, "max_message_fragments")
    with others(server) as found, web_socket(server) as one:
        one.sendall(frame(b"", last=False))
        try:
            for _ in range(500):
                one.sendall(frame(payload, 0, last=False) * 1_000)
        except OSError:
            pass  # it has been cut off
        assert b"fragments" in read_all(one) or reached(server, "max_message_fragments") == before + 1
    assert reached(server, "max_message_fragments") == before + 1
    assert found.median < 0.1


def test_a_message_in_some_fragments_is_read(server: Running) -> None:
    with web_socket(server) as one:
        one.sendall(frame(b'{"type":', last=False) + frame(b'"pi', 0, last=False) + frame(b'ng"}', 0))
        assert says(one, b"pong")


def test_a_large_frame_is_refused_before_it_is_there(server: Running) -> None:
    before = reached(server, "max_message_bytes")
    with web_socket(server) as one:
        one.sendall(frame(b"x" * 1_000_001)[:20])
        assert b"\x03\xf1" in read_all(one)  # close code 1009
    assert reached(server, "max_message_bytes") == before + 1


@pytest.mark.parametrize(
    "some", [frame(b"", 9), frame(b'{"type":"ping"}'), frame(b"x" * 125, 9)], ids=["pings", "messages", "long pings"]
)
def test_pings_that_are_never_read_do_not_pile_up(server: Running, some: bytes) -> None:
    before = resident()
    with others(server) as found, web_socket(server, receive_buffer=4096) as one:
        one.settimeout(2)
        try:
            for _ in range(300):
                one.sendall(some * 1_000)
        except TimeoutError:
            pass  # the server reads no more
    assert resident() - before < 50_000_000
    assert found.median < 0.1


def test_answers_that_a_socket_does_not_read_are_bounded(small_lake: Lake) -> None:
    limits = {"max_unread_bytes": 4_000_000, "unread_seconds": 1.0}
    with running(small_lake.uri, **limits) as server:
        before = resident()
        with others(server) as found, web_socket(server, receive_buffer=4096) as one:
            for number in range(100):
                asked = {"id": str(number), "type": "subscribe", "payload": {"query": LARGE}}
                one.sendall(frame(json.dumps(asked).encode()))
            assert until(lambda: reached(server, "unread_seconds") + reached(server, "max_unread_bytes") > 0)
        assert resident() - before < 100_000_000
        assert found.median < 0.1
        assert until(lambda: "lakecast_unread_bytes 0" in server.http.get("/metrics").text)


def test_a_socket_that_reads_slowly_gets_everything(small_lake: Lake) -> None:
    with running(small_lake.uri, max_unread_bytes=16_000_000) as server, web_socket(server, receive_buffer=4096) as one:
        one.settimeout(20)
        for number in range(20):
            asked = {"id": str(number), "type": "subscribe", "payload": {"query": LARGE}}
            one.sendall(frame(json.dumps(asked).encode()))
        text, complete = b"", 0
        while complete < 20:
            part = one.recv(1 << 16)
            assert part, "cut off"
            text = text[-50:] + part
            complete = complete + part.count(b'"complete"') + (b'"complete"' in text[:60] and b'"complete"' not in part)
        assert reached(server, "max_unread_bytes") == 0


def test_answers_that_are_not_read_over_http_are_bounded(small_lake: Lake) -> None:
    with running(small_lake.uri, unread_seconds=1.0) as server:
        before = resident()
        body = json.dumps({"query": LARGE})
        with others(server) as found:
            held = [raw(server, receive_buffer=4096) for _ in range(10)]
            for one in held:
                one.sendall(asks(body) * 20)
            assert until(lambda: reached(server, "unread_seconds") == 10, 15)
            for one in held:
                one.close()
        assert resident() - before < 100_000_000
        assert found.median < 0.1


def test_pipelined_requests_are_answered_in_order_and_bounded(server: Running) -> None:
    with raw(server) as one:
        bodies = [json.dumps({"query": f"{{ a{number}: __typename }}"}) for number in range(20)]
        one.sendall(b"".join(asks(body) for body in bodies[:-1]) + asks(bodies[-1], b"connection: close"))
        answer = read_all(one)
        assert [answer.index(b'"a%d"' % number) for number in range(20)] == sorted(
            answer.index(b'"a%d"' % number) for number in range(20)
        )
    before = reached(server, "max_pipelined_requests")
    with raw(server) as one:
        one.sendall(asks(bodies[0]) * 1_000)
        read_all(one)
    assert reached(server, "max_pipelined_requests") > before


def test_who_is_cut_off_while_the_first_of_several_requests_is_answered_leaves_no_traceback(
    small_lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[BoundedHttp] = []
    overview, watch = read.overview, BoundedHttp.connection_made

    def connection_made(self: BoundedHttp, transport: Any) -> None:
        made.append(self)
        watch(self, transport)

    def cut_off(*arguments: Any) -> Any:
        made[0].loop.call_soon_threadsafe(made[0].abort)
        time.sleep(0.2)
        return overview(*arguments)

    monkeypatch.setattr(BoundedHttp, "connection_made", connection_made)
    with running(small_lake.uri) as server:
        monkeypatch.setattr(read, "overview", cut_off)
        with raw(server) as one:
            slow = asks(json.dumps({"query": "{ x: overview { itemCount } serviceStatus { version } }"}))
            one.sendall(slow + asks(json.dumps({"query": "{ __typename }"})))
            assert read_all(one) == b""
        time.sleep(0.4)
        server.data("{ __typename }")
    assert "Traceback" not in caplog.text
    assert "in an operation" not in caplog.text


def test_all_clients_together_are_bounded(small_lake: Lake) -> None:
    with running(small_lake.uri, max_unread_bytes_in_all=1_000_000) as server:
        body = json.dumps({"query": LARGE})
        held: list[socket.socket] = [raw(server, receive_buffer=4096) for _ in range(10)]
        for one in held:
            one.sendall(asks(body) * 2)
        assert until(lambda: reached(server, "max_unread_bytes_in_all") > 0)
        assert until(lambda: _unread(server) <= 1_000_000)
        for one in held:
            one.close()


def _unread(server: Running) -> float:
    line = next(x for x in server.http.get("/metrics").text.splitlines() if x.startswith("lakecast_unread_bytes "))
    return float(line.split()[1])


def test_bodies_that_do_not_end_are_bounded_together(small_lake: Lake) -> None:
    with running(small_lake.uri, max_incoming_bytes_in_all=1_000_000) as server:
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(raw(server)) for _ in range(4)]
            for number, one in enumerate(held):
                one.sendall(BEGIN + b"content-length: 600000\r\n\r\n" + b" " * 400_000)
                assert until(lambda n=number: figure(server, "lakecast_incoming_bytes") == min(n + 1, 2) * 400_000)
            for one in held[:2]:  # those that began first
                assert refusal(read_all(one))[0] == 408
            assert reached(server, "max_incoming_bytes_in_all") == 2
            query = json.dumps({"query": "{ __typename }" + " " * 300_000})
            assert server.http.post("/graphql", content=query, headers=JSON).json()["data"]
        assert until(lambda: figure(server, "lakecast_incoming_bytes") == 0)


def test_messages_that_do_not_end_are_bounded_together(small_lake: Lake) -> None:
    with running(small_lake.uri, max_incoming_bytes_in_all=1_000_000) as server:
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(web_socket(server)) for _ in range(3)]
            for number, one in enumerate(held):
                whole = (
                    frame(b" " * 400_000) if number else frame(b" " * 300_000, last=False) + frame(b" " * 100_000, 0)
                )
                one.sendall(whole[:-100])
                assert until(lambda n=number: figure(server, "lakecast_incoming_bytes") > min(n + 1, 2) * 390_000)
            assert b"\x03\xf0" in read_all(held[0])  # close code 1008
            assert reached(server, "max_incoming_bytes_in_all") == 1
            held[2].sendall(b" " * 100)  # which is no JSON, but whole
            assert b"Messages must be JSON" in read_all(held[2])
        assert until(lambda: figure(server, "lakecast_incoming_bytes") == 0)


def test_a_message_that_comes_slowly_closes_the_socket(small_lake: Lake) -> None:
    with running(small_lake.uri, body_seconds=0.3) as server, web_socket(server) as one:
        one.sendall(frame(b" " * 100_000)[:-1])
        assert b"did not arrive in time" in read_all(one)
        assert reached(server, "body_seconds") == 1


WAITING = "subscription { snapshotPublished { snapshotId } }"


def test_requests_that_are_being_answered_are_bounded_together(small_lake: Lake) -> None:
    """A subscription holds what it was asked with as long as it is open."""
    padded = WAITING + " " * 300_000
    message = {"id": "1", "type": "subscribe", "payload": {"query": padded}}
    events = asks(json.dumps({"query": padded}), b"accept: text/event-stream")
    with running(small_lake.uri, max_answering_bytes_in_all=1_000_000) as server, contextlib.ExitStack() as stack:
        for _ in range(2):
            one = stack.enter_context(web_socket(server))
            one.sendall(frame(json.dumps(message).encode()))
            assert says(one, b'"next"')
        stream = stack.enter_context(raw(server))
        stream.sendall(events)
        assert until(lambda: figure(server, "lakecast_answering_bytes") > 900_000)
        assert server.code(padded) == "RATE_LIMITED"
        with web_socket(server) as another:
            another.sendall(frame(json.dumps(message).encode()))
            assert says(another, b"RATE_LIMITED")
            another.sendall(frame(b'{"type": "ping"}'))
            assert says(another, b"pong")  # the socket goes on
        assert reached(server, "max_answering_bytes_in_all") >= 2
        assert server.data("{ __typename }")
        stream.close()
        assert until(lambda: figure(server, "lakecast_answering_bytes") < 700_000)
        assert server.code(padded) == "BAD_USER_INPUT"  # there is room again: a subscription takes another way


def test_bodies_of_tiny_chunks_are_bounded(small_lake: Lake) -> None:
    with running(small_lake.uri, max_body_pieces=50) as server:
        query = json.dumps({"query": "{ __typename }"}).encode()
        begin = BEGIN + b"transfer-encoding: chunked\r\n\r\n"
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in query)
        with raw(server) as one:
            one.sendall(begin + chunks + b"0\r\n\r\n")
            assert says(one, b'"Query"')
        with raw(server) as one:
            one.sendall(begin + b"1\r\n \r\n" * 51)
            assert read_all(one) == b""
        assert reached(server, "max_body_pieces") == 1


def test_what_comes_after_the_answer_is_not_waited_for(small_lake: Lake) -> None:
    """A GET that goes on with a byte now and then of a body that nobody asked for."""
    with running(small_lake.uri, body_seconds=0.3, idle_seconds=30) as server, raw(server) as one:
        one.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n")
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
        assert until(lambda: _is_refused(one), 10)
        assert reached(server, "body_seconds") == 1


def _is_refused(one: socket.socket) -> bool:
    try:
        one.sendall(b"x")
    except OSError:
        return True
    return False


def test_long_lists_of_what_is_accepted_are_not_read(server: Running) -> None:
    query = {"query": "{ __typename }"}
    long = {"accept": "a/b," * 600 + "application/json"}
    assert server.http.post("/graphql", json=query, headers=long).status_code == 431
    long = {"accept-encoding": "x;q=0.5," * 600 + "gzip"}
    answer = server.http.post("/graphql", json={"query": LARGE[:-1] + " __typename }"}, headers=long)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
    long = {"content-type": "application/json;" + "a=b;" * 600}
    assert server.http.post("/graphql", content=json.dumps(query), headers=long).status_code == 415
