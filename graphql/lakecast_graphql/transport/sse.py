"""Server-sent events: the "distinct connections" mode of the graphql-sse protocol.

One request, one stream: `next` events with results, then `complete`. Queries and mutations are answered this way,
too, for clients that speak nothing else.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from lakecast_graphql.execution.subscriptions import Subscriptions
from lakecast_graphql.operation.operation import Caller, Execution, Operation
from lakecast_graphql.read.view import View
from lakecast_graphql.transport.asgi import NOSNIFF, Header, Receive, Send
from lakecast_graphql.transport.negotiation import EVENTS

HEARTBEAT_SECONDS = 15.0
"""A comment this often keeps proxies from closing a quiet stream."""
_HEADERS: list[Header] = [
    EVENTS.header,
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
    NOSNIFF,
]


_COMPLETE = {"type": "http.response.body", "body": b"event: complete\ndata:\n\n"}
_LAST_SECONDS = 0.5
"""How long the last event is waited for when the server stops."""


class Events:
    """Answers operations as streams of events."""

    def __init__(self, execution: Execution, subscriptions: Subscriptions, stopping: asyncio.Event) -> None:
        self._execution = execution
        self._subscriptions = subscriptions
        self._stopping = stopping

    async def stream(
        self, receive: Receive, send: Send, operation: Operation, view: View | None, caller: Caller
    ) -> None:
        """Send events until the operation is complete, the client hangs up or the server stops."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        results = self._subscriptions.results(operation, view, caller, self._execution)
        sending = asyncio.create_task(_send_all(send, results))
        tasks = [sending, asyncio.create_task(_until_hung_up(receive)), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._stopping.is_set():
            with contextlib.suppress(TimeoutError, RuntimeError):  # who does not read is not waited for
                await asyncio.wait_for(send(_COMPLETE), _LAST_SECONDS)


async def _send_all(send: Send, results: AsyncIterator[bytes]) -> None:
    waiting: asyncio.Future[bytes] | None = None
    try:
        while True:
            if waiting is None:
                waiting = asyncio.ensure_future(anext(results))
            done, _ = await asyncio.wait({waiting}, timeout=HEARTBEAT_SECONDS)
            if not done:
                await _part(send, b":\n\n")
                continue
            result = waiting.result()
            waiting = None
            await _part(send, b"event: next\ndata: " + result + b"\n\n")
    except StopAsyncIteration:
        await send(_COMPLETE)
    finally:
        if waiting is not None:
            waiting.cancel()


async def _part(send: Send, content: bytes) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": True})


async def _until_hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
