"""What Redis refuses to a running server: by its name, in the log once when it begins and once when it is over."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from running import Running, free_port, running
from test_workers import redis_server, until

from lakecast_graphql.cache import redis_answers
from lakecast_graphql.cache.redis_answers import RedisAnswers
from lakecast_graphql.cache.shared_answers import PATIENCE
from lakecast_graphql.redis_state import RedisProblem, RedisState, refusal_of
from lakecast_lake.storage import Lake

SLOWER = 5
"""How many times as long as at a round trip of 20 ms all of this takes: a busy machine is late by more than that."""
ROUND_TRIP_SECONDS = 0.02 * SLOWER


class Server:
    """A server that polls, and its Redis."""

    def __init__(self, server: Running, port: int) -> None:
        self.server = server
        self.port = port

    @property
    def health(self) -> dict[str, Any]:
        return dict(self.server.http.get("/health/ready").json())

    def client(self, **options: Any) -> redis.Redis:
        return redis.Redis(port=self.port, protocol=2, **options)


@pytest.fixture(scope="module")
def polling(small_lake: Lake) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_answers, "WATCH_SECONDS", 0.1)
        port = free_port()
        with (
            redis_server(port),
            running(small_lake.uri, redis_url=f"redis://127.0.0.1:{port}/0", poll_seconds=0.1) as server,
        ):
            yield Server(server, port)


def locked(server: Server) -> Callable[[], object]:
    client = server.client()
    client.config_set("requirepass", "secret")
    client.client_kill_filter(_type="normal", skipme=True)
    return lambda: server.client(password="secret").config_set("requirepass", "")


def full(server: Server) -> Callable[[], object]:
    server.client().config_set("maxmemory-policy", "noeviction")
    server.client().config_set("maxmemory", "1")
    return lambda: server.client().config_set("maxmemory", "0")


def replica(server: Server) -> Callable[[], object]:
    server.client().slaveof("127.0.0.1", 1)
    return lambda: server.client().slaveof()


def forbidden(server: Server) -> Callable[[], object]:
    server.client().execute_command("acl", "setuser", "default", "-set")
    return lambda: server.client().execute_command("acl", "setuser", "default", "+set")


def deaf(server: Server) -> Callable[[], object]:
    """No news may be heard, the rest works."""
    server.client().execute_command("acl", "setuser", "default", "resetchannels")
    server.client().client_kill_filter(_type="pubsub")
    return lambda: server.client().execute_command("acl", "setuser", "default", "allchannels")


@pytest.mark.parametrize(
    ("fault", "name", "says"),
    [
        (locked, "WRONG_PASSWORD", "refuses the user or the password"),
        (full, "FULL", "is full"),
        (replica, "READ_ONLY", "is a replica"),
        (forbidden, "NO_PERMISSION", "&lakecast:*"),
        (deaf, "NO_PERMISSION", "does not let this user"),
    ],
)
def test_each_refusal_is_told_by_its_name_once_and_when_it_is_over(
    polling: Server,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[Server], Callable[[], object]],
    name: str,
    says: str,
) -> None:
    until(lambda: polling.health["redis"] == "WORKS", "Redis does not work yet")
    caplog.set_level(logging.WARNING)

    def lines() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.name.startswith("lakecast")]

    repair = fault(polling)
    try:
        until(lambda: polling.health["redis"] == name, f"{name} is not told")
        time.sleep(0.6)  # six polls
        assert [line for line in lines() if says in line] == lines()[-1:]
        health = polling.health
        assert says in health["redisProblem"]
        assert str(polling.port) not in health["redisProblem"]
        assert health["status"] == "ready"
    finally:
        repair()
    until(lambda: polling.health["redis"] == "WORKS", "its end is not told")
    assert lines()[-1].startswith("Redis works again, after ")
    assert len(lines()) <= 3, lines()  # one more at most, of connections that were cut on the way


@contextlib.contextmanager
def distant(port: int) -> Iterator[int]:
    """A port from which Redis is `ROUND_TRIP_SECONDS` away."""
    ready, over, loop, ports = threading.Event(), asyncio.Event(), asyncio.new_event_loop(), list[int]()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1 << 16):
                loop.call_later(ROUND_TRIP_SECONDS / 2, writer.write, data)
            await asyncio.sleep(ROUND_TRIP_SECONDS)
        finally:
            writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(ROUND_TRIP_SECONDS)  # of connecting
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    async def listen() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await over.wait()
        server.close()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(listen())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)


@pytest.fixture
def port() -> Iterator[int]:
    """That of a Redis that asks for a password."""
    number = free_port()
    with redis_server(number):
        redis.Redis(port=number).config_set("requirepass", "secret")
        yield number


def test_answers_are_shared_with_a_distant_redis(port: int) -> None:
    """Connecting takes four of them, more than a command may take: with a password, and another database than 0."""

    async def play(url: str) -> None:
        state = RedisState()
        patience = {"connect_seconds": 1.0 * SLOWER, "seconds": PATIENCE * SLOWER}
        ours, theirs = (RedisAnswers(url, state=state, **patience) for _ in range(2))
        assert await ours.get(b"k") is None  # and the connection is made
        await theirs.get(b"k")
        await asyncio.sleep(0.2 * SLOWER)
        for number in range(10):
            await ours.put(b"%d" % number, b"{}")
        answers = await asyncio.gather(*(theirs.get(b"%d" % number) for number in range(2)))
        assert answers == [b"{}"] * 2
        await asyncio.sleep(0.2 * SLOWER)  # connections for many at once are there by now
        answers = await asyncio.gather(*(theirs.get(b"%d" % number) for number in range(4)))
        assert answers == [b"{}"] * 4
        assert ours.state() == theirs.state() == ("redis", True)
        assert not state.failures
        await ours.close()
        await theirs.close()

    with distant(port) as far:
        asyncio.run(play(f"redis://:secret@127.0.0.1:{far}/3"))


def test_connections_that_redis_closed_meanwhile_are_no_failure(port: int) -> None:
    async def play() -> None:
        state = RedisState()
        answers = RedisAnswers(f"redis://:secret@127.0.0.1:{port}", state=state)
        await answers.put(b"k", b"{}")
        for _ in range(3):
            redis.Redis(port=port, password="secret").client_kill_filter(_type="normal", skipme=True)
            await asyncio.sleep(0.05)
            answer = None
            for _ in range(20):  # a busy machine may take longer than the patience
                answer = answer or await answers.get(b"k")
            assert answer == b"{}"
        assert not state.failures
        await answers.close()

    asyncio.run(play())


def test_a_burst_takes_no_more_connections_than_it_may(port: int) -> None:
    async def play() -> None:
        answers = RedisAnswers(f"redis://:secret@127.0.0.1:{port}", seconds=5.0)
        await answers.put(b"k", b"{}")
        assert await asyncio.gather(*(answers.get(b"k") for _ in range(500))) == [b"{}"] * 500
        clients = redis.Redis(port=port, password="secret").client_list()
        assert 1 < len(clients) <= 33
        await answers.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("redis://:secret@127.0.0.1:{port}/99", "NO_SUCH_DATABASE"),
        ("redis://127.0.0.1:{port}", "WRONG_PASSWORD"),
        ("redis://:other@127.0.0.1:{port}", "WRONG_PASSWORD"),
        ("redis://127.0.0.1:1", "UNREACHABLE"),
        ("redis://no-such-host.invalid", "UNKNOWN_HOST"),
        ("unix:///no/such/socket", "UNREACHABLE"),
    ],
)
def test_a_connection_that_cannot_be_made_says_why(address: str, name: str, port: int) -> None:
    async def play() -> None:
        await expect(address.format(port=port), name)

    asyncio.run(play())


def test_a_server_without_tls_is_told() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"-ERR what?\r\n")
        writer.close()

    async def play() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            await expect(f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}", "TLS")

    asyncio.run(play())


async def expect(address: str, name: str) -> None:
    """Try to connect, and see one failure of that name."""
    state = RedisState()
    answers = RedisAnswers(address, state=state, connect_seconds=5.0)
    assert await answers.get(b"k") is None
    async with asyncio.timeout(10):
        while state.refusal() is None:
            await asyncio.sleep(0.01)
    refusal = state.refusal()
    assert refusal is not None
    assert refusal.problem == name
    assert dict(state.failures) == {name: 1}
    assert answers.state() == ("redis", False)
    await answers.close()


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (redis.ResponseError("MISCONF Redis is configured to save RDB snapshots"), "DISK"),
        (redis.ResponseError("DENIED Redis is running in protected mode"), "PROTECTED"),
        (redis.ConnectionError("max number of clients reached"), "TOO_MANY_CLIENTS"),
        (redis.exceptions.MovedError("1 127.0.0.1:7000"), "CLUSTER"),
        (redis.BusyLoadingError(), "LOADING"),
        (TimeoutError(), "TIMEOUT"),
        (redis.TimeoutError(), "TIMEOUT"),
        (RuntimeError("what?"), "OTHER"),
    ],
)
def test_every_error_has_a_name(error: Exception, name: str) -> None:
    assert refusal_of(error, "lakecast:").problem == name


def test_one_line_per_problem_until_everything_works(caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    state = RedisState(clock=lambda: now[0])
    for _ in range(3):
        state.failed("answers", redis.ConnectionError("away"))
        state.failed("news", redis.ConnectionError("away"))
        state.failed("news", redis.TimeoutError())
        state.works("answers")
        now[0] += 2
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(" (")[0] for line in lines] == ["Redis cannot be reached", "Redis does not answer in time"]
    assert state.refusal("answers") is None
    assert state.refusal() is not None
    state.works("news")
    assert caplog.records[-1].getMessage() == "Redis works again, after 6 s."
    assert state.refusal() is None
    state.works("news")
    assert len(caplog.records) == 3
    assert dict(state.failures) == {"UNREACHABLE": 6, "TIMEOUT": 3}


def test_every_name_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "operating.md").read_text()
    assert not [name for name in RedisProblem if f"`{name}`" not in page]
