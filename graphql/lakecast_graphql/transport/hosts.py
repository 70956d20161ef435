"""The names that the server answers to.

A page elsewhere can have its own name resolved to this machine's address; the browser then takes the server for a part
of that page and lets it read everything (DNS rebinding). Such a request names the page's host, and is refused.
"""

import ipaddress
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.transport.asgi import JSON_TYPE, Receive, Scope, Send, address, header, respond
from lakecast_graphql.transport.client_limits import Reached
from lakecast_graphql.transport.refusals import errors_body

_LOCAL = "localhost"


class Hosts:
    """An application that answers to some names, to `localhost` and to every address, which nobody can rebind."""

    def __init__(self, app: Any, names: Collection[str], reached: Reached) -> None:
        self._app = app
        self._names = {name.lower() for name in names}
        self._reached = reached

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        host = None if scope["type"] == "lifespan" else header(scope, b"host")
        if host is None or self._answers_to(host):  # only HTTP/1.0 may name no host, and no browser speaks it
            await self._app(scope, receive, send)
            return
        self._reached.count("hosts", address(scope))
        if scope["type"] == "websocket":
            await receive()  # websocket.connect
            await send({"type": "websocket.close", "code": 1008})  # before accept: HTTP 403
            return
        message = "This server does not answer to that host name. LAKECAST_HOSTS lists the names that it answers to."
        await respond(send, 421, errors_body(ApiError(ErrorCode.FORBIDDEN, message)), [JSON_TYPE])

    def _answers_to(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return name in self._names or name == _LOCAL or name.endswith(f".{_LOCAL}") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
