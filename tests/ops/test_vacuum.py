"""`lakecast vacuum` says what would go, and then lets that go and nothing else."""

from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from lakecast_lake import commit, publish, snapshots
from lakecast_lake.storage import Lake
from lakecast_ops import cli
from lakecast_schema.tables import DIM_ITEM

RUNS = 4


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A snapshot per run."""
    made = Lake(str(tmp_path / "lake"))
    for run in (f"run-{number}" for number in range(RUNS)):
        row = dict.fromkeys(DIM_ITEM.column_names) | {"dataset_id": "d", "item_id": run, "frequency": "daily"}
        batch = pa.Table.from_pylist([row], DIM_ITEM.schema)
        publish.publish(made, run, "d", [commit.replace(made, DIM_ITEM, batch, {"dataset_id": "d"}, run)], {})
    return made


def ids(lake: Lake) -> list[int]:
    return [record.snapshot_id for record in snapshots.history(lake)]


def test_a_dry_run_removes_nothing_and_the_real_one_what_it_said(lake: Lake) -> None:
    command = ["vacuum", "--lake", lake.uri, "--keep", "1", "--keep-days", "0"]
    shown = CliRunner().invoke(cli.app, [*command, "--dry-run"])
    assert (shown.exit_code, ids(lake)) == (0, [4, 3, 2, 1]), shown.output
    assert shown.output.startswith("Nothing was removed. It would be: 1 snapshot retained, 3 forgotten")
    done = CliRunner().invoke(cli.app, command)
    assert (done.exit_code, ids(lake)) == (0, [4]), done.output
    assert done.output.startswith("1 snapshot retained, 3 forgotten")


def test_young_snapshots_stay_however_few_are_kept(lake: Lake) -> None:
    done = CliRunner().invoke(cli.app, ["vacuum", "--lake", lake.uri, "--keep", "1"])
    assert (done.exit_code, ids(lake)) == (0, [4, 3, 2, 1]), done.output


@pytest.mark.parametrize("given", [["--keep", "0"], ["--keep-days", "-1"]])
def test_keeping_nothing_is_refused(lake: Lake, given: list[str]) -> None:
    assert CliRunner().invoke(cli.app, ["vacuum", "--lake", lake.uri, *given]).exit_code == 2
    assert len(ids(lake)) == RUNS
