"""Items of results: rows of `dim_item` for those that the lake does not know yet, and what an export says of them."""

import pyarrow as pa
import pyarrow.compute as pc

from lakecast_lake.handover.frequencies import ItemFrequencies
from lakecast_lake.handover.metadata import Frequencies
from lakecast_schema.tables import DIM_ITEM


def unknown_items(frequencies: ItemFrequencies, known: pa.Table) -> pa.Table:
    """Rows of `dim_item` for items that are not in `known`: id and frequency, nothing else."""
    key = ["dataset_id", "item_id"]
    new = frequencies.table.join(known.select(key), key, join_type="left anti").to_pylist()
    empty = dict.fromkeys(DIM_ITEM.column_names)
    return pa.Table.from_pylist([{**empty, **row} for row in new], schema=DIM_ITEM.schema)


def stated_frequencies(items: pa.Table) -> Frequencies:
    """What an export states: one frequency per data set, or item by item where they differ."""
    stated: dict[str, str | dict[str, str]] = {}
    for dataset_id in sorted(set(items["dataset_id"].to_pylist())):
        rows = items.filter(pc.equal(items["dataset_id"], dataset_id)).to_pylist()
        each = {row["item_id"]: row["frequency"] for row in rows}
        kinds = set(each.values())
        stated[dataset_id] = kinds.pop() if len(kinds) == 1 else each
    return stated
