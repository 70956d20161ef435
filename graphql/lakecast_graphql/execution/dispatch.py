"""Which way an operation goes: a cached answer, a compiled plan, or the ordinary way; and a counter of why.

This is the only place that decides. Every way gives the same JSON as plain Strawberry over the same snapshot.
"""

import asyncio
import hashlib
import importlib.metadata
import logging
import time
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import orjson
from graphql import GraphQLSchema

from lakecast_graphql.cache.cells import CellCache
from lakecast_graphql.cache.doorkeeper import Doorkeeper
from lakecast_graphql.cache.shared_answers import NotShared, SharedAnswers
from lakecast_graphql.cache.single_flight import SingleFlight
from lakecast_graphql.errors import ApiError, ErrorCode, timed_out
from lakecast_graphql.execution.literals import Skeleton, lift
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.plan import LIGHT_CELLS, Plan, compile_plan, flags_of
from lakecast_graphql.execution.readers import History, Open, no_other, readers
from lakecast_graphql.execution.selection import SnapshotCells, Values
from lakecast_graphql.execution.under_way import UnderWay
from lakecast_graphql.execution.warm_up import prepare
from lakecast_graphql.operation import answers
from lakecast_graphql.operation.documents import Documents, Refused, is_mutation
from lakecast_graphql.operation.limits import size_of
from lakecast_graphql.operation.operation import CODED_SHARE, Answer, Caller, Execution, Operation
from lakecast_graphql.operation.operation_counts import OperationCounts, name_of
from lakecast_graphql.read.view import View
from lakecast_lake.columns import Snapshot
from lakecast_lake.lru import LruCache, size_of_key

_log = logging.getLogger("lakecast.execution")

WARMED = 64
"""Answers that are made ahead for the next snapshot: those that were asked for last."""
PLAN_BYTES = 16 << 20
ANSWER_BYTES = 32 << 20
CELL_BYTES = 48 << 20
RENDERER = f"1 {importlib.metadata.version('lakecast')}"
"""Stands in shared keys: to be changed whenever the same question gets another answer from the same snapshot."""
LONG_QUERY = 2_000
"""Characters from which parsing and validating a document may hold up the event loop for long."""
_OF_PLAN = 50
"""Bytes that a plan takes for each character of its text."""
_OF_VALUE = 150
"""Bytes that a value in the variables takes besides the characters of its text."""
_MANY_VALUES = 100_000
_NO_VARIABLES: Mapping[str, Any] = {}


@dataclass(slots=True, eq=False)
class _PlansOfShape:
    """The plans of a skeleton and operation name, which are its `name`; `operation_name` is what counts go by.

    flags: variables that its directives depend on, with their defaults. plan: where there are no flags, its plan or
    the reason why there is none; else there is a plan for each combination of their values.
    """

    name: Hashable
    flags: tuple[tuple[str, bool | None], ...]
    plan: Plan | str | None = None
    operation_name: str = ""


@dataclass(slots=True, eq=False)
class _CachedAnswer:
    """An answer that is kept, with the operation that it answers: it is asked of the next snapshot, too."""

    answer: Answer
    operation: Operation
    name: str


class Ordinary(Execution, Protocol):
    """The way of everything that the fast ways leave."""

    def close(self) -> None:
        """Let threads end."""
        ...


class Dispatcher:
    """Answers from memory where it can, else hands on to `ordinary`; see `Execution`.

    Args:
        schema: graphql-core's.
        documents: prepares documents, for the first operation of a shape.
        ordinary: the way of everything else.
        shared: slow answers shared with other processes.
        history: the retained snapshots.
        opened: one of them by its number.
        threads: where heavy plans are computed, as many at once as it has; light ones are computed on the event loop.
        under_way: told of what threads compute.
        seconds: time per operation.
        named: counts operations, and what they took, by name and path.

    `ways` counts operations by the way that they went: `cached`, `light`, `heavy`, and `ordinary: reason`; `errors`
    those that were refused, given up or failed, by the code of their first error.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        documents: Documents,
        ordinary: Ordinary,
        *,
        shared: SharedAnswers | None = None,
        history: History = tuple,
        opened: Open = no_other,
        threads: ThreadPoolExecutor | None = None,
        under_way: UnderWay | None = None,
        seconds: float = 30.0,
        named: OperationCounts | None = None,
        plan_bytes: int = PLAN_BYTES,
        answer_bytes: int = ANSWER_BYTES,
        cell_bytes: int = CELL_BYTES,
    ) -> None:
        self._schema = schema
        self._documents = documents
        self._ordinary = ordinary
        self._seconds = seconds
        self._readers = readers(history, opened)
        self._threads = threads or ThreadPoolExecutor(4, thread_name_prefix="lakecast-plan")
        # One thread: several would not be faster, and everybody else would wait for the turn of each.
        self._preparing = ThreadPoolExecutor(1, thread_name_prefix="lakecast-document")
        self.flights = SingleFlight(shared or NotShared())
        self._under_way = under_way or UnderWay()
        self.named = named or OperationCounts()
        self.ways: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        # Each of these may be all that holds a plan.
        self.plans: LruCache[_PlansOfShape] = LruCache(plan_bytes // 2, lambda key, _: _size_of_plan(key))
        self.flagged: LruCache[Plan | str] = LruCache(
            plan_bytes // 2,
            lambda key, _: _size_of_plan(key[0]) + size_of_key(key[1]),
        )
        self.texts: LruCache[tuple[_PlansOfShape, Skeleton]] = LruCache(
            plan_bytes // 2,
            lambda key, text: size_of_key(key) + _size_of_plan(text[0].name) + 150 * len(text[1].values),
        )
        self.cells = CellCache(cell_bytes)
        self._cells: SnapshotCells | None = None  # one for all requests of a snapshot
        self.answers: LruCache[_CachedAnswer] = LruCache(answer_bytes, _size)
        self._doorkeeper = Doorkeeper()

    async def answer(self, operation: Operation, view: View | None, caller: Caller) -> Answer:
        """Answer one operation; see `Execution`."""
        began = time.perf_counter()
        try:
            self._documents.check_values(operation)
        except ApiError as error:
            self.errors[error.code.value] += 1
            return answers.refusal(error, snapshot_id=None if view is None else view.snapshot.snapshot_id)
        if view is None:
            return await self._by_ordinary(began, operation, view, caller, "no snapshot")
        try:
            key = _key(operation, view)
        except (TypeError, ValueError, RecursionError):
            return await self._by_ordinary(began, operation, view, caller, "variables")
        if operation.raw is None:  # else the door has looked
            cached = self.answers.get(key)
            if cached is not None:
                return self._from_cache(cached, began)
        try:
            if len(operation.query) > LONG_QUERY and not self._documents.knows(operation.query):
                loop = asyncio.get_running_loop()
                preparing = loop.run_in_executor(self._preparing, self._documents.get, operation.query)
                await asyncio.wait_for(preparing, self._seconds)
            self._documents.check_variables(operation)
            plan, literals, name = self._plan(operation)
            values = plan.values(operation.variables or _NO_VARIABLES, literals, self._cells_of(view.snapshot))
            arguments = plan.arguments(values, view.snapshot.snapshot_id)
            body = self._light(plan, view, values, arguments)
            if body is None:
                path, worth_keeping = "heavy", True
                body = await self._heavy(operation, view, plan, values, arguments)
            else:
                path = "light"
                # What is soon made again: only once it is asked for again.
                worth_keeping = self._doorkeeper.again(key[1:])
        except NotCompilable as obstacle:
            return await self._by_ordinary(began, operation, view, caller, obstacle.reason, key)
        except ApiError as error:
            return await self._by_ordinary(began, operation, view, caller, error.code.value, key)
        except Refused:
            return await self._by_ordinary(began, operation, view, caller, "refused", key)
        except TimeoutError:
            self.ways["timeout"] += 1
            self.named.add(name_of(operation), "heavy", time.perf_counter() - began)
            self.errors[ErrorCode.TIMEOUT.value] += 1
            return answers.refusal(timed_out(self._seconds), snapshot_id=view.snapshot.snapshot_id)
        except RecursionError:
            return await self._by_ordinary(began, operation, view, caller, "nesting", key)
        except Exception:  # a fault of the fast way must not become a fault of the answer
            _log.exception("The fast way failed; the ordinary one answers.")
            return await self._by_ordinary(began, operation, view, caller, "fault", key)
        self.named.add(name, path, time.perf_counter() - began)
        answer = Answer(body, cacheable=plan.is_cacheable, snapshot_id=view.snapshot.snapshot_id)
        if worth_keeping and answer.cacheable:
            self._keep(key, answer, operation, name)
        return answer

    def _cells_of(self, snapshot: Snapshot) -> SnapshotCells | None:
        if self._cells is None or self._cells.serial != snapshot.serial:
            self._cells = SnapshotCells(snapshot.serial, self.cells)
        return self._cells if self.cells.limit else None

    def _light(self, plan: Plan, view: View, values: Values, arguments: Sequence[Mapping[str, Any]]) -> bytes | None:
        """An answer that the event loop may wait for; None where it takes longer."""
        if not plan.needs_no_sql(arguments):
            return None
        results = plan.read(view, arguments, self._readers)
        if plan.cells(results) > LIGHT_CELLS:
            return None
        body = plan.render(view, values, results)
        self.ways["light"] += 1
        return body

    async def _heavy(
        self, operation: Operation, view: View, plan: Plan, values: Values, arguments: Sequence[Mapping[str, Any]]
    ) -> bytes:
        """An answer by the read functions, in a thread."""
        timed = View(view.snapshot, view.bound, time.monotonic() + self._seconds)
        compute = partial(self._in_thread, plan, timed, values, arguments)
        coming = self.flights.get(_shared_key(operation, view), compute) if plan.is_cacheable else compute()
        body = await asyncio.wait_for(coming, self._seconds + 1)
        self.ways["heavy"] += 1
        return body

    def cached(self, raw: bytes, view: View) -> Answer | None:
        """The answer to an operation with these `raw` bytes, where it was kept for this snapshot."""
        began = time.perf_counter()
        cached = self.answers.get((view.snapshot.serial, raw))
        return None if cached is None else self._from_cache(cached, began)

    def _from_cache(self, cached: _CachedAnswer, began: float) -> Answer:
        self.ways["cached"] += 1
        self.named.add(cached.name, "kept", time.perf_counter() - began)
        return cached.answer

    def _keep(self, key: Hashable, answer: Answer, operation: Operation, name: str) -> None:
        if self.answers.limit:
            self.answers.put(key, _CachedAnswer(answer, operation, name))

    def warm(self, snapshot: Snapshot) -> int:
        """Make a snapshot that is served next ready: what all answers need, and those asked for last.

        Runs in the thread that builds snapshots. Returns how many answers were made ahead.
        """
        view = View(snapshot)
        count = 0
        try:
            prepare(view)
            count = self._warm(view)
        except Exception:  # a snapshot that is not warm is served all the same
            _log.exception("Warming snapshot %s failed.", snapshot.snapshot_id)
        return count

    def _warm(self, view: View) -> int:
        snapshot, count = view.snapshot, 0
        for made_before in self.answers.newest(WARMED):
            operation = made_before.operation
            try:
                plan, literals, name = self._plan(operation)
                values = plan.values(operation.variables or _NO_VARIABLES, literals)
                arguments = plan.arguments(values, snapshot.snapshot_id)
                body = plan.answer(view, values, arguments, self._readers)
            except (NotCompilable, ApiError, Refused):
                continue
            answer = Answer(body, cacheable=True, snapshot_id=snapshot.snapshot_id)
            self._keep(_key(operation, view), answer, operation, name)
            count += 1
        return count

    def keep_only(self, serial: int) -> None:
        """Forget what was made from all snapshots but the one that is served now, by its serial."""
        self.cells.keep_only(serial)
        self.answers.drop(lambda key: key[0] != serial)

    async def _in_thread(self, plan: Plan, view: View, values: Values, arguments: Sequence[Mapping[str, Any]]) -> bytes:
        def compute() -> bytes:
            with self._under_way.until(view.deadline):
                return plan.answer(view, values, arguments, self._readers)

        return await asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, compute)

    def close(self) -> None:
        """Let threads end, those of the ordinary way, too."""
        for threads in (self._threads, self._preparing):
            threads.shutdown(wait=False, cancel_futures=True)
        self._ordinary.close()

    async def _by_ordinary(
        self, began: float, operation: Operation, view: View | None, caller: Caller, reason: str, key: Hashable = None
    ) -> Answer:
        self.ways[f"ordinary: {reason}"] += 1
        answer = await self._ordinary.answer(operation, view, caller)
        name = name_of(operation)
        self.named.add(name, "strawberry", time.perf_counter() - began, admit=answer.executed)
        if answer.code is not None:
            self.errors[answer.code] += 1
        if key is not None and answer.cacheable and answer.complete:
            self._keep(key, answer, operation, name)
        return answer

    def _plan(self, operation: Operation) -> tuple[Plan, tuple[Any, ...], str]:
        """The plan of an operation, the literals that were lifted out of it, and its name."""
        text = self.texts.get((operation.query, operation.operation_name))
        if text is None:
            text = self._read_text(operation)
        plans, skeleton = text
        plan = plans.plan
        if plan is None:
            if plans.flags:
                plan = self._by_flags(operation, plans, skeleton)
            else:
                plan = plans.plan = self._compile(operation, skeleton, {})
        if isinstance(plan, str):
            raise NotCompilable(plan)
        return plan, skeleton.values, plans.operation_name

    def _read_text(self, operation: Operation) -> tuple[_PlansOfShape, Skeleton]:
        """The plans of a text, which it shares with others that differ in literals only; and its literals."""
        lifted = lift(operation.query)
        skeleton = lifted or Skeleton(operation.query, (), ())
        name = (skeleton.skeleton, operation.operation_name, lifted is None)
        plans = self.plans.get(name)
        if plans is None:
            plans = self._plans_of(operation, name)
            self.plans.put(name, plans)
        self.texts.put((operation.query, operation.operation_name), (plans, skeleton))
        return plans, skeleton

    def _by_flags(self, operation: Operation, plans: _PlansOfShape, skeleton: Skeleton) -> Plan | str:
        """The plan for the values of Boolean variables that directives name: there may be two to their number."""
        variables = operation.variables or _NO_VARIABLES
        flags = tuple([variables.get(name, default) for name, default in plans.flags])
        if not all(type(flag) is bool for flag in flags):
            return "directive"
        key = (plans.name, flags)
        plan = self.flagged.get(key)
        if plan is None:
            named = {name: flag for (name, _), flag in zip(plans.flags, flags, strict=True)}
            plan = self._compile(operation, skeleton, named)
            self.flagged.put(key, plan)
        return plan

    def _plans_of(self, operation: Operation, name: Hashable) -> _PlansOfShape:
        prepared = self._documents.get(operation.query)
        definition = prepared.operation(operation.operation_name)
        if is_mutation(definition):
            return _PlansOfShape(name, (), "mutation", name_of(operation))
        return _PlansOfShape(name, flags_of(definition, prepared.document), None, name_of(operation))

    def _compile(self, operation: Operation, skeleton: Skeleton, flags: Mapping[str, Any]) -> Plan | str:
        prepared = self._documents.get(operation.query)
        definition = prepared.operation(operation.operation_name)
        starts = {start: number for number, start in enumerate(skeleton.starts)}
        try:
            return compile_plan(self._schema, prepared.document, definition, flags, starts)
        except NotCompilable as obstacle:
            return obstacle.reason


def _key(operation: Operation, view: View) -> tuple[Hashable, ...]:
    """What an answer depends on: never on who asks. A snapshot that was read again by force has another serial."""
    if operation.raw is not None:
        return (view.snapshot.serial, operation.raw)
    variables = operation.variables
    text = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS) if variables else b""
    return (view.snapshot.serial, operation.query, operation.operation_name, text)


def _size(key: Hashable, cached: _CachedAnswer) -> int:
    operation, content = cached.operation, len(cached.answer.body)
    # A body is held as it came and as the operation that it says.
    text = len(operation.query) + (len(operation.raw) if operation.raw is not None else len(key[3]))  # type: ignore[index]
    values = size_of(operation.variables, _MANY_VALUES) + size_of(operation.extensions, _MANY_VALUES)
    return content + content // CODED_SHARE + 3 * text + _OF_VALUE * values + 600


def _size_of_plan(shape: Hashable) -> int:
    """Bytes of the plans of a skeleton and operation name, which grow a little when they are first used."""
    return 2_000 + _OF_PLAN * len(shape[0])  # type: ignore[index]


def _shared_key(operation: Operation, view: View) -> bytes:
    """The same in all processes: which snapshot of which lake, which version of this code, which question."""
    record = view.snapshot.record
    parts = [
        RENDERER, record.lake_id, record.snapshot_id, record.run_id, record.committed_at.isoformat(),
        operation.query, operation.operation_name, dict(operation.variables or {}),
    ]  # fmt: skip
    text = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=20).hexdigest().encode()
