"""A lake that is made anew where another was: its snapshots have the numbers of the other's."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from lakecast_lake import commit, publish
from lakecast_lake.follower import Follower
from lakecast_lake.storage import Lake

Maker = Callable[..., pa.Table]


def test_a_lake_made_anew_or_restored_is_seen(lake: Lake, forecasts: Maker, tmp_path: Path) -> None:
    follower = Follower(lake)
    assert follower.history() == ()
    _publish(lake, forecasts, "run-1")
    shutil.copytree(lake.uri, tmp_path / "copy")
    first = follower.history()
    _publish(lake, forecasts, "run-2")
    assert [record.run_id for record in follower.history()] == ["run-2", "run-1"]
    assert follower.generation == 0
    shutil.rmtree(lake.uri)
    for run in ("other-1", "other-2"):
        _publish(lake, forecasts, run)
    assert [record.run_id for record in follower.history()] == ["other-2", "other-1"]
    assert follower.generation == 1
    shutil.rmtree(lake.uri)
    shutil.copytree(tmp_path / "copy", lake.uri)
    assert follower.history() == first
    assert follower.generation == 2


def _publish(lake: Lake, forecasts: Maker, run: str) -> None:
    done = commit.forecasts(lake, forecasts(run_id=run), "alpha", ["arima", "ensemble"], run)
    publish.publish(lake, run, "alpha", [done], {})
