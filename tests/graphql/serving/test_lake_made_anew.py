"""A lake made anew, or restored, under a running server: its snapshots have the numbers of others."""

import shutil
from pathlib import Path

import made_lake
import pytest

from lakecast_graphql import read
from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.read.view import View
from lakecast_graphql.serving.service import Service
from lakecast_graphql.serving.worker_signals import NoSignals
from lakecast_lake import columns, snapshots
from lakecast_lake.storage import Lake


def test_a_lake_made_anew_is_served_though_its_snapshots_have_the_same_numbers(tmp_path: Path) -> None:
    lake = made_lake.make(tmp_path / "lake", items=4)
    service = Service(lake, signals=NoSignals())
    service.start()
    try:
        assert service.served is not None
        then = service.served.snapshot
        older = service.open(1)
        shutil.rmtree(lake.uri)
        made_lake.make(tmp_path / "lake", items=5, seed=9)
        service.follow()
        assert service.served.snapshot_id == then.snapshot_id
        assert service.served.snapshot.items.count == 10
        assert service.open(1) is not older
        assert service.open(1).items.count == 5
        assert not any(part is then.parts.get(key) for key, part in service.served.snapshot.parts.items())
    finally:
        service.close()


def test_a_cursor_of_a_lake_that_was_made_anew_is_gone(tmp_path: Path) -> None:
    lake = made_lake.make(tmp_path / "lake", items=4)
    before = View(columns.load(lake, snapshots.newest(lake)))
    after = read.items(before, first=2).page_info.end_cursor
    assert read.items(before, first=2, after=after).begin == 2
    shutil.rmtree(lake.uri)
    lake = made_lake.make(tmp_path / "lake", items=4)
    anew = View(columns.load(lake, snapshots.newest(lake)))
    assert anew.snapshot.snapshot_id == before.snapshot.snapshot_id
    with pytest.raises(ApiError, match="made anew") as refusal:
        read.items(anew, first=2, after=after)
    assert refusal.value.code is ErrorCode.SNAPSHOT_GONE


def test_the_store_is_not_asked_for_a_snapshot_that_is_known(small_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(small_lake, signals=NoSignals())
    service.start()
    try:
        asked: list[str] = []
        real = Lake.handle
        monkeypatch.setattr(
            Lake, "handle", lambda self, name, version=None: asked.append(name) or real(self, name, version)
        )
        assert service.find(1).snapshot_id == 1
        assert asked == []
    finally:
        service.close()
