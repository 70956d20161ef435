"""A checkpoint of a table's log that is spoilt: the error says where and what helps, and what it says helps."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from lakecast_lake import commit, publish, snapshots
from lakecast_lake.errors import LakeUnreadable
from lakecast_lake.storage import Lake


def run(lake: Lake, forecasts: Callable[..., pa.Table], number: int) -> int:
    """Publish a run of that number."""
    name = f"run-{number}"
    rows = forecasts(run_id=name, level=float(number))
    done = commit.forecasts(lake, rows, "alpha", ["arima", "ensemble"], name)
    return publish.publish(lake, name, "alpha", [done], {})


def garbage(content: bytes) -> bytes:
    return b"\x00\xff{" * (len(content) // 3)


SPOILT: dict[str, Callable[[bytes], bytes] | None] = {
    "garbage": garbage,
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "missing": None,
}


@pytest.mark.parametrize("table", ["snapshot", "fact_forecast"])
@pytest.mark.parametrize("kind", SPOILT)
def test_a_writer_is_told_what_helps(lake: Lake, forecasts: Callable[..., pa.Table], table: str, kind: str) -> None:
    assert [run(lake, forecasts, number) for number in (1, 2)] == [1, 2]
    DeltaTable(lake.table_uri(table)).create_checkpoint()
    log = Path(lake.table_uri(table)) / "_delta_log"
    (checkpoint,) = log.glob("*.checkpoint.parquet")
    spoil = SPOILT[kind]
    if spoil is None:
        checkpoint.unlink()
    else:
        checkpoint.write_bytes(spoil(checkpoint.read_bytes()))
    with pytest.raises(LakeUnreadable) as error:
        run(lake, forecasts, 3)
    assert error.value.where == str(checkpoint)
    assert ("is missing" if spoil is None else "cannot be read") in error.value.what
    assert ("Remove it and _last_checkpoint" if spoil else "Remove _last_checkpoint") in error.value.remedy
    checkpoint.unlink(missing_ok=True)
    (log / "_last_checkpoint").unlink()
    assert run(lake, forecasts, 3) == 3
    assert [record.snapshot_id for record in snapshots.history(lake)] == [3, 2, 1]


def test_commits_that_only_the_checkpoint_had_are_not_promised(lake: Lake, forecasts: Callable[..., pa.Table]) -> None:
    run(lake, forecasts, 1)
    DeltaTable(lake.table_uri("snapshot")).create_checkpoint()
    log = Path(lake.table_uri("snapshot")) / "_delta_log"
    (log / f"{0:020d}.json").unlink()
    next(log.glob("*.checkpoint.parquet")).write_bytes(b"")
    with pytest.raises(LakeUnreadable, match="Restore it from a backup"):
        snapshots.newest(lake)


def test_a_sound_checkpoint_is_not_blamed(lake: Lake, forecasts: Callable[..., pa.Table]) -> None:
    run(lake, forecasts, 1)
    DeltaTable(lake.table_uri("snapshot")).create_checkpoint()
    run(lake, forecasts, 2)
    log = Path(lake.table_uri("snapshot")) / "_delta_log"
    max(log.glob("*.json")).write_bytes(b"{")
    with pytest.raises(LakeUnreadable) as error:
        snapshots.newest(lake)
    assert error.value.where == lake.table_uri("snapshot")
