"""Lets lines of the log and traces say which request they are about; stands there only where one of them does."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from lakecast_graphql.logs import REQUEST, Request, id_of
from lakecast_graphql.read.view import View
from lakecast_graphql.transport.asgi import Receive, Scope, Send, header

AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class RequestIds:
    """A route whose requests, or sockets, have an id: the X-Request-ID of a proxy, else a new one."""

    def __init__(self, route: AsgiApp) -> None:
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        REQUEST.set(Request(id_of(header(scope, b"x-request-id"))))
        await self._route(scope, receive, send)


def noting(current: Callable[[], View | None]) -> Callable[[], View | None]:
    """The same function, which notes the snapshot that a request takes."""

    def noted() -> View | None:
        view, request = current(), REQUEST.get()
        if view is not None and request is not None:
            REQUEST.set(replace(request, snapshot_id=view.snapshot.snapshot_id))
        return view

    return noted
