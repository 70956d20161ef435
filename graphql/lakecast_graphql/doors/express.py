"""The express way: reads from memory, answered where a connection's bytes come in.

uvicorn parses a request's head, makes an ASGI scope and a task of it, and lets that send messages: three times the work
of an answer that is kept or joined from rendered blocks. But a client sends the same head over and over. One that
uvicorn's own parser has read before is recognised byte by byte, its body goes straight to the execution, and the
answer straight to the socket. Whatever is not plainly such a read goes uvicorn's way, as if this were not here:
other heads, pieces of requests, several at once, answers that need a thread, clients that read slowly.

tests/graphql/test_express.py holds both ways to the same answers.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from uvicorn.config import Config
from uvicorn.server import ServerState

from lakecast_graphql.doors import compression, requests
from lakecast_graphql.doors.bounded import BoundedHttp
from lakecast_graphql.doors.negotiation import Media, is_json, negotiate
from lakecast_graphql.doors.refusals import Refusal
from lakecast_graphql.errors import ApiError
from lakecast_graphql.operation import Remembering
from lakecast_graphql.persisted import PersistedQueries
from lakecast_graphql.view import View

_log = logging.getLogger("lakecast.express")

STATE = "lakecast_express"
"""Key of the `Express` in the state that uvicorn's connections share."""
_STATUS_LINE = b"HTTP/1.1 200 OK\r\n"
_BEGIN = b"POST /graphql HTTP/1.1\r\n"
_SIZE = re.compile(rb"[1-9][0-9]{0,9}")
_LONGEST_HEAD = 2_000
_MOST_HEADS = 4_096
"""Heads that are remembered; those of one client differ in their content-length only."""
_JOINED = 64_000
"""Bytes up to which an answer is sent in one piece."""
_BODY_SECONDS = 1.0
"""How long the body of a known head is waited for here."""
_MATTERS_NOT = frozenset(
    (b"accept-language", b"authorization", b"cache-control", b"connection", b"content-length", b"cookie", b"dnt",
     b"host", b"origin", b"pragma", b"priority", b"referer", b"user-agent", b"x-api-key", b"x-requested-with")
)  # fmt: skip
"""Headers that change nothing about the answer to a query. A connection that is to be closed is not learnt from."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a request's head says.

    Attributes:
        length: bytes of the body.
        begin: the headers that do not depend on the answer.
        coding: the content coding that large answers are wanted in.
    """

    length: int
    begin: bytes
    coding: str | None


class Ready(NamedTuple):
    """An answer: its status line and headers, its body in pieces, and the bytes of these."""

    begin: bytes
    pieces: Sequence[bytes]
    size: int


class Express:
    """What all connections share: the heads that are known, and the way to an answer.

    Args:
        execution: answers operations.
        current: the view of a request, None while nothing can be served.
        observe: told of each request's method, status and seconds.
        max_bytes: of a body.
        origins: whether other origins are admitted: then a request's origin changes the answer's head.
    """

    def __init__(
        self,
        execution: Remembering,
        persisted: PersistedQueries,
        current: Callable[[], View | None],
        observe: Callable[[str, str, float], None],
        max_bytes: int,
        *,
        origins: bool = False,
    ) -> None:
        self.heads: dict[bytes, Head] = {}
        self.answered = 0
        self._execution = execution
        self._persisted = persisted
        self._current = current
        self._observe = observe
        self._max_bytes = max_bytes
        self._default: tuple[object, bytes] = (None, b"")
        self._matters_not = _MATTERS_NOT - {b"origin"} if origins else _MATTERS_NOT

    def default_headers(self, state: ServerState) -> bytes:
        """Those that uvicorn gives to every response; it makes new ones every second."""
        if self._default[0] is not state.default_headers:
            text = b"".join([b"%b: %b\r\n" % header for header in state.default_headers])
            self._default = state.default_headers, text
        return self._default[1]

    def learn(self, text: bytes, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Remember a head that the parser has read as a POST that keeps its connection."""
        given = dict(headers)
        size = given.get(b"content-length", b"")
        if not _SIZE.fullmatch(size) or int(size) > self._max_bytes or len(given) != len(headers):
            return
        asked = given.keys() - self._matters_not
        if not asked <= {b"accept", b"accept-encoding", b"content-type"} or not _is_json(given):
            return
        media = negotiate(_text(given, b"accept"))
        if not media or media[0] not in (Media.GRAPHQL, Media.JSON):
            return
        begin = b"content-type: " + media[0].value + b"\r\ncache-control: no-store\r\n"
        if len(self.heads) >= _MOST_HEADS:
            self.heads.clear()
        self.heads[text] = Head(int(size), begin, compression.chosen(_text(given, b"accept-encoding")))

    def answer(self, head: Head, raw: bytes) -> Ready | None:
        """The answer to a body; None where it takes another way."""
        began = time.perf_counter()
        view = self._current()
        if view is None:
            return None
        answer = self._execution.known(raw, view)
        if answer is None:
            if head.coding is not None:
                return None  # most is large enough to be compressed, which the ordinary way does and remembers
            try:
                answer = self._execution.at_once(requests.from_body(raw, self._persisted), view)
            except (Refusal, ApiError):
                return None
            if answer is None:
                return None
        if not answer.executed or answer.wrong_method:
            return None
        pieces, more = answer.pieces, b""
        size = sum(map(len, pieces))
        if head.coding is not None and size >= compression.SMALLEST:
            coded = None if answer.coded is None else answer.coded.get(head.coding)
            if coded is None:
                return None
            pieces, size = (coded,), len(coded)
            more = b"content-encoding: " + head.coding.encode() + b"\r\nvary: accept, accept-encoding\r\n"
        self.answered += 1
        self._observe("POST", "200", time.perf_counter() - began)
        return Ready(b"%b%bcontent-length: %d\r\n\r\n" % (head.begin, more, size), pieces, size)


class ExpressProtocol(BoundedHttp):
    """A connection. Without an `Express` in the application's state it is uvicorn's own."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        found: Express | None = app_state.get(STATE)
        self._express = None if self.access_log and config.access_log else found
        self._between = True  # requests; False while the parser is within one
        self._begun: bytes | None = None  # a known head and perhaps a part of its body
        self._giving_up: asyncio.TimerHandle | None = None
        self._learning: bytes | None = None  # a head that the parser is about to read
        self._active = 0.0

    def data_received(self, data: bytes) -> None:
        """Answer a whole known request at once; hand everything else on."""
        express = self._express
        if express is None or not self._between:
            super().data_received(data)
            return
        if self._begun is not None:
            data = self._taken_back() + data
        cycle = self.cycle
        if (cycle is None or cycle.response_complete) and not self.pipeline and not self.flow.write_paused:
            cut = data.find(b"\r\n\r\n") + 4
            text = data[:cut]
            head = express.heads.get(text)
            if head is None:
                if 4 < cut <= _LONGEST_HEAD and data.startswith(_BEGIN):
                    self._learning = text
            elif head.length == len(data) - cut:
                if self._answered(express, head, data[cut:]):
                    return
            elif head.length > len(data) - cut and self._giving_up is None:
                # Many clients send the head and the body one after the other.
                self._begun = data
                self._giving_up = self.loop.call_later(_BODY_SECONDS, self._give_up)
                return
        self._giving_up = None
        super().data_received(data)
        self._learning = None

    def _answered(self, express: Express, head: Head, body: bytes) -> bool:
        try:
            answer = express.answer(head, body)
        except Exception:  # a fault of this way must not become a fault of the answer
            _log.exception("The express way failed; the ordinary one answers.")
            return False
        transport = self.transport
        if answer is None or transport.is_closing():
            return False
        status, default = _STATUS_LINE, express.default_headers(self.server_state)
        if answer.size < _JOINED:
            transport.write(b"".join((status, default, answer.begin, *answer.pieces)))
        else:
            transport.writelines([status, default, answer.begin, *answer.pieces])
        self.server_state.total_requests += 1
        self.head_complete()
        self._giving_up = None
        self._active = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        return True

    def _taken_back(self) -> bytes:
        begun, self._begun = self._begun or b"", None
        if self._giving_up is not None:
            self._giving_up.cancel()
        return begun

    def _give_up(self) -> None:
        """The rest of a body has not come: the ordinary way waits for it, and says what is wrong with it."""
        if self._begun is not None and not self.transport.is_closing():
            super().data_received(self._taken_back())
        self._giving_up = None

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Called by the parser: what it has read may be recognised the next time."""
        super().on_headers_complete()
        if self._learning is not None and self._express is not None and self.scope.get("path") == "/graphql":
            upgrade = self.parser.should_upgrade()
            if self.scope["method"] == "POST" and not upgrade and self.cycle.keep_alive and not self.root_path:
                self._express.learn(self._learning, self.headers)
        self._learning = None

    def on_message_complete(self) -> None:
        """Called by the parser."""
        super().on_message_complete()
        self._between = True

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle; answers of the express way do not move its timer."""
        rest = self._active + self.timeout_keep_alive - self.loop.time()
        if rest > 0 or self._begun is not None:
            self.timeout_keep_alive_task = self.loop.call_later(max(rest, 0.1), self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        """Called by the server to stop gracefully: a request that has begun is still answered."""
        if self._begun is not None:
            self._give_up()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the transport."""
        self._taken_back()
        super().connection_lost(exc)


def _is_json(given: dict[bytes, bytes]) -> bool:
    return is_json(_text(given, b"content-type"))


def _text(given: dict[bytes, bytes], name: bytes) -> str | None:
    value = given.get(name)
    return None if value is None else value.decode("latin-1")
