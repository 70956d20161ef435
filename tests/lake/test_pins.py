"""A pin is a row of the lake: the last one holds, none is lost, and it ends with its snapshot."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from lakecast_lake import commit, pins, publish, retention, snapshots
from lakecast_lake.errors import LakeUnreadable
from lakecast_lake.pins import PinFollower
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST, PIN

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def publish_runs(lake, forecasts, count):
    for number in range(count):
        run_id = f"run-{number}"
        done = commit.replace(lake, FACT_FORECAST, forecasts(), {"dataset_id": "alpha"}, run_id)
        publish.publish(lake, run_id, "alpha", [done], {})


def rows(lake):
    found = pa.table(lake.handle(PIN.name).scan()).to_pylist()
    return sorted(found, key=lambda row: row["sequence"])


def test_the_last_pin_holds_and_all_are_kept(any_lake, forecasts):
    publish_runs(any_lake, forecasts, 2)
    follower = PinFollower(any_lake)
    assert follower.newest() is None
    history = snapshots.history(any_lake)
    pins.append(any_lake, history[1], "key 1", clock=lambda: NOW)
    assert follower.newest().snapshot(history) == history[1]
    pins.append(any_lake, history[0], "key 2", clock=lambda: NOW - timedelta(days=1))  # a clock that went back
    assert follower.newest().snapshot(history) == history[0]
    pins.append(any_lake, None, "key 1", clock=lambda: NOW)
    assert follower.newest().snapshot(history) is None
    assert PinFollower(any_lake).newest() == follower.newest()
    who = [(row["sequence"], row["author"], row["snapshot_id"], row["snapshot_run_id"]) for row in rows(any_lake)]
    assert who == [(1, "key 1", 1, "run-0"), (2, "key 2", 2, "run-1"), (3, "key 1", None, None)]


@pytest.mark.slow
def test_racing_pins_have_numbers_of_their_own(any_lake, forecasts):
    publish_runs(any_lake, forecasts, 1)
    record = snapshots.newest(any_lake)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: pins.append(any_lake, record, f"key {number}").sequence, range(20)))
    assert sorted(found) == list(range(1, 21))
    assert [row["sequence"] for row in rows(any_lake)] == list(range(1, 21))
    numbers = {row["sequence"]: row["author"] for row in rows(any_lake)}
    assert [numbers[sequence] for sequence in found] == [f"key {number}" for number in range(20)]


def test_a_pin_ends_with_its_snapshot_and_does_not_keep_it(lake, forecasts):
    publish_runs(lake, forecasts, 3)
    pins.append(lake, snapshots.get(lake, 1), "key 1")
    retention.vacuum(lake, 1, 0)
    history = snapshots.history(lake)
    assert [record.snapshot_id for record in history] == [3]
    assert PinFollower(lake).newest().snapshot(history) is None


def test_a_pin_is_of_one_snapshot_not_of_a_number(lake, forecasts, tmp_path):
    publish_runs(lake, forecasts, 1)
    pins.append(lake, snapshots.newest(lake), "key 1")
    other = Lake(str(tmp_path / "other"))
    publish_runs(other, forecasts, 1)
    assert snapshots.newest(other).snapshot_id == snapshots.newest(lake).snapshot_id
    assert PinFollower(lake).newest().snapshot(snapshots.history(other)) is None


def test_a_lake_that_cannot_be_written_says_so(lake, forecasts, tmp_path):
    publish_runs(lake, forecasts, 1)
    (tmp_path / "lake" / "pin").write_text("a file where the table belongs")
    with pytest.raises(LakeUnreadable, match="pin: cannot be read or written"):
        pins.append(lake, None, "key 1")


def test_a_follower_sees_a_table_that_was_made_anew(lake, forecasts, tmp_path):
    publish_runs(lake, forecasts, 2)
    follower = PinFollower(lake)
    pins.append(lake, snapshots.get(lake, 1), "key 1")
    assert follower.newest().snapshot_id == 1
    (tmp_path / "lake" / "pin").rename(tmp_path / "away")
    assert follower.newest() is None
    pins.append(lake, snapshots.get(lake, 2), "key 1")
    assert follower.newest().snapshot_id == 2
