"""The connections of a process: how many there are, and how much of their answers is not read."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from lakecast_graphql.transport.answering import Answering
from lakecast_graphql.transport.client_limits import ClientLimits, Reached
from lakecast_graphql.transport.incoming import Incoming

STATE = "lakecast_connections"
"""Key of the `Connections` in the state that uvicorn's connections share."""
_LOOK_SECONDS = 1.0
"""Seconds between two looks at what is not read."""
MANY_BYTES = 8 << 20
"""Unread bytes from which on they are said to be many."""


class Connection(Protocol):
    """A client's connection, as it is watched here."""

    address: str

    @property
    def unread_bytes(self) -> int:
        """Bytes of answers that are held because the client has not read them: a large one whole, to its end."""
        ...

    @property
    def queued_bytes(self) -> int:
        """Bytes of them that are still to be written: fewer whenever the client reads."""
        ...

    def abort(self) -> None:
        """Close it at once; what is not read is dropped."""
        ...


class Connections:
    """All open connections. Lives on the event loop.

    Those whose client reads more slowly than answers are written are looked at every second: who reads nothing for
    `unread_seconds` is cut off; while all of them together hold too much, who has read nothing for longest.
    A trusted proxy (`is_proxy` of its address) opens connections for many: those of its address are not bounded.
    `lost_unread` counts connections that were closed, by either side, while their client had something left to read.
    `are_many` is told whenever slow clients begin, or no longer, to hold many bytes together.
    `stopping` is set once the server is to stop: streams, which would go on for ever, end then.
    """

    def __init__(
        self,
        limits: ClientLimits,
        reached: Reached,
        is_proxy: Callable[[str], bool] = lambda address: False,
        are_many: Callable[[bool], object] = lambda held: None,
    ) -> None:
        self.limits = limits
        self.reached = reached
        self.incoming = Incoming(limits.incoming_bytes_in_all, reached)
        self.answering = Answering(limits.answering_bytes_in_all, reached)
        self._is_proxy = is_proxy
        self._are_many = are_many
        self._holds_many = False
        self.count = 0
        self.lost_unread = 0
        self._by_address: Counter[str] = Counter()
        self._slow: dict[Connection, tuple[int, float]] = {}
        self._looking: asyncio.TimerHandle | None = None
        self.stopping = asyncio.Event()

    def admit(self, address: str) -> bool:
        """Count a new connection; whether there may be one more."""
        self.count += 1
        self._by_address[address] += 1
        if self.count > self.limits.connections:
            self.reached.count("max_connections", address)
            return False
        if self._by_address[address] > self.limits.connections_per_address and not self._is_proxy(address):
            self.reached.count("max_connections_per_address", address)
            return False
        return True

    def gone(self, connection: Connection) -> None:
        """A connection that was counted is closed."""
        self.count -= 1
        self._by_address[connection.address] -= 1
        if not self._by_address[connection.address]:
            del self._by_address[connection.address]
        self.lost_unread += self._slow.pop(connection, None) is not None

    def slow(self, connection: Connection) -> None:
        """A client does not read as fast as it is written to."""
        loop = asyncio.get_running_loop()
        self._slow.setdefault(connection, (connection.queued_bytes, loop.time()))
        if self._looking is None:
            self._looking = loop.call_later(_LOOK_SECONDS, self._look)
        self._make_room()

    def caught_up(self, connection: Connection) -> None:
        """A slow client has read what there was."""
        self._slow.pop(connection, None)

    @property
    def unread_bytes(self) -> int:
        """Bytes that slow clients have not read."""
        return sum(connection.unread_bytes for connection in self._slow)

    def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._looking = loop.call_later(_LOOK_SECONDS, self._look) if self._slow else None
        now = loop.time()
        for connection, (before, since) in tuple(self._slow.items()):
            queued = connection.queued_bytes
            if queued < before:
                since = now
            elif now - since >= self.limits.unread_seconds:
                self.reached.count("unread_seconds", connection.address)
                connection.abort()
                continue
            self._slow[connection] = queued, since
        self._make_room()

    def _make_room(self) -> None:
        unread = self.unread_bytes
        while unread > self.limits.unread_bytes_in_all and self._slow:
            # Who has read nothing for longest; of several, who holds most.
            worst = min(self._slow, key=lambda one: (self._slow[one][1], -one.unread_bytes))
            unread -= worst.unread_bytes
            self.reached.count("max_unread_bytes_in_all", worst.address)
            self._slow.pop(worst, None)
            self.lost_unread += 1
            worst.abort()
        if (unread > MANY_BYTES) != self._holds_many:
            self._holds_many = not self._holds_many
            self._are_many(self._holds_many)


def connections_of(app_state: dict[str, Any]) -> Connections:
    """What the application put into the state; limits by default where another application is served."""
    connections: Connections | None = app_state.get(STATE)
    return connections if connections is not None else Connections(ClientLimits(), Reached())
