"""What one operation knows: where it reads from, who asks, and what it has opened."""

import importlib.metadata
import importlib.util
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import strawberry

from lakecast_graphql import read
from lakecast_graphql.admin.gate import Gate
from lakecast_graphql.errors import NOTHING_PUBLISHED, ApiError, ErrorCode, bad_input
from lakecast_graphql.operation.operation import Caller
from lakecast_graphql.read.view import View
from lakecast_graphql.serving.service import Service
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_schema.bounds import MAX_PAGE

OTHER_SNAPSHOTS = 2
"""Non-current snapshots that one operation may read."""

ML_PACKAGES = (
    "torch", "tensorflow", "prophet", "cmdstanpy", "statsmodels", "sklearn", "scipy", "mlflow", "dagster", "pandas",
)  # fmt: skip
"""What must not be importable in the serving environment."""


@dataclass(frozen=True)
class Surroundings:
    """What all operations of a process share.

    `cache_state` tells the name of the cache's backend and whether it works; `max_rows` is of `Settings`.
    """

    service: Service
    gate: Gate
    cache_state: Callable[[], tuple[str, bool]] = lambda: ("memory", True)
    max_rows: int = 20_000
    now: Callable[[], float] = time.time


@dataclass
class Context:
    """One operation. Lives in one thread, which is all that changes it.

    Attributes:
        view: what `Query` reads from; None while nothing can be served.
        opened: snapshots other than the current one that the operation reads, by number.
        continued: snapshots that pages were continued in.
        rows: rows asked for so far.
    """

    surroundings: Surroundings
    view: View | None
    caller: Caller = field(default_factory=Caller)
    opened: dict[int, View] = field(default_factory=dict)
    continued: set[int] = field(default_factory=set)
    rows: int = 0

    def ask_for(self, rows: int) -> None:
        """Count rows that the operation asks for. Raises QUERY_TOO_COMPLEX beyond what the server allows."""
        self.rows += min(max(rows, 0), MAX_PAGE)  # a page of a wrong size is refused as such, by who reads it
        most = self.surroundings.max_rows
        if self.rows > most:
            raise ApiError(
                ErrorCode.QUERY_TOO_COMPLEX,
                f"The operation asks for more than {most:,} rows: the sum of `first` over its fields. Ask in several.",
                argument="first",
            )

    # -- snapshots --------------------------------------------------------------------------------------------

    def open(self, snapshot_id: int, *, bound: bool = False) -> View:
        """A snapshot by its number, current or older. Raises SNAPSHOT_GONE, QUERY_TOO_COMPLEX."""
        view = self.view
        if view is not None and view.snapshot.record.snapshot_id == snapshot_id:
            return replace(view, bound=bound)
        other = self.opened.get(snapshot_id)
        if other is None:
            if len(self.opened) == OTHER_SNAPSHOTS:
                raise ApiError(
                    ErrorCode.QUERY_TOO_COMPLEX,
                    f"An operation may read {OTHER_SNAPSHOTS} snapshots besides the current one. Ask in several.",
                )
            deadline = None if view is None else view.deadline
            other = View(self.surroundings.service.open(snapshot_id), deadline=deadline)
            self.opened[snapshot_id] = other
        return replace(other, bound=bound)

    def earlier(self, view: View, since: int | None) -> View | None:
        """The snapshot to compare `view` with: the one asked for, else the one published before it, if any."""
        if since is None:
            number = view.snapshot.record.snapshot_id
            before = [record.snapshot_id for record in self.history() if record.snapshot_id < number]
            if not before:
                return None
            since = max(before)
        return self.open(since)

    def newest_at(self, instant: datetime) -> int:
        """Number of the newest snapshot at an instant. Raises SNAPSHOT_GONE where the oldest retained is younger."""
        record = self.surroundings.service.newest_at(instant)
        if record is None:
            raise ApiError(
                ErrorCode.SNAPSHOT_GONE,
                f"No snapshot from {instant.isoformat()} or before is retained; `snapshots` lists those that are.",
                argument="asOf",
                known=[record.snapshot_id for record in self.history()],
            )
        return record.snapshot_id

    def history(self) -> tuple[SnapshotRecord, ...]:
        """All retained snapshots, newest first."""
        return self.surroundings.service.history

    def snapshot_info(self, snapshot_id: int) -> Any:
        """Provenance of a snapshot that is retained or being read."""
        records = {record.snapshot_id: record for record in self.history()}
        for view in (self.view, *self.opened.values()):
            if view is not None:
                records.setdefault(view.snapshot.record.snapshot_id, view.snapshot.record)
        return read.snapshot_info(records[snapshot_id], tuple(records[number] for number in sorted(records)))

    def find_snapshot_info(self, snapshot_id: int) -> Any:
        """Provenance of a snapshot, None when it is not retained."""
        known = {record.snapshot_id for record in self.history()}
        return self.snapshot_info(snapshot_id) if snapshot_id in known else None

    # -- administration ---------------------------------------------------------------------------------------

    def refresh(self, source: str, force: bool) -> Any:
        """`refreshData`: checked, done, written down."""
        key = self.surroundings.gate.admin(self.caller, "refresh")
        try:
            done = self.surroundings.service.refresh(source, force)
        except ApiError as error:
            self.surroundings.gate.record("refresh", key, self.caller, error.code.value, source=source, force=force)
            raise
        self.surroundings.gate.record(
            "refresh",
            key,
            self.caller,
            done.outcome.name,
            source=source,
            force=force,
            snapshot_id=done.served.snapshot_id,
            previous_snapshot_id=done.previous_id,
        )
        self._serve_on(done.served.snapshot)
        return SimpleNamespace(
            outcome=done.outcome,
            source=source,
            snapshot=self.snapshot_info(done.served.snapshot_id),
            previous_snapshot_id=done.previous_id,
            changed_tables=[
                SimpleNamespace(
                    dataset_id=entry.dataset_id,
                    name=entry.table,
                    version=entry.version,
                    row_count=entry.rows,
                    committed_at=entry.committed_at,
                )
                for entry in done.changed
            ],
            took_ms=done.took_ms,
            message=done.message,
        )

    def pin(self, snapshot_id: int) -> Any:
        """`pinSnapshot`: checked, done, written down."""
        service = self.surroundings.service
        return self._pin("pin", lambda author: service.pin(snapshot_id, author), snapshot_id=snapshot_id)

    def unpin(self) -> Any:
        """`unpinSnapshot`: checked, done, written down."""
        return self._pin("unpin", self.surroundings.service.unpin)

    def _pin(self, action: str, do: Callable[[str], Any], **facts: object) -> Any:
        key = self.surroundings.gate.admin(self.caller, action)
        try:
            served = do(f"key {key.key_id}")
        except ApiError as error:
            self.surroundings.gate.record(action, key, self.caller, error.code.value, **facts)
            raise
        self.surroundings.gate.record(action, key, self.caller, "DONE", serves=served.snapshot_id, **facts)
        self._serve_on(served.snapshot)
        return self.snapshot_info(served.snapshot_id)

    def _serve_on(self, snapshot: Any) -> None:
        """What is selected after a mutation, and the answer's snapshotId, are of the snapshot served from now on."""
        deadline = None if self.view is None else self.view.deadline
        self.view = View(snapshot, deadline=deadline)

    # -- state ------------------------------------------------------------------------------------------------

    @property
    def answered_by(self) -> int | None:
        """The snapshot that answered: the current one, or the one that all pages were continued in."""
        if self.view is None:
            return None
        current = self.view.snapshot.record.snapshot_id
        return next(iter(self.continued)) if len(self.continued) == 1 else current

    def status(self) -> Any:
        """`serviceStatus`."""
        service = self.surroundings.service
        problem = service.problem
        backend, healthy = self.surroundings.cache_state()
        # Of the snapshot that this operation reads: by now, another may be served.
        record = None if self.view is None else self.view.snapshot.record
        age = None if record is None else max(0.0, self.surroundings.now() - record.committed_at.timestamp())
        return SimpleNamespace(
            version=importlib.metadata.version("lakecast"),
            snapshot_id=None if record is None else record.snapshot_id,
            newest_snapshot_id=service.newest_id,
            pinned_snapshot_id=service.pinned_id,
            snapshot_age_seconds=age,
            problem=problem and problem.message,
            problem_code=problem and problem.code.value,
            cache_backend=backend,
            cache_healthy=healthy,
            ml_packages=[name for name in ML_PACKAGES if _is_installed(name)],
            stale_days=self.view and read.stale_days(self.view, datetime.fromtimestamp(self.surroundings.now(), UTC)),
            left_out=[] if self.view is None else read.left_out(self.view),
        )

    async def published(self) -> AsyncGenerator[Any, None]:
        """The current snapshot, for a subscription that is executed like a query."""
        if self.view is not None:
            yield self.snapshot_info(self.view.snapshot.record.snapshot_id)


def _is_installed(package: str) -> bool:
    """Whether a package could be imported, found out without importing it."""
    spec = importlib.util.find_spec(package)
    # A mere folder of that name on the path is a namespace without a loader, and no package.
    return spec is not None and spec.loader is not None


Info = strawberry.Info[Context, Any]


def reading(root: View | None) -> View:
    """The view that a reading field starts from. Raises LAKE_UNAVAILABLE while there is none."""
    if root is None:
        raise ApiError(ErrorCode.LAKE_UNAVAILABLE, NOTHING_PUBLISHED)
    root.check_deadline()
    return root


def reading_page(root: View | None, info: Info, first: int, after: str | None) -> tuple[View, str | None]:
    """The view that a page is read from, and its cursor: the snapshot that the cursor began in.

    Raises QUERY_TOO_COMPLEX where all pages of the operation together are too many rows, BAD_USER_INPUT for a foreign
    cursor or one of another snapshot than `Query.snapshot(...)` names, SNAPSHOT_GONE where the cursor's snapshot is no
    longer retained.
    """
    view = reading(root)
    info.context.ask_for(first)
    if after is None or after is strawberry.UNSET:
        return view, None
    began = read.snapshot_of(after)
    current = view.snapshot.record.snapshot_id
    if began is None or began == current:
        return view, after
    if view.bound:
        raise bad_input(f"This cursor is of snapshot {began}, not of {current}.", argument="after")
    context: Context = info.context
    context.continued.add(began)
    return context.open(began), after
