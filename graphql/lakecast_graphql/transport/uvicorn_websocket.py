"""uvicorn's WebSocket connections, bounded in what a client can hold; `uvicorn_protocols` hands them over."""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode

from lakecast_graphql.transport.connections import connections_of
from lakecast_graphql.transport.encoded_text import ENCODED_TEXT
from lakecast_graphql.transport.held_writes import HeldWrites
from lakecast_graphql.transport.incoming import Arrival

_SLICE = 4_096
"""Bytes of frames that are read in one turn of the event loop: some hundred frames at most."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A connection that speaks WebSocket. Frames are read some at a time, and only while answers are read, too."""

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
        self.conn.max_message_size = self._limits.message_bytes
        self._rest = b""  # read, but not yet looked at
        self._feeding: asyncio.Handle | None = None
        self._unsent = 0
        self._arrival: Arrival | None = None  # of a message that is not complete
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Called by `BoundedHttp`, which has counted the connection, with its transport."""
        self._held: HeldWrites = transport
        super().connection_made(transport)
        self.address = str(self.client[0]) if self.client else ""

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the transport."""
        self._rest = b""
        self._arrived()
        self._watch.gone(self)
        super().connection_lost(exc)
        # Half a message would stay until the collector comes by.
        self.frames.clear()
        self.conn.reader.discard()

    def abort(self) -> None:
        """See `Connection`."""
        self.transport.abort()

    async def run_asgi(self) -> None:
        """Called by uvicorn, once the scope is made."""
        self.scope["extensions"][ENCODED_TEXT] = {}
        await super().run_asgi()

    # -- what comes in --------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Called by the transport."""
        self._rest += data
        if self._feeding is None:
            self._feed()

    def _feed(self) -> None:
        self._feeding = None
        if self._rest and self._has_room():
            piece, self._rest = self._rest[:_SLICE], self._rest[_SLICE:]
            super().data_received(piece)
            self._check()
            self._measure()
        if self.transport.is_closing():
            self._rest = b""
        elif self._rest:
            self.read_paused = True
            self.transport.pause_reading()
            if self._has_room():
                self._go_on()
        elif self.read_paused and self._has_room():
            self.read_paused = False
            self.transport.resume_reading()

    def _has_room(self) -> bool:
        return self.close_sent or (self.queue.empty() and self.writable.is_set())

    def _check(self) -> None:
        if len(self.frames) > self._limits.message_fragments:
            self._watch.reached.count("max_message_fragments", self.address)
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "The message has too many fragments")
            self.handle_parser_exception()
        elif isinstance(self.conn.parser_exc, PayloadTooBig):
            self._watch.reached.count("max_message_bytes", self.address)
        elif self.conn.handshake_exc is not None and not self.handshake_initiated:
            # A line or value that the handshake does not take.
            self.transport.write(STATUS_LINE[400] + b"connection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()

    def _measure(self) -> None:
        """Count what has come of a message that is not complete, and begin to wait for its end."""
        size = len(self.conn.reader.buffer) + sum(map(len, self.frames))
        if size <= _SLICE or self.transport.is_closing():
            self._arrived()
            return
        if self._arrival is None:
            self._arrival = self._watch.incoming.begin(self.address, self._give_up)
            self._late = self.loop.call_later(self._limits.message_seconds, self._is_late)
        self._arrival.holds(size)

    def _arrived(self) -> None:
        if self._arrival is not None and self._late is not None:
            self._arrival.end()
            self._late.cancel()
            self._arrival = self._late = None

    def _is_late(self) -> None:
        self._watch.reached.count("body_seconds", self.address)
        self._give_up()

    def _give_up(self) -> None:
        self._arrived()
        self.conn.fail(CloseCode.POLICY_VIOLATION, "The message did not arrive in time")
        self.handle_parser_exception()

    async def receive(self) -> Any:
        """Called by the application."""
        message = await self.queue.get()
        self._go_on()
        return message

    def _go_on(self) -> None:
        if self._feeding is None and not self.disconnected:
            self._feeding = self.loop.call_soon(self._feed)

    # -- what goes out --------------------------------------------------------------------------------------------

    @property
    def unread_bytes(self) -> int:
        """See `Connection`."""
        return max(self._held.bytes, self._held.get_write_buffer_size()) + self._unsent

    @property
    def queued_bytes(self) -> int:
        """See `Connection`."""
        return self._held.get_write_buffer_size() + self._unsent

    def pause_writing(self) -> None:
        """Called by the transport."""
        super().pause_writing()
        self._watch.slow(self)

    def resume_writing(self) -> None:
        """Called by the transport."""
        self._held.left()
        super().resume_writing()
        self._watch.caught_up(self)
        self._go_on()

    async def send(self, message: Any) -> None:
        """Called by the application. Raises ClientDisconnected, too, where too much is unread already."""
        if self.unread_bytes > self._limits.unread_bytes:
            self._watch.reached.count("max_unread_bytes", self.address)
            self.transport.abort()
            raise ClientDisconnected
        size = len(message.get("text") or b"")
        self._unsent += size
        try:
            if not self.writable.is_set():
                self._watch.slow(self)  # which holds more now than when it was last looked at
            await super().send(message)
        finally:
            self._unsent -= size
        if self.close_sent:
            self._go_on()  # to the client's answer, whatever is still queued
