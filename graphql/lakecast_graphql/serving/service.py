"""The current snapshot: which one is served, how it changes, and what is known of the lake meanwhile.

There is one `Service` per process. Everything that reads gets `served` once and holds on to it; a change builds the
next one beside it and then swaps this one reference.
"""

import contextlib
import logging
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input, explain, pin_refused
from lakecast_graphql.serving import problems
from lakecast_graphql.serving.memory import free_later
from lakecast_graphql.serving.old_snapshots import OldSnapshots
from lakecast_graphql.serving.problems import Problem
from lakecast_graphql.serving.served import Refreshed, Served, changed_entries, is_served
from lakecast_graphql.serving.threads import one_niced
from lakecast_graphql.serving.worker_signals import WorkerSignals
from lakecast_lake import columns, pins
from lakecast_lake.columns import Snapshot, allocation
from lakecast_lake.errors import FilesMissing, LakeError
from lakecast_lake.follower import Follower
from lakecast_lake.pins import Pin, PinFollower
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.vocabulary import RefreshOutcome

_log = logging.getLogger("lakecast.service")

_AFTER_FAILURE_SECONDS = 1.0
"""Seconds that the watching thread rests after it could not wait for news."""


SERVED = "SERVED"
"""Outcome of a refresh that was served, beside the codes of problems."""


class Service:
    """Holds the current snapshot and keeps it current.

    `refreshes` counts by outcome what was loaded or looked for, `refresh_seconds` is the time that loading took.

    Args:
        lake: where snapshots are published.
        results_name: the `source` that refreshes of this lake name.
        signals: shared with the other workers.
        old_snapshots: how many older ones are kept loaded.
        poll_seconds: time between two looks at the lake; 0 looks only when told to.
        memory_budget: bytes of columns of a snapshot that are kept in memory; None for no limit.
        before_swap: called with the next snapshot and the one before it (or None) in the building thread, before
            the next is served: to warm caches.
    """

    def __init__(
        self,
        lake: Lake,
        *,
        results_name: str = "ml_results",
        signals: WorkerSignals,
        old_snapshots: int = 2,
        poll_seconds: float = 0.0,
        memory_budget: int | None = None,
        before_swap: Callable[[Served, Served | None], None] = lambda after, before: None,
    ) -> None:
        self.lake = lake
        self.results_name = results_name
        self.served: Served | None = None
        self.history: tuple[SnapshotRecord, ...] = ()
        self.problem: Problem | None = None
        self.refreshes: Counter[str] = Counter()
        self.refresh_seconds = 0.0
        self.listeners: list[Callable[[Served], None]] = []
        self._signals = signals
        self._forced: tuple[str | None, int] = (None, 0)
        self._counting = threading.Lock()
        self._old = OldSnapshots(old_snapshots)
        self._poll_seconds = poll_seconds
        self._budget = memory_budget
        self._before_swap = before_swap
        self._epoch = 0
        self._reload = False
        self._building = one_niced("lakecast-build")
        self._watching: threading.Thread | None = None
        self._freeing: list[threading.Timer] = []
        self._closed = threading.Event()
        self._follower = Follower(lake)
        self._pins = PinFollower(lake)
        self._pin: Pin | None = None
        self._released = 0
        self._generation = 0
        self._following = threading.Lock()

    # -- life -------------------------------------------------------------------------------------------------

    def start(self, wait_seconds: float = 60.0) -> None:
        """Load the newest snapshot and begin to watch for news.

        Returns when it is loaded, cannot be loaded, or `wait_seconds` are over; never raises.
        """
        loaded = threading.Event()

        def watch() -> None:
            self.follow()
            loaded.set()
            while not self._closed.is_set():
                try:
                    news = self._signals.wait(self._poll_seconds or 3600.0)
                except Exception:  # whatever the signals say, the one who watches goes on
                    _log.exception("Waiting for news failed; the lake is looked at instead.")
                    news = not self._closed.wait(_AFTER_FAILURE_SECONDS)
                if not self._closed.is_set() and (news or self._poll_seconds):
                    self.follow()

        self._watching = threading.Thread(target=watch, name="lakecast-watch", daemon=True)
        self._watching.start()
        loaded.wait(wait_seconds)

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()
        self._signals.close()
        if self._watching is not None:
            self._watching.join(5.0)
        self._building.shutdown(wait=True, cancel_futures=True)
        for timer in self._freeing:
            timer.cancel()
            timer.join(1.0)

    # -- changing what is served ------------------------------------------------------------------------------

    def follow(self) -> None:
        """Look at the signals and the lake, and serve what is to be served; a problem is kept, never raised."""
        try:
            looked = False
            with contextlib.suppress(LakeError):  # which the building thread tells
                # At the priority of requests: where many processes load at once, none is late to know of the news.
                self._read_history()
                looked = True
            self._building.submit(self._bring_up, self._was_forced(), watching=True, looked=looked).result()
        except ApiError as error:
            _log.warning("Nothing can be served yet: %s", error.message)
        except Exception:
            if not self._closed.is_set():  # the one who watches must not die of anything
                _log.exception("Following the lake failed; it is tried again.")

    def refresh(self, source: str, force: bool) -> Refreshed:
        """Serve the newest published snapshot (or the pinned one).

        Raises BAD_USER_INPUT for another source, LAKE_UNAVAILABLE where nothing can be served at all.
        """
        if source != self.results_name:
            raise bad_input(f"This server does not serve {source!r}.", argument="source", known=[self.results_name])
        done = self._building.submit(self._bring_up, force).result()
        if done.outcome is RefreshOutcome.REFRESHED:
            self._announce(forced=force)
        return done

    def pin(self, snapshot_id: int, author: str) -> Served:
        """Serve that snapshot, here and on all other workers, until unpinned.

        author: who pins, as the lake keeps it. Raises SNAPSHOT_GONE, FORBIDDEN where this server may not write to the
        lake, LAKE_UNAVAILABLE.
        """
        record = self.find(snapshot_id)
        self.open(snapshot_id)  # a snapshot that cannot be read is refused before anybody is told
        return self._write_pin(record, author)

    def unpin(self, author: str) -> Served:
        """Serve the newest snapshot again; arguments and errors as of `pin`."""
        return self._write_pin(None, author)

    def _write_pin(self, record: SnapshotRecord | None, author: str) -> Served:
        try:
            pins.append(self.lake, record, author)
        except LakeError as error:
            _log.error("The pin cannot be written: %s", error)
            raise pin_refused(error) from error
        self._announce()
        return self._building.submit(self._bring_up, False).result().served

    def _announce(self, *, forced: bool = False) -> None:
        lake_id = self._follower.lake_id
        if lake_id is None:
            return
        with self._counting:
            if self._signals.announce(lake_id, forced=forced) and self._forced[0] == lake_id:
                # Its own one is done; whatever others announce meanwhile is still to be followed.
                self._forced = (lake_id, self._forced[1] + forced)

    def _was_forced(self) -> bool:
        """Whether another worker has read everything again since this was last asked."""
        lake_id = self._follower.lake_id
        if lake_id is None:
            return False
        with self._counting:
            before, self._forced = self._forced, (lake_id, self._signals.forced(lake_id))
            return before[0] == lake_id and before != self._forced

    def _bring_up(self, force: bool, *, watching: bool = False, looked: bool = False) -> Refreshed:
        """Serve the target; in the building thread only.

        Args:
            watching: nobody asked, it is just a look.
            looked: the history was read a moment ago.
        """
        began = time.perf_counter()
        before = self.served
        try:
            target = self._find_target(force, watching=watching, looked=looked)
        except Exception as error:
            return self._reject(error, None, before, began)
        if target is None:
            return self._go_on(problems.EMPTY if before is None else problems.GONE, before, began)
        force = force or self._reload
        if before is not None and is_served(target, before) and not force:
            self.problem = self._pin_problem()
            return self._refreshed(RefreshOutcome.UNCHANGED, before, before, began, "is served already")
        self._reload = force  # until it has succeeded, each look tries it again
        loading = time.perf_counter()
        try:
            after = self._load(target, before, force)
        except Exception as error:
            return self._reject(error, target, before, began)
        finally:
            self.refresh_seconds += time.perf_counter() - loading
        self._reload = False
        self.served = after
        self.refreshes[SERVED] += 1
        _log.info("Serving snapshot %s, loaded in %.2f s.", after.snapshot_id, time.perf_counter() - began)
        self.problem = self._pin_problem()
        is_retained = any(is_served(record, before) for record in self.history)
        if before is not None:
            stays = is_retained and not (force or is_served(target, before))
            if stays:
                self._old.put(before.snapshot)
            self._free_later(before.snapshot, stays)
        self._old.keep_only({record.snapshot_id for record in self.history})
        for tell in tuple(self.listeners):
            tell(after)
        return self._refreshed(RefreshOutcome.REFRESHED, after, before, began, "is served now")

    def _free_later(self, before: Snapshot, stays: bool) -> None:
        """Let go of the snapshot before, once the requests that read it have ended; of an older one where it stays.

        Without, its memory would stay until the next full collection, which may be ten refreshes away.
        """
        snapshot = weakref.ref(before)
        freeing = free_later(lambda: not stays and snapshot() is not None)
        self._freeing = [timer for timer in self._freeing if timer.is_alive()] + [freeing]

    def _find_target(self, force: bool, *, watching: bool, looked: bool) -> SnapshotRecord | None:
        """What is to be served by what the lake holds now; None where it holds nothing."""
        if force or not looked:
            self._read_history(anew=force)
        target = self._target()
        if not (force or watching) and is_served(target, self.served):
            self._read_history(anew=True)  # whoever asks is told of a lake that went away, too
            target = self._target()
        return target

    def _target(self) -> SnapshotRecord | None:
        pin = self._pin
        if pin is not None and pin.snapshot_id is not None and self.history:
            record = pin.snapshot(self.history)
            if record is not None:
                return record
            if self._released != pin.sequence:
                # A pin never extends retention: it ends when its snapshot is gone.
                _log.warning("Snapshot %s was pinned and is no longer retained: the pin is void.", pin.snapshot_id)
                self._released = pin.sequence
        return self.history[0] if self.history else None

    def _load(self, record: SnapshotRecord, before: Served | None, force: bool) -> Served:
        is_other_lake = self._generation != self._follower.generation
        if force or is_other_lake:
            self._old.clear()
        self._generation = self._follower.generation
        # Versions of a lake that was made anew have the numbers of others.
        previous = None if before is None or is_other_lake else before.snapshot
        _log.info("Loading snapshot %s.", record.snapshot_id)
        allocation.settle()
        snapshot = columns.load(self.lake, record, previous, afresh=force, budget=self._budget)
        self._epoch += 1
        after = Served(snapshot, self._epoch)
        self._before_swap(after, before)
        allocation.give_back()
        return after

    def _reject(
        self, error: Exception, target: SnapshotRecord | None, before: Served | None, began: float
    ) -> Refreshed:
        """The target, or the lake where no target was seen, cannot be read."""
        code, message = explain(error)
        _log.error(
            "%s: %s",
            "The lake cannot be looked at" if target is None else f"Snapshot {target.snapshot_id} was rejected",
            error,
            exc_info=not isinstance(error, LakeError),
        )
        if isinstance(error, FilesMissing):
            code = ErrorCode.LAKE_UNAVAILABLE  # the newest snapshot is not gone: it is broken
        return self._go_on(problems.UNREADABLE if target is None else problems.rejected(message), before, began, code)

    def _go_on(
        self, problem: Problem, before: Served | None, began: float, code: ErrorCode = ErrorCode.LAKE_UNAVAILABLE
    ) -> Refreshed:
        """With what is served, and a problem. Raises ApiError where nothing is."""
        self.problem = problem
        self.refreshes[problem.code] += 1
        if before is None:
            raise ApiError(code, problem.message)
        return self._refreshed(
            RefreshOutcome.REJECTED, before, before, began, f"goes on being served. {problem.message}"
        )

    def _refreshed(
        self, outcome: RefreshOutcome, after: Served, before: Served | None, began: float, verb: str
    ) -> Refreshed:
        return Refreshed(
            outcome,
            after,
            None if before is None else before.snapshot_id,
            changed_entries(after, before) if outcome is RefreshOutcome.REFRESHED else (),
            (time.perf_counter() - began) * 1000,
            f"Snapshot {after.snapshot_id} {verb}" + ("" if verb.endswith(".") else "."),
        )

    def _pin_problem(self) -> Problem | None:
        pinned = self.pinned_id
        if pinned is None or not self.history or self.history[0].snapshot_id == pinned:
            return None
        return problems.pinned(pinned)

    # -- looking ----------------------------------------------------------------------------------------------

    @property
    def pinned_id(self) -> int | None:
        """The pinned snapshot, as the lake said at the last look; None where it is no longer retained, too."""
        record = None if self._pin is None else self._pin.snapshot(self.history)
        return None if record is None else record.snapshot_id

    @property
    def newest_id(self) -> int | None:
        """The newest snapshot seen in the lake."""
        return self.history[0].snapshot_id if self.history else None

    def find(self, snapshot_id: int) -> SnapshotRecord:
        """The record of a retained snapshot; looks at the lake again before it says SNAPSHOT_GONE."""
        # The store is asked only for what is not known.
        looks: tuple[Callable[[], Sequence[SnapshotRecord]], ...] = (lambda: self.history, self._look)
        for look in looks:
            for record in look():
                if record.snapshot_id == snapshot_id:
                    return record
        raise ApiError(
            ErrorCode.SNAPSHOT_GONE,
            f"There is no snapshot {snapshot_id}, or it is no longer retained.",
            known=[record.snapshot_id for record in self.history],
        )

    def newest_at(self, instant: datetime) -> SnapshotRecord | None:
        """The newest snapshot published at or before an instant; None where the oldest retained is younger."""
        return next((record for record in self._look() if record.committed_at <= instant), None)

    def open(self, snapshot_id: int) -> Snapshot:
        """A retained snapshot, loaded on demand. Raises SNAPSHOT_GONE or LAKE_UNAVAILABLE."""
        served = self.served
        if served is not None and served.snapshot_id == snapshot_id:
            return served.snapshot
        record = self.find(snapshot_id)
        nearest = None if served is None else served.snapshot
        try:
            return self._old.get(snapshot_id, lambda: columns.load(self.lake, record, nearest, budget=self._budget))
        except LakeError as error:
            code, message = explain(error)
            _log.warning("Snapshot %s cannot be opened: %s", snapshot_id, error)
            if isinstance(error, FilesMissing) and not self._look_for(record):
                code, message = ErrorCode.LAKE_UNAVAILABLE, problems.UNREADABLE.message
            raise ApiError(code, message) from error

    def _look_for(self, record: SnapshotRecord) -> bool:
        """Whether the lake itself is there and has the record of that older snapshot: the newest would be broken."""
        try:
            self._read_history()
        except LakeError:
            return False
        return any(each.identity == record.identity for each in self.history[1:])

    def _read_history(self, *, anew: bool = False) -> None:
        with self._following:
            self.history = self._follower.history(anew=anew)
            self._pin = self._pins.newest()

    def _look(self) -> tuple[SnapshotRecord, ...]:
        try:
            self._read_history()
        except LakeError as error:
            _log.warning("The lake cannot be looked at: %s", error)
        return self.history
