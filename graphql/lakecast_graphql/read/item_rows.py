"""Rows of items, with what belongs to an item: demand, stock, forecasts, errors and its reorder decision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from lakecast_graphql import node_ids
from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments, item_texts
from lakecast_graphql.read.column import (
    Column,
    Counts,
    Dates,
    Enums,
    Lists,
    Nested,
    NestedLists,
    Numbers,
    Values,
)
from lakecast_graphql.read.metric_rows import metric_rows
from lakecast_graphql.read.replenishment_rows import replenishment_rows
from lakecast_graphql.read.rows import Rows, Units
from lakecast_graphql.read.series import series_rows, whole
from lakecast_graphql.view import View
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Floats, Ints, Segment

_TEXTS = ("item_id", "dataset_id", "sku", "category", "unit", "supplier")
_ENUMS = ("abc_class", "demand_class", "frequency")


@dataclass(frozen=True)
class Run:
    """The rows begin:end of an item, whose first row is `origin`."""

    segment: Segment
    origin: int
    begin: int
    end: int


def item_rows(view: View, codes: Ints) -> Rows:
    """Rows of the contract's `Item`, by item code; all codes are known."""
    made = _ItemRows(view, codes)
    units = Units(
        ("item", view.bound),
        codes.tolist(),
        [1] * len(codes),
        lambda places: item_rows(view, codes[list(places)]),
        view.snapshot.items.count,
        lambda keys: item_rows(view, np.array(keys, np.int64)),
        partial(alike, view.snapshot),
    )
    return Rows(len(codes), made.fields, made.methods(), units)


def alike(snapshot: Snapshot, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a method in the form that all have that mean the same."""
    if name == "forecast":
        horizon = given.get("horizon")
        if horizon is not None and horizon >= snapshot.live.longest:
            return {argument: value for argument, value in given.items() if argument != "horizon"}
    return given


class _ItemRows:
    """What the columns of some items are made from."""

    def __init__(self, view: View, codes: Ints) -> None:
        self.view = view
        self.codes = codes
        self.snapshot = view.snapshot
        self.table = view.snapshot.items.table

    def fields(self) -> dict[str, Callable[[], Column]]:
        """Fields without arguments."""
        fields: dict[str, Callable[[], Column]] = {
            "id": self._id,
            "name": self._name,
            "champion": lambda: self._of(self.snapshot.champion),
            "forecast_issue": lambda: self._of(self.snapshot.issue),
            "lead_time_days": lambda: Numbers(self._numbers("lead_time_days")),
            "unit_cost": lambda: Numbers(self._numbers("unit_cost")),
            "observations": lambda: Counts(*self._whole("observations")),
            "first_date": lambda: Dates(*self._whole("first_date")),
            "last_date": lambda: Dates(*self._whole("last_date")),
            "replenishment": self._replenishment,
        }
        fields |= {name: self._texts(name) for name in _TEXTS}
        fields |= {name: self._enums(name) for name in _ENUMS}
        return fields

    def methods(self) -> dict[str, Callable[..., Column]]:
        """Fields with arguments."""
        return {
            "history": self._history,
            "inventory": self._inventory,
            "forecast": self._forecast,
            "forecast_series": self._forecast_series,
            "metrics": self._metrics,
        }

    def _take(self, name: str) -> pa.Array:
        column = self.table[name]
        taken: pa.Array = column.combine_chunks().take(pa.array(self.codes))
        return taken.chunk(0) if isinstance(taken, pa.ChunkedArray) else taken

    def _texts(self, name: str) -> Callable[[], Column]:
        return lambda: item_texts.column(self.snapshot, name, self.codes)

    def _enums(self, name: str) -> Callable[[], Column]:
        return lambda: Enums(item_texts.column(self.snapshot, name, self.codes))

    def _numbers(self, name: str) -> Any:
        return self._take(name).to_numpy(zero_copy_only=False)

    def _whole(self, name: str) -> tuple[Any, Any]:
        taken = self._take(name)
        if pa.types.is_date(taken.type):
            taken = taken.cast(pa.int32())
        missing = taken.is_null().to_numpy(zero_copy_only=False)
        return taken.fill_null(0).to_numpy(zero_copy_only=False), missing if missing.any() else None

    def _of(self, values: Sequence[Any]) -> Column:
        return Values([values[code] for code in self.codes.tolist()])

    def _id(self) -> Column:
        bound = self.snapshot.snapshot_id if self.view.bound else None
        items = self.snapshot.items
        return Values(
            [node_ids.item(items.dataset_id[code], items.item_id[code], bound) for code in self.codes.tolist()]
        )

    def _name(self) -> Column:
        return item_texts.column(self.snapshot, "name", self.codes, instead="item_id")

    def _history(self, last: int = 90) -> Column:
        segments = self.snapshot.demand
        flat, start = self._newest(segments, last)
        return Nested(demand_rows(flat, start))

    def _inventory(self, last: int = 90) -> Column:
        flat, start = self._newest(self.snapshot.inventory, last)
        return Nested(
            Rows(
                len(self.codes),
                lambda: {
                    "dates": lambda: Lists(Dates(_joined(flat, None)), start),
                    "on_hand": lambda: Lists(Numbers(_joined(flat, "on_hand")), start),
                    "on_order": lambda: Lists(Numbers(_joined(flat, "on_order")), start),
                },
            )
        )

    def _newest(self, segments: dict[str, Segment], last: int) -> tuple[list[Run], Ints]:
        """The newest `last` rows of each item as runs, and where each item's begin in their sequence."""
        if last < 0:
            raise bad_input("`last` must be 0 or more.", argument="last")
        items, runs = self.snapshot.items, []
        sizes = np.zeros(len(self.codes) + 1, np.int64)
        for place, code in enumerate(self.codes.tolist()):
            segment = segments.get(items.dataset_id[code])
            if segment is not None:
                origin, end = segment.span(items.item_id[code])
                begin = max(origin, end - last)
                runs.append(Run(segment, origin, begin, end))
                sizes[place + 1] = end - begin
        return runs, np.cumsum(sizes)

    def _forecast(self, source: str | None = None, horizon: int | None = None) -> Column:
        arguments.source(self.snapshot, source)
        if horizon is not None and horizon < 0:
            raise bad_input("`horizon` must be 0 or more.", argument="horizon")
        blocks = self.snapshot.live
        code_of = {name: code for code, name in enumerate(blocks.sources)}
        if source is None:
            champion = self.snapshot.champion
            codes = [code_of.get(champion[item] or "", -1) for item in self.codes.tolist()]
            first = blocks.first_of[self.codes, np.array(codes, np.int64)]
        else:
            first = blocks.first_of[self.codes, code_of.get(source, -1)]
        found = first >= 0
        index = np.where(found, np.cumsum(found) - 1, -1)
        block = first[found].astype(np.int64)
        end = blocks.at[block + 1]
        if horizon is not None:
            end = np.minimum(end, blocks.at[block] + horizon)
        return Nested(series_rows(self.view, whole(blocks, block, blocks.at[block], end), "native"), index)

    def _forecast_series(
        self, sources: Sequence[str] | None = None, kind: Any = "live", grain: Any = "native"
    ) -> Column:
        for name in sources or ():
            arguments.source(self.snapshot, name, "sources")
        blocks = getattr(self.snapshot, arguments.word(kind))
        wanted = None if sources is None else {blocks.sources.index(s) for s in sources if s in blocks.sources}
        parts, sizes = [], [0]
        for code in self.codes.tolist():
            mine = blocks.of(code)
            if wanted is not None:
                mine = mine[np.isin(blocks.source[mine], list(wanted))]
            parts.append(mine)
            sizes.append(len(mine))
        block = np.concatenate([np.zeros(0, np.int64), *parts])
        series = whole(blocks, block, blocks.at[block], blocks.at[block + 1])
        rows = series_rows(self.view, series, arguments.word(grain))
        return NestedLists(rows, np.cumsum(sizes))

    def _metrics(self, sources: Sequence[str] | None = None) -> Column:
        for name in sources or ():
            arguments.source(self.snapshot, name, "sources")
        facts = self.snapshot.metrics
        first, last = facts.first[self.codes], facts.first[self.codes + 1]
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(last - first)])
        rows = np.repeat(first - start[:-1], last - first) + np.arange(start[-1])
        if sources is not None:
            names, codes = facts.coded("source")
            mine = np.array([name in sources for name in names], np.bool_)[codes[rows]]
            rows = rows[mine]
            start = np.concatenate([np.zeros(1, np.int64), np.cumsum(mine)])[start]
        return NestedLists(metric_rows(self.view, rows), start)

    def _replenishment(self) -> Column:
        facts = self.snapshot.replenishment
        first, last = facts.first[self.codes], facts.first[self.codes + 1]
        known = last > first
        index = np.where(known, np.cumsum(known) - 1, -1)
        return Nested(replenishment_rows(self.view, first[known]), index)


def demand_rows(runs: list[Run], start: Ints) -> Rows:
    """Rows of the contract's `DemandSeries`."""

    def moving_average(window: int = 7) -> Column:
        if window < 1:
            raise bad_input("`window` must be 1 or more.", argument="window")
        means = [_trailing_mean(run, window) for run in runs]
        return Lists(Numbers(np.concatenate([np.zeros(0), *means])), start)

    return Rows(
        len(start) - 1,
        lambda: {
            "dates": lambda: Lists(Dates(_joined(runs, None)), start),
            "quantities": lambda: Lists(Numbers(_joined(runs, "quantity")), start),
        },
        {"moving_average": moving_average},
    )


def _trailing_mean(run: Run, window: int) -> Floats:
    """Mean of the `window` periods up to each row, also of those before the run; NaN where one of them is unknown."""
    origin = max(run.origin, run.begin - window + 1)
    values = run.segment.numbers["quantity"][origin : run.end]
    means = np.full(run.end - run.begin, np.nan)
    if window <= len(values):
        found = np.lib.stride_tricks.sliding_window_view(values, window).mean(axis=1)
        means[len(means) - len(found) :] = found
    return means


def _joined(runs: list[Run], column: str | None) -> Any:
    if not runs:
        return np.zeros(0, np.int32 if column is None else np.float64)
    parts = [run.segment.date if column is None else run.segment.numbers[column] for run in runs]
    return np.concatenate([part[run.begin : run.end] for part, run in zip(parts, runs, strict=True)])
