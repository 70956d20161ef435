"""GraphQL over HTTP: GET and POST, and server-sent events for clients that accept them.

Follows https://graphql.github.io/graphql-over-http/draft/: media types, methods and status codes are its.
"""

import asyncio
import hashlib
import importlib.metadata
import time
from collections.abc import Callable

import orjson

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation import answers
from lakecast_graphql.operation.operation import Answer, CachingExecution, Caller, Operation
from lakecast_graphql.operation.persisted import PersistedQueries
from lakecast_graphql.read.view import View
from lakecast_graphql.transport import body, compression, requests
from lakecast_graphql.transport.asgi import NOSNIFF, Header, Receive, Scope, Send, respond, respond_and_close
from lakecast_graphql.transport.negotiation import (
    EVENTS,
    GRAPHQL,
    HTML,
    JSON,
    LONGEST_LIST,
    Media,
    is_json,
    negotiate,
)
from lakecast_graphql.transport.pages import Page
from lakecast_graphql.transport.refusals import Refusal, errors_body
from lakecast_graphql.transport.sse import Events
from lakecast_lake.lru import TextMemo

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
_ALLOW_POST: Header = (b"allow", b"POST")
_VARY: Header = (b"vary", b"accept, accept-encoding")
_NO_STORE: Header = (b"cache-control", b"no-store")
_REVALIDATE: Header = (b"cache-control", b"public, max-age=0, must-revalidate")
Headers = dict[bytes, bytes]
Observe = Callable[[str, str, float], None]


class GraphqlHttp:
    """The door `/graphql` for HTTP.

    Args:
        execution: answers queries and mutations.
        events: answers over server-sent events.
        current: the view of a request, None while nothing can be served; called once per request.
        observe: told of each request's method, status (`none` where the client was gone) and seconds.
        page: the page shown to browsers in development mode, None for none.
    """

    def __init__(
        self,
        execution: CachingExecution,
        events: Events,
        persisted: PersistedQueries,
        current: Callable[[], View | None],
        bounds: body.Bounds,
        *,
        observe: Observe = lambda method, status, seconds: None,
        page: Page | None = None,
    ) -> None:
        self._execution = execution
        self._events = events
        self._persisted = persisted
        self._current = current
        self._bounds = bounds
        self._observe = observe
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began, method, lines = time.perf_counter(), scope["method"], scope["headers"]
        headers: Headers = dict(lines)
        if len(headers) < len(lines):
            headers = {name: b",".join([value for other, value in lines if other == name]) for name in headers}
        status, media = "none", JSON
        try:
            accepted = _accepted(headers.get(b"accept", b""))
            if self._page is not None and self._wants_page(scope, accepted):
                status = "200"
                await self._page(scope, receive, send)
            else:
                media = accepted[0] if accepted and accepted[0] is not HTML else _answered(accepted)
                if method == "POST":
                    status = await self._post(scope, receive, send, headers, media)
                elif method == "GET":
                    status = await self._get(scope, receive, send, headers, media)
                else:
                    raise Refusal(405, "GraphQL is asked with GET or POST.", headers=(_ALLOW,), closes=True)
        except Refusal as refusal:
            status = await _refuse(receive, send, refusal, media)
        except ApiError as error:
            status = await _send(send, headers, media, answers.refusal(error), None)
        except body.ClientDisconnected:
            pass
        except asyncio.CancelledError:  # the server stops, and has waited for this answer as long as it may
            stopped = ApiError(ErrorCode.TIMEOUT, "The server is being stopped. Ask again: another one may answer.")
            status = await _send(send, headers, GRAPHQL, answers.refusal(stopped), None)
        except Exception as error:  # a fault of ours has a code, too
            status = await _send(send, headers, GRAPHQL, answers.fault(error), None)
        self._observe(method, status, time.perf_counter() - began)

    async def _post(self, scope: Scope, receive: Receive, send: Send, headers: Headers, media: Media) -> str:
        if headers.get(b"content-type") != b"application/json" and not is_json(_text(headers, b"content-type")):
            raise Refusal(415, "Send the body as application/json in UTF-8.", closes=True)
        raw = await body.receive_all(
            scope, receive, headers.get(b"content-encoding"), headers.get(b"content-length"), self._bounds
        )
        view = self._current()
        answer = None if view is None or media is EVENTS else self._execution.cached(raw, view)
        if answer is None:
            caller = _caller(scope, headers)
            with self._bounds.answering.holding(len(raw), caller.address):
                operation = requests.from_body(raw, self._persisted)
                if media is EVENTS:
                    await self._events.stream(receive, send, operation, view, caller)
                    return "200"
                answer = await self._execution.answer(operation, view, caller)
        return await _send(send, headers, media, answer, None)

    async def _get(self, scope: Scope, receive: Receive, send: Send, headers: Headers, media: Media) -> str:
        operation = requests.from_query_string(scope["query_string"], self._persisted)
        view, caller = self._current(), _caller(scope, headers)
        if media is EVENTS:
            with self._bounds.answering.holding(len(scope["query_string"]), caller.address):
                await self._events.stream(receive, send, operation, view, caller)
            return "200"
        tag = None if view is None else _entity_tag(operation, view, media)
        if tag is not None and tag in headers.get(b"if-none-match", b""):
            # Only answers that depend on nothing else were ever sent with this tag.
            await respond(send, 304, b"", [(b"etag", tag), _VARY, _REVALIDATE])
            return "304"
        with self._bounds.answering.holding(len(scope["query_string"]), caller.address):
            answer = await self._execution.answer(operation, view, caller)
        return await _send(send, headers, media, answer, tag if answer.cacheable else None)

    def _wants_page(self, scope: Scope, accepted: tuple[Media, ...]) -> bool:
        # Only a browser asks for HTML by name, and only without an operation in the address.
        return scope["method"] == "GET" and not scope["query_string"] and HTML in accepted[:1]


async def _send(send: Send, headers: Headers, media: Media, answer: Answer, tag: bytes | None) -> str:
    """Send an answer; `tag` is its entity tag where others may keep it. Returns the status."""
    content = answer.body
    status = 200 if answer.executed and not answer.wrong_method else _status(answer, media)
    lines = (
        [media.header, _NO_STORE, NOSNIFF]
        if tag is None
        else [media.header, (b"etag", tag), _REVALIDATE, _VARY, NOSNIFF]
    )
    if status == 405:
        lines.append(_ALLOW_POST)
    if b"accept-encoding" in headers and len(content) >= compression.SMALLEST:
        coding = compression.preferred(headers[b"accept-encoding"])
        if coding is not None:
            content = await compression.coded(answer, coding)
            lines.append((b"content-encoding", coding.encode()))
            if tag is None:
                lines.append(_VARY)
    lines.append((b"content-length", b"%d" % len(content)))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": content})
    return "200" if status == 200 else str(status)


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def _caller(scope: Scope, headers: Headers) -> Caller:
    client = scope.get("client")
    return Caller(client[0] if client else "", _text(headers, b"x-api-key"))


ACCEPTED: TextMemo[bytes, tuple[Media, ...]] = TextMemo(
    lambda accept: tuple(negotiate(accept.decode("latin-1"))), longest=200, limit=100_000
)
"""The media types of the Accept headers that came last."""


def _accepted(accept: bytes) -> tuple[Media, ...]:
    """The media types that a client accepts. Raises Refusal 431 for a list that takes long to read."""
    if len(accept) > LONGEST_LIST:
        raise Refusal(431, f"The Accept header has more than {LONGEST_LIST:,} bytes.", closes=True)
    return ACCEPTED.value(accept)


def _answered(accepted: tuple[Media, ...]) -> Media:
    """The best media type of an operation's answer. Raises Refusal 406."""
    for media in accepted:
        if media is not HTML:
            return media
    raise Refusal(406, "Accept application/graphql-response+json, application/json or text/event-stream.")


def _status(answer: Answer, media: Media) -> int:
    if answer.wrong_method:
        return 405
    if answer.executed or media is JSON:
        return 200
    return _STATUS.get(answer.code or "", 400)


async def _refuse(receive: Receive, send: Send, refusal: Refusal, media: Media) -> str:
    if media is EVENTS:
        media = JSON
    content = errors_body(refusal.error)
    headers = [media.header, _NO_STORE, *refusal.headers]
    if refusal.closes:
        await respond_and_close(receive, send, refusal.status, content, headers)
    else:
        await respond(send, refusal.status, content, headers)
    return str(refusal.status)


def _entity_tag(operation: Operation, view: View, media: Media) -> bytes:
    """Names what the answer depends on: snapshot, operation, media type and version of the server."""
    parts = orjson.dumps(
        [
            view.snapshot.record.snapshot_id,
            view.snapshot.record.mark,
            operation.query,
            operation.operation_name,
            operation.variables,
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    digest = hashlib.blake2b(parts + media.header[1] + _VERSION, digest_size=12).hexdigest()
    # Weak: the same answer may be sent under several content codings.
    return b'W/"' + digest.encode() + b'"'
