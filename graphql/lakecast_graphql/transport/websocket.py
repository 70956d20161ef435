"""GraphQL over WebSocket: the graphql-transport-ws protocol.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md; close codes are the protocol's. Frames are text. A
document that cannot be executed gets an error message and leaves the socket open.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import orjson
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.execution.subscriptions import Subscriptions
from lakecast_graphql.operation import answers
from lakecast_graphql.operation.operation import Caller, Execution, Operation
from lakecast_graphql.operation.persisted import PersistedQueries
from lakecast_graphql.read.view import View
from lakecast_graphql.transport import requests
from lakecast_graphql.transport.answering import Answering
from lakecast_graphql.transport.asgi import Receive, Scope, Send, address, header
from lakecast_graphql.transport.client_limits import Reached
from lakecast_graphql.transport.encoded_text import ENCODED_TEXT, EncodedText
from lakecast_graphql.transport.origins import LOOPBACK
from lakecast_graphql.transport.refusals import Refusal

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
"""Time in which a client must introduce itself."""
AT_ONCE = 4
"""Operations of one socket that are answered at once; the others wait until these answers were written."""
_BETWEEN = 50
"""Messages of one socket that are handled before others have their turn."""


class GraphqlWebSocket:
    """The door `/graphql` for WebSocket; see `GraphqlHttp` for the arguments.

    `allowed_origins` are those of pages elsewhere that may connect; `*` for all. `allows_loopback` admits pages of
    this machine. Clients that are no browsers send no origin and may always connect. `admit` raises an ApiError for a
    caller who may not read.
    """

    def __init__(
        self,
        execution: Execution,
        subscriptions: Subscriptions,
        persisted: PersistedQueries,
        current: Callable[[], View | None],
        *,
        allowed_origins: tuple[str, ...],
        allows_loopback: bool = False,
        max_message_bytes: int,
        max_operations: int,
        reached: Reached,
        answering: Answering,
        admit: Callable[[Caller], object] | None = None,
    ) -> None:
        self.execution = execution
        self.subscriptions = subscriptions
        self.persisted = persisted
        self.current = current
        self.max_message_bytes = max_message_bytes
        self.max_operations = max_operations
        self.reached = reached
        self.answering = answering
        self.admit = admit
        self._allowed_origins = allowed_origins
        self._allows_loopback = allows_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it closes."""
        await receive()  # websocket.connect
        origin, host = header(scope, b"origin"), header(scope, b"host")
        if not self._admits(origin, host):
            self.reached.count("cors_origins", address(scope), f"a page of {origin!r:.100} asked host {host!r:.100}")
            await send({"type": "websocket.close", "code": 1008})  # before accept: HTTP 403
            return
        if PROTOCOL not in scope.get("subprotocols", ()):
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 4406, "reason": "Subprotocol not acceptable"})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        caller = Caller(address(scope), header(scope, b"x-api-key"))
        encoded = ENCODED_TEXT in scope.get("extensions", ())
        await _Connection(self, receive, send, caller, encoded).serve()

    def _admits(self, origin: str | None, host: str | None) -> bool:
        if origin is None or "*" in self._allowed_origins or is_same_origin(origin, host):
            return True
        if self._allows_loopback and re.fullmatch(LOOPBACK, origin):
            return True
        normal = normalize_origin(origin)
        return normal is not None and normal in {normalize_origin(allowed) for allowed in self._allowed_origins}


class _Closed(Exception):
    """The socket is to be closed with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class _Connection:
    """One socket. encoded: whether the server takes an `EncodedText`."""

    def __init__(self, door: GraphqlWebSocket, receive: Receive, send: Send, caller: Caller, encoded: bool) -> None:
        self._door = door
        self._receive = receive
        self._send_message = send
        self._caller = caller
        self._encoded = encoded
        self._introduced = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def serve(self) -> None:
        """Handle messages until either side closes."""
        handled = 0
        try:
            while True:
                handled += 1
                if handled % _BETWEEN == 0:
                    await asyncio.sleep(0)  # messages that are there already are handed over without waiting
                async with asyncio.timeout(None if self._introduced else INIT_SECONDS):
                    message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = self._text_of(message)
                await self._handle(self._parse(text), len(text))
        except TimeoutError:
            await self._close(4408, "Connection initialisation timeout")
        except _Closed as closed:
            await self._close(closed.code, closed.reason)
        except OSError:
            pass  # hung up while something was being sent
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _text_of(self, message: Any) -> str:
        text: str | None = message.get("text")
        if text is None:
            raise _Closed(4400, "Messages must be text")
        return text

    def _parse(self, text: str) -> dict[str, Any]:
        if len(text) > self._door.max_message_bytes:  # where the server was not told of the limit
            raise _Closed(4400, "The message is too large")
        try:
            parsed = requests.read_json(text, "message")
        except Refusal as refusal:
            if refusal.error.code is ErrorCode.QUERY_TOO_COMPLEX:
                raise _Closed(4400, refusal.error.message) from None  # to look for its id would take as long
            parsed = _with_large_numbers(text)
            if not isinstance(parsed, dict) or "payload" not in parsed:
                raise _Closed(4400, "Messages must be JSON") from None
            parsed["payload"] = refusal  # which is the answer to its operation
        if not isinstance(parsed, dict) or not isinstance(parsed.get("type"), str):
            raise _Closed(4400, "Messages must be objects with a type")
        return parsed

    async def _handle(self, message: dict[str, Any], size: int) -> None:
        match message["type"]:
            case "connection_init":
                await self._introduce(message.get("payload"))
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                self._subscribe(message, size)
            case "complete":
                task = self._running.pop(_id(message), None)
                if task is not None:
                    task.cancel()
            case other:
                raise _Closed(4400, f"Unknown message type {other[:40]}")

    async def _introduce(self, payload: object) -> None:
        if self._introduced:
            raise _Closed(4429, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise _Closed(4400, "The payload must be an object")
        self._introduced = True
        # Browsers cannot set headers on a socket: their key comes with the first message.
        keys = [value for name, value in (payload or {}).items() if name.lower() == "x-api-key"]
        if keys and isinstance(keys[0], str):
            self._caller = replace(self._caller, key=keys[0])
        try:
            if self._door.admit is not None:
                self._door.admit(self._caller)
        except ApiError as error:
            raise _Closed(4403, error.message) from None
        await self._send({"type": "connection_ack"})

    def _subscribe(self, message: dict[str, Any], size: int) -> None:
        if not self._introduced:
            raise _Closed(4401, "Unauthorized")
        number = _id(message)
        if number in self._running:
            raise _Closed(4409, f"Subscriber for {number[:80]} already exists")
        if "payload" not in message:
            raise _Closed(4400, "The message has no payload")
        if len(self._running) >= self._door.max_operations:
            self._door.reached.count("max_socket_operations", self._caller.address)
            raise _Closed(4429, "Too many operations on one socket")
        self._running[number] = asyncio.create_task(self._run(number, message["payload"], size))

    async def _run(self, number: str, payload: object, size: int) -> None:
        try:
            if isinstance(payload, Refusal):
                raise payload
            with self._door.answering.holding(size, self._caller.address):
                await self._answer(number, requests.from_message(payload, self._door.persisted))
        except (Refusal, ApiError) as error:
            refused = error.error if isinstance(error, Refusal) else error
            await self._finish(number, answers.refusal(refused).body)

    async def _answer(self, number: str, operation: Operation) -> None:
        results = self._door.subscriptions.results(operation, self._door.current(), self._caller, self._door.execution)
        try:
            await self._pass_on(number, results)
        except OSError:
            pass  # hung up
        except Exception as error:  # a fault of ours has a code, too
            await self._finish(number, answers.fault(error).body)
        finally:
            with contextlib.suppress(RuntimeError):
                await results.aclose()  # type: ignore[attr-defined]

    async def _pass_on(self, number: str, results: AsyncIterator[bytes]) -> None:
        async with self._turns:
            goes_on = await self._pass_next(number, results)
        while goes_on:
            goes_on = await self._pass_next(number, results)
        if self._running.pop(number, None) is not None:
            await self._send({"id": number, "type": "complete"})

    async def _pass_next(self, number: str, results: AsyncIterator[bytes]) -> bool:
        """Send one result; whether there may be another one."""
        result = await anext(results, None)
        if result is None:
            return False
        if not result.startswith(b'{"data"'):
            await self._finish(number, result)
            return False
        await self._text(b'{"id":', orjson.dumps(number), b',"type":"next","payload":', result, b"}")
        return True

    async def _finish(self, number: str, refused: bytes) -> None:
        """Tell of an operation that was not executed."""
        if self._running.pop(number, None) is not None:
            await self._send({"id": number, "type": "error", "payload": orjson.loads(refused)["errors"]})

    async def _send(self, message: dict[str, Any]) -> None:
        await self._text(orjson.dumps(message))

    async def _text(self, *pieces: bytes) -> None:
        """Send a text, given in UTF-8."""
        text = EncodedText(*pieces) if self._encoded else b"".join(pieces).decode()
        await self._send_message({"type": "websocket.send", "text": text})

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            await self._send_message({"type": "websocket.close", "code": code, "reason": reason[:120]})


def _with_large_numbers(text: str) -> object:
    """The value of a text that would be JSON but for numbers beyond a double; None where it is not."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _id(message: dict[str, Any]) -> str:
    number = message.get("id")
    if not isinstance(number, str) or not number:
        raise _Closed(4400, "The message has no id")
    return number
