"""Many subscribers: when the last one is told of a new snapshot, and what each one costs in memory."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from bench.serving import lake as lakes
from bench.serving import ours
from bench.serving.client import Client
from bench.serving.processes import Server
from bench.serving.refreshing import REFRESH
from lakecast_lake.storage import Lake

SUBSCRIBE = json.dumps(
    {"id": "1", "type": "subscribe", "payload": {"query": "subscription { snapshotPublished { snapshotId } }"}}
)


@dataclass(frozen=True)
class Subscribers:
    """Seconds from the swap (the end of the refresh at the latest) to the last subscriber's message."""

    count: int
    last_told_s: float
    kilobytes_each: float


def run(lake: Lake, folder: Path, items: int, log: Path, count: int) -> Subscribers:
    """`count` subscribers over WebSocket to one worker, then one new snapshot."""
    key = ours.admin_key(folder / "keys")
    settings = {"LAKECAST_KEYS_FILE": str(folder / "keys"), "LAKECAST_MAX_CONNECTIONS_PER_ADDRESS": str(count + 10)}
    with ours.server(lake.uri, "subscribers", log, settings) as server:
        return asyncio.run(_subscribe(server, lake, items, key, count))


async def _subscribe(server: Server, lake: Lake, items: int, key: str, count: int) -> Subscribers:
    before = server.memory_mb()
    sockets: list[ClientConnection] = []
    for start in range(0, count, 50):
        sockets += await asyncio.gather(*(subscriber(server.port) for _ in range(start, min(start + 50, count))))
    each = (server.memory_mb() - before) * 1e3 / count
    newest = await asyncio.to_thread(lakes.change_one_source, lake, items, 900)
    waiting = [asyncio.create_task(_told(socket, newest)) for socket in sockets]
    await asyncio.sleep(0.5)
    with Client(server) as client:
        await asyncio.to_thread(client.ask, REFRESH, {"force": False}, key)
    answered = time.perf_counter()
    last = max(await asyncio.gather(*waiting))
    for socket in sockets:
        await socket.close()
    return Subscribers(count, max(last - answered, 0.0), each)


async def subscriber(port: int) -> ClientConnection:
    """A WebSocket that has subscribed to news and heard of the snapshot that is served. Raises RuntimeError."""
    socket = await connect(
        f"ws://127.0.0.1:{port}/graphql", subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        compression=None, open_timeout=60,
    )  # fmt: skip
    await socket.send('{"type": "connection_init"}')
    await socket.recv()
    await socket.send(SUBSCRIBE)
    if '"next"' not in (answer := str(await socket.recv())):
        raise RuntimeError(f"not subscribed: {answer[:200]}")
    return socket


async def _told(socket: ClientConnection, snapshot_id: int) -> float:
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), 60))
        if message["type"] == "next" and message["payload"]["data"]["snapshotPublished"]["snapshotId"] == snapshot_id:
            return time.perf_counter()
