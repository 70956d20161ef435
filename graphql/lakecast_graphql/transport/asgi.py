"""ASGI in small: its types, headers, and sending a whole response."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

_LINGER_SECONDS, _LINGER_BYTES = 2.0, 64 << 20
"""How long, and how much of, a body that is not wanted is read."""


def header(scope: Scope, name: bytes) -> str | None:
    """A request header by its lower-case name; the values of a repeated one joined by commas."""
    values = [value for key, value in scope["headers"] if key == name]
    return b",".join(values).decode("latin-1") if values else None


def address(scope: Scope) -> str:
    """Where the request came from, empty where the server does not know."""
    client = scope.get("client")
    return str(client[0]) if client else ""


JSON_TYPE: Header = (b"content-type", b"application/json; charset=utf-8")
NOSNIFF: Header = (b"x-content-type-options", b"nosniff")
"""Browsers take an answer for nothing but what its content type says."""


async def respond(send: Send, status: int, body: bytes, headers: Iterable[Header] = ()) -> None:
    """Send a whole response; content-length is added."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, NOSNIFF, (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def respond_and_close(
    receive: Receive, send: Send, status: int, body: bytes, headers: Iterable[Header] = ()
) -> None:
    """Send a whole response to a request whose body is not wanted, and close the connection.

    Some of the body is read and dropped first: to close at once would reset the connection, and the client would see
    that instead of the answer.
    """
    whole = [*headers, NOSNIFF, (b"connection", b"close"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": whole})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            left = _LINGER_BYTES
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b"")) + 1
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    break
    await send({"type": "http.response.body", "body": b""})
