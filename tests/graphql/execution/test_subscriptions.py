"""Many subscribers: each distinct operation is executed once per snapshot, off the event loop."""

import asyncio
import json

import pytest
from attacks import figure, others
from running import Running, running
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from lakecast_graphql.app import App, create_app
from lakecast_graphql.operation.operation import Caller, Operation
from lakecast_graphql.settings import Settings
from lakecast_lake.storage import Lake

PROTOCOL = Subprotocol("graphql-transport-ws")
REFRESH = "mutation { refreshData(force: true) { outcome } }"


def heavy(number: int) -> str:
    """A document at the limit of aliases, like no other."""
    fields = " ".join(f"a{number}_{n}: tables {{ name rowCount version committedAt }}" for n in range(48))
    return f"subscription {{ snapshotPublished {{ {fields} }} }}"


async def opened(server: Running, documents: list[str]) -> ClientConnection:
    """A socket with a subscription per document, each of which has had its first event."""
    socket = await connect(server.socket, subprotocols=[PROTOCOL], max_size=None)
    await socket.send('{"type":"connection_init"}')
    await socket.recv()
    for number, query in enumerate(documents):
        await socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": {"query": query}}))
    await events(socket, len(documents))
    return socket


async def events(socket: ClientConnection, count: int) -> list[bytes]:
    """So many events, one of each subscription."""
    found = {}
    async with asyncio.timeout(60):
        while len(found) < count:
            message = json.loads(await socket.recv())
            assert message["type"] == "next", message
            assert "errors" not in message["payload"]
            found[message["id"]] = json.dumps(message["payload"]).encode()
    return list(found.values())


def rendered(server: Running) -> float:
    """Events that were rendered, once for all who asked for the same."""
    return figure(server, 'lakecast_events_rendered_total{kind="subscription"}')


def test_distinct_documents_are_executed_once_per_snapshot_and_hold_up_nobody(
    small_lake: Lake, admin: tuple[str, str]
) -> None:
    documents = [heavy(number) for number in range(30)]

    async def test(server: Running) -> None:
        sockets = [await opened(server, documents) for _ in range(2)]
        assert rendered(server) == len(documents)
        await asyncio.to_thread(server.data, REFRESH, admin[1])
        answers = [await events(socket, len(documents)) for socket in sockets]
        assert all(sorted(answer) == sorted(answers[0]) for answer in answers)
        assert rendered(server) == 2 * len(documents)
        for socket in sockets:
            await socket.close()

    with running(small_lake.uri, keys_file=admin[0]) as server:
        with others(server) as found:
            asyncio.run(test(server))
        # The median: on a loaded machine, single requests wait for the processor, not for the server.
        assert found.median < 0.1


def test_who_reads_slowly_gets_the_newest_event_only(small_lake: Lake) -> None:
    operation = Operation("subscription { snapshotPublished { snapshotId } }")

    async def test(app: App) -> None:
        app.service.start()
        app.subscriptions.start()
        results = app.subscriptions.results(operation, None, Caller(), None)  # type: ignore[arg-type]
        assert await anext(results)
        for _ in range(3):
            await asyncio.to_thread(app.service.refresh, "ml_results", True)
        await asyncio.sleep(0)
        assert await anext(results)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(results), 0.5)
        app.subscriptions.stop()

    app = create_app(Settings(lake=small_lake.uri, poll_seconds=0))
    assert isinstance(app, App)
    try:
        asyncio.run(test(app))
    finally:
        app.service.close()


def test_a_subscription_with_a_wrong_variable_is_told_so_and_ends(server: Running) -> None:
    query = "subscription Q($n: Int!) { snapshotPublished { snapshotId tables @include(if: true) { name } } }"

    async def test() -> None:
        async with connect(server.socket, subprotocols=[PROTOCOL]) as socket:
            await socket.send('{"type":"connection_init"}')
            await socket.recv()
            for number, payload in enumerate(({"query": query}, {"query": query, "variables": {"n": "x"}})):
                await socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
                message = json.loads(await socket.recv())
                assert (message["type"], message["id"]) == ("error", str(number))
                assert message["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"

    asyncio.run(test())
