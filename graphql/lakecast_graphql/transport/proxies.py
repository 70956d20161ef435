"""Proxies in front: what the trusted ones say of their clients is believed, what anybody else says is not."""

import ipaddress
from collections.abc import Sequence
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from lakecast_graphql.transport.asgi import Receive, Scope, Send, address, header


class TrustedProxies:
    """The proxies of a server, by their addresses and networks."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._texts = list(networks)
        self._networks = [ipaddress.ip_network(network) for network in networks]

    def __contains__(self, client: str) -> bool:
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def before(self, app: Any) -> Any:
        """The application behind these proxies.

        Address and scheme of a request that came through a trusted one are those of its client (X-Forwarded-For,
        X-Forwarded-Proto), and so is the host that it asked for (X-Forwarded-Host), which a page's origin is compared
        with.
        """
        inner = ProxyHeadersMiddleware(app, self._texts)

        async def forwarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "lifespan" and address(scope) in self:
                host = header(scope, b"x-forwarded-host")
                if host:
                    line = (b"host", host.partition(",")[0].strip().encode("latin-1"))
                    scope["headers"] = [other for other in scope["headers"] if other[0] != b"host"] + [line]
            await inner(scope, receive, send)  # type: ignore[arg-type]

        return forwarded
