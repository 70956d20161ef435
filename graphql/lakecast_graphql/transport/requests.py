"""From the bytes of a request to an operation: JSON read, shapes checked, persisted queries looked up."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from lakecast_graphql.errors import ErrorCode
from lakecast_graphql.operation.operation import Operation
from lakecast_graphql.operation.persisted import PersistedQueries
from lakecast_graphql.transport.refusals import Refusal

MAX_BRACKETS = 100_000
"""Lists and objects of a JSON text, and brackets in its texts: to make a megabyte of empty lists takes a third of a
second, in which nobody else is answered."""
_KNOWN = ("query", "operationName", "variables", "extensions")


def from_body(body: bytes, persisted: PersistedQueries) -> Operation:
    """The operation in a POST's JSON.

    Raises Refusal 400 for what is no GraphQL request, ApiError as `PersistedQueries.resolve` does.
    """
    operation = _operation(read_json(body, "body"), persisted, mutations=True)
    if operation.extensions is None:  # a persisted query is to be looked up or registered every time
        operation.raw = body
    return operation


def read_json(text: bytes | str, what: str) -> Any:
    """The value of a JSON text. Raises Refusal 400, which names `what`."""
    if len(text) > MAX_BRACKETS and _brackets(text) > MAX_BRACKETS:
        raise Refusal(
            400,
            f"The {what} has more than {MAX_BRACKETS:,} lists and objects. Ask for less, or in several operations.",
            ErrorCode.QUERY_TOO_COMPLEX,
        )
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "infinity" in error.msg:
            raise Refusal(400, f"A number in the {what} is too large: a number is at most 1.8e308.") from None
        raise Refusal(400, f"The {what} is no JSON in UTF-8, or is nested too deeply.") from None


def _brackets(text: bytes | str) -> int:
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{")
    return text.count("[") + text.count("{")


def from_message(payload: object, persisted: PersistedQueries) -> Operation:
    """The operation in a WebSocket message, whose JSON has been read."""
    return _operation(payload, persisted, mutations=True)


def from_query_string(query_string: bytes, persisted: PersistedQueries) -> Operation:
    """The operation in a GET's query string."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except (UnicodeDecodeError, ValueError):
        raise Refusal(400, "The query string is not URL-encoded UTF-8.") from None
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        if name not in _KNOWN:
            continue
        if name in parameters:
            raise Refusal(400, f"The query string gives {name} twice.")
        empty = value == "" and name != "query"
        parameters[name] = None if empty else read_json(value.encode(), name) if name in _KNOWN[2:] else value
    return _operation(parameters, persisted, mutations=False)


def _operation(body: object, persisted: PersistedQueries, *, mutations: bool) -> Operation:
    if isinstance(body, list):
        raise Refusal(400, "Batches are not answered: send one operation per request.")
    if not isinstance(body, dict):
        raise Refusal(400, 'Send a JSON object, as {"query": "{ overview { itemCount } }"}.')
    query = _typed(body, "query", str, "a string")
    name = _typed(body, "operationName", str, "a string")
    variables = _typed(body, "variables", dict, "an object")
    extensions: Mapping[str, Any] | None = _typed(body, "extensions", dict, "an object")
    text = persisted.resolve(query, extensions)
    if text is None:
        raise Refusal(400, "There is no `query` in the request.")
    return Operation(text, variables, name, extensions, mutations)


def _typed(body: Mapping[str, Any], name: str, kind: type, words: str) -> Any:
    value = body.get(name)
    if value is not None and type(value) is not kind:
        raise Refusal(400, f"`{name}` must be {words} or left out.")
    return value
