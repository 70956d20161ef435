"""GraphQL over HTTP: GET and POST, and server-sent events for clients that accept them.

Follows https://graphql.github.io/graphql-over-http/draft/: media types, methods and status codes are its.
"""

import hashlib
import importlib.metadata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import orjson

from lakecast_graphql import answers
from lakecast_graphql.cache.bounded import Bounded
from lakecast_graphql.doors import body, compression, requests
from lakecast_graphql.doors.asgi import Header, Receive, Scope, Send, address, respond
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


_ALLOW_POST: Header = (b"allow", b"POST")
_LONG = 200
"""Characters of an Accept header from which it is not worth remembering."""
_READ = (
    b"accept", b"accept-encoding", b"content-type", b"content-encoding", b"content-length", b"if-none-match",
    b"x-api-key",
)  # fmt: skip
"""Request headers that matter here."""
_BODY_BYTES = 4 << 20
"""Bodies whose operation is remembered: who asks the same again does not have it parsed again."""


@dataclass(slots=True)
class _Asked:
    """An operation, and the entity tag of its answer from the snapshot and in the media type that `of` names."""

    operation: Operation
    of: tuple[int, Media] | None = None
    tag: bytes = b""


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
        self._bodies: Bounded[_Asked] = Bounded(_BODY_BYTES, lambda key, _: 3 * len(key))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        media = Media.JSON
        headers = _headers(scope["headers"])
        try:
            accepted = _negotiated(headers.get(b"accept"))
            if self._page is not None and self._wants_page(scope, accepted):
                await self._page(scope, receive, send)
                return
            media = _answered(accepted)
            asked = await self._asked(scope, receive, headers)
        except Refusal as refusal:
            await _refuse(send, refusal, media)
        except ApiError as error:
            await self._send(send, headers, media, answers.refusal(error), None)
        except body.Gone:
            pass
        else:
            await self._answer(scope, receive, send, headers, media, asked)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, str], media: Media, asked: _Asked
    ) -> None:
        view, operation = self._current(), asked.operation
        caller = Caller(address(scope), headers.get(b"x-api-key"))
        if media is Media.EVENTS:
            await self._events.stream(receive, send, operation, view, caller)
            return
        matches = headers.get(b"if-none-match")
        if matches is not None and view is not None and not operation.mutations:
            tag = _tag(asked, view, media)
            if tag in matches.encode("latin-1"):
                # Only answers that depend on nothing else were ever sent with this tag.
                await respond(send, 304, b"", [(b"etag", tag), _VARY, _REVALIDATE])
                return
        answer = await self._execution.answer(operation, view, caller)
        tagged = answer.cacheable and view is not None and not operation.mutations
        await self._send(send, headers, media, answer, _tag(asked, view, media) if tagged and view else None)

    def _wants_page(self, scope: Scope, accepted: tuple[Media, ...]) -> bool:
        # Only a browser asks for HTML by name, and only without an operation in the address.
        return scope["method"] == "GET" and not scope["query_string"] and Media.HTML in accepted[:1]

    async def _asked(self, scope: Scope, receive: Receive, headers: dict[bytes, str]) -> _Asked:
        match scope["method"]:
            case "POST":
                if not _is_json(headers.get(b"content-type")):
                    raise Refusal(415, "Send the body as application/json in UTF-8.", closes=True)
                coding, length = headers.get(b"content-encoding"), headers.get(b"content-length")
                content = await body.receive_all(receive, coding, length, self._bounds)
                return self._from_body(content)
            case "GET":
                return _Asked(requests.from_query_string(scope["query_string"], self._persisted))
            case _:
                raise Refusal(405, "GraphQL is asked with GET or POST.", headers=(_ALLOW,), closes=True)

    def _from_body(self, content: bytes) -> _Asked:
        asked = self._bodies.get(content)
        if asked is None:
            asked = _Asked(requests.from_body(content, self._persisted))
            if asked.operation.extensions is None:  # a persisted query is to be registered every time
                self._bodies.put(content, asked)
        return asked

    async def _send(
        self, send: Send, headers: dict[bytes, str], media: Media, answer: Answer, tag: bytes | None
    ) -> None:
        content = answer.body
        coding: Sequence[Header] = ()
        if len(content) >= compression.SMALLEST and b"accept-encoding" in headers:
            content, coding = await compression.compressed(headers[b"accept-encoding"], content)
        status = 200 if answer.executed and not answer.wrong_method else _status(answer, media)
        allow = (_ALLOW_POST,) if status == 405 else ()
        fresh = (_NO_STORE,) if tag is None else ((b"etag", tag), _REVALIDATE)
        await respond(send, status, content, ((b"content-type", media.value), _VARY, *fresh, *allow, *coding))


def _headers(given: Iterable[Header]) -> dict[bytes, str]:
    """The headers that matter, by lower-case name; the values of a repeated one joined by commas."""
    found: dict[bytes, str] = {}
    for name, value in given:
        if name in _READ:
            text = value.decode("latin-1")
            found[name] = text if name not in found else f"{found[name]},{text}"
    return found


@lru_cache(maxsize=256)
def _remembered(accept: str | None) -> tuple[Media, ...]:
    return tuple(negotiate(accept))


def _negotiated(accept: str | None) -> tuple[Media, ...]:
    return tuple(negotiate(accept)) if accept is not None and len(accept) > _LONG else _remembered(accept)


def _answered(accepted: tuple[Media, ...]) -> Media:
    """The best media type of an operation's answer. Raises Refusal 406."""
    for media in accepted:
        if media is not Media.HTML:
            return media
    raise Refusal(406, "Accept application/graphql-response+json, application/json or text/event-stream.")


def _is_json(content_type: str | None) -> bool:
    return content_type == "application/json" or is_json(content_type)


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


def _tag(asked: _Asked, view: View, media: Media) -> bytes:
    of = (view.snapshot.serial, media)
    if asked.of != of:
        asked.tag = _entity_tag(asked.operation, view, media)
        asked.of = of
    return asked.tag


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
