"""Partitions as a snapshot holds them: what is read of one, and whether two snapshots may share it."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from lakecast_lake.columns.contract_check import verify, verify_key
from lakecast_lake.columns.facts import completed, read_columns
from lakecast_lake.columns.segment import Segment, build
from lakecast_lake.kinds import LIVE, of_items, of_newest_run
from lakecast_lake.pieces import listed
from lakecast_lake.pinned import Partition, PinnedTable
from lakecast_schema.contract import Table
from lakecast_schema.tables import DEMAND, FACT_FORECAST, FACT_INVENTORY

_SEGMENTED = {DEMAND.name, FACT_INVENTORY.name, FACT_FORECAST.name}
_TEXTS = ("item_id", "model_version", "run_id")

Key = tuple[str, tuple[str, ...]]
"""A part's table and the values of its partition columns."""


@dataclass(frozen=True, eq=False)
class Part:
    """One partition as it was read.

    Attributes:
        signature: of its files.
        is_by_run: which of its rows count hung on the run that published the data set last.
    """

    signature: Hashable
    content: Segment | pa.Table
    is_by_run: bool = False

    @property
    def items(self) -> Collection[str]:
        """Item ids, each at least once."""
        if isinstance(self.content, Segment):
            return self.content.items
        return listed(self.content["item_id"]) if "item_id" in self.content.column_names else []

    def may_be_shared(self, signature: Hashable, items: frozenset[str] | None) -> bool:
        """Whether a snapshot whose data set has these items (None: unknown) would read the same."""
        if self.signature != signature or self.is_by_run:
            return False
        return items is None or items.issuperset(self.items)


def read_part(
    contract: Table, pinned: PinnedTable, partition: Partition, run_id: str | None, items: frozenset[str] | None
) -> Part:
    """A partition's rows, checked against the contract; of live forecasts those that are live now.

    run_id: the run that published the data set last. items: ids of the data set's items, beyond which rows of older
    runs do not count; None where all rows count.
    """
    where = _where(pinned, partition)
    if contract.name not in _SEGMENTED:
        values = dict(partition.values)
        table = pinned.read(values, read_columns(contract, list(values)))
        verify(contract, table, where)
        verify_key(contract, table, where)
        known = completed(contract, table, values)
        return Part(partition.signature, *_counting(known, run_id, items))
    rows, is_by_run = _counting(rows_of_partition(contract, pinned, partition), run_id, items)
    key = key_of(contract, partition)
    older = False
    if key[2:] == (LIVE,):
        live = of_newest_run(rows, run_id)
        older = not live.all()
        rows = rows.filter(pa.array(live)) if older else rows
    cutoffs = "cutoff" in rows.column_names
    segment = build(rows, key=key, signature=partition.signature, where=where, cutoffs=cutoffs, older=older)
    is_by_run |= older or (key[2:] == (LIVE,) and len(segment.codes["run_id"].values) > 1)
    return Part(partition.signature, segment, is_by_run)


def _counting(rows: pa.Table, run_id: str | None, items: frozenset[str] | None) -> tuple[pa.Table, bool]:
    """The rows that count, and whether there are others."""
    if items is None:
        return rows, False
    mask = of_items(rows, run_id, items)
    return (rows, False) if mask.all() else (rows.filter(pa.array(mask)), True)


def rows_of_partition(
    contract: Table, pinned: PinnedTable, partition: Partition, item_id: str | None = None
) -> pa.Table:
    """All rows of a partition, or an item's, without its partition columns; some texts come as dictionaries."""
    columns = read_columns(contract, contract.partition_by)
    dictionary = [name for name in _TEXTS if name in columns]
    rows = pinned.read(dict(partition.values), columns, dictionary=dictionary, item_id=item_id)
    verify(contract, rows, _where(pinned, partition))
    return rows


def key_of(contract: Table, partition: Partition) -> tuple[str, ...]:
    """The values of a partition's columns in the contract's order."""
    return tuple(partition[column] for column in contract.partition_by)


def segments_of(parts: Mapping[Key, Part], contract: Table) -> dict[tuple[str, ...], Segment]:
    """A table's segments by their keys."""
    segments = {key: part.content for (name, key), part in parts.items() if name == contract.name}
    return {key: segment for key, segment in segments.items() if isinstance(segment, Segment)}


def _where(pinned: PinnedTable, partition: Partition) -> str:
    return f"{pinned.uri} ({', '.join('='.join(pair) for pair in partition.values)})"
