"""graphql-transport-ws at a real server: the protocol's messages and close codes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from running import Running, running
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from lakecast_graphql.transport.encoded_text import ENCODED_TEXT
from lakecast_lake.storage import Lake

PROTOCOL = Subprotocol("graphql-transport-ws")
LIVE = "subscription { snapshotPublished { snapshotId } }"


class Client:
    """A socket that speaks the protocol by hand."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            message = await self.socket.recv()
        assert isinstance(message, str), "frames must be text"
        return json.loads(message)

    async def subscribe(self, number: str, query: str, **more: object) -> None:
        await self.send({"id": number, "type": "subscribe", "payload": {"query": query, **more}})


@asynccontextmanager
async def client(server: Running, *, introduced: bool = True) -> AsyncIterator[Client]:
    async with connect(server.socket, subprotocols=[PROTOCOL]) as socket:
        found = Client(socket)
        if introduced:
            await found.send({"type": "connection_init"})
            assert await found.receive() == {"type": "connection_ack"}
        yield found


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(test())


@pytest.mark.parametrize(
    ("introduced", "message", "code"),
    [
        (False, {"id": "1", "type": "subscribe", "payload": {"query": LIVE}}, 4401),
        (True, {"type": "connection_init"}, 4429),
        (False, {"type": "connection_init", "payload": [1]}, 4400),
        (True, {"type": "nonsense"}, 4400),
        (True, {"type": "subscribe", "payload": {"query": LIVE}}, 4400),
        (True, {"id": "", "type": "subscribe", "payload": {"query": LIVE}}, 4400),
        (True, {"id": 3, "type": "complete"}, 4400),
        (True, {"id": "1", "type": "subscribe"}, 4400),
        (True, [], 4400),
        (True, None, 4400),
        (True, {"type": 3}, 4400),
    ],
)
def test_what_breaks_the_protocol_closes_with_its_code(
    server: Running, introduced: bool, message: object, code: int
) -> None:
    async def test() -> None:
        async with client(server, introduced=introduced) as found:
            await found.send(message)
            with pytest.raises(ConnectionClosed) as closed:
                await found.receive()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == code

    run(test)


@pytest.mark.parametrize(
    ("frame", "code"),
    [(b"binary", 4400), ("{no json", 4400), ("[" * 100_000, 4400), ('"' + "x" * 1_000_001 + '"', 1009)],
)
def test_frames_that_are_no_text_or_no_json_close(server: Running, frame: str | bytes, code: int) -> None:
    async def test() -> None:
        async with client(server) as found:
            await found.socket.send(frame)
            with pytest.raises(ConnectionClosed) as closed:
                await found.receive()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == code

    run(test)


def test_a_number_in_use_closes(server: Running) -> None:
    async def test() -> None:
        async with client(server) as found:
            await found.subscribe("1", LIVE)
            await found.receive()
            await found.subscribe("1", LIVE)
            with pytest.raises(ConnectionClosed) as closed:
                await found.receive()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4409

    run(test)


def test_another_protocol_is_refused(server: Running) -> None:
    async def test() -> None:
        async with connect(server.socket, subprotocols=[Subprotocol("graphql-ws")]) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4406

    run(test)


@pytest.mark.parametrize(
    ("query", "code"),
    [("{", "GRAPHQL_PARSE_FAILED"), ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED")],
)
def test_a_bad_document_is_an_error_and_leaves_the_socket_open(server: Running, query: str, code: str) -> None:
    async def test() -> None:
        async with client(server) as found:
            await found.subscribe("1", query)
            answer = await found.receive()
            assert (answer["id"], answer["type"]) == ("1", "error")
            assert answer["payload"][0]["extensions"]["code"] == code
            await found.subscribe("1", "{ overview { itemCount } }")  # the number is free again
            assert (await found.receive())["type"] == "next"
            assert await found.receive() == {"id": "1", "type": "complete"}

    run(test)


def test_ping_is_answered(server: Running) -> None:
    async def test() -> None:
        async with client(server, introduced=False) as found:
            await found.send({"type": "ping"})
            assert await found.receive() == {"type": "pong"}

    run(test)


def test_pages_elsewhere_cannot_connect_unless_allowed(small_lake: Lake, server: Running) -> None:
    async def test(target: Running, origin: str) -> None:
        async with connect(target.socket, subprotocols=[PROTOCOL], origin=origin):  # type: ignore[arg-type]
            pass

    with pytest.raises(InvalidStatus, match="403"):
        asyncio.run(test(server, "https://a.example"))
    asyncio.run(test(server, server.url))
    asyncio.run(test(server, "http://localhost:5173"))  # in development, of this machine
    with running(small_lake.uri, cors_origins="https://a.example") as open_one:
        asyncio.run(test(open_one, "https://a.example"))
        for origin in ("https://b.example", "http://localhost:5173"):
            with pytest.raises(InvalidStatus, match="403"):
                asyncio.run(test(open_one, origin))


def test_a_socket_elsewhere_than_graphql_is_refused(server: Running) -> None:
    async def test() -> None:
        async with connect(server.url.replace("http", "ws") + "/other", subprotocols=[PROTOCOL]):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        run(test)


def test_subscribers_are_told_of_each_new_snapshot_and_counted(server: Running, admin: tuple[str, str]) -> None:
    def open_ones() -> float:
        lines = server.http.get("/metrics").text.splitlines()
        return float(next(line for line in lines if line.startswith("lakecast_subscribers ")).split()[1])

    async def all_gone() -> bool:
        """Whether the last one ends within five seconds: a socket's closing is noticed a moment later."""
        for _ in range(250):
            if await asyncio.to_thread(open_ones) == 0:
                return True
            await asyncio.sleep(0.02)
        return False

    async def test() -> None:
        assert await all_gone()  # those of the tests before
        async with client(server) as one, client(server) as two:
            for found in (one, two):
                await found.subscribe("a", LIVE)
                await found.subscribe("b", "subscription { now: snapshotPublished { id committedAt } }")
                for _ in range(2):
                    assert (await found.receive())["type"] == "next"
            assert await asyncio.to_thread(open_ones) == 4
            await two.send({"id": "b", "type": "complete"})
            await asyncio.to_thread(server.data, "mutation { refreshData(force: true) { outcome } }", admin[1])
            told = [await one.receive(), await one.receive()]
            assert {message["id"] for message in told} == {"a", "b"}
            assert (await two.receive())["id"] == "a"
        assert await all_gone()

    run(test)


def test_too_many_subscribers_are_told_so(small_lake: Lake) -> None:
    async def test(target: Running) -> None:
        async with client(target) as found:
            for number in "123":
                await found.subscribe(number, LIVE)
            messages = [await found.receive() for _ in range(3)]
            messages.sort(key=lambda message: message["type"])
            assert [message["type"] for message in messages] == ["error", "next", "next"]
            assert messages[0]["payload"][0]["extensions"]["code"] == "RATE_LIMITED"

    with running(small_lake.uri, max_subscribers=2) as server:
        asyncio.run(test(server))


def test_a_server_that_takes_nothing_but_texts_gets_texts(small_lake: Lake) -> None:
    """As every ASGI server but ours."""

    def as_elsewhere(app: Any) -> Any:
        async def served(scope: Any, receive: Any, send: Any) -> None:
            scope.get("extensions", {}).pop(ENCODED_TEXT, None)

            async def send_texts(message: Any) -> None:
                assert isinstance(message.get("text", ""), str)
                await send(message)

            await app(scope, receive, send_texts)

        return served

    async def test(target: Running) -> None:
        async with client(target) as found:
            await found.subscribe("á", "{ __typename }")
            assert (await found.receive())["payload"]["data"] == {"__typename": "Query"}
            assert await found.receive() == {"id": "á", "type": "complete"}

    with running(small_lake.uri, within=as_elsewhere) as server:
        asyncio.run(test(server))
