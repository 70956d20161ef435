"""The limit: a bare ASGI handler that reads and parses the body and returns bytes made, and coded, beforehand."""

import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

_ANSWERS = {f"/{file.name}": file.read_bytes() for file in Path(os.environ["ANSWERS"]).glob("Q*.*")}


def _headers(path: str) -> list[tuple[bytes, bytes]]:
    coding = path.rpartition(".")[2].encode()
    coded = [] if coding == b"identity" else [(b"content-encoding", coding), (b"vary", b"accept-encoding")]
    length = str(len(_ANSWERS[path])).encode()
    return [(b"content-type", b"application/json"), *coded, (b"content-length", length)]


_HEADERS = {path: _headers(path) for path in _ANSWERS}


async def app(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer the bytes of the file that the path names, `question.coding`, whatever is asked."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    path = scope["path"]
    if path not in _ANSWERS:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ready"})
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    orjson.loads(body)
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS[path]})
    await send({"type": "http.response.body", "body": _ANSWERS[path]})
