"""What attackers send: raw sockets, frames by hand, and what others notice of it."""

import contextlib
import os
import socket
import statistics
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from running import Running

UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)


def raw(server: Running, *, receive_buffer: int | None = None) -> socket.socket:
    """A connection without a client library."""
    one = socket.socket()
    if receive_buffer is not None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    one.settimeout(10)
    one.connect(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
    return one


def web_socket(server: Running, *, receive_buffer: int | None = None) -> socket.socket:
    """A WebSocket that has introduced itself, whose frames are made by hand."""
    one = raw(server, receive_buffer=receive_buffer)
    one.sendall(UPGRADE)
    assert one.recv(4096).startswith(b"HTTP/1.1 101")
    one.sendall(frame(b'{"type":"connection_init"}'))
    assert says(one, b"connection_ack")
    return one


def frame(payload: bytes, opcode: int = 1, *, last: bool = True) -> bytes:
    """A client's frame, masked with zeros."""
    first = bytes([opcode | (0x80 if last else 0)])
    if len(payload) < 126:
        size = bytes([0x80 | len(payload)])
    elif len(payload) < 1 << 16:
        size = b"\xfe" + struct.pack("!H", len(payload))
    else:
        size = b"\xff" + struct.pack("!Q", len(payload))
    return first + size + b"\0\0\0\0" + payload


def says(one: socket.socket, words: bytes) -> bool:
    """Whether these words come, perhaps in several pieces: a head and its body are written one after the other."""
    found = b""
    while words not in found and (part := one.recv(1 << 16)):
        found += part
    return words in found


def read_all(one: socket.socket) -> bytes:
    """Everything until the server closes or resets."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := one.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def figure(server: Running, name: str) -> float:
    """A figure of `/metrics`, 0 where it is not there."""
    for line in server.http.get("/metrics").text.splitlines():
        if line.startswith(f"{name} "):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


def reached(server: Running, limit: str) -> float:
    """How often a limit was reached."""
    return figure(server, f'lakecast_limits_reached_total{{limit="{limit}"}}')


def resident() -> int:
    """Bytes of memory that this process, in which the server runs, takes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Others:
    """Other clients: what they waited for, in seconds."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    @property
    def median(self) -> float:
        return statistics.median(self.waited)

    @property
    def p99(self) -> float:
        return sorted(self.waited)[len(self.waited) * 99 // 100]


@contextlib.contextmanager
def others(server: Running) -> Iterator[Others]:
    """Another client that asks small questions all the time."""
    found, done = Others(), threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=server.url, timeout=30) as http:
            while not done.is_set():
                began = time.perf_counter()
                http.post("/graphql", json={"query": "{ overview { itemCount } }"}).raise_for_status()
                found.waited.append(time.perf_counter() - began)
                done.wait(0.005)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield found
        until(lambda: len(found.waited) >= 20)
    finally:
        done.set()
        asking.join()


def until(holds: object, seconds: float = 60.0) -> bool:
    """Wait until a function returns something true; whether it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False
