"""A host that loses power, or run workers, at random moments: after a boot everything goes on with no hand.

`make faults` kills 20 and 20 times (LAKECAST_FAULTS=full), in four parts; the test suite, 3 and 3.
"""

import os
import random
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import PARTITION_NAME_TAG, RETRY_NUMBER_TAG, RUN_KEY_TAG
from dagster_host import ALIVE, Host, wait_for

from lakecast_assets.pipeline.lost_retries import LOST_RUN
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema.tables import TABLES

Record = Callable[[str, object, str], None]
FULL = os.environ.get("LAKECAST_FAULTS") == "full"
PARTS, TIMES = (4, 5) if FULL else (1, 3)
DATASETS = ("one", "three", "two") if FULL else ("one", "two")
"""As many at least as may be in training at a time, so that slots which are not freed stop every run."""
RETRIES = "2"
"""How often ops/dagster.yaml has a run tried again whose process is gone."""
OVER_SECONDS = 90
"""After how long a failed run is taken for over that neither Dagster nor the sensor `lost_runs` has tried again;
something new lands then."""
WAIT_SECONDS = 1800
"""How long anything may take: machines that run tests are shared."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = Host(tmp_path / "host", port)
    yield started
    started.lose_power()


def training(host: Host) -> int:
    """How many runs have a step in the pool `training`."""
    with host.instance() as instance:
        info = instance.event_log_storage.get_concurrency_info("training")
        return len({claimed.run_id for claimed in info.claimed_slots})


def newest(seen: Sequence[dg.DagsterRun]) -> Sequence[dg.DagsterRun]:
    """Each data set's newest run, of runs that begin with the newest."""
    by_name: dict[str, dg.DagsterRun] = {}
    for run in seen:
        by_name.setdefault(run.tags[PARTITION_NAME_TAG], run)
    return list(by_name.values())


def is_over(host: Host, run: dg.DagsterRun) -> bool:
    """Whether a run has succeeded, or will not be tried again.

    Dagster loses a retry where it reads of a failure before the run has its new status; a sensor of ours starts such a
    run anew, once.
    """
    if run.status is dg.DagsterRunStatus.SUCCESS:
        return True
    if run.status in ALIVE:
        return False
    with host.instance() as instance:
        record = instance.get_run_record_by_id(run.run_id)
    ended = None if record is None else record.end_time
    is_lost = ended is not None and time.time() - ended > OVER_SECONDS
    return is_lost or run.tags.get(RETRY_NUMBER_TAG) == RETRIES


def runs(host: Host) -> list[dg.DagsterRun]:
    with host.instance() as instance:
        return list(instance.get_runs(dg.RunsFilter(job_name="run"), limit=500))


def landing_keys(seen: Sequence[dg.DagsterRun]) -> set[str]:
    """What the landing sensor has asked for."""
    return {key for run in seen if (key := run.tags.get(RUN_KEY_TAG, "lost:")).split(":")[0] != "lost"}


@pytest.mark.slow
@pytest.mark.timeout(2 * WAIT_SECONDS + 240 * 2 * TIMES)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_the_next_run_of_every_data_set_completes_after_any_kill(host: Host, part: int, record: Record) -> None:
    chance = random.Random(part)
    landed = 0

    def wait_for_training() -> None:
        """Until a model is being trained, of what has landed if need be: a run is tried again twice only."""

        def is_training() -> bool:
            seen = runs(host)
            is_launched = len(landing_keys(seen)) == landed * len(DATASETS)
            if is_launched and all(is_over(host, run) for run in newest(seen)):
                land()
            return training(host) > 0

        wait_for(is_training, WAIT_SECONDS, host.said)

    def land() -> None:
        nonlocal landed
        landed += 1
        for name in DATASETS:
            host.land(name, seed=landed)

    land()
    host.start()
    for _ in range(TIMES):
        wait_for_training()
        time.sleep(chance.uniform(0, 12))
        host.lose_power()
        host.start()
    killed = 0
    while killed < TIMES:
        wait_for_training()
        time.sleep(chance.uniform(0, 6))
        killed += host.kill_run_workers()
    host.lose_power()
    earlier = landing_keys(runs(host))
    land()
    host.start()

    def is_done() -> bool:
        done = [
            run.tags[PARTITION_NAME_TAG]
            for run in runs(host)
            if landing_keys([run]) - earlier and run.status is dg.DagsterRunStatus.SUCCESS
        ]
        return sorted(done) == sorted(DATASETS)

    def told() -> str:
        return "\n".join([*(f"{run.tags} {run.status}" for run in runs(host)), host.said()])

    wait_for(is_done, WAIT_SECONDS, told)
    wait_for(lambda: not any(run.status in ALIVE for run in runs(host)), WAIT_SECONDS, told)
    with host.instance() as instance:
        pools = sorted(instance.event_log_storage.get_concurrency_keys())
        assert "training" in pools
        wait_for(lambda: all(is_free(instance, pool) for pool in pools), WAIT_SECONDS)
    snapshots_seen = check_lake(host)
    seen = runs(host)
    anew = sum(LOST_RUN in run.tags for run in seen)
    record(
        f"a host with {len(DATASETS)} data sets in training loses power, then the workers of its runs (part {part})",
        f"{TIMES} + {killed}",
        f"the next run of each completes with no hand; {len(seen)} runs ({anew} whose retry Dagster had missed), "
        f"{snapshots_seen} snapshots, none torn, nothing doubled; pools free",
    )


def is_free(instance: dg.DagsterInstance, pool: str) -> bool:
    info = instance.event_log_storage.get_concurrency_info(pool)
    return not info.claimed_slots and not info.pending_steps


def check_lake(host: Host) -> int:
    """Every snapshot is whole and holds nothing twice; how many there are."""
    lake = Lake.open(str(host.lake))
    records = list(snapshots.history(lake))
    assert records
    assert len({record.snapshot_id for record in records}) == len(records)
    for record in records:
        for name in {entry.dataset_id for entry in record.entries}:
            tables = {}
            for entry in record.entries:
                if entry.dataset_id == name:
                    rows = snapshots.scan(lake, entry, {"dataset_id": name})
                    key = list(TABLES[entry.table].key)
                    assert rows.group_by(key).aggregate([]).num_rows == rows.num_rows, (record.snapshot_id, entry)
                    tables[entry.table] = rows
            live = tables["fact_forecast"].to_pylist()
            of_run = {row["run_id"] for row in live if row["kind"] == "live"}
            assert len(of_run) == 1, (record.snapshot_id, name, of_run)
            decided = {row["item_id"] for row in tables["fact_replenishment"].to_pylist()}
            assert decided == {row["item_id"] for row in live if row["kind"] == "live"}
            assert of_run <= {row["run_id"] for row in tables["model_run"].to_pylist()}
    return len(records)
