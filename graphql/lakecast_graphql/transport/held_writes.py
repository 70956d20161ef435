"""What a connection's transport holds of answers: all of one that was written, until its last byte is on its way.

A transport counts the bytes that it has not passed on. Of an answer of some megabytes the system takes nearly all at
once, whether the client reads or not; what is left is a few kilobytes, and the whole answer stays in memory for them.
"""

import asyncio
from typing import Any

LARGE = 65_536
"""Bytes of a write from which on it is held until it has left: those of a transport's own limit."""


class HeldWrites:
    """A transport in front of a connection's own. `bytes` are those of large writes that have not left."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.bytes = 0
        # Called for each answer; the rest is found by `__getattr__`.
        self.is_closing = transport.is_closing
        self.get_write_buffer_size = transport.get_write_buffer_size

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """As a transport's. Where something is left of a large write, the protocol pauses until nothing is."""
        if len(data) < LARGE:
            self._transport.write(data)
            return
        self.bytes += len(data)
        self._transport.write(data)
        if self.get_write_buffer_size():
            self._transport.set_write_buffer_limits(high=0)
        else:
            self.bytes = 0

    def left(self) -> None:
        """Nothing is left: called by the protocol when it may write again."""
        if self.bytes:
            self.bytes = 0
            self._transport.set_write_buffer_limits()
