"""Requests that are being answered: some hundreds of a megabyte each may wait for a thread, or listen for news."""

from collections.abc import Iterator
from contextlib import contextmanager

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.transport.client_limits import Reached


class Answering:
    """Bytes of all requests and messages of a process that are complete and being answered. Lives on the event loop.

    A subscription is being answered as long as it is open.
    """

    def __init__(self, most: int, reached: Reached) -> None:
        self.bytes = 0
        self._most = most
        self._reached = reached

    @contextmanager
    def holding(self, size: int, address: str) -> Iterator[None]:
        """Count a request while it is answered. Raises RATE_LIMITED where there is no room for it."""
        if self.bytes + size > self._most:
            self._reached.count("max_answering_bytes_in_all", address)
            raise ApiError(ErrorCode.RATE_LIMITED, "This server is answering as much as it can hold. Try again later.")
        self.bytes += size
        try:
            yield
        finally:
            self.bytes -= size
