"""An immutable snapshot: all that one published set of table versions says, as columns, and SQL over them."""

import itertools
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from lakecast_lake.columns.blocks import Blocks, arrange
from lakecast_lake.columns.facts import Facts
from lakecast_lake.columns.items import Items
from lakecast_lake.columns.monthly import Monthly, monthly
from lakecast_lake.columns.parts import Key, Part, segments_of
from lakecast_lake.columns.past import with_past
from lakecast_lake.columns.relations import relations
from lakecast_lake.columns.segment import Ints, Segment
from lakecast_lake.columns.sql import Sql
from lakecast_lake.kinds import LIVE, PAST
from lakecast_lake.lru import Memo
from lakecast_lake.pieces import listed
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.champion import Errors, Live, champions
from lakecast_schema.tables import DEMAND, FACT_FORECAST, FACT_INVENTORY, FACT_METRICS

MEMO_BYTES = 32 << 20


@dataclass(frozen=True, eq=False, repr=False)
class Snapshot:
    """What one snapshot holds. Nothing in it changes after `load`; what is derived from it is made once, on demand.

    Attributes:
        record: what was published.
        items: the items of all data sets, numbered.
        parts: everything that was read, by table and partition.
        metrics, replenishment, open_orders: `fact_metrics`, `fact_replenishment` and `open_order` by item.
        calibration: rows of `decision_calibration`.
        reports: rows of `reading_report`, by data set and line.
        runs: rows of `model_run`, newest first.
        past: keys of the partitions of past forecasts, which stay in the files of `lake`.
        serial: another one for every load in this process, also of the same snapshot.
        memo: what readers computed from it; goes when it goes.
    """

    record: SnapshotRecord
    items: Items
    parts: Mapping[Key, Part]
    metrics: Facts
    replenishment: Facts
    open_orders: Facts
    calibration: pa.Table
    reports: pa.Table
    runs: pa.Table
    past: frozenset[tuple[str, ...]]
    lake: Lake = field(repr=False)
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
        """(data set, source, kind) -> segment; live ones hold what is live now, past ones stay in the files."""
        return segments_of(self.parts, FACT_FORECAST)

    @cached_property
    def demand(self) -> dict[str, Segment]:
        """Data set -> demand of its items."""
        return {key[0]: segment for key, segment in segments_of(self.parts, DEMAND).items()}

    @cached_property
    def inventory(self) -> dict[str, Segment]:
        """Data set -> stock of its items."""
        return {key[0]: segment for key, segment in segments_of(self.parts, FACT_INVENTORY).items()}

    @cached_property
    def live(self) -> Blocks:
        """Live forecasts: one block per item and source."""
        return self._arranged("live")

    @cached_property
    def backtest(self) -> Blocks:
        """Backtest windows."""
        return self._arranged("backtest")

    @cached_property
    def all(self) -> Blocks:
        """Live forecasts and backtest windows."""
        return self._arranged("live", "backtest")

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """Data set -> names of the sources that it has forecasts or errors of, ascending."""
        by_dataset: dict[str, set[str]] = {dataset: set() for dataset in self.datasets}
        for table, key in self.parts:
            if table in (FACT_FORECAST.name, FACT_METRICS.name):
                by_dataset[key[0]].add(key[1])
        return {dataset: tuple(sorted(names)) for dataset, names in by_dataset.items()}

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
        champion = champions(errors, forecasts, dataset, self._stated_champions)
        names: list[str | None] = [None] * self.items.count
        for code, name in zip(champion.items.tolist(), champion.sources.tolist(), strict=True):
            names[code] = name
        metric = np.full(self.items.count, -1, np.int64)
        metric[champion.items] = champion.rows
        return tuple(names), metric

    @property
    def _stated_champions(self) -> dict[int, str]:
        """Number of a data set -> the champion that its newest run was told to take."""
        newest: dict[str, str | None] = {}
        for run in self.runs.select(["dataset_id", "settings"]).to_pylist():
            newest.setdefault(run["dataset_id"], run["settings"])
        named = {name: json.loads(settings or "{}").get("champion") for name, settings in newest.items()}
        return {code: name for code, dataset in enumerate(self.datasets) if (name := named.get(dataset))}

    @cached_property
    def issue(self) -> tuple[str | None, ...]:
        """Why an item has no model of its own, from the newest run of each source; None where all is well."""
        reasons: dict[tuple[str, str], dict[str, list[str]]] = {}
        pairs: set[tuple[str, str]] = set()
        for run in self.runs.select(["dataset_id", "source", "issues"]).to_pylist():
            key = (run["dataset_id"], run["source"])
            if key in pairs:
                continue
            pairs.add(key)
            for issue in run["issues"] or ():
                by_reason = reasons.setdefault((run["dataset_id"], issue["item_id"]), {})
                by_reason.setdefault(issue["reason"], []).append(run["source"])
        reasons_of_items: list[str | None] = [None] * self.items.count
        for name, by_reason in reasons.items():
            code = self.items.index.get(name)
            if code is not None:
                reasons_of_items[code] = "; ".join(
                    f"{', '.join(sorted(s))}: {reason}" for reason, s in sorted(by_reason.items())
                )
        return tuple(reasons_of_items)

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
        value = _MONTHLY.get(segment)
        if value is None:
            value = _MONTHLY[segment] = monthly(segment)
        return value

    def every_live(self) -> Blocks:
        """Live and past forecasts; read from the lake by the first call that needs it."""
        with self._lock:
            return self._every_live

    @cached_property
    def _every_live(self) -> Blocks:
        return self._arranged("live", past=True)

    @cached_property
    def _every(self) -> Blocks:
        return self._arranged("live", "backtest", past=True)

    def every(self) -> Blocks:
        """Live and past forecasts, and backtest windows."""
        with self._lock:
            return self._every

    def history_of(self, code: int, source: str) -> Segment | None:
        """Live and past forecasts of one item and source; None where the data set has no live ones of the source."""
        dataset, item = self.items.dataset_id[code], self.items.item_id[code]
        segment = self.forecasts.get((dataset, source, "live"))
        if segment is None or not self._has_past(segment):
            return segment
        return self._with_past(segment, item)

    def _arranged(self, *kinds: str, past: bool = False) -> Blocks:
        segments = [segment for key, segment in sorted(self.forecasts.items()) if key[2] in kinds]
        if past:
            segments = [self._with_past(segment) if self._has_past(segment) else segment for segment in segments]
        codes = [self.items.codes(segment.key[0], segment.items) for segment in segments]
        return arrange(segments, codes, self.items.count)

    def _with_past(self, segment: Segment, item_id: str | None = None) -> Segment:
        return with_past(self.lake, self.record, segment, self.items, self.live, item_id)

    def _has_past(self, segment: Segment) -> bool:
        dataset, source, kind = segment.key
        return kind == LIVE and (segment.older or (dataset, source, PAST) in self.past)


_MONTHLY: WeakKeyDictionary[Segment, Monthly] = WeakKeyDictionary()
