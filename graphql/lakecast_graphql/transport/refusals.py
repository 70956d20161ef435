"""A request that is refused before GraphQL sees it: a status of HTTP and an error of the contract."""

import orjson

from lakecast_graphql.errors import ApiError, ErrorCode


def errors_body(error: ApiError) -> bytes:
    """The body of an answer that is nothing but one error, as clients of GraphQL read it."""
    return orjson.dumps({"errors": [{"message": error.message, "extensions": error.extensions}]})


def error_body(error: ApiError) -> bytes:
    """The same where GraphQL is not spoken, as for the older interface and files."""
    return orjson.dumps({"error": {"message": error.message, **error.extensions}})


class Refusal(Exception):
    """A request that is answered with a status and one error.

    Args:
        status: HTTP status code.
        message: what is wrong and what to do.
        code: the contract's code.
        headers: further headers of the answer.
        closes: whether the connection must not be used again: its body was not read.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: ErrorCode = ErrorCode.BAD_USER_INPUT,
        *,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        closes: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = ApiError(code, message)
        self.headers = headers
        self.closes = closes
