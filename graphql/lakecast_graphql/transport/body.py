"""Reading a request's body, bounded in size and time."""

import asyncio
import contextlib
from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from lakecast_graphql.transport.answering import Answering
from lakecast_graphql.transport.asgi import Message, Receive, Scope, address, header
from lakecast_graphql.transport.incoming import Arrival, Incoming
from lakecast_graphql.transport.refusals import Refusal


@dataclass(frozen=True)
class Bounds:
    """What a body may be: bytes, and seconds until it has arrived; all those together that come or are answered."""

    max_bytes: int
    seconds: float
    incoming: Incoming
    answering: Answering


class ClientDisconnected(Exception):
    """The client has hung up."""


async def read(scope: Scope, receive: Receive, bounds: Bounds) -> bytes:
    """The whole body.

    Raises Refusal 413 for more bytes (before reading where the length is declared), 408 when it has not arrived
    in time, 415 for a content coding; Gone when the client hangs up.
    """
    lines = (header(scope, name) for name in (b"content-encoding", b"content-length"))
    coding, declared = (None if text is None else text.encode("latin-1") for text in lines)
    return await receive_all(scope, receive, coding, declared, bounds)


async def receive_all(
    scope: Scope, receive: Receive, coding: bytes | None, declared: bytes | None, bounds: Bounds
) -> bytes:
    """As `read`, for the request's content coding and declared length."""
    max_bytes, seconds = bounds.max_bytes, bounds.seconds
    if coding is not None and coding.strip().lower() not in (b"", b"identity"):
        shown = coding[:40].decode("latin-1")
        raise Refusal(415, f"Send the body without Content-Encoding, not as {shown!r}.", closes=True)
    if declared is not None and declared.isdigit() and (len(declared) > 15 or int(declared) > max_bytes):
        raise _too_large(max_bytes)
    waiting: Any = receive()
    message: Message | None = None
    if type(waiting) is CoroutineType:
        # Nearly always the message is there already: then no timer is needed, which costs as much as the rest.
        try:
            suspended = waiting.send(None)
        except StopIteration as done:
            message = done.value
        else:
            waiting = _Begun(waiting, suspended)
    if message is None:
        try:
            async with asyncio.timeout(seconds):
                message = await waiting
        except TimeoutError:
            raise _too_slow(seconds) from None
    assert message is not None
    if message["type"] == "http.disconnect":
        raise ClientDisconnected
    if not message.get("more_body"):  # nearly every body comes in one piece
        chunk: bytes = message.get("body", b"")
        if len(chunk) > max_bytes:
            raise _too_large(max_bytes)
        return chunk
    patience = asyncio.timeout(seconds)

    def give_up() -> None:
        with contextlib.suppress(RuntimeError):  # its time is up already
            patience.reschedule(asyncio.get_running_loop().time())

    arrival = bounds.incoming.begin(address(scope), give_up)
    try:
        async with patience:
            return await _rest(receive, message.get("body", b""), max_bytes, arrival)
    except TimeoutError:
        raise _too_slow(seconds) from None
    finally:
        arrival.end()


async def _rest(receive: Receive, chunk: bytes, max_bytes: int, arrival: Arrival) -> bytes:
    chunks, size, more = [chunk], len(chunk), True
    try:
        while more:
            if size > max_bytes:
                raise _too_large(max_bytes)
            arrival.holds(size)
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = bool(message.get("more_body"))
        if size > max_bytes:
            raise _too_large(max_bytes)
        return b"".join(chunks)
    finally:
        chunks.clear()  # an error's traceback keeps this frame until the collector comes by


class _Begun:
    """A coroutine that has run up to its first suspension, to be awaited from there."""

    def __init__(self, coroutine: Coroutine[Any, Any, Message], suspended: Any) -> None:
        self._coroutine = coroutine
        self._suspended = suspended

    def __await__(self) -> Generator[Any, Any, Message]:
        coroutine, suspended = self._coroutine, self._suspended
        try:
            while True:
                try:
                    given = yield suspended
                except BaseException as error:
                    suspended = coroutine.throw(error)
                else:
                    suspended = coroutine.send(given)
        except StopIteration as done:
            message: Message = done.value
            return message


def _too_large(max_bytes: int) -> Refusal:
    return Refusal(413, f"The body has more than {max_bytes:,} bytes. Send less, or in several requests.", closes=True)


def _too_slow(seconds: float) -> Refusal:
    reason = f"The body did not arrive within {seconds:g} seconds, or while there was room for it."
    return Refusal(408, reason, closes=True)
