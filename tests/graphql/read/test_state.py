"""How old the data are that are served, and which sources their runs went on without."""

import datetime as dt
import json

import pyarrow as pa

from lakecast_graphql import read
from lakecast_graphql.read.state import LeftOut
from lakecast_graphql.read.view import View
from lakecast_lake import columns, publish, snapshots
from lakecast_lake.commit import replace
from lakecast_lake.storage import Lake
from lakecast_schema.tables import DEMAND, DIM_ITEM, MODEL_RUN


def test_data_are_as_old_as_the_oldest_data_set(own_lake: Lake) -> None:
    record = snapshots.newest(own_lake)
    view = View(columns.load(own_lake, record))
    ends = {"daily": 0, "weekly": 6, "monthly": 29, "quarterly": 90, "yearly": 364}
    newest = []
    for dataset in record.dataset_ids:
        items = snapshots.read(own_lake, record, DIM_ITEM.name, dataset).to_pylist()
        frequency = {item["item_id"]: item["frequency"] for item in items}
        demand = snapshots.read(own_lake, record, DEMAND.name, dataset).to_pylist()
        newest.append(max(row["date"] + dt.timedelta(ends[frequency[row["item_id"]]]) for row in demand))
    stock = read.overview(view).stock_as_of
    assert stock is not None
    now = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    assert read.stale_days(view, now) == (now.date() - min(stock, *newest)).days
    assert read.stale_days(view, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)) == 0


def test_a_source_that_failed_in_the_newest_run_is_named_with_the_reason(own_lake: Lake) -> None:
    assert read.left_out(View(columns.load(own_lake, snapshots.newest(own_lake)))) == []
    record = snapshots.newest(own_lake)
    (dataset, *_) = record.dataset_ids
    runs = snapshots.read(own_lake, record, MODEL_RUN.name, dataset).to_pylist()
    runs[0]["parameters"] = json.dumps({"failure": "ImportError: no such solver"})
    run_id = "run-9"
    rows = pa.Table.from_pylist([{**run, "run_id": run_id} for run in runs], MODEL_RUN.schema)
    publish.publish(
        own_lake, run_id, dataset, [replace(own_lake, MODEL_RUN, rows, {"dataset_id": dataset}, run_id)], {}
    )
    view = View(columns.load(own_lake, snapshots.newest(own_lake)))
    assert read.left_out(view) == [LeftOut(dataset, runs[0]["source"], "ImportError: no such solver")]
