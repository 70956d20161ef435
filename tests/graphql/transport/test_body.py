"""Bodies that come in pieces."""

import asyncio
import sys
from typing import Any

import pytest

from lakecast_graphql.transport.answering import Answering
from lakecast_graphql.transport.body import Bounds, ClientDisconnected, read
from lakecast_graphql.transport.client_limits import Reached
from lakecast_graphql.transport.incoming import Incoming


def test_what_came_of_a_body_that_does_not_end_is_forgotten_at_once() -> None:
    """Not when the collector comes by: until then the error's traceback would hold it."""
    pieces = [bytes(1_000 + number) for number in range(3)]
    coming = iter(pieces)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        for piece in coming:
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.disconnect"}

    reached = Reached()
    bounds = Bounds(1 << 20, 10.0, Incoming(1 << 30, reached), Answering(1 << 30, reached))
    with pytest.raises(ClientDisconnected) as caught:
        asyncio.run(read({"type": "http", "headers": [], "client": ("127.0.0.1", 1)}, receive, bounds))
    assert caught.tb is not None
    references = sys.getrefcount(pieces[1])
    assert references == 2  # the list's, and that of the call
