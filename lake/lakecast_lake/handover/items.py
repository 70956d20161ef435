"""Items of imported results: their frequency, and a `dim_item` row for those that the lake does not know yet."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lakecast_lake.errors import BadResults
from lakecast_lake.handover.metadata import Frequencies
from lakecast_schema.frequency import FrequencyUnclear, recognise
from lakecast_schema.periods import Frequency
from lakecast_schema.tables import DIM_ITEM

_FINEST_FIRST = tuple(Frequency)


def frequencies(forecasts: pa.Table, stated: Frequencies, known: pa.Table, path: Path) -> dict[str, Frequency]:
    """The frequency of each data set's periods.

    What the metadata states counts first, then what the dates show, then what the lake says of its items (`known`,
    rows of `dim_item`). Dates that do not lie on the stated or the lake's grid are refused.
    """
    found = {}
    for dataset_id in sorted(set(forecasts["dataset_id"].to_pylist())):
        rows = forecasts.filter(pc.equal(forecasts["dataset_id"], dataset_id))
        items = known.filter(pc.equal(known["dataset_id"], dataset_id))
        found[dataset_id] = _frequency(dataset_id, rows, stated.get(dataset_id), items, path)
    return found


def _frequency(
    dataset_id: str, rows: pa.Table, stated: str | Mapping[str, str] | None, items: pa.Table, path: Path
) -> Frequency:
    said = _finest([stated] if isinstance(stated, str) else list((stated or {}).values()))
    in_lake = _finest(items["frequency"].to_pylist())
    codes = rows["item_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    try:
        shown = recognise(rows["date"].to_numpy().astype("datetime64[D]"), codes)
    except FrequencyUnclear as error:
        settled = said or in_lake
        if settled is None:
            raise BadResults(
                f"{path}: data set {dataset_id}", f"how long is a period? {error}",
                'State it in metadata.json: "frequencies": {"' + dataset_id + '": "monthly"}.',
            ) from error  # fmt: skip
        return settled
    for who, expected in (("metadata.json", said), ("the lake", in_lake)):
        if expected is not None and _FINEST_FIRST.index(shown) < _FINEST_FIRST.index(expected):
            raise BadResults(
                f"{path}: data set {dataset_id}",
                f"the dates are {shown}, but {who} says that its items are {expected}",
                "Give each period the date of its first day, or use a data set of its own.",
            )
    return said or in_lake or shown


def _finest(values: list[str]) -> Frequency | None:
    found = {Frequency(value) for value in values}
    return next((frequency for frequency in _FINEST_FIRST if frequency in found), None)


def unknown_items(
    forecasts: pa.Table, found: Mapping[str, Frequency], stated: Frequencies, known: pa.Table
) -> pa.Table:
    """Rows of `dim_item` for items of `forecasts` that are not in `known`: id and frequency, nothing else."""
    key = ["dataset_id", "item_id"]
    items = forecasts.select(key).group_by(key).aggregate([])
    new = items.join(known.select(key), key, join_type="left anti").to_pylist()
    rows = []
    for row in new:
        said = stated.get(row["dataset_id"], {})
        own = said if isinstance(said, str) else said.get(row["item_id"])
        rows.append({**row, "frequency": str(own or found[row["dataset_id"]])})
    empty = dict.fromkeys(DIM_ITEM.column_names)
    return pa.Table.from_pylist([{**empty, **row} for row in rows], schema=DIM_ITEM.schema)


def stated_frequencies(items: pa.Table) -> Frequencies:
    """What an export states: one frequency per data set, or item by item where they differ."""
    said: dict[str, str | dict[str, str]] = {}
    for dataset_id in sorted(set(items["dataset_id"].to_pylist())):
        rows = items.filter(pc.equal(items["dataset_id"], dataset_id)).to_pylist()
        each = {row["item_id"]: row["frequency"] for row in rows}
        kinds = set(each.values())
        said[dataset_id] = kinds.pop() if len(kinds) == 1 else each
    return said
