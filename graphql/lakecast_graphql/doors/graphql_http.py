"""GraphQL over HTTP: GET and POST, and server-sent events for clients that accept them.

Follows https://graphql.github.io/graphql-over-http/draft/: media types, methods and status codes are its.
"""

import hashlib
import importlib.metadata
from collections.abc import Callable

import orjson

from lakecast_graphql import answers
from lakecast_graphql.doors import body, compression, requests
from lakecast_graphql.doors.asgi import Header, Receive, Scope, Send, address, header, respond
from lakecast_graphql.doors.events import Events
from lakecast_graphql.doors.negotiation import Media, is_json, negotiate
from lakecast_graphql.doors.refusals import Refusal
from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation import Answer, Caller, Execution, Operation
from lakecast_graphql.pages import Page
from lakecast_graphql.persisted import PersistedQueries
from lakecast_graphql.view import View

_VERSION = importlib.metadata.version("lakecast").encode()
_STATUS = {
    ErrorCode.FORBIDDEN.value: 403,
    ErrorCode.RATE_LIMITED.value: 429,
    ErrorCode.LAKE_UNAVAILABLE.value: 503,
    ErrorCode.TIMEOUT.value: 504,
    ErrorCode.INTERNAL_SERVER_ERROR.value: 500,
}
"""Statuses of operations that were not executed, where the client reads them from the status; else 400."""
_ALLOW: Header = (b"allow", b"GET, POST")
_VARY: Header = (b"vary", b"accept, accept-encoding")
_NO_STORE: Header = (b"cache-control", b"no-store")
_REVALIDATE: Header = (b"cache-control", b"public, max-age=0, must-revalidate")


class GraphqlHttp:
    """The door `/graphql` for HTTP.

    Args:
        execution: answers queries and mutations.
        events: answers over server-sent events.
        current: the view of a request, None while nothing can be served; called once per request.
        page: the page shown to browsers in development mode, None for none.
    """

    def __init__(
        self,
        execution: Execution,
        events: Events,
        persisted: PersistedQueries,
        current: Callable[[], View | None],
        bounds: body.Bounds,
        *,
        page: Page | None = None,
    ) -> None:
        self._execution = execution
        self._events = events
        self._persisted = persisted
        self._current = current
        self._bounds = bounds
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        media = Media.JSON
        try:
            accepted = negotiate(header(scope, b"accept"))
            if self._wants_page(scope, accepted):
                assert self._page is not None
                await self._page(scope, receive, send)
                return
            media = next((m for m in accepted if m is not Media.HTML), Media.JSON)
            if not any(m is not Media.HTML for m in accepted):
                raise Refusal(406, "Accept application/graphql-response+json, application/json or text/event-stream.")
            operation = await self._operation(scope, receive)
        except Refusal as refusal:
            await _refuse(send, refusal, media)
        except ApiError as error:
            await self._send(scope, send, media, answers.refusal(error), None)
        except body.Gone:
            pass
        else:
            await self._answer(scope, receive, send, media, operation)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, media: Media, operation: Operation) -> None:
        view = self._current()
        caller = Caller(address(scope), header(scope, b"x-api-key"))
        if media is Media.EVENTS:
            await self._events.stream(receive, send, operation, view, caller)
            return
        tag = None if operation.mutations or view is None else _entity_tag(operation, view, media)
        if tag is not None and tag in (header(scope, b"if-none-match") or "").encode("latin-1"):
            # Only answers that depend on nothing else were ever sent with this tag.
            await respond(send, 304, b"", [(b"etag", tag), _VARY, _REVALIDATE])
            return
        answer = await self._execution.answer(operation, view, caller)
        await self._send(scope, send, media, answer, tag)

    def _wants_page(self, scope: Scope, accepted: list[Media]) -> bool:
        # Only a browser asks for HTML by name, and only without an operation in the address.
        asks = scope["method"] == "GET" and not scope["query_string"] and Media.HTML in accepted[:1]
        return asks and self._page is not None

    async def _operation(self, scope: Scope, receive: Receive) -> Operation:
        match scope["method"]:
            case "POST":
                if not is_json(header(scope, b"content-type")):
                    raise Refusal(415, "Send the body as application/json in UTF-8.", closes=True)
                content = await body.read(scope, receive, self._bounds)
                return requests.from_body(content, self._persisted)
            case "GET":
                return requests.from_query_string(scope["query_string"], self._persisted)
            case _:
                raise Refusal(405, "GraphQL is asked with GET or POST.", headers=(_ALLOW,), closes=True)

    async def _send(self, scope: Scope, send: Send, media: Media, answer: Answer, tag: bytes | None) -> None:
        headers = [(b"content-type", media.value), _VARY]
        if tag is not None and answer.cacheable:
            headers += [(b"etag", tag), _REVALIDATE]
        else:
            headers.append(_NO_STORE)
        status = _status(answer, media)
        if status == 405:
            headers.append((b"allow", b"POST"))
        content, coding = await compression.compressed(scope, answer.body)
        await respond(send, status, content, [*headers, *coding])


def _status(answer: Answer, media: Media) -> int:
    if answer.wrong_method:
        return 405
    if answer.executed or media is Media.JSON:
        return 200
    return _STATUS.get(answer.code or "", 400)


async def _refuse(send: Send, refusal: Refusal, media: Media) -> None:
    if media is Media.EVENTS:
        media = Media.JSON
    content = orjson.dumps({"errors": [{"message": refusal.error.message, "extensions": refusal.error.extensions}]})
    closing = [(b"connection", b"close")] if refusal.closes else []
    headers = [(b"content-type", media.value), _NO_STORE, *refusal.headers, *closing]
    await respond(send, refusal.status, content, headers)


def _entity_tag(operation: Operation, view: View, media: Media) -> bytes:
    """Names what the answer depends on: snapshot, operation, media type and version of the server."""
    asked = orjson.dumps(
        [
            view.snapshot.record.snapshot_id,
            view.snapshot.record.committed_at.timestamp(),
            operation.query,
            operation.operation_name,
            operation.variables,
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    digest = hashlib.blake2b(asked + media.name.encode() + _VERSION, digest_size=12).hexdigest()
    # Weak: the same answer may be sent under several content codings.
    return b'W/"' + digest.encode() + b'"'
