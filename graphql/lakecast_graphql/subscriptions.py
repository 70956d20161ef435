"""Telling subscribers of each newly served snapshot.

Thousands may listen, and most ask for the same fields: an event is rendered once per distinct operation and the same
bytes go to all of them. Who is slow gets the newest event and misses those in between.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import strawberry

from lakecast_graphql import answers
from lakecast_graphql.context import Context, Surroundings
from lakecast_graphql.documents import Documents, Prepared, Refused, is_subscription
from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation import Caller, Execution, Operation
from lakecast_graphql.plain import execute_document
from lakecast_graphql.service import Served
from lakecast_graphql.view import View

_RENDERED = 256
"""Distinct operations whose rendering of the newest event is remembered."""


class Subscriptions:
    """The subscribers of a process. Lives on the event loop, but for `publish`, which any thread may call."""

    def __init__(
        self, schema: strawberry.Schema, documents: Documents, surroundings: Surroundings, *, most: int = 10_000
    ) -> None:
        self._schema = schema
        self._documents = documents
        self._surroundings = surroundings
        self._most = most
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._newest: Served | None = None
        self._rendered: dict[bytes, bytes] = {}
        self.count = 0

    def start(self) -> None:
        """Begin, on the running loop, with what is served now."""
        self._loop = asyncio.get_running_loop()
        self._newest = self._surroundings.service.served
        self._surroundings.service.listeners.append(self.publish)

    def stop(self) -> None:
        """No more events."""
        self._surroundings.service.listeners.remove(self.publish)

    def publish(self, served: Served) -> None:
        """Tell everybody; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, served)

    def _tell(self, served: Served) -> None:
        self._newest = served
        self._rendered.clear()
        # Everybody who waits on the old event wakes up; who comes later waits on the next.
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def results(
        self, operation: Operation, view: View | None, caller: Caller, execution: Execution
    ) -> AsyncIterator[bytes]:
        """Answers to one operation as JSON: one for a query or mutation, one per event for a subscription."""
        try:
            # In a thread: a long document may take a tenth of a second, and everybody else waits on the loop.
            prepared = await asyncio.to_thread(self._documents.get, operation.query)
            subscribes = is_subscription(prepared.operation(operation.operation_name))
        except (Refused, ApiError):
            subscribes = False  # executing says what is wrong
        if not subscribes:
            yield (await execution.answer(operation, view, caller)).body
            return
        if self.count >= self._most:
            yield answers.refusal(
                ApiError(ErrorCode.RATE_LIMITED, "Too many subscribers on this server. Try again later.")
            ).body
            return
        self.count += 1
        try:
            async for result in self._events(operation, prepared):
                yield result
        finally:
            self.count -= 1

    async def _events(self, operation: Operation, prepared: Prepared) -> AsyncIterator[bytes]:
        key = orjson.dumps(
            [operation.query, operation.operation_name, operation.variables], option=orjson.OPT_SORT_KEYS
        )
        told: Served | None = None
        while True:
            news, newest = self._news, self._newest
            if newest is not None and newest is not told:
                told = newest
                yield self._render(key, operation, prepared, newest)
                continue
            await news.wait()

    def _render(self, key: bytes, operation: Operation, prepared: Prepared, served: Served) -> bytes:
        found = self._rendered.get(key)
        if found is not None:
            return found
        context = Context(self._surroundings, View(served.snapshot))
        event: Any = context.snapshot_info(served.snapshot_id)
        result = execute_document(self._schema, prepared, operation, context=context, root=event)
        errors = result.errors or []
        answer = answers.executed(result.data, errors, snapshot_id=served.snapshot_id, cacheable=False, max_errors=10)
        if len(self._rendered) < _RENDERED:
            self._rendered[key] = answer.body
        return answer.body
