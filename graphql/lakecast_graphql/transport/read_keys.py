"""Routes that ask for a key before they answer, where reading needs one (`LAKECAST_READ_KEYS`)."""

from collections.abc import Awaitable, Callable

from lakecast_graphql.admin.gate import Gate
from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation.operation import Caller
from lakecast_graphql.transport.asgi import JSON_TYPE, Receive, Scope, Send, address, header, respond_and_close
from lakecast_graphql.transport.refusals import errors_body

_STATUS = {ErrorCode.UNAUTHENTICATED: 401, ErrorCode.RATE_LIMITED: 429}
_HEADERS = [JSON_TYPE, (b"cache-control", b"no-store")]


class ReadersOnly:
    """A route for whoever has a key of a role that may read, in the X-API-Key header."""

    def __init__(self, route: Callable[[Scope, Receive, Send], Awaitable[None]], gate: Gate) -> None:
        self._route = route
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            self._gate.reader(Caller(address(scope), header(scope, b"x-api-key")))
        except ApiError as error:
            await respond_and_close(receive, send, _STATUS.get(error.code, 403), errors_body(error), _HEADERS)
            return
        await self._route(scope, receive, send)
