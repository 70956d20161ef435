"""Writers that are killed or race: what is published is whole, and what was said to be published is there."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lakecast_lake import snapshots
from lakecast_lake.errors import LakeNotFound
from lakecast_lake.storage import Lake

WRITER = Path(__file__).parents[2] / "lake" / "writer.py"
WRITERS = 4
PARTS = 10 if os.environ.get("LAKECAST_FAULTS") == "full" else 1
"""Each can be run by itself: `make faults ARGS="-k 'killed and folder-3'"`."""


def start(lake: Lake, dataset_id: str, first: int, count: int, pause: float = 0.0) -> "subprocess.Popen[str]":
    """A process that publishes `count` runs of a data set; see writer.py."""
    arguments = (lake.uri, json.dumps(dict(lake.options)), dataset_id, str(first), str(count), str(pause))
    return subprocess.Popen([sys.executable, str(WRITER), *arguments], stdout=subprocess.PIPE, text=True)


def newest_run(lake: Lake, dataset_id: str) -> int:
    """The number of the newest published run, whose rows are whole and no other's; -1 where there is none."""
    try:
        record = snapshots.newest(lake)
    except LakeNotFound:
        return -1
    run_id = record.run_of(dataset_id)
    if run_id is None:
        return -1
    for table, rows in (("fact_forecast", 24), ("fact_metrics", 4)):
        found = snapshots.read(lake, record, table, dataset_id)
        assert found.num_rows == rows, "torn"
        assert set(found["run_id"].to_pylist()) == {run_id}, "mixed"
    return int(run_id.rpartition("-")[2])


def kind_of(lake: Lake) -> str:
    return "in a folder" if lake.is_local else "on S3"


def is_between(lake: Lake) -> bool:
    """Whether a run has committed its first table and not published yet."""
    entry = snapshots.newest(lake).entry("alpha", "fact_forecast")
    assert entry is not None
    return lake.handle("fact_forecast").version() > entry.version


@pytest.mark.slow
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_a_killed_writer_leaves_whole_snapshots(
    any_lake: Lake, part: int, size: Callable[[int, int], int], record: Callable[[str, object, str], None]
) -> None:
    """Four of five kills wait for a run's first commit; the others fall anywhere, the start of a process included."""
    lake, kills, between = any_lake, size(5, 50), 0
    first = start(lake, "alpha", 0, 1)
    assert first.communicate(timeout=120)[0].split() == ["1"]
    number = 0
    for kill in range(kills):
        process = start(lake, "alpha", number + 1, 1_000, pause=0.1)
        if kill % 5 == 4:
            time.sleep(0.03 * (kill % 97))
        else:
            deadline = time.monotonic() + 120
            while not is_between(lake):
                assert time.monotonic() < deadline
                time.sleep(0.005)
        process.kill()
        said = process.communicate(timeout=60)[0].split()
        found = newest_run(lake, "alpha")
        assert found >= number + len(said), f"kill {kill}: lost"
        number = found
        between += is_between(lake)
    outcome = f"{between} of them between the first commit and the snapshot's; 0 torn, 0 mixed, 0 lost"
    record(f"writers killed, lake {kind_of(lake)}, part {part} of {PARTS}", kills, outcome)
    assert between >= kills // 2


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_racing_writers_of_one_data_set_all_publish(
    any_lake: Lake, size: Callable[[int, int], int], record: Callable[[str, object, str], None]
) -> None:
    """Each writes a source of its own: all of them are in the end what its last run wrote, and no commit is lost."""
    times = size(3, 250 if any_lake.is_local else 50)
    script = Path(__file__).with_name("racing_writer.py")
    arguments = (any_lake.uri, json.dumps(dict(any_lake.options)), str(times))
    command = [sys.executable, str(script), *arguments]
    processes = [
        subprocess.Popen([*command, f"source_{number}"], stdout=subprocess.PIPE, text=True) for number in range(WRITERS)
    ]
    said = [process.communicate(timeout=7_000)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * WRITERS
    ids = sorted(int(snapshot_id) for each in said for snapshot_id in each)
    assert len(ids) == len(set(ids)) == WRITERS * times
    history = snapshots.history(any_lake)
    assert [record.snapshot_id for record in history] == list(range(len(history), 0, -1))
    rows = snapshots.read(any_lake, history[0], "fact_forecast", "alpha").to_pylist()
    live = {(row["source"], row["run_id"]) for row in rows if row["kind"] == "live"}
    assert live == {(f"source_{number}", f"source_{number}-{times - 1}") for number in range(WRITERS)}
    name = f"{WRITERS} writers racing for one data set, lake {kind_of(any_lake)}"
    record(name, WRITERS * times, "none failed, none lost")
