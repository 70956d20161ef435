"""A query does not outlive its operation."""

import time
from pathlib import Path
from typing import Any

import made_lake
import pytest

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.read import forecasts, search
from lakecast_graphql.read.view import View
from lakecast_lake import columns, snapshots
from lakecast_lake.columns.sql import QueryTimeout, Sql

ENDLESS = "select sum(a.range * b.range) as n from range(10000000) a, range(10000000) b"


def test_endless_query_is_interrupted() -> None:
    sql = Sql({})
    began = time.monotonic()
    with pytest.raises(QueryTimeout):
        sql.arrow(ENDLESS, uses=(), seconds=0.2)
    assert time.monotonic() - began < 5
    assert sql.arrow("select 1 as n", uses=(), seconds=5.0)["n"].to_pylist() == [1]


def test_a_filter_of_one_item_runs_until_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = made_lake.make(tmp_path / "lake", items=3, datasets=("alpha",))
    snapshot = columns.load(lake, snapshots.newest(lake))
    limits: list[float | None] = []
    real = Sql.over

    def over(*args: Any, seconds: float | None = None, **named: Any) -> Any:
        limits.append(seconds)
        return real(*args, seconds=seconds, **named)

    monkeypatch.setattr(Sql, "over", over)
    where = {"item_id": {"eq": snapshot.items.item_id[0]}, "forecast": {"gt": 0.0}}
    assert len(forecasts(View(snapshot, deadline=time.monotonic() + 60), where).nodes)
    assert all(0 < (seconds or 0) <= 60 for seconds in limits)
    assert len(limits) == 1
    with pytest.raises(ApiError, match="longer than this server allows"):
        forecasts(View(snapshot, deadline=time.monotonic() - 1), where)


def test_deadline_of_the_operation_interrupts_its_query(tmp_path: Path) -> None:
    lake = made_lake.make(tmp_path / "lake", items=3, datasets=("alpha",))
    view = View(columns.load(lake, snapshots.newest(lake)), deadline=time.monotonic() + 0.2)
    with pytest.raises(ApiError) as raised:
        search.ask(view, ENDLESS, uses=())
    assert raised.value.code is ErrorCode.TIMEOUT
