"""Why an alert is another one than before: what alone, put into the earlier decision, gives the later level."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import made_lake
import numpy as np
import pyarrow as pa
import pytest

from lakecast_graphql import read
from lakecast_graphql.read.view import View
from lakecast_graphql.read.what_if_inputs import stored
from lakecast_lake import columns, snapshots
from lakecast_lake.lru import Memo
from lakecast_schema.replenishment import decide


@cache
def loaded() -> columns.Snapshot:
    with TemporaryDirectory() as folder:
        lake = made_lake.make(Path(folder) / "lake", items=20, datasets=("alpha",))
        return with_columns(columns.load(lake, snapshots.newest(lake)), alert=None)


def with_columns(snapshot: columns.Snapshot, **changes: Any) -> columns.Snapshot:
    """The snapshot with other columns of `replenishment`, and the alerts that these lead to."""
    table = snapshot.replenishment.table
    for name, values in changes.items():
        if values is not None:
            place = table.column_names.index(name)
            table = table.set_column(place, table.schema.field(name), pa.array(values, table.schema.field(name).type))
    made = replace(snapshot, replenishment=replace(snapshot.replenishment, table=table), memo=Memo(1 << 20))
    place = table.column_names.index("alert")
    alerts = decide(stored(made).inputs).alert.tolist()
    decided = table.set_column(place, table.schema.field("alert"), pa.array(alerts))
    return replace(made, replenishment=replace(made.replenishment, table=decided), memo=Memo(1 << 20))


def column(name: str) -> list[Any]:
    values: list[Any] = loaded().replenishment.table[name].to_pylist()
    return values


def changes(now: columns.Snapshot, before: columns.Snapshot | None, **arguments: Any) -> list[tuple[str, str]]:
    nodes = read.alert_changes(View(now), None if before is None else View(before), **arguments).nodes
    return [(row.item.item_id, row.cause) for row in nodes]


@pytest.mark.parametrize(
    ("cause", "column_name", "change"),
    [
        ("stock", "on_hand", lambda x: None if x is None else 0.0),
        ("stock", "on_hand", lambda x: None if x is None else x + 1000),
        ("terms", "lead_time_days", lambda x: x * 20),
        ("terms", "service_level", lambda x: 0.99999),
        ("forecast", "long_run_rate", lambda x: None if x is None else x * 500),
    ],
)
def test_the_cause_is_what_was_changed(cause: str, column_name: str, change: Any) -> None:
    full = [None if value is None else 60.0 for value in column("on_hand")]
    before = with_columns(loaded(), on_hand=full) if cause == "forecast" else loaded()
    now = with_columns(before, **{column_name: [change(value) for value in column(column_name)]})
    found = changes(now, before)
    assert found
    assert {why for _, why in found} <= {cause, "method"}
    assert cause in {why for _, why in found}
    had = column("noise_variance")
    ids = column("item_id")
    # What an older version decided about has newer formulas now.
    assert all(why == cause for item, why in found if had[ids.index(item)] is not None)


def test_another_source_is_another_method() -> None:
    other = ["arima" if name == "ensemble" else name for name in column("source")]
    now = with_columns(loaded(), source=other, noise_variance=[400.0] * len(other))
    assert {why for _, why in changes(now, loaded())} == {"method"}


def test_new_and_gone_items_and_their_filter() -> None:
    whole = loaded()
    rows = np.arange(len(whole.replenishment.item) - 1)
    first = np.minimum(whole.replenishment.first, len(rows))
    fewer = replace(
        whole,
        replenishment=columns.facts.Facts(whole.replenishment.table.take(rows), whole.replenishment.item[rows], first),
        memo=Memo(1 << 20),
    )
    last = column("item_id")[-1]
    assert changes(whole, fewer) == [(last, "new")]
    assert changes(fewer, whole) == [(last, "gone")]
    assert changes(fewer, whole, where={"item_id": {"eq": last}}) == [(last, "gone")]
    assert changes(fewer, whole, where={"item_id": {"eq": column("item_id")[0]}}) == []


def test_without_an_earlier_snapshot_nothing_has_changed() -> None:
    assert changes(loaded(), None) == []
