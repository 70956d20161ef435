"""`lakecast pin` writes a pin where the servers may not, and refuses what is not there."""

from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from lakecast_lake import commit, publish
from lakecast_lake.pins import PinFollower
from lakecast_lake.storage import Lake
from lakecast_ops import cli
from lakecast_schema.tables import DIM_ITEM


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(str(tmp_path / "lake"))
    row = dict.fromkeys(DIM_ITEM.column_names) | {"dataset_id": "d", "item_id": "a", "frequency": "daily"}
    batch = pa.Table.from_pylist([row], DIM_ITEM.schema)
    publish.publish(made, "run-1", "d", [commit.replace(made, DIM_ITEM, batch, {"dataset_id": "d"}, "run-1")], {})
    return made


def test_a_snapshot_is_pinned_and_released(lake: Lake) -> None:
    pinned = CliRunner().invoke(cli.app, ["pin", "1", "--lake", lake.uri])
    assert (pinned.exit_code, pinned.output) == (0, "Snapshot 1 is pinned.\n")
    found = PinFollower(lake).newest()
    assert found is not None
    assert found.snapshot_id == 1
    assert found.author.startswith("user ")
    released = CliRunner().invoke(cli.app, ["pin", "--release", "--lake", lake.uri])
    assert released.exit_code == 0, released.output
    found = PinFollower(lake).newest()
    assert found is not None
    assert found.snapshot_id is None


@pytest.mark.parametrize("given", [[], ["1", "--release"], ["0"], ["x"]])
def test_what_is_wrong_is_refused(lake: Lake, given: list[str]) -> None:
    assert CliRunner().invoke(cli.app, ["pin", *given, "--lake", lake.uri]).exit_code == 2
    assert PinFollower(lake).newest() is None


def test_a_snapshot_that_is_not_there_is_refused(lake: Lake) -> None:
    done = CliRunner().invoke(cli.app, ["pin", "7", "--lake", lake.uri])
    assert done.exit_code == 1
    assert PinFollower(lake).newest() is None
