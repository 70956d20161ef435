"""Of a large answer all is held until its last byte has left, whatever a transport says that it has not passed on."""

import asyncio
import socket

import pytest
import uvloop

from lakecast_graphql.transport.held_writes import LARGE, HeldWrites

LOOPS = [asyncio.SelectorEventLoop, uvloop.Loop]


class Server(asyncio.Protocol):
    """Writes some answers to the one client that connects."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = answers
        self.pauses = 0
        self.held: HeldWrites

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.held = HeldWrites(transport)
        for answer in self.answers:
            self.held.write(answer)

    def pause_writing(self) -> None:
        self.pauses += 1

    def resume_writing(self) -> None:
        self.held.left()


async def _connected(server: Server) -> tuple[asyncio.Server, socket.socket]:
    listening = await asyncio.get_running_loop().create_server(lambda: server, "127.0.0.1", 0)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    client.connect(listening.sockets[0].getsockname())
    while not hasattr(server, "held"):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    return listening, client


@pytest.mark.parametrize("loop", LOOPS)
def test_a_large_answer_is_held_whole_until_it_has_left(loop: type[asyncio.AbstractEventLoop]) -> None:
    size = 12_000_000

    async def answer() -> None:
        server = Server(b"head", b"x" * size)
        listening, client = await _connected(server)
        with client:
            assert server.held.bytes == size
            assert 0 < server.held.get_write_buffer_size() < size
            assert server.pauses == 1
            client.setblocking(False)
            read = 0
            while read < size + len(b"head"):
                assert server.held.bytes in (0, size)
                read += len(await asyncio.get_running_loop().sock_recv(client, 1 << 20))
            await asyncio.sleep(0.05)
            assert server.held.bytes == 0
            server.held.write(b"small")
            assert server.pauses == 1
        listening.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(answer())


@pytest.mark.parametrize("loop", LOOPS)
def test_what_leaves_at_once_is_not_held(loop: type[asyncio.AbstractEventLoop]) -> None:
    async def answer() -> None:
        server = Server(b"x" * LARGE, b"y" * 100)
        listening, client = await _connected(server)
        with client:
            assert server.held.bytes == 0
            assert server.pauses == 0
        listening.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(answer())
