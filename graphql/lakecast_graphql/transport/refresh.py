"""The older interface: `POST /api/v1/data/refresh` does what the mutation refreshData does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import orjson

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input
from lakecast_graphql.operation.operation import Caller
from lakecast_graphql.read.view import View
from lakecast_graphql.transport import body
from lakecast_graphql.transport.asgi import JSON_TYPE, Receive, Scope, Send, address, header, respond, respond_and_close
from lakecast_graphql.transport.refusals import Refusal, error_body
from lakecast_graphql.types.context import Context, Surroundings

_STATUS = {
    ErrorCode.BAD_USER_INPUT: 400,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.LAKE_UNAVAILABLE: 503,
}
_HEADERS = [JSON_TYPE, (b"cache-control", b"no-store")]


class Refresh:
    """The door `/api/v1/data/refresh`: `{"source": "ml_results", "force": false}`, with an admin key in X-API-Key.

    Answers with the fields of RefreshResult and, on failure, `{"error": {"code", "message"}}`. A rejected snapshot
    is status 503: the data is not fresh.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        current: Callable[[], View | None],
        bounds: body.Bounds,
    ) -> None:
        self._surroundings = surroundings
        self._current = current
        self._bounds = bounds
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="lakecast-refresh")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            if scope["method"] != "POST":
                raise Refusal(405, "Refresh with POST.", headers=((b"allow", b"POST"),), closes=True)
            content = await body.read(scope, receive, self._bounds)
            source, force = _arguments(content, self._surroundings.service.results_name)
            context = Context(self._surroundings, self._current(), Caller(address(scope), header(scope, b"x-api-key")))
            loop = asyncio.get_running_loop()
            done = await loop.run_in_executor(self._threads, copy_context().run, context.refresh, source, force)
        except Refusal as refusal:
            content = error_body(refusal.error)
            if refusal.closes:
                await respond_and_close(receive, send, refusal.status, content, [*_HEADERS, *refusal.headers])
            else:
                await respond(send, refusal.status, content, [*_HEADERS, *refusal.headers])
        except ApiError as error:
            await respond(send, _STATUS.get(error.code, 500), error_body(error), _HEADERS)
        except body.ClientDisconnected:
            pass
        else:
            answer = {
                "outcome": done.outcome.name,
                "source": done.source,
                "snapshotId": done.snapshot.snapshot_id,
                "previousSnapshotId": done.previous_snapshot_id,
                "changedTables": [
                    {
                        "datasetId": table.dataset_id,
                        "name": table.name,
                        "version": table.version,
                        "rowCount": table.row_count,
                        "committedAt": table.committed_at,
                    }
                    for table in done.changed_tables
                ],
                "tookMs": done.took_ms,
                "message": done.message,
            }
            await respond(send, 503 if done.outcome.name == "REJECTED" else 200, orjson.dumps(answer), _HEADERS)


def _arguments(content: bytes, results_name: str) -> tuple[str, bool]:
    try:
        arguments = orjson.loads(content) if content.strip() else {}
    except orjson.JSONDecodeError:
        raise bad_input("The body is no JSON in UTF-8.") from None
    if not isinstance(arguments, dict):
        raise bad_input('Send a JSON object, as {"source": "ml_results", "force": false}.')
    source, force = arguments.get("source", results_name), arguments.get("force", False)
    if not isinstance(source, str):
        raise bad_input("`source` must be a string.", argument="source", known=[results_name])
    if not isinstance(force, bool):
        raise bad_input("`force` must be true or false.", argument="force")
    return source, force
