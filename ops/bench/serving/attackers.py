"""What attackers send, each at a stated rate: one process, `python -m bench.serving.attackers NUMBER PORT SECONDS`.

All of them come from 127.0.0.2, one client as the server sees it. The number of tries is printed at the end.
"""

import asyncio
import base64
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from random import Random

ADDRESS = "127.0.0.2"
_POST = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
_UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: %s\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
_EVENTS = b"accept: text/event-stream\r\n"
_COLUMNS = "nodes { date itemId forecast median lower80 upper80 lower95 }"
_LARGE = "{" + " ".join(f"a{number}: forecasts(first: 500) {{ {_COLUMNS} }}" for number in range(40)) + "}"
"""A kilobyte or two of which the answer takes some megabytes."""
_CUT_OFF = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
_FILTERED = "query Q($v: ItemFilter) { items(where: $v, first: 1) { totalCount } }"


class Attacker:
    """Connections to one server until a deadline. `tries` counts what was sent, in the words of the row."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port = port
        self.tries = 0
        self.chance = Random(port)
        self._until = time.monotonic() + seconds
        self._tasks: set[asyncio.Task[None]] = set()

    async def at(self, per_second: float, most: int = sys.maxsize) -> AsyncIterator[int]:
        """Count tries at a rate until the time is up; of `most` tries, wait for the end after the last."""
        began = time.monotonic()
        while (now := time.monotonic()) < self._until:
            due = began + self.tries / per_second
            if now < due or self.tries >= most:
                await asyncio.sleep(0.05 if self.tries >= most else due - now)
                continue
            self.tries += 1
            yield self.tries

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Go on with something while others are begun; that it is cut off is what is to be expected."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, _CUT_OFF):
            raise error

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection that reads some kilobytes ahead and no more."""
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(ADDRESS, 0), limit=4_096)

    async def socket(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A WebSocket that has introduced itself."""
        reader, writer = await self.connect()
        writer.write(_UPGRADE % base64.b64encode(os.urandom(16)))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frame(b'{"type":"connection_init"}'))
        await reader.readuntil(b"}")
        return reader, writer

    async def send(self, *pieces: bytes, reads: bool = True) -> None:
        """Send some pieces over a connection of their own; read what comes, or hold it open without reading."""
        reader, writer = await self.connect()
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            await self.hold(reader if reads else None)
        finally:
            writer.close()

    async def hold(self, reader: asyncio.StreamReader | None = None) -> None:
        """Wait for the end, reading all that comes, or nothing."""
        while time.monotonic() < self._until:
            if reader is None:
                await asyncio.sleep(0.1)
            elif not await reader.read(1 << 16):
                return

    async def leave(self) -> None:
        """Close everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def frame(payload: bytes, opcode: int = 1, *, last: bool = True) -> bytes:
    """A client's WebSocket frame, masked with zeros."""
    size = len(payload)
    first = bytes([opcode | (0x80 if last else 0)])
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    return first + length + b"\0\0\0\0" + payload


def request(query: str, variables: object = None, *more: bytes) -> bytes:
    """A POST of an operation, with further header lines."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    return _POST + b"".join(more) + b"content-length: %d\r\n\r\n" % len(body) + body


def subscribe(number: int, query: str) -> bytes:
    """The frame that opens an operation on a WebSocket."""
    return frame(json.dumps({"id": str(number), "type": "subscribe", "payload": {"query": query}}).encode())


def _aliases(number: int, count: int = 48) -> str:
    """A subscription of its own, of `count` aliases."""
    fields = ("accuracy { datasetId wape }", "modelVersions { source }", "tables { name version }", "runId")
    return " ".join(f"a{number}_{place}: {fields[place % len(fields)]}" for place in range(count))


async def _nothing(of: Attacker) -> None:
    await of.hold()


async def _subscriptions(of: Attacker) -> None:
    writers: list[asyncio.StreamWriter] = []
    async for number in of.at(100, most=500):
        if number % 50 == 1:
            reader, writer = await of.socket()
            of.begin(of.hold(reader))
            writers.append(writer)
        writers[-1].write(subscribe(number, f"subscription {{ snapshotPublished {{ {_aliases(number)} }} }}"))
        await writers[-1].drain()


async def _event_streams(of: Attacker) -> None:
    async for number in of.at(50, most=400):
        query = f"subscription {{ snapshotPublished {{ {_aliases(number)} }} }}"
        of.begin(of.send(request(query, None, _EVENTS)))


async def _unread_socket(of: Attacker) -> None:
    async def ask() -> None:
        _, writer = await of.socket()
        for number in range(100):
            writer.write(subscribe(number, _LARGE))
        await of.hold()

    async for _ in of.at(10):
        of.begin(ask())


async def _unread_http(of: Attacker) -> None:
    async for _ in of.at(20):
        of.begin(of.send(request(_LARGE) * 20, reads=False))


async def _or_lists(of: Attacker) -> None:
    async for _ in of.at(10):
        values = [{"itemId": {"eq": f"a-{of.chance.random()}"}} for _ in range(20_000)]
        of.begin(of.send(request(_FILTERED, {"v": {"or": values}}, b"connection: close\r\n")))


async def _allowed_lists(of: Attacker) -> None:
    async for number in of.at(2):
        if number % 2:
            value: object = {"or": [{"itemId": {"eq": f"a-{of.chance.random()}"}} for _ in range(1_200)]}
        else:
            value = {"itemId": {"in": [f"a-{of.chance.random()}" for _ in range(4_900)]}}
        of.begin(of.send(request(_FILTERED, {"v": value}, b"connection: close\r\n")))


async def _header_lines(of: Attacker) -> None:
    async for _ in of.at(50):
        of.begin(of.send(_POST, *[b"x-a: b\r\n" * 1_000] * 100))


async def _long_heads(of: Attacker) -> None:
    async for number in of.at(50):
        long = b"x" * 300_000
        heads = (b"GET /" + long + b" HTTP/1.1\r\n\r\n", _POST + b"cookie: " + long, b"GET /graphql?query=" + long)
        of.begin(of.send(*_pieces(heads[number % len(heads)], 3_000)))


async def _idle(of: Attacker) -> None:
    async for _ in of.at(500, most=3_000):
        of.begin(of.send(reads=True))


async def _half_heads(of: Attacker) -> None:
    async def trickle() -> None:
        reader, writer = await of.connect()
        writer.write(_POST)
        reading = asyncio.create_task(of.hold(reader))
        while not reading.done():
            writer.write(b"x")
            await asyncio.sleep(1)

    async for _ in of.at(200, most=1_500):
        of.begin(trickle())


async def _half_bodies(of: Attacker) -> None:
    async for _ in of.at(100, most=900):
        of.begin(of.send(_POST + b"content-length: 999000\r\n\r\n", *_pieces(b" " * 998_000, 65_536)))


async def _half_messages(of: Attacker) -> None:
    async def half() -> None:
        reader, writer = await of.socket()
        writer.write(frame(b" " * 999_000)[:-1_000])
        await writer.drain()
        await of.hold(reader)

    async for _ in of.at(100, most=900):
        of.begin(half())


async def _large_frames(of: Attacker) -> None:
    async def send() -> None:
        reader, writer = await of.socket()
        writer.write(frame(b"x" * 16_000_000))
        await of.hold(reader)

    async for _ in of.at(5):
        of.begin(send())


async def _fragments(of: Attacker) -> None:
    async def send() -> None:
        _, writer = await of.socket()
        writer.write(frame(b"", last=False))
        for _ in range(100):
            writer.write(frame(b"", 0, last=False) * 5_000)
            await writer.drain()

    async for _ in of.at(10):
        of.begin(send())


async def _pings(of: Attacker) -> None:
    async def send() -> None:
        _, writer = await of.socket()
        for _ in range(1_000):
            writer.write(frame(b"x" * 125, 9) * 500)
            await writer.drain()

    async for _ in of.at(5):
        of.begin(send())


async def _many_operations(of: Attacker) -> None:
    async for number in of.at(20):
        query = " ".join(f"query Q{number}_{place} {{ __typename }}" for place in range(1_000))
        of.begin(of.send(request(query, None, b"connection: close\r\n")))


async def _spreads(of: Attacker) -> None:
    async for number in of.at(20):
        spreads = " ".join(f"fragment f{place} on Query {{ ...f{place + 1} ...f{place + 1} }}" for place in range(30))
        overlapping = " items { nodes { itemId } }" * 130
        query = (
            f"query A{number} {{ ...f0 }} {spreads} fragment f30 on Query {{ __typename }}"
            if number % 2
            else f"query B{number} {{ {overlapping} }}"
        )
        of.begin(of.send(request(query, None, b"connection: close\r\n")))


async def _distinct_documents(of: Attacker) -> None:
    async for number in of.at(50):
        fields = " ".join(f"a{number}_{place}: items(first: 1) {{ nodes {{ itemId }} }}" for place in range(40))
        of.begin(of.send(request(f"{{ {fields} }}", None, b"connection: close\r\n")))


async def _assumptions(of: Attacker) -> None:
    async for _ in of.at(20):
        scenario = {"s": {"demandFactor": 0.5 + of.chance.random()}}
        query = "query W($s: ScenarioInput!) { whatIf(scenario: $s, first: 1) { nodes { orderDelta } } }"
        of.begin(of.send(request(query, scenario, b"connection: close\r\n")))


async def _deep_json(of: Attacker) -> None:
    async for number in of.at(20):
        body = b"[" * 400_000 if number % 2 else b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 100_000
        of.begin(of.send(_POST + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body), body))


async def _wrong_keys(of: Attacker) -> None:
    async for _ in of.at(100):
        key = b"x-api-key: %x\r\n" % of.chance.getrandbits(128)
        query = "mutation { refreshData { outcome } }"
        of.begin(of.send(request(query, None, key, b"connection: close\r\n")))


async def _pipelined(of: Attacker) -> None:
    async for _ in of.at(20):
        of.begin(of.send(request("{ __typename }") * 5_000))


def _pieces(content: bytes, size: int) -> Iterable[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@dataclass(frozen=True)
class Attack:
    """One row: what is sent, how often, and whether the snapshot is read anew meanwhile."""

    name: str
    rate: str
    run: Callable[[Attacker], Awaitable[None]]
    refreshes: bool = False


ATTACKS = (
    Attack("none, for comparison", "", _nothing),
    Attack("subscriptions of distinct 48-alias documents, WebSocket", "100/s to 500 on 10 sockets, 1 forced refresh",
           _subscriptions, refreshes=True),
    Attack("the same as event streams", "50/s to 400, 1 forced refresh", _event_streams, refreshes=True),
    Attack("unread answers, WebSocket: 100 operations of 4 MB each", "10 sockets/s", _unread_socket),
    Attack("unread answers, HTTP: 20 pipelined requests of 4 MB each", "20 connections/s", _unread_http),
    Attack("`or` list of 20,000 in variables, 0.9 MB", "10/s", _or_lists),
    Attack("`or` and `in` lists of distinct values just below the bound", "2/s", _allowed_lists),
    Attack("100,000 header lines", "50 connections/s", _header_lines),
    Attack("address, cookie, query string of 300 kB", "50/s", _long_heads),
    Attack("idle connections", "500/s to 3,000", _idle),
    Attack("half heads, a byte a second", "200/s to 1,500", _half_heads),
    Attack("bodies of 1 MB that do not end", "100/s to 900", _half_bodies),
    Attack("WebSocket messages of 1 MB that do not end", "100/s to 900", _half_messages),
    Attack("frames of 16 MB", "5/s", _large_frames),
    Attack("500,000 empty fragments", "10 sockets/s", _fragments),
    Attack("500,000 unread pings of 125 bytes", "5 sockets/s", _pings),
    Attack("1,000 operations in a document", "20/s", _many_operations),
    Attack("fragments that double, selections that overlap", "20/s", _spreads),
    Attack("distinct documents of 40 lists", "50/s", _distinct_documents),
    Attack("what-if of all items, distinct assumptions", "20/s", _assumptions),
    Attack("JSON nested 100,000 deep and more", "20/s", _deep_json),
    Attack("wrong keys", "100/s", _wrong_keys),
    Attack("5,000 pipelined requests", "20 connections/s", _pipelined),
)  # fmt: skip


async def _main(number: int, port: int, seconds: float) -> None:
    of = Attacker(port, seconds)
    while time.monotonic() < of._until:
        try:
            await ATTACKS[number].run(of)
        except _CUT_OFF:
            await asyncio.sleep(0.05)
    await of.leave()
    print(of.tries)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
