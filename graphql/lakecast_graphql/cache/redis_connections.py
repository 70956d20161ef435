"""Connections to Redis that are ready: none is made while a request waits for its answer."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import redis.asyncio
from redis.asyncio.connection import AbstractConnection
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

MOST = 32
"""Connections of a process."""
_MOST_AT_ONCE = 8
"""Connections that are being made at the same time."""


class NotReady(Exception):
    """No connection is ready yet; nothing has failed."""


class RedisConnections:
    """Connections of one process, in one event loop.

    Args:
        url: as redis://host:6379/0.
        connect_seconds: in which a connection must be made and answer. No request waits for that.
        seconds: in which a command must be answered, and a request waits for a connection.
        on_failure: told why a connection could not be made.
        on_success: told that one was made.
    """

    def __init__(
        self,
        url: str,
        *,
        connect_seconds: float,
        seconds: float,
        on_failure: Callable[[Exception], None],
        on_success: Callable[[], None],
    ) -> None:
        self._connect_seconds = connect_seconds
        self._seconds = seconds
        self._on_failure = on_failure
        self._on_success = on_success
        # Of the library's pool only what reads the address: it makes connections while callers wait.
        self._maker = redis.asyncio.ConnectionPool.from_url(
            url,
            protocol=2,  # the third asks for two more round trips
            socket_timeout=connect_seconds,
            socket_connect_timeout=connect_seconds,
            retry=redis.asyncio.retry.Retry(NoBackoff(), 0),
            driver_info=None,
        )
        self._count = 0
        self._idle: list[AbstractConnection] = []
        self._waiting: deque[asyncio.Future[AbstractConnection]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connecting = 0
        self._overdue = False

    async def ask(self, *command: bytes | str | int) -> Any:
        """What Redis answers to a command.

        Raises NotReady, TimeoutError, RedisError; ResponseError of them where Redis refused.
        """
        connection = await self._take()
        try:
            async with asyncio.timeout(self._seconds):
                await connection.send_command(*command)
                answer = await connection.read_response()
        except ResponseError:
            self._put_back(connection)
            raise
        except BaseException:
            self._drop(connection)  # what it still says would be taken for the answer to the next command
            raise
        self._put_back(connection)
        return answer

    async def close(self) -> None:
        """Close all of them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *map(_close, self._idle), return_exceptions=True)
        self._idle.clear()

    async def _take(self) -> AbstractConnection:
        while self._idle:
            connection = self._idle.pop()
            if await _is_usable(connection):
                return connection
            self._drop(connection)
        if self._overdue and self._count == self._connecting:
            raise NotReady
        self._connect()
        coming: asyncio.Future[AbstractConnection] = asyncio.get_running_loop().create_future()
        self._waiting.append(coming)
        try:
            await asyncio.wait({coming}, timeout=self._seconds)
        except asyncio.CancelledError:
            if not coming.cancel() and coming.exception() is None:
                self._put_back(coming.result())
            raise
        if not coming.cancel():
            return coming.result()
        if not self._connecting:
            raise TimeoutError  # all of them wait for Redis
        self._overdue = True  # whoever else comes need not wait for the same
        raise NotReady

    def _connect(self) -> None:
        if self._count >= MOST or self._connecting >= _MOST_AT_ONCE:
            return
        self._count += 1
        self._connecting += 1
        self._begin(self._make())

    async def _make(self) -> None:
        connection: AbstractConnection = self._maker.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(self._connect_seconds):
                await connection.connect()  # type: ignore[no-untyped-call]
                await connection.send_command("PING")  # one that hangs takes connections, too
                await connection.read_response()
        except Exception as error:  # whatever answers there
            self._connecting -= 1
            self._overdue = False
            self._drop(connection)
            self._on_failure(error)
            while self._waiting and not self._connecting:
                self._give(NotReady())
            return
        self._connecting -= 1
        self._overdue = False
        self._on_success()
        self._put_back(connection)

    def _put_back(self, connection: AbstractConnection) -> None:
        if not self._give(connection):
            self._idle.append(connection)

    def _give(self, outcome: AbstractConnection | NotReady) -> bool:
        """Hand it to the one who has waited for longest; False where nobody waits."""
        while self._waiting:
            coming = self._waiting.popleft()
            if coming.done():
                continue
            if isinstance(outcome, NotReady):
                coming.set_exception(outcome)
            else:
                coming.set_result(outcome)
            return True
        return False

    def _drop(self, connection: AbstractConnection) -> None:
        self._count -= 1
        self._begin(_close(connection))

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _is_usable(connection: AbstractConnection) -> bool:
    """Whether it is open, and nothing that was not asked for stands in it."""
    try:
        return not await connection.can_read()
    except (RedisError, OSError):
        return False


async def _close(connection: AbstractConnection) -> None:
    try:
        await connection.disconnect(nowait=True)
    except (RedisError, OSError):
        return
