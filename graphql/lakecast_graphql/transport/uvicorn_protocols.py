"""uvicorn's connections, bounded in what a client can hold.

uvicorn bounds neither the head of a request (its h11 protocol does, at several times the cost of a request), nor how
many fragments a WebSocket message has, nor how long a client may leave an answer unread. These subclasses count and
time what comes in and goes out, through the methods that asyncio, httptools and uvicorn call; they parse nothing
themselves. This module and `uvicorn_websocket` are the only ones that use uvicorn's classes: written against 0.54,
which the constraints pin.
"""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.transport.asgi import JSON_TYPE, NOSNIFF
from lakecast_graphql.transport.connections import connections_of
from lakecast_graphql.transport.held_writes import HeldWrites
from lakecast_graphql.transport.refusals import errors_body
from lakecast_graphql.transport.uvicorn_websocket import BoundedWebSocket

_READ = 16_384
"""Bytes of requests that are parsed before their head is measured."""
_LINGER_SECONDS = 2.0
"""How long what a refused client goes on sending is read, so that it gets to read why it was refused."""


class BoundedHttp(HttpToolsProtocol):
    """A connection that speaks HTTP, and WebSocket once it asks for it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.address = ""
        self._watch = connections_of(app_state)
        self._limits = self._watch.limits
        self.timeout_keep_alive = self._limits.idle_seconds  # type: ignore[assignment]
        if self.ws_protocol_class is WebSocketsSansIOProtocol:
            self.ws_protocol_class = BoundedWebSocket
        self.headers = []
        self._in_head = False
        self._head_bytes = 0  # of the head that is being read: those of reads after the one that it began in
        self._read_bytes = 0  # of the last read
        self._pieces = 0  # of the body that comes
        self._late: asyncio.TimerHandle | None = None
        self._refusal: tuple[int, str] = (400, "Send a request of HTTP/1.1.")
        self._refused = False
        self._waiting: tuple[RequestResponseCycle, Any] | None = None
        self._answering: RequestResponseCycle | None = None  # `cycle` is the newest, perhaps behind others

    # -- coming and going -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called by the transport."""
        self._held = HeldWrites(transport)
        super().connection_made(self._held)  # type: ignore[arg-type]
        self.address = str(self.client[0]) if self.client else ""
        if self._watch.admit(self.address):
            self._await_head()
        else:
            self._refuse(503, "This server has too many connections. Try again later.", ErrorCode.RATE_LIMITED)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the transport."""
        self.head_complete()
        self._hang_up()
        self._watch.gone(self)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Called by uvicorn: the connection goes on as another protocol, and stays counted."""
        self.head_complete()
        super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """Called by uvicorn for each connection when the server is to stop."""
        self._watch.stopping.set()
        super().shutdown()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Called by the transport: who has sent all that it will may still wait for its answer.

        Who hears a stream of events and sends no more has left: a stream has begun, and has no end to wait for.
        """
        if self._refused:
            return True
        waits = self.cycle is not None and not self.cycle.response_started and not self.cycle.more_body
        if waits:
            self.cycle.keep_alive = False
        return waits and not self._in_head

    def abort(self) -> None:
        """See `Connection`."""
        self._hang_up()
        self.transport.abort()

    def _hang_up(self) -> None:
        """Tell the application, which else would write to a transport that is closed, and log each time."""
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()

    # -- requests -------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Called by the transport."""
        if self._refused:
            return
        if len(data) <= _READ:
            self._parse(data)
            return
        # What is read at once may hold some ten thousand header lines, each of them kept as objects: look in between.
        for start in range(0, len(data), _READ):
            self._parse(data[start : start + _READ])
            if self._refused or self.transport.is_closing() or self.parser.should_upgrade():
                return

    def _parse(self, data: bytes) -> None:
        # Heads are measured by reads, not by headers: a browser sends some twenty, and they cost as much as an answer.
        self._read_bytes = len(data)
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and not self._refused:
            self._await_head()
            if self._head_bytes > self._limits.head_bytes:
                self._refuse(*self._too_many_bytes())
        if len(self.headers) > self._limits.head_lines and not self._refused:  # of a head, or behind a chunked body
            self._refuse(*self._too_many_lines())

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._in_head, self._head_bytes, self._pieces = True, 0, 0
        if len(self.pipeline) >= self._limits.pipelined_requests:
            self._watch.reached.count("max_pipelined_requests", self.address)
            self.abort()
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Called by the parser, for each chunk: of a byte each, a megabyte of them takes a second or two."""
        self._pieces += 1
        if self._pieces > self._limits.body_pieces:
            self._watch.reached.count("max_body_pieces", self.address)
            raise self._refused_for(400, f"The body comes in more than {self._limits.body_pieces:,} pieces.")
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self.head_complete()
        limits = self._limits
        if len(self.headers) > limits.head_lines:
            raise self._refused_for(*self._too_many_lines())
        if self._head_bytes + self._read_bytes > limits.head_bytes and self._size_of_head() > limits.head_bytes:
            raise self._refused_for(*self._too_many_bytes())
        names = [name for name, _ in self.headers]
        if names.count(b"host") != 1 and self.parser.get_http_version() == "1.1":
            raise self._refused_for(400, "A request of HTTP/1.1 has one Host header.")
        upgrades = self.parser.should_upgrade()
        if upgrades and _has_body(self.headers):
            # What follows would be taken for a request of its own, or dropped.
            raise self._refused_for(400, "A request that asks for another protocol cannot have a body.")
        super().on_headers_complete()
        if upgrades and not self._should_upgrade():
            self.cycle.keep_alive = False  # it is answered as if it had not asked

    def head_complete(self) -> None:
        """The head of a request is there, or nobody waits for it any more."""
        self._in_head = False
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _too_many_bytes(self) -> tuple[int, str]:
        self._watch.reached.count("max_head_bytes", self.address)
        return 431, f"The request's head has more than {self._limits.head_bytes:,} bytes."

    def _too_many_lines(self) -> tuple[int, str]:
        self._watch.reached.count("max_head_lines", self.address)
        return 431, f"The request's head has more than {self._limits.head_lines:,} lines."

    def _await_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self._limits.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        self._late = None
        self._watch.reached.count("head_seconds", self.address)
        if self._in_head:
            self._refuse(408, f"The request's head did not arrive within {self._limits.head_seconds:g} seconds.")
        else:
            self.transport.close()  # which has never sent anything

    def on_response_complete(self) -> None:
        """Called by uvicorn: what is still to come of a request that is answered is not waited for any longer."""
        super().on_response_complete()
        if self.cycle.more_body and self.cycle.response_complete:
            self.loop.call_later(self._limits.message_seconds, self._rest_is_late, self.cycle)

    def _rest_is_late(self, cycle: RequestResponseCycle) -> None:
        if self.cycle is cycle and cycle.more_body and not self.transport.is_closing():
            self._watch.reached.count("body_seconds", self.address)
            self.transport.close()

    # -- refusals -------------------------------------------------------------------------------------------------

    def _refused_for(self, status: int, message: str) -> ValueError:
        """What to raise in a callback of the parser: uvicorn then calls `send_400_response`."""
        self._refusal = status, message
        return ValueError(message)

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn for what the parser does not take."""
        self._refuse(*self._refusal)

    def _refuse(self, status: int, message: str, code: ErrorCode = ErrorCode.BAD_USER_INPUT) -> None:
        """Answer a request that the application never sees, and close the connection once that can be read."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self.head_complete()
        self._unset_keepalive_if_required()
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()  # in the middle of another answer there is no place for this one
            return
        content = errors_body(ApiError(code, message))
        headers = (
            JSON_TYPE, NOSNIFF,
            (b"content-length", b"%d" % len(content)), (b"connection", b"close"),
        )  # fmt: skip
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + content)
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()  # closing at once would reset what the client has not read
        self.loop.call_later(_LINGER_SECONDS, self.transport.abort)

    # -- answers --------------------------------------------------------------------------------------------------

    @property
    def unread_bytes(self) -> int:
        """See `Connection`."""
        return max(self._held.bytes, self.queued_bytes)

    @property
    def queued_bytes(self) -> int:
        """See `Connection`."""
        return self._held.get_write_buffer_size()

    def pause_writing(self) -> None:
        """Called by the transport."""
        super().pause_writing()
        self._watch.slow(self)

    def resume_writing(self) -> None:
        """Called by the transport."""
        self._held.left()
        super().resume_writing()
        self._watch.caught_up(self)
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._start_asgi_task(*waiting)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Called by uvicorn: the next answer is made once the one before was read."""
        if self.flow.write_paused:
            self._waiting = cycle, app
        else:
            self._answering = cycle
            super()._start_asgi_task(cycle, app)


def _has_body(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b" 0")) for name, value in headers
    )
