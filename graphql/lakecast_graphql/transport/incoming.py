"""Bodies and messages that have begun to come: a thousand of a megabyte each, of which the last byte is held back."""

from collections.abc import Callable

from lakecast_graphql.transport.client_limits import Reached


class Arrival:
    """One body or message under way. `give_up` ends it, and is called once at most."""

    def __init__(self, incoming: "Incoming", address: str, give_up: Callable[[], object]) -> None:
        self.address = address
        self.give_up = give_up
        self.bytes = 0
        self._incoming = incoming

    def holds(self, size: int) -> None:
        """Say how many bytes have come by now."""
        self._incoming.count(self, size)

    def end(self) -> None:
        """It is complete, or nobody waits for it any more."""
        self._incoming.end(self)


class Incoming:
    """All bodies and messages of a process that are not complete. Lives on the event loop.

    While they come to more than `most` bytes, the one that began first is given up: an honest one is soon there.
    """

    def __init__(self, most: int, reached: Reached) -> None:
        self.bytes = 0
        self._most = most
        self._reached = reached
        self._under_way: dict[Arrival, None] = {}  # by their beginning

    def begin(self, address: str, give_up: Callable[[], object]) -> Arrival:
        """Something begins to come from an address."""
        arrival = Arrival(self, address, give_up)
        self._under_way[arrival] = None
        return arrival

    def count(self, arrival: Arrival, size: int) -> None:
        """See `Arrival.holds`."""
        if arrival not in self._under_way:
            return  # given up
        self.bytes += size - arrival.bytes
        arrival.bytes = size
        while self.bytes > self._most:
            oldest = next(iter(self._under_way))
            self._reached.count("max_incoming_bytes_in_all", oldest.address)
            self.end(oldest)
            oldest.give_up()

    def end(self, arrival: Arrival) -> None:
        """See `Arrival.end`."""
        if arrival in self._under_way:
            del self._under_way[arrival]
            self.bytes -= arrival.bytes
