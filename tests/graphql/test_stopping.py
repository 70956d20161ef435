"""A server that is told to stop: what is soon done is answered, the rest is told, and nothing outlives it."""

import contextlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from attacks import frame, read_all, says, until, web_socket
from running import Running, free_port, running

from lakecast_graphql import app
from lakecast_graphql import worker as end_of_worker
from lakecast_graphql.settings import Settings
from lakecast_lake.storage import Lake

pytestmark = pytest.mark.slow
LIVE = "subscription { snapshotPublished { snapshotId } }"
EVENTS = (
    "GET /graphql?query=subscription%20%7B%20snapshotPublished%20%7B%20snapshotId%20%7D%20%7D HTTP/1.1\r\n"
    "host: localhost\r\naccept: text/event-stream\r\n\r\n"
)


@contextlib.contextmanager
def serving(lake: Lake, log: Path, *options: str, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], Running]]:
    """`lakecast serve` as operators run it, with environment variables."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "lakecast"),
        "serve",
        "--lake",
        lake.uri,
        "--port",
        str(port),
        *options,
    ]
    with log.open("wb") as out:
        environment = {**os.environ, "LAKECAST_POLL_SECONDS": "0", **settings}
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        assert until(lambda: _is_ready(url), 90), log.read_text()
        with httpx.Client(base_url=url, timeout=30) as http:
            yield process, Running(url, http)
    finally:
        process.kill()
        process.wait()


def _is_ready(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/health/ready").status_code == 200
    return False


def subscribers(server: Running, count: int) -> list[socket.socket]:
    """Half of them over WebSocket, half of them as streams of events."""
    found = []
    for number in range(count):
        if number % 2:
            one = web_socket(server)
            asked = {"id": "1", "type": "subscribe", "payload": {"query": LIVE}}
            one.sendall(frame(json.dumps(asked).encode()))
            assert says(one, b'"next"')
        else:
            one = socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])), timeout=10)
            one.sendall(EVENTS.encode())
            text = b""
            while b"event: next" not in text:
                text += one.recv(4096)
        found.append(one)
    return found


QUESTION = b'{"query": "{ overview { itemCount } }"}'


def half_requests(server: Running, count: int) -> list[socket.socket]:
    """Requests of which the head and the first byte of the body have come."""
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n" % len(QUESTION)
    )
    port = int(server.url.rsplit(":", 1)[1])
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(count)]
    for one in sockets:
        one.sendall(head + QUESTION[:1])
    return sockets


def test_a_server_with_subscribers_and_requests_stops(small_lake: Lake, tmp_path: Path) -> None:
    """Subscribers are told at once, who is soon done is answered, and then nothing is waited for any longer."""
    log = tmp_path / "log"
    # As long as a busy machine may need: only what is never done would take all of it.
    with serving(small_lake, log, LAKECAST_STOP_SECONDS="60") as (process, server), contextlib.ExitStack() as stack:
        live, soon = subscribers(server, 200), half_requests(server, 20)
        for one in (*live, *soon):
            stack.enter_context(one)
        server.data("{ __typename }")  # behind all of these
        before = cpu_seconds(process)
        process.send_signal(signal.SIGTERM)
        last = [read_all(one) for one in live]
        assert process.poll() is None
        for one in soon:
            one.sendall(QUESTION[1:])
        answered = [read_all(one) for one in soon]
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        assert process.wait(50) == 0
        assert time.monotonic() - began < 50
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert all(b"event: complete" in text for text in last[::2])
    assert all(b"\x03\xf4" in text for text in last[1::2])  # close code 1012: service restart
    assert all(text.startswith(b"HTTP/1.1 200") and b'"itemCount"' in text for text in answered)
    spent = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    assert spent - before < 1.0  # seconds of CPU from the signal on: the rest is waiting for clients
    assert "Traceback" not in log.read_text()


def test_requests_that_are_not_done_in_time_are_told(small_lake: Lake, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(small_lake, log, LAKECAST_STOP_SECONDS="0.5") as (process, server), contextlib.ExitStack() as stack:
        never = half_requests(server, 20)
        for one in never:
            stack.enter_context(one)
        server.data("{ __typename }")
        process.send_signal(signal.SIGTERM)
        refused = [read_all(one) for one in never]
        assert process.wait(50) == 0
    assert all(text.startswith(b"HTTP/1.1 504") and b"being stopped" in text for text in refused)
    assert "Traceback" not in log.read_text()


def test_a_stop_waits_for_three_seconds_at_most() -> None:
    """By default, with several workers: what each step may wait for, one after the other."""
    parent, worker = 0.5, 0.1  # seconds between two looks for a signal
    steps = (parent, worker, Settings().stop_seconds, app._CLOSE_SECONDS, end_of_worker._END_SECONDS)
    assert round(sum(steps), 3) <= 3


def cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    """What a process has worked so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_workers_end_with_their_parent(small_lake: Lake, tmp_path: Path) -> None:
    with serving(small_lake, tmp_path / "log", "--workers", "2") as (process, _):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers = [int(number) for number in children.read_text().split()]
        assert len(workers) >= 2
        process.kill()
        assert until(lambda: not any(_runs(number) for number in workers), 15)


def _runs(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_workers_stop(small_lake: Lake, tmp_path: Path) -> None:
    with serving(small_lake, tmp_path / "log", "--workers", "2") as (process, server):
        held = subscribers(server, 6)
        process.send_signal(signal.SIGTERM)
        assert process.wait(50) == 0
        for one in held:
            one.close()


def test_a_client_that_sends_too_much_reads_why(small_lake: Lake) -> None:
    with running(small_lake.uri, max_body_bytes=1_000) as server:
        port = int(server.url.rsplit(":", 1)[1])
        head = (
            b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        )
        for half_close in (False, True):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
                one.sendall(head % 3_000_000 + b"x" * 3_000_000)
                if half_close:
                    one.shutdown(socket.SHUT_WR)
                assert b"413" in read_all(one)[:20]
        with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
            body = b'{"query": "{ overview { itemCount } }"}'
            one.sendall(head % len(body) + body)
            one.shutdown(socket.SHUT_WR)
            assert b'"itemCount"' in read_all(one)


@pytest.mark.parametrize("content", ["{", '{"keys": 3}', '{"keys": [{"a": 1}]}', "\x00", '{"keys": [3]}', "[]"])
def test_a_damaged_keys_file_has_a_code(small_lake: Lake, tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content.encode() + b"\xff")
    lake = tmp_path / "lake"
    shutil.copytree(small_lake.uri, lake)
    with running(str(lake), keys_file=str(path)) as server:
        assert server.code("mutation { refreshData { outcome } }", "x") == "FORBIDDEN"
        path.write_text(content)
        assert server.code("mutation { unpinSnapshot { snapshotId } }", "x") == "FORBIDDEN"
        answer = server.http.post("/api/v1/data/refresh", headers={"x-api-key": "x"})
        assert answer.json()["error"]["code"] == "FORBIDDEN"


def test_every_answer_says_that_it_is_what_it_says(small_lake: Lake) -> None:
    with running(small_lake.uri) as server:
        for path in ("/", "/health/live", "/health/ready", "/metrics", "/schema.graphql", "/nope", "/graphql"):
            assert server.http.get(path).headers["x-content-type-options"] == "nosniff", path
        for accepted in ("gzip", "identity"):
            answer = server.http.post(
                "/graphql", json={"query": "{ overview { itemCount } }"}, headers={"accept-encoding": accepted}
            )
            assert answer.headers["x-content-type-options"] == "nosniff"
