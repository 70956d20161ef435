"""Tables that are kept open say what those say that are opened anew, and are opened once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from lakecast_lake import commit, publish, snapshots, storage
from lakecast_lake.commit import Commit
from lakecast_lake.errors import TableMissing
from lakecast_lake.open_tables import CHECKPOINT_COMMITS, VERSIONS, kept_open
from lakecast_lake.snapshots import Entry
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST, SNAPSHOT

Maker = Callable[..., pa.Table]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that are opened meanwhile, in order."""
    names: list[str] = []

    def counted(uri: str, *args: object, **kwargs: object) -> DeltaTable:
        names.append(uri.rpartition("/")[2])
        return DeltaTable(uri, *args, **kwargs)  # type: ignore[arg-type]

    counted.create, counted.is_deltatable = DeltaTable.create, DeltaTable.is_deltatable  # type: ignore[attr-defined]
    monkeypatch.setattr(storage, "DeltaTable", counted)
    return names


@pytest.fixture
def tables_kept_open() -> Iterator[None]:
    with kept_open():
        yield


def write(lake: Lake, rows: pa.Table, run_id: str) -> Commit:
    return commit.replace(lake, FACT_FORECAST, rows, {"dataset_id": "alpha"}, run_id)


def levels(lake: Lake, done: Commit) -> float:
    entry = Entry("alpha", done.table, done.version, done.rows, done.committed_at)
    lowest: float = min(snapshots.scan(lake, entry, {"dataset_id": "alpha"}, ["forecast"])["forecast"].to_pylist())
    return lowest


def test_what_a_run_reads_again_and_again_is_opened_once(
    lake: Lake, forecasts: Maker, opened: list[str], tables_kept_open: None
) -> None:
    done = write(lake, forecasts(), "run-1")
    publish.publish(lake, "run-1", "alpha", [done], {})
    opened.clear()
    for _ in range(3):
        assert snapshots.newest(lake).snapshot_id == 1
        assert levels(lake, done) == 10.25
    write(lake, forecasts(level=20.0), "run-2")
    assert opened == []


def test_a_table_is_opened_anew_at_each_checkpoint(
    lake: Lake, forecasts: Maker, opened: list[str], tables_kept_open: None
) -> None:
    rows = forecasts()
    done = [write(lake, rows, f"run-{number}") for number in range(2 * CHECKPOINT_COMMITS + 1)]
    assert opened.count(FACT_FORECAST.name) == 3  # at first, to see that it is not there, and at two checkpoints
    log = Path(lake.table_uri(FACT_FORECAST.name)) / "_delta_log"
    checkpoints = sorted(int(path.name.partition(".")[0]) for path in log.glob("*.checkpoint.parquet"))
    assert checkpoints == [CHECKPOINT_COMMITS - 1, 2 * CHECKPOINT_COMMITS - 1]
    assert done[-1].version == 2 * CHECKPOINT_COMMITS + 1


def test_what_others_write_meanwhile_is_seen(lake: Lake, forecasts: Maker, tables_kept_open: None) -> None:
    first = write(lake, forecasts(), "run-1")
    publish.publish(lake, "run-1", "alpha", [first], {})
    assert snapshots.newest(lake).snapshot_id == 1
    elsewhere = Lake(lake.uri + "/")  # the same folder; its writer has no handle of ours
    handle = DeltaTable(elsewhere.table_uri(FACT_FORECAST.name))
    handle.delete("source = 'arima'")
    assert lake.newest(FACT_FORECAST.name).version() == handle.version() == first.version + 1
    again = write(lake, forecasts(level=30.0), "run-2")
    assert again.version == first.version + 2
    assert publish.publish(lake, "run-2", "alpha", [again], {}) == 2
    assert snapshots.newest(lake).entry("alpha", FACT_FORECAST.name) is not None
    assert snapshots.newest(lake).entries[0].version == again.version


def test_each_version_keeps_its_own_rows(lake: Lake, forecasts: Maker, tables_kept_open: None) -> None:
    done = [write(lake, forecasts(level=float(level)), f"run-{level}") for level in range(1, VERSIONS + 3)]
    for number, each in [*enumerate(done, start=1), *reversed([*enumerate(done, start=1)])]:
        assert levels(lake, each) == number + 0.25
        assert lake.newest(FACT_FORECAST.name).version() == done[-1].version


def test_tables_are_kept_only_while_that_is_asked_for(lake: Lake, forecasts: Maker, opened: list[str]) -> None:
    done = write(lake, forecasts(), "run-1")
    with kept_open():
        levels(lake, done)
        opened.clear()
        levels(lake, done)
        assert not opened
    levels(lake, done)
    assert opened == [FACT_FORECAST.name]


def test_a_table_that_is_not_there_is_missing_nonetheless(lake: Lake, tables_kept_open: None) -> None:
    with pytest.raises(TableMissing):
        lake.newest(SNAPSHOT.name)
