"""Loading a snapshot: the versions that it names, sharing with the one before what did not change."""

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

from lakecast_lake.columns import items as numbering
from lakecast_lake.columns.facts import collect
from lakecast_lake.columns.parts import Key, Part, key_of, read_part, segments_of
from lakecast_lake.columns.segment import Segment
from lakecast_lake.columns.snapshot import Snapshot
from lakecast_lake.columns.spill import mapped
from lakecast_lake.kinds import LIVE, PAST
from lakecast_lake.pinned import Partition, PinnedTable
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.tables import (
    DECISION_CALIBRATION,
    DEMAND,
    DIM_ITEM,
    FACT_FORECAST,
    FACT_INVENTORY,
    FACT_METRICS,
    FACT_REPLENISHMENT,
    MODEL_RUN,
    OPEN_ORDER,
    READING_REPORT,
)

SERVED = (
    DIM_ITEM, FACT_FORECAST, DEMAND, FACT_INVENTORY, OPEN_ORDER, FACT_METRICS, FACT_REPLENISHMENT,
    DECISION_CALIBRATION, MODEL_RUN, READING_REPORT,
)  # fmt: skip
"""Tables that a server reads, in this order: items say which forecasts are live, these have memory first."""


def load(
    lake: Lake,
    record: SnapshotRecord,
    previous: Snapshot | None = None,
    *,
    afresh: bool = False,
    budget: int | None = None,
) -> Snapshot:
    """Read the published versions of a snapshot.

    Args:
        previous: a snapshot of the same lake to share unchanged partitions with.
        afresh: read everything again nevertheless.
        budget: bytes of columns that are kept in memory; what is read beyond is mapped from local files, live
            forecasts last. None for no limit.

    Raises LakeError where a table, a version or a file is missing, cannot be read or breaks the contract.
    """
    before = None if afresh else previous
    known: Mapping[Key, Part] = {} if before is None else before.parts
    same = set() if before is None else {(e.dataset_id, e.table, e.version) for e in before.record.entries}
    parts: dict[Key, Part] = {}
    past: set[tuple[str, ...]] = set()
    pinned: dict[tuple[str, int], PinnedTable] = {}
    used = 0
    for contract, entry in ((c, e) for c in SERVED for e in record.entries if e.table == c.name):
        dataset = entry.dataset_id
        items = _items(parts, dataset) if contract in (FACT_FORECAST, FACT_METRICS) else None
        if before is not None and (dataset, entry.table, entry.version) in same:
            mine = {k: part for k, part in known.items() if k[0] == entry.table and k[1][0] == dataset}
            if all(part.may_be_shared(part.signature, items) for part in mine.values()):
                parts |= mine
                used += sum(part.content.nbytes for part in mine.values())
                past |= {key for key in before.past if contract is FACT_FORECAST and key[0] == dataset}
                continue
        at = (entry.table, entry.version)
        if at not in pinned:
            pinned[at] = PinnedTable(lake, *at)
        for partition in sorted(pinned[at].partitions(dataset), key=_is_asked_for_less):
            key = key_of(contract, partition)
            if key[2:] == (PAST,):
                past.add(key)
                continue
            part = known.get((entry.table, key))
            if part is None or not part.may_be_shared(partition.signature, items):
                part = read_part(contract, pinned[at], partition, record.run_of(dataset), items)
                if budget is not None and isinstance(part.content, Segment) and used + part.content.nbytes > budget:
                    part = replace(part, content=mapped(part.content))
            used += part.content.nbytes
            parts[entry.table, key] = part
    return _assemble(lake, record, parts, frozenset(past))


def _items(parts: Mapping[Key, Part], dataset: str) -> frozenset[str] | None:
    part = parts.get((DIM_ITEM.name, (dataset,)))
    return None if part is None else frozenset(part.items)


def _is_asked_for_less(partition: Partition) -> bool:
    """Sorts live forecasts first: while memory lasts, it is theirs."""
    return ("kind", LIVE) not in partition.values


def _assemble(
    lake: Lake, record: SnapshotRecord, parts: Mapping[Key, Part], past: frozenset[tuple[str, ...]]
) -> Snapshot:
    named: dict[str, set[str]] = {}
    for (_table, key), part in parts.items():
        named.setdefault(key[0], set()).update(part.items)
    tables = {
        contract.name: {
            key: part.content
            for (name, key), part in parts.items()
            if name == contract.name and isinstance(part.content, pa.Table)
        }
        for contract in SERVED
    }
    dims = {key[0]: table for key, table in tables[DIM_ITEM.name].items()}
    demand = {key[0]: segment for key, segment in segments_of(parts, DEMAND).items()}
    items = numbering.number(dims, demand, named)
    runs = list(tables[MODEL_RUN.name].values())
    table = pa.concat_tables(runs) if runs else MODEL_RUN.schema.empty_table()
    return Snapshot(
        record=record,
        items=items,
        parts=parts,
        metrics=collect(FACT_METRICS, tables[FACT_METRICS.name], items),
        replenishment=collect(FACT_REPLENISHMENT, tables[FACT_REPLENISHMENT.name], items),
        open_orders=collect(OPEN_ORDER, tables[OPEN_ORDER.name], items),
        calibration=pa.concat_tables(
            [DECISION_CALIBRATION.schema.empty_table(), *tables[DECISION_CALIBRATION.name].values()]
        ),
        reports=pa.concat_tables([READING_REPORT.schema.empty_table(), *tables[READING_REPORT.name].values()]).sort_by(
            [("dataset_id", "ascending"), ("line", "ascending")]
        ),
        runs=table.sort_by([("generated_at", "descending"), ("dataset_id", "ascending"), ("source", "ascending")]),
        past=past,
        lake=lake,
    )
