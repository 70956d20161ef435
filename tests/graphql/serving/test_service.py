"""The current snapshot: how it changes, what is refused, what other snapshots can be opened."""

import gc
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import made_lake
import pytest
from deltalake import DeltaTable

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.serving import problems
from lakecast_graphql.serving.problems import ProblemCode
from lakecast_graphql.serving.served import Served
from lakecast_graphql.serving.service import Service
from lakecast_graphql.serving.worker_signals import FileSignals, NoSignals
from lakecast_lake.storage import Lake
from lakecast_schema.vocabulary import RefreshOutcome

REFRESHED, UNCHANGED, REJECTED = RefreshOutcome.REFRESHED, RefreshOutcome.UNCHANGED, RefreshOutcome.REJECTED


@pytest.fixture
def lake(own_lake: Lake) -> Lake:
    return own_lake


@pytest.fixture
def service(lake: Lake) -> Iterator[Service]:
    found = Service(lake, signals=NoSignals())
    found.start()
    yield found
    found.close()


def publish(lake: Lake, run: str = "run-9", **how: object) -> int:
    return made_lake.add_run(lake, "alpha", items=3, seed=9, run_id=run, **how)  # type: ignore[arg-type]


def code(call: object, *given: object) -> ErrorCode:
    with pytest.raises(ApiError) as raised:
        call(*given)  # type: ignore[operator]
    return raised.value.code


def test_the_newest_snapshot_is_served_from_the_start(service: Service) -> None:
    assert service.served is not None
    assert (service.served.snapshot_id, service.newest_id, service.problem) == (2, 2, None)


def test_a_refresh_serves_what_was_published_and_says_what_changed(service: Service, lake: Lake) -> None:
    assert service.refresh("ml_results", False).outcome is UNCHANGED
    number = publish(lake)
    done = service.refresh("ml_results", False)
    assert (done.outcome, done.served.snapshot_id, done.previous_id) == (REFRESHED, number, 2)
    assert {entry.dataset_id for entry in done.changed} == {"alpha"}
    assert service.served is done.served
    again = service.refresh("ml_results", False)
    assert (again.outcome, again.served, again.changed) == (UNCHANGED, done.served, ())


def test_by_force_everything_is_read_again(service: Service) -> None:
    before = service.served
    done = service.refresh("ml_results", True)
    assert before is not None
    assert done.outcome is REFRESHED
    assert done.served.snapshot_id == before.snapshot_id
    assert done.served.epoch > before.epoch
    assert done.served.snapshot.parts.keys() == before.snapshot.parts.keys()
    assert all(done.served.snapshot.parts[key] is not part for key, part in before.snapshot.parts.items())


def test_another_source_is_refused_by_name(service: Service) -> None:
    with pytest.raises(ApiError) as raised:
        service.refresh("other", False)
    assert raised.value.extensions == {"code": "BAD_USER_INPUT", "argument": "source", "known": ["ml_results"]}


def test_an_empty_lake_is_served_as_soon_as_something_is_published(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    service = Service(lake, signals=NoSignals())
    service.start()
    try:
        assert service.served is None
        assert service.problem == problems.EMPTY
        assert code(service.refresh, "ml_results", False) is ErrorCode.LAKE_UNAVAILABLE
        publish(lake)
        assert service.refresh("ml_results", False).outcome is REFRESHED
        assert service.problem is None
    finally:
        service.close()


def _break(lake: Lake, table: str) -> list[Path]:
    """Move the newest version's files away, so that it cannot be read."""
    files = sorted(Path(lake.table_uri(table)).rglob("*.parquet"), key=lambda path: path.stat().st_mtime)[-3:]
    for path in files:
        path.rename(path.with_suffix(".away"))
    return files


@pytest.mark.parametrize("table", ["fact_forecast", "dim_item", "fact_metrics"])
def test_a_snapshot_that_cannot_be_read_is_rejected_and_served_once_it_can(
    service: Service, lake: Lake, table: str
) -> None:
    number = publish(lake)
    files = _break(lake, table)
    done = service.refresh("ml_results", False)
    assert (done.outcome, done.served.snapshot_id) == (REJECTED, 2)
    assert service.problem is not None
    assert service.problem.code is ProblemCode.SNAPSHOT_REJECTED
    assert service.problem.message in done.message
    assert str(lake.uri) not in done.message
    assert "/" not in done.message
    assert service.newest_id == number
    for path in files:
        path.with_suffix(".away").rename(path)
    assert service.refresh("ml_results", False).served.snapshot_id == number
    assert service.problem is None


def test_a_lake_that_is_away_for_a_while_changes_nothing(service: Service, lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "lake" / "snapshot").rename(tmp_path / "away")
    done = service.refresh("ml_results", False)
    assert (done.outcome, done.served.snapshot_id) == (REJECTED, 2)
    for _ in range(2):
        service.follow()
        assert service.problem == problems.GONE
    (tmp_path / "away").rename(tmp_path / "lake" / "snapshot")
    assert service.refresh("ml_results", False).outcome is UNCHANGED
    assert service.problem is None


def test_a_reload_that_failed_is_told_until_it_has_succeeded(service: Service, lake: Lake) -> None:
    files = _break(lake, "dim_item")
    assert service.refresh("ml_results", True).outcome is REJECTED
    for _ in range(2):
        service.follow()
        assert service.problem is not None
        assert service.problem.code is ProblemCode.SNAPSHOT_REJECTED
    for path in files:
        path.with_suffix(".away").rename(path)
    service.follow()
    assert service.problem is None


def _half_a_commit(lake: Lake) -> None:
    log = Path(lake.table_uri("snapshot")) / "_delta_log"
    (log / f"{DeltaTable(lake.table_uri('snapshot')).version() + 1:020}.json").write_text('{"add":{"path')


def _file_for_folder(lake: Lake) -> None:
    folder = Path(lake.table_uri("snapshot"))
    folder.rename(folder.with_suffix(".away"))
    folder.write_text("no table")


def _garbage(lake: Lake) -> None:
    for path in (Path(lake.table_uri("snapshot")) / "_delta_log").iterdir():
        if path.is_file():
            path.write_text("{no json")


FOREIGN = re.compile(r"(?i)parquet|kernel|delta|arrow|os error|errno|traceback|/|json")


@pytest.mark.parametrize("damage", [_half_a_commit, _file_for_folder, _garbage])
def test_a_lake_that_cannot_be_read_is_told_so_in_our_words(
    service: Service, lake: Lake, damage: Callable[[Lake], None]
) -> None:
    damage(lake)
    for _ in range(2):
        service.follow()
        assert service.problem in (problems.UNREADABLE, problems.GONE)
        assert FOREIGN.search(service.problem.message) is None
    fresh = Service(lake, signals=NoSignals())
    fresh.start()
    try:
        assert fresh.problem is not None
        assert fresh.problem.code is not ProblemCode.LAKE_EMPTY
        assert FOREIGN.search(fresh.problem.message) is None
    finally:
        fresh.close()


def test_an_older_snapshot_is_opened_on_demand_once(service: Service, lake: Lake) -> None:
    first = service.open(1)
    assert first.record.snapshot_id == 1
    assert service.open(1) is first
    assert service.open(2) is service.served.snapshot  # type: ignore[union-attr]
    with pytest.raises(ApiError) as raised:
        service.open(9)
    assert (raised.value.code, raised.value.known) == (ErrorCode.SNAPSHOT_GONE, (2, 1))


def test_the_snapshot_before_stays_open_after_a_refresh(service: Service, lake: Lake) -> None:
    before = service.served
    publish(lake)
    service.refresh("ml_results", False)
    assert before is not None
    assert service.open(2) is before.snapshot


def test_the_newest_at_an_instant(service: Service) -> None:
    newest, oldest = service.history
    assert service.newest_at(newest.committed_at) == newest
    assert service.newest_at(oldest.committed_at) == oldest
    assert service.newest_at(made_lake.MADE_AT) is None


def test_a_pin_holds_against_refreshes_until_it_is_released(service: Service, lake: Lake) -> None:
    assert service.pin(1, "a test").snapshot_id == 1
    number = publish(lake)
    assert service.refresh("ml_results", False).served.snapshot_id == 1
    assert (service.pinned_id, service.newest_id) == (1, number)
    assert service.problem == problems.pinned(1)
    assert service.unpin("a test").snapshot_id == number
    assert (service.pinned_id, service.problem) == (None, None)


def test_what_is_not_there_cannot_be_pinned(service: Service, lake: Lake) -> None:
    assert code(service.pin, 9, "a test") is ErrorCode.SNAPSHOT_GONE
    assert service.pinned_id is None
    publish(lake)
    _break(lake, "fact_forecast")
    assert code(service.pin, 3, "a test") is ErrorCode.LAKE_UNAVAILABLE
    assert service.pinned_id is None
    assert service.served.snapshot_id == 2  # type: ignore[union-attr]


def test_workers_that_share_a_file_follow_each_other(lake: Lake, tmp_path: Path) -> None:
    services = [Service(lake, signals=FileSignals(tmp_path / "signals")) for _ in range(3)]
    told = [threading.Event() for _ in services]
    wanted = 3
    for service, event in zip(services, told, strict=True):
        service.start()
        service.listeners.append(lambda served, event=event: event.set() if served.snapshot_id == wanted else None)
    try:
        publish(lake)
        services[0].refresh("ml_results", False)
        assert all(event.wait(60) for event in told)
        epochs = [service.served.epoch for service in services]  # type: ignore[union-attr]
        for event in told:
            event.clear()
        services[1].refresh("ml_results", True)
        assert all(event.wait(60) for event in told)
        assert all(s.served.epoch > epoch for s, epoch in zip(services, epochs, strict=True))  # type: ignore[union-attr]
        for event in told:
            event.clear()
        wanted = 1
        services[2].pin(1, "a test")
        assert all(event.wait(60) for event in told)
        assert [service.pinned_id for service in services] == [1, 1, 1]
        late = Service(lake, signals=FileSignals(tmp_path / "signals"))
        late.start()
        assert late.served.snapshot_id == 1  # type: ignore[union-attr]
        late.close()
    finally:
        for service in services:
            service.close()


def test_polling_finds_what_nobody_told(lake: Lake) -> None:
    service = Service(lake, signals=NoSignals(), poll_seconds=0.1)
    served = threading.Event()
    service.start()
    service.listeners.append(lambda _: served.set())
    try:
        number = publish(lake)
        assert served.wait(60)
        assert service.served.snapshot_id == number  # type: ignore[union-attr]
    finally:
        service.close()


def test_the_next_snapshot_is_prepared_before_it_is_served(lake: Lake) -> None:
    calls: list[tuple[int, int | None, int | None]] = []

    def prepare(after: Served, before: Served | None) -> None:
        now = service.served
        calls.append((after.snapshot_id, before and before.snapshot_id, now and now.snapshot_id))

    service = Service(lake, signals=NoSignals(), before_swap=prepare)
    service.start()
    publish(lake)
    service.refresh("ml_results", False)
    service.close()
    assert calls == [(2, None, None), (3, 2, 2)]


@pytest.mark.parametrize("seconds", [0.0, 2.0])
def test_a_snapshot_that_a_cycle_holds_is_freed_soon_after_the_next_is_served(service: Service, seconds: float) -> None:
    """seconds: for how long a request goes on that reads it."""
    assert service.served is not None
    reads = service.served.snapshot
    # As an executor of graphql-core does, which leaves such a cycle behind with every ordinary request.
    cycle: list[object] = [service.served.snapshot]
    cycle.append(cycle)
    before = weakref.ref(service.served.snapshot)
    del cycle
    gc.disable()
    try:
        service.refresh("ml_results", True)
        time.sleep(seconds)
        del reads
        until = time.monotonic() + 60
        while before() is not None and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        gc.enable()
    assert before() is None


def test_many_refreshes_at_once_load_once(service: Service, lake: Lake) -> None:
    number = publish(lake)
    outcomes: list[RefreshOutcome] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(service.refresh("ml_results", False).outcome)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted([REFRESHED] + [UNCHANGED] * 7)
    assert service.served.snapshot_id == number  # type: ignore[union-attr]
