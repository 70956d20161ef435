"""Answers as bytes: data, errors with the contract's codes, and the snapshot that answered."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLSyntaxError

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input, explain
from lakecast_graphql.operation.operation import Answer
from lakecast_lake.errors import LakeError

_log = logging.getLogger("lakecast.errors")


def shown(error: GraphQLError) -> dict[str, Any]:
    """An error as a client sees it: message, locations, path, and `extensions.code` from the contract.

    Errors that nobody meant for a client are logged under a number and shown as nothing but that number: no path,
    SQL or stack leaves the server.
    """
    code, message, more = _judge(error)
    entry: dict[str, Any] = {"message": message}
    if error.locations:
        entry["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        entry["path"] = list(error.path)
    entry["extensions"] = {"code": code.value, **more}
    return entry


def executed(
    data: Mapping[str, Any] | None,
    errors: Sequence[GraphQLError],
    *,
    snapshot_id: int | None,
    cacheable: bool,
    max_errors: int,
) -> Answer:
    """The answer of an operation that ran."""
    body: dict[str, Any] = {"data": data}
    code = None
    if errors:
        body["errors"] = [shown(error) for error in errors[:max_errors]]
        code = body["errors"][0]["extensions"]["code"]
    body["extensions"] = {"snapshotId": snapshot_id}
    return Answer(
        orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY),
        cacheable=cacheable and not errors,
        complete=not errors,
        snapshot_id=snapshot_id,
        code=code,
    )


def refused_values(errors: Sequence[GraphQLError], *, snapshot_id: int | None, max_errors: int) -> Answer:
    """The answer to a valid operation that was not run: its variables are not what it needs."""
    mended = [
        error
        if error.original_error is not None or error.message.startswith("Variable ")
        else GraphQLError(error.message, error.nodes, original_error=bad_input(error.message))
        for error in errors
    ]
    return refused(mended, snapshot_id=snapshot_id, max_errors=max_errors)


def refused(errors: Sequence[GraphQLError], *, snapshot_id: int | None, max_errors: int = 10) -> Answer:
    """The answer to an operation that was not run: there is no `data` in it."""
    return refused_as([shown(error) for error in errors[:max_errors]], snapshot_id=snapshot_id)


def refused_as(entries: Sequence[Mapping[str, Any]], *, snapshot_id: int | None) -> Answer:
    """The same, of errors as `shown` returns them."""
    body = {"errors": entries, "extensions": {"snapshotId": snapshot_id}}
    return Answer(
        orjson.dumps(body),
        executed=False,
        complete=False,
        snapshot_id=snapshot_id,
        code=entries[0]["extensions"]["code"],
    )


def fault(error: BaseException, *, snapshot_id: int | None = None) -> Answer:
    """The answer to an operation that a fault of ours ended: it is logged under a number."""
    return refused([GraphQLError("fault", original_error=error)], snapshot_id=snapshot_id)  # type: ignore[arg-type]


def refusal(error: ApiError, *, snapshot_id: int | None = None) -> Answer:
    """The answer to an operation that was not run, for one reason."""
    return refused([GraphQLError(error.message, original_error=error)], snapshot_id=snapshot_id)


def _judge(error: GraphQLError) -> tuple[ErrorCode, str, dict[str, Any]]:
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    match original:
        case ApiError():
            more = {name: value for name, value in original.extensions.items() if name != "code"}
            return original.code, original.message, more
        case LakeError():
            _log.error("The lake failed an operation: %s", original)
            return *explain(original), {}
        case None:
            return _judge_document(error)
        case _ if _is_coercion(error, original):
            return ErrorCode.BAD_USER_INPUT, error.message, {}
        case _:
            number = secrets.token_hex(4)
            _log.error("Error %s in an operation", number, exc_info=original)
            message = f"Something went wrong in the server. It has been logged as {number}."
            return ErrorCode.INTERNAL_SERVER_ERROR, message, {}


def _judge_document(error: GraphQLError) -> tuple[ErrorCode, str, dict[str, Any]]:
    """An error that graphql-core made of the document or the variables."""
    if isinstance(error, GraphQLSyntaxError):
        if error.message.endswith("Parsing aborted."):  # too many tokens, or nested too deeply
            return ErrorCode.QUERY_TOO_COMPLEX, error.message.removeprefix("Syntax Error: "), {}
        return ErrorCode.GRAPHQL_PARSE_FAILED, error.message, {}
    if error.path:
        # Raised while an argument was coerced: the client's fault.
        return ErrorCode.BAD_USER_INPUT, error.message, {}
    if error.message.startswith("Variable "):
        argument = error.message.split("'", 2)[1].removeprefix("$") if "'" in error.message else None
        return ErrorCode.BAD_USER_INPUT, error.message, {} if argument is None else {"argument": argument}
    return ErrorCode.GRAPHQL_VALIDATION_FAILED, error.message, {}


def _is_coercion(error: GraphQLError, original: BaseException) -> bool:
    return type(original).__name__ == "StrawberryInputCoercionError" or (
        error.path is None and error.message.startswith("Variable ")
    )
