"""The ordinary way of answering: Strawberry executes a prepared document in a worker thread.

Resolvers are synchronous and run in a bounded pool of threads: what reads the lake may block, and nothing that a
client can ask blocks the event loop.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from typing import Any, TypeGuard

import strawberry
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, execute
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input, timed_out
from lakecast_graphql.execution.under_way import UnderWay
from lakecast_graphql.operation import answers
from lakecast_graphql.operation.documents import Documents, Prepared, Refused, is_mutation, is_subscription
from lakecast_graphql.operation.operation import Answer, Caller, Operation
from lakecast_graphql.read.view import View
from lakecast_graphql.types.context import Context, Surroundings

_log = logging.getLogger("lakecast.errors")

UNCACHED = frozenset({"serviceStatus", "snapshot", "snapshots", "forecastDiff", "alertChanges", "node", "snapshotInfo"})
"""Root fields of `Query` whose answers depend on more than the current snapshot: on others, or on the moment."""
_GRACE = 1.0
"""Seconds that a thread is given to notice its deadline by itself."""


class WrongMethod(ApiError):
    """A mutation that came by GET."""


class StrawberryExecution:
    """Answers every operation that the schema admits; see `Execution`.

    Args:
        schema: Strawberry's.
        documents: prepares documents of that schema.
        surroundings: what resolvers need beside the view.
        threads: where operations are computed, as many at once as it has.
        under_way: told of what threads compute.
        seconds: time per operation.
        max_errors: errors shown in one answer.
        executor_class: graphql-core executor; the columnar one renders rows at once.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        documents: Documents,
        surroundings: Surroundings,
        *,
        threads: ThreadPoolExecutor | None = None,
        seconds: float = 30.0,
        under_way: UnderWay | None = None,
        max_errors: int = 10,
        executor_class: type[Any] = StrawberryGraphQLCoreExecutionContext,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._schema = schema
        self._documents = documents
        self._surroundings = surroundings
        self._seconds = seconds
        self._max_errors = max_errors
        self._executor_class = executor_class
        self._clock = clock
        self._under_way = under_way or UnderWay()
        self._threads = threads or ThreadPoolExecutor(4, thread_name_prefix="lakecast-answer")
        # Mutations load snapshots and may take long: they never wait behind queries, nor queries behind them.
        self._mutations = ThreadPoolExecutor(2, thread_name_prefix="lakecast-mutate")

    async def answer(self, operation: Operation, view: View | None, caller: Caller) -> Answer:
        """Answer a query or a mutation; a subscription is refused here."""
        deadline = self._clock() + self._seconds
        current = None if view is None else replace(view, deadline=deadline)
        loop, within = asyncio.get_running_loop(), copy_context().run  # what threads log is of this request, too
        try:
            prepared, definition = await asyncio.wait_for(
                loop.run_in_executor(self._threads, self._prepare, operation), self._seconds + _GRACE
            )
            if is_mutation(definition):
                return await loop.run_in_executor(
                    self._mutations, within, self._execute, operation, prepared, definition, current, caller
                )
            return await asyncio.wait_for(
                loop.run_in_executor(
                    self._threads, within, self._execute, operation, prepared, definition, current, caller
                ),
                self._seconds + _GRACE,
            )
        except Refused as refused:
            return answers.refused_as(refused.errors, snapshot_id=_number(view))
        except ApiError as error:
            refusal = answers.refusal(error, snapshot_id=_number(view))
            return replace(refusal, wrong_method=isinstance(error, WrongMethod))
        except TimeoutError:
            return answers.refusal(timed_out(self._seconds), snapshot_id=_number(view))
        except Exception as error:  # what cannot be encoded, for one
            return answers.fault(error, snapshot_id=_number(view))

    def answer_now(self, operation: Operation, view: View | None, caller: Caller) -> Answer:
        """The same in the calling thread, without a limit of time: for tests and for warming."""
        try:
            prepared, definition = self._prepare(operation)
            return self._execute(operation, prepared, definition, view, caller)
        except Refused as refused:
            return answers.refused_as(refused.errors, snapshot_id=_number(view))
        except ApiError as error:
            return answers.refusal(error, snapshot_id=_number(view))

    def close(self) -> None:
        """Let threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._mutations.shutdown(wait=False, cancel_futures=True)

    def _prepare(self, operation: Operation) -> tuple[Prepared, OperationDefinitionNode]:
        prepared = self._documents.get(operation.query)
        definition = prepared.operation(operation.operation_name)
        if is_subscription(definition):
            raise bad_input("Subscriptions are answered over WebSocket or server-sent events.")
        if is_mutation(definition) and not operation.mutations:
            raise WrongMethod(ErrorCode.BAD_USER_INPUT, "A mutation needs POST.")
        self._documents.check_variables(operation)
        return prepared, definition

    def _execute(
        self,
        operation: Operation,
        prepared: Prepared,
        definition: OperationDefinitionNode,
        view: View | None,
        caller: Caller,
    ) -> Answer:
        context = Context(self._surroundings, view, caller)
        with self._under_way.until(None if view is None else view.deadline):
            result = execute_document(
                self._schema, prepared, operation, context=context, root=view, executor_class=self._executor_class
            )
        if result.data is None and never_ran(result):
            return answers.refused_values(result.errors or [], snapshot_id=_number(view), max_errors=self._max_errors)
        cacheable = (
            not is_mutation(definition) and not (prepared.root_fields(definition) & UNCACHED) and not context.opened
        )
        return answers.executed(
            result.data,
            result.errors or [],
            snapshot_id=context.answered_by,
            cacheable=cacheable,
            max_errors=self._max_errors,
        )


def execute_document(
    schema: strawberry.Schema,
    prepared: Prepared,
    operation: Operation,
    *,
    context: Context,
    root: object,
    executor_class: type[Any] = StrawberryGraphQLCoreExecutionContext,
) -> ExecutionResult:
    """Execute a valid document; never raises. `root` is what the root fields resolve from."""
    try:
        result = execute(
            schema._schema,
            prepared.document,
            root_value=root,
            context_value=context,
            variable_values=dict(operation.variables or {}),
            operation_name=operation.operation_name,
            executor_class=executor_class,
            is_awaitable=_never_awaitable,
            hide_suggestions=True,
            operation_extensions=dict(operation.extensions or {}),
        )
    except Exception as error:  # a fault of ours, or of graphql-core: the client gets an error, not a closed door
        return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
    assert isinstance(result, ExecutionResult), "resolvers are synchronous"
    return result


def _never_awaitable(value: object) -> TypeGuard[Awaitable[Any]]:
    """Resolvers are synchronous: there is nothing to look at each value for."""
    return False


def never_ran(result: ExecutionResult) -> bool:
    """Whether the errors are of variables: nothing was executed then, and no error has a path."""
    return bool(result.errors) and all(error.path is None for error in result.errors or ())


def _number(view: View | None) -> int | None:
    return None if view is None else view.snapshot.record.snapshot_id
