"""A query does not outlive its operation."""

import time
from pathlib import Path

import made_lake
import pytest

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.read import search
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


def test_deadline_of_the_operation_interrupts_its_query(tmp_path: Path) -> None:
    lake = made_lake.make(tmp_path / "lake", items=3, datasets=("alpha",))
    view = View(columns.load(lake, snapshots.newest(lake)), deadline=time.monotonic() + 0.2)
    with pytest.raises(ApiError) as raised:
        search.ask(view, ENDLESS, uses=())
    assert raised.value.code is ErrorCode.TIMEOUT
