"""Telling subscribers of each newly served snapshot.

Thousands may listen, and most ask for the same fields: an event is rendered once per distinct operation and snapshot,
off the event loop, and the same bytes go to all who asked for it. Who is slow gets the newest event and misses those
in between.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import orjson
import strawberry

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.execution.strawberry import execute_document, never_ran
from lakecast_graphql.operation import answers
from lakecast_graphql.operation.documents import Documents, Prepared, Refused, is_subscription
from lakecast_graphql.operation.operation import Caller, Execution, Operation
from lakecast_graphql.read.view import View
from lakecast_graphql.serving.served import Served
from lakecast_graphql.serving.threads import one_niced
from lakecast_graphql.types.context import Context, Surroundings
from lakecast_lake.lru import LruCache

_log = logging.getLogger("lakecast.subscriptions")

EVENT_BYTES = 8 << 20
"""Bytes of the newest event's renderings that are kept for those who ask for the same later."""


class Subscriptions:
    """The subscribers of a process. Lives on the event loop, but for `publish`, which any thread may call.

    One thread prepares documents and renders events: more would only compete for the interpreter with the event loop.
    `executed` counts the events that were rendered.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        documents: Documents,
        surroundings: Surroundings,
        *,
        most: int = 10_000,
        max_errors: int = 10,
    ) -> None:
        self._schema = schema
        self._documents = documents
        self._surroundings = surroundings
        self._most = most
        self._max_errors = max_errors
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = one_niced("lakecast-events")
        self._news = asyncio.Event()
        self._newest: Served | None = None
        self._rendering: dict[bytes, asyncio.Future[bytes]] = {}
        self.rendered: LruCache[bytes] = LruCache(EVENT_BYTES, lambda key, body: len(key) + len(body))
        self.executed = 0
        self.count = 0

    def start(self) -> None:
        """Begin, on the running loop, with what is served now."""
        self._loop = asyncio.get_running_loop()
        self._newest = self._surroundings.service.served
        self._surroundings.service.listeners.append(self.publish)

    def stop(self) -> None:
        """No more events."""
        self._surroundings.service.listeners.remove(self.publish)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def publish(self, served: Served) -> None:
        """Tell everybody; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, served)

    def _tell(self, served: Served) -> None:
        self._newest = served
        self.rendered.clear()
        outdated, self._rendering = self._rendering, {}
        for rendering in outdated.values():
            rendering.cancel()  # which has begun ends; who waits for it goes on with the newest
        # Everybody who waits on the old event wakes up; who comes later waits on the next.
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def results(
        self, operation: Operation, view: View | None, caller: Caller, execution: Execution
    ) -> AsyncIterator[bytes]:
        """Answers to one operation as JSON: one for a query or mutation, one per event for a subscription."""
        try:
            self._documents.check_values(operation)
            if self._documents.knows(operation.query):
                prepared = self._documents.get(operation.query)
            else:
                # A long document may take a tenth of a second, and everybody else waits on the loop.
                loop = asyncio.get_running_loop()
                prepared = await loop.run_in_executor(self._thread, self._documents.get, operation.query)
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
        last: Served | None = None
        while True:
            news, newest = self._news, self._newest
            if newest is None or newest is last:
                await news.wait()
                continue
            rendering = self._render(key, operation, prepared, newest)
            await asyncio.wait({rendering})
            if rendering.cancelled():
                continue  # a newer one is served meanwhile
            last, body = newest, rendering.result()
            yield body
            if not body.startswith(b'{"data"'):
                return  # refused: so it would be the next time

    def _render(self, key: bytes, operation: Operation, prepared: Prepared, served: Served) -> "asyncio.Future[bytes]":
        """The newest event as JSON, perhaps still to come; shared by all who ask for the same."""
        rendering = self._rendering.get(key)
        if rendering is not None:
            return rendering
        loop = asyncio.get_running_loop()
        body = self.rendered.get(key)
        if body is not None:
            rendering = loop.create_future()
            rendering.set_result(body)
            return rendering
        rendering = loop.run_in_executor(self._thread, self._execute, operation, prepared, served)
        self._rendering[key] = rendering
        rendering.add_done_callback(lambda done: self._keep(key, done))
        return rendering

    def _keep(self, key: bytes, done: "asyncio.Future[bytes]") -> None:
        if self._rendering.get(key) is done:  # else of a snapshot that is no longer served
            del self._rendering[key]
            if not done.cancelled():
                self.rendered.put(key, done.result())

    def _execute(self, operation: Operation, prepared: Prepared, served: Served) -> bytes:
        """One event as JSON; never raises."""
        self.executed += 1
        try:
            context = Context(self._surroundings, View(served.snapshot))
            event: Any = context.snapshot_info(served.snapshot_id)
            result = execute_document(self._schema, prepared, operation, context=context, root=event)
            if result.data is None and never_ran(result):
                return answers.refused_values(result.errors or [], snapshot_id=None, max_errors=self._max_errors).body
            return answers.executed(
                result.data,
                result.errors or [],
                snapshot_id=served.snapshot_id,
                cacheable=False,
                max_errors=self._max_errors,
            ).body
        except Exception:  # the subscriber gets an answer, and the thread goes on
            _log.exception("An event could not be rendered.")
            failed = ApiError(
                ErrorCode.INTERNAL_SERVER_ERROR, "Something went wrong in the server. It has been logged."
            )
            return answers.refusal(failed, snapshot_id=served.snapshot_id).body
