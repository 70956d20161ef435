"""Imports and runs that race for one data set: what was said to be published is there, what failed is nowhere."""

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from racer import DATASET, SOURCE

from lakecast_lake import columns, snapshots
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake

RACER = Path(__file__).with_name("racer.py")
IMPORTS = ("one", "two", "three", "three")
"""The sources that each import brings: two bring the same."""
RUNS = 2
PARTS = 5 if os.environ.get("LAKECAST_FAULTS") == "full" else 1
"""Each can be run by itself: `make faults ARGS="-k 'said and 3'"`."""
DAYS, HORIZON = 70, 7
FIRST = dt.date(2026, 1, 1)
TOLD = {"Superseded", "Contended"}
"""What who comes too late is told."""


def results(folder: Path, source: str, level: float) -> Path:
    """A folder of forecasts as another tool leaves it."""
    folder.mkdir(parents=True)
    days = [FIRST + dt.timedelta(days=DAYS + step) for step in range(-HORIZON, HORIZON)]
    known = [level + 1] * HORIZON + [None] * HORIZON
    count = len(days)
    columns_of = {
        "date": pa.array(days, pa.date32()),
        "item_id": pa.array(["a"] * count),
        "forecast": pa.array([level + number / 8 for number in range(count)]),
        "actual": pa.array(known, pa.float64()),
        "source": pa.array([source] * count),
        "model_version": pa.array(["v1.0.0"] * count),
        "generated_at": pa.array([dt.datetime(2026, 3, 1)] * count, pa.timestamp("us")),
        "dataset_id": pa.array([DATASET] * count),
    }
    pq.write_table(pa.table(columns_of), folder / "fact_forecast.parquet")
    return folder


def demand(folder: Path, level: int) -> Path:
    """A folder of demand."""
    folder.mkdir(parents=True)
    with (folder / "demand.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("dataset_id", "item_id", "date", "quantity"))
        for item in ("a", "b"):
            for day in range(DAYS):
                writer.writerow((DATASET, item, FIRST + dt.timedelta(days=day), 20 + level + day % 7))
    return folder


def writers(lake: Lake, record: SnapshotRecord) -> Mapping[str, str]:
    """Source -> the run that its forecasts in a snapshot are of."""
    rows = snapshots.read(lake, record, "fact_forecast", DATASET, ["source", "run_id"])
    pairs = set(zip(rows["source"].to_pylist(), rows["run_id"].to_pylist(), strict=True))
    by_source = dict(pairs)
    assert len(by_source) == len(pairs), f"mixed: {pairs}"
    return by_source


def ask(process: "subprocess.Popen[str]", folder: Path) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{folder}\n")
    process.stdin.flush()


def answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "a racer has ended"
    said: dict[str, Any] = json.loads(line)
    return said


@pytest.mark.slow
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_what_is_said_to_be_published_is_there(
    tmp_path: Path, part: int, size: Callable[[int, int], int], record: Callable[[str, object, str], None]
) -> None:
    """Each snapshot is the one before with what its own run brings: what another one published is only replaced.

    Two imports and both runs bring the same sources: of these the later one counts.
    """
    lake, rounds = Lake(str(tmp_path / "lake")), size(1, 10)
    kinds = ("import",) * len(IMPORTS) + ("run",) * RUNS
    command = (sys.executable, str(RACER))
    racers = [
        subprocess.Popen([*command, kind, lake.uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for kind in kinds
    ]
    published: dict[int, dict[str, Any]] = {}
    told: Counter[str] = Counter()
    try:
        for number in range(rounds):
            folders = [
                results(tmp_path / f"{number}-{place}", source, 20.0 + number + place / 10)
                for place, source in enumerate(IMPORTS)
            ]
            folders += [demand(tmp_path / f"{number}-run-{place}", (number + place) % 5) for place in range(RUNS)]
            for racer, folder in zip(racers, folders, strict=True):
                ask(racer, folder)
            for said in map(answer, racers):
                if "error" in said:
                    assert said["kind"] in TOLD, said
                    told[said["kind"]] += 1
                else:
                    assert said["snapshot"] not in published, "two were told the same number"
                    published[said["snapshot"]] = said
            check(lake, published)
    finally:
        for racer in racers:
            racer.kill()
            racer.communicate()
    refused = ", ".join(f"{count} {kind}" for kind, count in sorted(told.items())) or "none"
    record(
        f"{len(IMPORTS)} imports and {RUNS} runs race for one data set, part {part} of {PARTS}",
        rounds,
        f"{len(published)} published, none lost; told that they were not, and nowhere: {refused}",
    )


def check(lake: Lake, published: Mapping[int, dict[str, Any]]) -> None:
    """Everything that was ever published, in order."""
    history = snapshots.history(lake)[::-1]
    assert [each.snapshot_id for each in history] == list(range(1, len(history) + 1))
    assert {each.snapshot_id for each in history} == set(published), "published without having been said, or lost"
    before: Mapping[str, str] = {}
    published_at: dict[str, dt.datetime] = {}
    for each in history:
        said, entry = published[each.snapshot_id], each.entry(DATASET, "fact_forecast")
        assert entry is not None
        after = writers(lake, each)
        lost = before.keys() - after.keys()
        expected = {**before, **dict.fromkeys(said["sources"], said["run"])}
        assert after == {source: run for source, run in expected.items() if source not in lost}, each.snapshot_id
        for source in lost:  # a run lets go of sources of unknown input that it has seen before it committed
            assert SOURCE in said["sources"]
            assert published_at[source] < entry.committed_at
        published_at |= dict.fromkeys(said["sources"], each.committed_at)
        before = after
    assert set(before) <= {*IMPORTS, SOURCE}
    columns.load(lake, history[-1])
