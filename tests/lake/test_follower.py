"""A follower sees what a fresh look sees, whatever happens in between."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakecast_lake import commit, publish, retention, snapshots
from lakecast_lake.errors import LakeError
from lakecast_lake.follower import Follower
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST

START = datetime(2026, 1, 1, tzinfo=UTC)


def publish_one(lake, done, number):
    now = START + timedelta(days=number)
    return publish.publish(lake, f"run-{number}", "alpha", [done], {}, clock=lambda: now)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["publish", "vacuum", "compact", "look"]), max_size=10))
def test_it_sees_what_is_published(forecasts, tmp_path_factory, steps):
    lake = Lake(str(tmp_path_factory.mktemp("followed") / "lake"))
    follower = Follower(lake)
    assert follower.history() == ()
    done = commit.replace(lake, FACT_FORECAST, forecasts(), {"dataset_id": "alpha"}, "run")
    for number, step in enumerate(["publish", *steps]):
        if step == "publish":
            publish_one(lake, done, number)
        elif step == "vacuum":
            retention.vacuum(lake, 2, 0, grace_hours=0, clock=lambda: START + timedelta(days=99))
        elif step == "compact":
            lake.handle("snapshot").optimize.compact()
        else:
            assert follower.history() == snapshots.history(lake)
    assert follower.history() == snapshots.history(lake)
    assert follower.history() is follower.history()


def test_a_lake_that_goes_and_comes_back_is_read_anew(lake, forecasts, tmp_path):
    follower = Follower(lake)
    done = commit.replace(lake, FACT_FORECAST, forecasts(), {"dataset_id": "alpha"}, "run")
    publish_one(lake, done, 0)
    publish_one(lake, done, 1)
    assert len(follower.history()) == 2
    shutil.move(lake.uri, tmp_path / "away")
    with pytest.raises(LakeError):
        follower.history(anew=True) or snapshots.newest(lake)
    shutil.move(tmp_path / "away", lake.uri)
    assert len(follower.history()) == 2
