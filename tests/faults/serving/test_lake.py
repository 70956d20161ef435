"""A lake that fails under a running server: what is served goes on, health tells within a poll, and it mends itself."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import made_lake
import pytest
from attacks import until
from deltalake import DeltaTable
from running import Running, running

from lakecast_lake import pins, snapshots
from lakecast_lake.storage import Lake

POLL = 0.2
QUERY = "{ serviceStatus { snapshotId problemCode } items(first: 1) { totalCount } }"
Repair = Callable[[], object]


@contextlib.contextmanager
def polling(lake: str, **settings: Any) -> Iterator[Running]:
    """A server that looks at its lake often, and no longer than the test needs it."""
    with running(lake, poll_seconds=POLL, **settings) as server:
        yield server
        server.app.service.close()


def away(path: Path) -> Repair:
    """Move something away, and back."""
    kept = path.with_name(f"{path.name}.away")
    path.rename(kept)

    def back() -> None:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        kept.rename(path)

    return back


def changed(path: Path, change: Callable[[bytes], bytes]) -> Repair:
    """Change a file's content, and back."""
    before = path.read_bytes()
    path.write_bytes(change(before))
    return lambda: path.write_bytes(before)


def last_commit(table: Path) -> Path:
    return max((table / "_delta_log").glob("*.json"))


def newest_data(table: Path) -> Path:
    """The newest Parquet file that the newest version of a table names."""
    delta = DeltaTable(str(table))
    return max((Path(uri) for uri in delta.file_uris()), key=lambda path: path.stat().st_mtime_ns)


def empty(_: bytes) -> bytes:
    return b""


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def garbage(content: bytes) -> bytes:
    return b"\x00\xff{" * (len(content) // 3)


def no_footer(content: bytes) -> bytes:
    return content[:-8] + b"\x00" * 8


def flipped(content: bytes) -> bytes:
    """Bits of the pages of a Parquet file turned over."""
    return content[:4] + bytes(byte ^ 0xFF for byte in content[4:-4]) + content[-4:]


def publish(lake: Path) -> None:
    made_lake.add_run(Lake(str(lake)), "alpha", items=3, seed=9, run_id="run-9")


def of_newest(table: str, change: Callable[[bytes], bytes] | None) -> Callable[[Path], Repair]:
    """A new snapshot of which a file is changed or missing before anybody reads it: a copy of the lake takes over."""

    def fault(lake: Path) -> Repair:
        beside = lake.with_name("beside")
        shutil.copytree(lake, beside)
        publish(beside)
        file = newest_data(beside / table)
        content = file.read_bytes()
        if change is None:
            file.unlink()
        else:
            file.write_bytes(change(content))
        lake.rename(lake.with_name("before"))
        beside.rename(lake)
        return lambda: (lake / file.relative_to(beside)).write_bytes(content)

    return fault


def empty_commit_of_newest(lake: Path) -> Repair:
    """A new snapshot that names a version whose commit is empty before anybody reads it."""
    beside = lake.with_name("beside")
    shutil.copytree(lake, beside)
    publish(beside)
    commit = last_commit(beside / "fact_forecast").relative_to(beside)
    changed(beside / commit, empty)
    sound = lake.with_name("sound")
    shutil.copytree(lake, sound)
    publish(sound)
    lake.rename(lake.with_name("before"))
    beside.rename(lake)

    def repair() -> None:
        shutil.rmtree(lake)
        sound.rename(lake)

    return repair


def checkpointed(spoil: Callable[[Path], Repair]) -> Callable[[Path], Repair]:
    """A checkpoint of the table of snapshots, spoilt."""

    def fault(lake: Path) -> Repair:
        DeltaTable(str(lake / "snapshot")).create_checkpoint()
        return spoil(lake / "snapshot" / "_delta_log")

    return fault


def the_checkpoint(log: Path) -> Path:
    return max(log.glob("*.checkpoint.parquet"))


def link_to_nowhere(lake: Path) -> Repair:
    repair = away(lake / "snapshot")
    (lake / "snapshot").symlink_to(lake / "snapshot")
    return repair


def file_for_folder(lake: Path) -> Repair:
    repair = away(lake / "snapshot")
    (lake / "snapshot").write_text("a file")
    return repair


def emptied(lake: Path) -> Repair:
    repair = away(lake)
    lake.mkdir()
    return repair


def pinned(spoil: Callable[[Path], Repair]) -> Callable[[Path], Repair]:
    def fault(lake: Path) -> Repair:
        pins.append(Lake(str(lake)), None, "a test")
        return spoil(lake / "pin")

    return fault


GONE, UNREADABLE, REJECTED = "LAKE_GONE", "LAKE_UNREADABLE", "SNAPSHOT_REJECTED"
FAULTS: dict[str, tuple[Callable[[Path], Repair], set[str | None]]] = {
    "the lake is moved away": (away, {GONE}),
    "an empty folder in its place": (emptied, {GONE}),
    "the table of snapshots is moved away": (lambda lake: away(lake / "snapshot"), {GONE}),
    "its log is moved away": (lambda lake: away(lake / "snapshot" / "_delta_log"), {GONE}),
    "a link in a circle": (link_to_nowhere, {GONE, UNREADABLE}),
    "a file where a folder belongs": (file_for_folder, {GONE, UNREADABLE}),
    "its last commit is empty": (lambda lake: changed(last_commit(lake / "snapshot"), empty), {UNREADABLE}),
    "its last commit is half": (lambda lake: changed(last_commit(lake / "snapshot"), half), {UNREADABLE}),
    "its last commit is garbage": (lambda lake: changed(last_commit(lake / "snapshot"), garbage), {UNREADABLE}),
    "its newest file is missing": (lambda lake: away(newest_data(lake / "snapshot")), {UNREADABLE, None}),
    "its newest file has no footer": (
        lambda lake: changed(newest_data(lake / "snapshot"), no_footer), {UNREADABLE, None},
    ),
    "its checkpoint is garbage": (
        checkpointed(lambda log: changed(the_checkpoint(log), garbage)), {UNREADABLE, None},
    ),
    "its checkpoint is missing": (checkpointed(lambda log: away(the_checkpoint(log))), {UNREADABLE, None}),
    "its pointer to a checkpoint is garbage": (
        checkpointed(lambda log: changed(log / "_last_checkpoint", garbage)), {UNREADABLE, None},
    ),
    "the commit of its forecasts is empty": (empty_commit_of_newest, {REJECTED}),
    "forecasts of the newest snapshot are missing": (of_newest("fact_forecast", None), {REJECTED}),
    "forecasts of it are cut off": (of_newest("fact_forecast", half), {REJECTED}),
    "forecasts of it are flipped": (of_newest("fact_forecast", flipped), {REJECTED}),
    "forecasts of it have no footer": (of_newest("fact_forecast", no_footer), {REJECTED}),
    "items of it are missing": (of_newest("dim_item", None), {REJECTED}),
    "items of it are flipped": (of_newest("dim_item", flipped), {REJECTED}),
    "metrics of it are empty": (of_newest("fact_metrics", empty), {REJECTED}),
    "the table of pins has an empty commit": (pinned(lambda pin: changed(last_commit(pin), empty)), {UNREADABLE}),
    "the table of pins has garbage": (pinned(lambda pin: changed(last_commit(pin), garbage)), {UNREADABLE}),
    "a pin's file is missing": (pinned(lambda pin: away(newest_data(pin))), {UNREADABLE}),
    "a pin's file is flipped": (pinned(lambda pin: changed(newest_data(pin), flipped)), {UNREADABLE}),
}  # fmt: skip
"""What happens to a lake, and which code health shows then; None where what is known is enough to go on."""


def health(server: Running) -> tuple[int, str | None]:
    answer = server.http.get("/health/ready")
    return answer.status_code, answer.json()["problemCode"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_and_mends_itself(
    name: str, own_lake_copy: Lake, record: Callable[[str, object, str], None]
) -> None:
    fault, codes = FAULTS[name]
    lake = Path(own_lake_copy.uri)
    with polling(str(lake)) as server:
        before = server.data(QUERY)
        repair = fault(lake)
        if None not in codes:
            assert until(lambda: health(server)[1] is not None, 30), "health does not tell"
        code = health(server)
        assert code[0] == 200
        assert code[1] in codes
        for _ in range(5):
            during = server.ask(QUERY)
            assert "errors" not in during, during
            assert during["data"]["items"] == before["items"]
            assert during["data"]["serviceStatus"]["snapshotId"] == before["serviceStatus"]["snapshotId"]
        repair()
        newest = snapshots.newest(Lake(str(lake))).snapshot_id
        assert until(lambda: server.data(QUERY)["serviceStatus"] == {"snapshotId": newest, "problemCode": None}, 30), (
            server.data(QUERY)
        )
        assert "errors" not in server.ask("{ leaderboard { rank } forecastTotals(groupBy: [ITEM]) { totalCount } }")
    record(f"lake: {name}", 1, f"{code[1] or 'not noticed, nothing wrong'}; answered throughout; recovered by itself")


@pytest.mark.slow
def test_an_older_and_another_lake_take_over(
    own_lake_copy: Lake, tmp_path: Path, record: Callable[[str, object, str], None]
) -> None:
    lake, older, other = Path(own_lake_copy.uri), tmp_path / "older", tmp_path / "other"
    shutil.copytree(lake, older)
    publish(lake)
    made_lake.make(other, items=5, seed=77)
    with polling(str(lake)) as server:
        assert server.data(QUERY)["serviceStatus"]["snapshotId"] == 3
        for place, number, count in ((older, 2, 24), (other, 2, 10)):
            shutil.rmtree(lake)
            place.rename(lake)
            assert until(
                lambda n=number, c=count: (
                    server.data(QUERY)  # type: ignore[misc]
                    == {"serviceStatus": {"snapshotId": n, "problemCode": None}, "items": {"totalCount": c}}
                ),
                30,
            ), server.data(QUERY)
    record("lake: an older or another one in its place", 2, "served within a poll")


@pytest.mark.slow
def test_what_another_writer_vacuumed_is_gone(
    own_lake_copy: Lake, admin: tuple[str, str], record: Callable[[str, object, str], None]
) -> None:
    lake = own_lake_copy
    publish(Path(lake.uri))
    with polling(lake.uri, keys_file=admin[0]) as server:
        for table in ("fact_forecast", "dim_item"):
            delta = DeltaTable(lake.table_uri(table))
            delta.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        assert server.code("{ snapshot(id: 2) { items(first: 1) { totalCount } } }") == "SNAPSHOT_GONE"
        assert server.code("mutation { pinSnapshot(snapshotId: 2) { id } }", admin[1]) == "SNAPSHOT_GONE"
        assert server.data(QUERY)["serviceStatus"] == {"snapshotId": 3, "problemCode": None}
        shutil.rmtree(lake.uri)
        assert server.code("{ snapshot(id: 1) { items(first: 1) { totalCount } } }") in (
            "LAKE_UNAVAILABLE",
            "SNAPSHOT_GONE",
        )
    record("lake: another writer vacuumed an older snapshot", 1, "SNAPSHOT_GONE; the newest goes on")


@pytest.mark.slow
def test_a_clock_that_went_back_hides_nothing(
    own_lake_copy: Lake, monkeypatch: pytest.MonkeyPatch, record: Callable[[str, object, str], None]
) -> None:
    from datetime import timedelta

    from lakecast_lake import clock

    real = clock.utc_now
    monkeypatch.setattr(clock, "utc_now", lambda: real() - timedelta(days=400))
    with polling(own_lake_copy.uri) as server:
        publish(Path(own_lake_copy.uri))
        assert until(lambda: server.data(QUERY)["serviceStatus"] == {"snapshotId": 3, "problemCode": None}, 30)
    record("lake: the writer's clock goes back 400 days", 1, "served within a poll, later than the one before")
