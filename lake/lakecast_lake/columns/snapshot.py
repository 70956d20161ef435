"""An immutable snapshot: all that one published set of table versions says, as columns, and SQL over them."""

import itertools
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from lakecast_lake.columns import items as numbering
from lakecast_lake.columns.blocks import Blocks, arrange
from lakecast_lake.columns.facts import Facts, collect, completed, read_columns
from lakecast_lake.columns.items import Items
from lakecast_lake.columns.memo import Memo
from lakecast_lake.columns.monthly import Monthly, monthly
from lakecast_lake.columns.promised import verify, verify_key
from lakecast_lake.columns.relations import relations
from lakecast_lake.columns.segment import Ints, Segment, build
from lakecast_lake.columns.spill import mapped
from lakecast_lake.columns.sql import Sql
from lakecast_lake.pieces import listed
from lakecast_lake.pinned import Partition, PinnedTable
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.champion import Errors, Live, champions
from lakecast_schema.tables import (
    DEMAND,
    DIM_ITEM,
    FACT_FORECAST,
    FACT_INVENTORY,
    FACT_METRICS,
    FACT_REPLENISHMENT,
    MODEL_RUN,
    Table,
)

SERVED = (DIM_ITEM, DEMAND, FACT_INVENTORY, FACT_FORECAST, FACT_METRICS, FACT_REPLENISHMENT, MODEL_RUN)
"""Tables that a server reads."""

_SEGMENTED = {DEMAND.name, FACT_INVENTORY.name, FACT_FORECAST.name}
_TEXTS = ("item_id", "model_version", "run_id")

MEMO_BYTES = 32 << 20

Key = tuple[str, tuple[str, ...]]
"""A part's table and the values of its partition columns."""


@dataclass(frozen=True, eq=False)
class Part:
    """One partition as it was read; two snapshots whose files are the same share it."""

    signature: Hashable
    content: Segment | pa.Table


@dataclass(frozen=True, eq=False, repr=False)
class Snapshot:
    """What one snapshot holds. Nothing in it changes after `load`; what is derived from it is made once, on demand.

    Attributes:
        record: what was published.
        items: the items of all data sets, numbered.
        parts: everything that was read, by table and partition.
        metrics, replenishment: `fact_metrics` and `fact_replenishment` by item.
        runs: rows of `model_run`, newest first.
        serial: another one for every load in this process, also of the same snapshot.
        memo: what readers computed from it; goes when it goes.
    """

    record: SnapshotRecord
    items: Items
    parts: Mapping[Key, Part]
    metrics: Facts
    replenishment: Facts
    runs: pa.Table
    _lake: Lake = field(repr=False)
    serial: int = field(default_factory=itertools.count().__next__)
    memo: Memo = field(default_factory=lambda: Memo(MEMO_BYTES), repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def snapshot_id(self) -> int:
        return self.record.snapshot_id

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """Data sets in ascending order."""
        return self.items.datasets

    @cached_property
    def forecasts(self) -> dict[tuple[str, ...], Segment]:
        """(data set, source, kind) -> segment; live ones hold each item's newest cutoff."""
        return _contents(self.parts, FACT_FORECAST)

    @cached_property
    def demand(self) -> dict[str, Segment]:
        """Data set -> demand of its items."""
        return {key[0]: segment for key, segment in _contents(self.parts, DEMAND).items()}

    @cached_property
    def inventory(self) -> dict[str, Segment]:
        """Data set -> stock of its items."""
        return {key[0]: segment for key, segment in _contents(self.parts, FACT_INVENTORY).items()}

    @cached_property
    def live(self) -> Blocks:
        """Newest live cutoffs."""
        return self._arranged("live")

    @cached_property
    def backtest(self) -> Blocks:
        """Backtest windows."""
        return self._arranged("backtest")

    @cached_property
    def all(self) -> Blocks:
        """Newest live cutoffs and backtest windows."""
        return self._arranged("live", "backtest")

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Data set -> names of the sources that it has forecasts or errors of, ascending."""
        found: dict[str, set[str]] = {dataset: set() for dataset in self.datasets}
        for table, key in self.parts:
            if table in (FACT_FORECAST.name, FACT_METRICS.name):
                found[key[0]].add(key[1])
        return {dataset: tuple(sorted(names)) for dataset, names in found.items()}

    @cached_property
    def source_names(self) -> frozenset[str]:
        """Names of all sources."""
        return frozenset(name for names in self.sources.values() for name in names)

    @cached_property
    def champion_block(self) -> Ints:
        """(items,) an item's live block of its champion; -1 where it has none."""
        code_of = {name: code for code, name in enumerate(self.live.sources)}
        codes = np.array([code_of.get(name or "", -1) for name in self.champion], np.int64)
        return self.live.first_of[np.arange(len(codes)), codes].astype(np.int64)

    @cached_property
    def has_champions(self) -> bool:
        """Whether all items have a live block of their champion."""
        return not (self.champion_block < 0).any()

    @property
    def champion(self) -> tuple[str | None, ...]:
        """Each item's champion; None for an item without forecast and errors."""
        return self._champions[0]

    @property
    def champion_metric(self) -> Ints:
        """(items,) row of `metrics` of each item's champion; -1 where it has none."""
        return self._champions[1]

    @cached_property
    def _champions(self) -> tuple[tuple[str | None, ...], Ints]:
        live, facts = self.live, self.metrics
        errors = Errors(
            facts.item.astype(np.int64),
            listed(facts.table["source"]),
            facts.numbers("scaled_quantile_loss"),
            facts.numbers("rmsse"),
        )
        forecasts = Live(live.item.astype(np.int64), np.array(live.sources, dtype=object)[live.source].tolist())
        dataset = np.repeat(np.arange(len(self.datasets)), np.diff(self.items.bounds))
        chosen = champions(errors, forecasts, dataset)
        names: list[str | None] = [None] * self.items.count
        for code, name in zip(chosen.items.tolist(), chosen.sources.tolist(), strict=True):
            names[code] = name
        metric = np.full(self.items.count, -1, np.int64)
        metric[chosen.items] = chosen.rows
        return tuple(names), metric

    @cached_property
    def issue(self) -> tuple[str | None, ...]:
        """Why an item has no model of its own, from the newest run of each source; None where all is well."""
        reasons: dict[tuple[str, str], dict[str, list[str]]] = {}
        seen: set[tuple[str, str]] = set()
        for run in self.runs.select(["dataset_id", "source", "issues"]).to_pylist():
            key = (run["dataset_id"], run["source"])
            if key in seen:
                continue
            seen.add(key)
            for issue in run["issues"] or ():
                by_reason = reasons.setdefault((run["dataset_id"], issue["item_id"]), {})
                by_reason.setdefault(issue["reason"], []).append(run["source"])
        found: list[str | None] = [None] * self.items.count
        for name, by_reason in reasons.items():
            code = self.items.index.get(name)
            if code is not None:
                found[code] = "; ".join(f"{', '.join(sorted(s))}: {reason}" for reason, s in sorted(by_reason.items()))
        return tuple(found)

    @cached_property
    def sql(self) -> Sql:
        """SQL over the relations of `relations`."""
        return Sql(relations(self))

    @cached_property
    def nbytes(self) -> int:
        """Bytes of the columns that were read."""
        return sum(part.content.nbytes for part in self.parts.values())

    def monthly(self, segment: Segment) -> Monthly:
        """A segment's sums by month, made once for all snapshots that share it."""
        found = _MONTHLY.get(segment)
        if found is None:
            found = _MONTHLY[segment] = monthly(segment)
        return found

    def every_live(self) -> Blocks:
        """All kept live cutoffs, not only the newest; read from the lake by the first call that needs it."""
        with self._lock:
            return self._every_live

    @cached_property
    def _every_live(self) -> Blocks:
        return self._arranged("live", older=True)

    @cached_property
    def _every(self) -> Blocks:
        return self._arranged("live", "backtest", older=True)

    def every(self) -> Blocks:
        """All kept live cutoffs and backtest windows."""
        with self._lock:
            return self._every

    def history_of(self, code: int, source: str) -> Segment | None:
        """All kept live cutoffs of one item and source; None where the data set has no such source."""
        dataset, item = self.items.dataset_id[code], self.items.item_id[code]
        segment = self.forecasts.get((dataset, source, "live"))
        if segment is None or not segment.older:
            return segment
        return self._reread(segment, item_id=item)

    def _arranged(self, *kinds: str, older: bool = False) -> Blocks:
        segments = [segment for key, segment in sorted(self.forecasts.items()) if key[2] in kinds]
        if older:
            segments = [self._reread(segment) if segment.older else segment for segment in segments]
        codes = [self.items.codes(segment.key[0], segment.items) for segment in segments]
        return arrange(segments, codes, self.items.count)

    def _reread(self, segment: Segment, item_id: str | None = None) -> Segment:
        """A live segment with all its cutoffs, from the pinned files."""
        entry = next(e for e in self.record.entries if (e.dataset_id, e.table) == (segment.key[0], FACT_FORECAST.name))
        pinned = PinnedTable(self._lake, FACT_FORECAST.name, entry.version)
        partition = next(p for p in pinned.partitions(entry.dataset_id) if _key(FACT_FORECAST, p) == segment.key)
        return _segment(FACT_FORECAST, pinned, partition, newest_only=False, item_id=item_id)


_MONTHLY: WeakKeyDictionary[Segment, Monthly] = WeakKeyDictionary()


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
        previous: a snapshot to share unchanged partitions with.
        afresh: read everything again nevertheless.
        budget: bytes of columns that are kept in memory; what is read beyond is mapped from local files, live
            forecasts last. None for no limit.

    Raises LakeError where a table, a version or a file is missing, cannot be read or breaks the contract.
    """
    shared = {} if previous is None or afresh else dict(previous.parts)
    same = (
        set() if previous is None or afresh else {(e.dataset_id, e.table, e.version) for e in previous.record.entries}
    )
    pinned: dict[tuple[str, int], PinnedTable] = {}
    parts: dict[Key, Part] = {}
    contracts = {table.name: table for table in SERVED}
    used = 0
    for entry in sorted(record.entries, key=lambda entry: entry.table != FACT_FORECAST.name):
        contract = contracts.get(entry.table)
        if contract is None:
            continue
        if (entry.dataset_id, entry.table, entry.version) in same:
            same_parts = {k: p for k, p in shared.items() if k[0] == entry.table and k[1][0] == entry.dataset_id}
            parts |= same_parts
            used += sum(part.content.nbytes for part in same_parts.values())
            continue
        at = (entry.table, entry.version)
        if at not in pinned:
            pinned[at] = PinnedTable(lake, *at)
        for partition in sorted(pinned[at].partitions(entry.dataset_id), key=_is_asked_for_less):
            key = (entry.table, _key(contract, partition))
            known = shared.get(key)
            if known is None or known.signature != partition.signature:
                content = _content(contract, pinned[at], partition)
                if budget is not None and isinstance(content, Segment) and used + content.nbytes > budget:
                    content = mapped(content)
                known = Part(partition.signature, content)
            used += known.content.nbytes
            parts[key] = known
    return _assemble(lake, record, parts)


def _assemble(lake: Lake, record: SnapshotRecord, parts: Mapping[Key, Part]) -> Snapshot:
    named: dict[str, set[str]] = {}
    for (_table, key), part in parts.items():
        names = part.content.items if isinstance(part.content, Segment) else _item_ids(part.content)
        named.setdefault(key[0], set()).update(names)
    tables = {
        contract.name: {key: part.content for (name, key), part in parts.items() if name == contract.name}
        for contract in SERVED
    }
    dims = {key[0]: table for key, table in tables[DIM_ITEM.name].items()}
    demand = {key[0]: segment for key, segment in tables[DEMAND.name].items()}
    items = numbering.number(dims, demand, named)
    runs = list(tables[MODEL_RUN.name].values())
    table = pa.concat_tables(runs) if runs else MODEL_RUN.schema.empty_table()
    return Snapshot(
        record=record,
        items=items,
        parts=parts,
        metrics=collect(FACT_METRICS, tables[FACT_METRICS.name], items),
        replenishment=collect(FACT_REPLENISHMENT, tables[FACT_REPLENISHMENT.name], items),
        runs=table.sort_by([("generated_at", "descending"), ("dataset_id", "ascending"), ("source", "ascending")]),
        _lake=lake,
    )


def _item_ids(table: pa.Table) -> list[str]:
    return listed(table["item_id"]) if "item_id" in table.column_names else []


def _is_asked_for_less(partition: Partition) -> bool:
    """Sorts live forecasts first: while memory lasts, it is theirs."""
    return ("kind", "live") not in partition.values


def _key(contract: Table, partition: Partition) -> tuple[str, ...]:
    return tuple(partition[column] for column in contract.partition_by)


def _content(contract: Table, pinned: PinnedTable, partition: Partition) -> Segment | pa.Table:
    if contract.name in _SEGMENTED:
        return _segment(contract, pinned, partition, newest_only=dict(partition.values).get("kind") == "live")
    values = dict(partition.values)
    table = pinned.read(values, read_columns(contract, list(values)))
    verify(contract, table, _where(pinned, partition))
    verify_key(contract, table, _where(pinned, partition))
    return completed(contract, table, values)


def _segment(
    contract: Table, pinned: PinnedTable, partition: Partition, *, newest_only: bool, item_id: str | None = None
) -> Segment:
    columns = read_columns(contract, contract.partition_by)
    dictionary = [name for name in _TEXTS if name in columns]
    table = pinned.read(dict(partition.values), columns, dictionary=dictionary, item_id=item_id)
    verify(contract, table, _where(pinned, partition))
    return build(
        table,
        key=_key(contract, partition),
        signature=partition.signature,
        where=_where(pinned, partition),
        cutoffs="cutoff" in columns,
        newest_only=newest_only,
    )


def _where(pinned: PinnedTable, partition: Partition) -> str:
    return f"{pinned.uri} ({', '.join('='.join(pair) for pair in partition.values)})"


def _contents(parts: Mapping[Key, Part], contract: Table) -> dict[tuple[str, ...], Segment]:
    found = {key: part.content for (name, key), part in parts.items() if name == contract.name}
    return {key: segment for key, segment in found.items() if isinstance(segment, Segment)}
