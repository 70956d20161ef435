"""Rows of items, with what belongs to an item: demand, stock, forecasts, errors and its reorder decision."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments, node_ids
from lakecast_graphql.read.metric_rows import metric_rows
from lakecast_graphql.read.replenishment_rows import replenishment_rows
from lakecast_graphql.read.series import GRAINS, beginnings, of_blocks, refuse_finer, series_rows
from lakecast_graphql.read.supplier_orders import supplier_orders
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Column, Counts, Dates, Enums, Lists, Numbers, Values
from lakecast_graphql.rows.nested import Nested, NestedLists
from lakecast_graphql.rows.rows import KeyRange, Rows, Space
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Floats, Ints, Segment
from lakecast_lake.pieces import listed
from lakecast_schema.periods import first_day

_ALL = np.iinfo(np.int64).max >> 1
"""Periods: more than any item has."""
_TEXTS = ("item_id", "dataset_id", "sku", "category", "unit", "supplier", "location", "currency")
_ENUMS = ("abc_class", "demand_class", "frequency", "service_measure")
_NUMBERS = (
    "lead_time_days", "lead_time_std_days", "service_level", "review_period_days", "min_order_quantity",
    "order_multiple", "unit_cost", "yearly_demand",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """The rows begin:end of an item, whose first row is `origin`."""

    segment: Segment
    origin: int
    begin: int
    end: int


@dataclass(frozen=True)
class Attribute:
    """What another column of the items file says of an item."""

    name: str
    value: str


def item_rows(view: View, codes: Ints) -> Rows:
    """Rows of the contract's `Item`, by item code; all codes are known."""
    return Rows(len(codes), _FIELDS, _METHODS, _Basis(view, codes))


def items_between(view: View, first: int, last: int) -> Rows:
    """The items first:last."""
    rows = item_rows(view, np.arange(first, last))
    rows.keys = KeyRange(view.space(("item", view.bound), _space), first, last, first, last)
    return rows


def _space(view: View, name: Hashable) -> Space:
    """All items."""

    def rows_of(units: range) -> Rows:
        return item_rows(view, np.arange(units.start, units.stop))

    return Space(name, view.snapshot.items.count, rows_of, alike=partial(alike, view.snapshot))


def alike(snapshot: Snapshot, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a method in the form that all have that mean the same."""
    if name == "forecast":
        horizon = arguments.get("horizon")
        if horizon is not None and horizon >= snapshot.live.longest:
            return {argument: value for argument, value in arguments.items() if argument != "horizon"}
    return arguments


class _Basis:
    """What the columns of some items are made from, and how."""

    def __init__(self, view: View, codes: Ints) -> None:
        self.view = view
        self.codes = codes
        self.snapshot = view.snapshot
        self.table = view.snapshot.items.table

    def _take(self, name: str) -> pa.Array:
        taken: pa.Array = self.table[name].combine_chunks().take(self._places)
        return taken.chunk(0) if isinstance(taken, pa.ChunkedArray) else taken

    @cached_property
    def _places(self) -> pa.Array:
        return pa.array(self.codes)

    def texts(self, name: str, instead: str | None = None) -> Column:
        """A text column, with that of another one instead of nulls."""
        texts: list[str | None] = self._take(name).to_pylist()
        if instead is not None and None in texts:
            others = self._take(instead).to_pylist()
            texts = [other if text is None else text for text, other in zip(texts, others, strict=True)]
        return Values(texts)

    def numbers(self, name: str) -> Any:
        return self._take(name).to_numpy(zero_copy_only=False)

    def whole_numbers(self, name: str) -> tuple[Any, Any]:
        taken = self._take(name)
        if pa.types.is_date(taken.type):
            taken = taken.cast(pa.int32())
        missing = taken.is_null().to_numpy(zero_copy_only=False)
        return taken.fill_null(0).to_numpy(zero_copy_only=False), missing if missing.any() else None

    def values(self, values: Sequence[Any]) -> Column:
        return Values([values[code] for code in self.codes.tolist()])

    def id(self) -> Column:
        bound = self.snapshot.snapshot_id if self.view.bound else None
        items = self.snapshot.items
        return Values(
            [node_ids.item(items.dataset_id[code], items.item_id[code], bound) for code in self.codes.tolist()]
        )

    def name(self) -> Column:
        return self.texts("name", "item_id")

    def attributes(self) -> Column:
        texts = self._take("attributes").to_pylist()
        return Values([[Attribute(*pair) for pair in orjson.loads(text or "{}").items()] for text in texts])

    def is_active(self) -> Column:
        return Values([active is not False for active in self._take("is_active").to_pylist()])

    def history(self, last: int = 90, grain: Any = "native") -> Column:
        step = arguments.word(grain)
        if step == "native":
            return Nested(demand_rows(*self._newest(self.snapshot.demand, last)))
        if last < 0:
            raise bad_input("`last` must be 0 or more.", argument="last")
        refuse_finer(self.snapshot.items.frequency[self.codes], step)
        runs, start = self._newest(self.snapshot.demand, _ALL)
        return Nested(coarser_demand_rows(runs, start, step, last))

    def inventory(self, last: int = 90) -> Column:
        flat, start = self._newest(self.snapshot.inventory, last)
        return Nested(
            Rows(
                len(self.codes),
                {
                    "dates": lambda _: Lists(Dates(_joined(flat, None)), start),
                    "on_hand": lambda _: Lists(Numbers(_joined(flat, "on_hand")), start),
                    "on_order": lambda _: Lists(Numbers(_joined(flat, "on_order")), start),
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

    def forecast(self, source: str | None = None, horizon: int | None = None) -> Column:
        arguments.source(self.snapshot, source)
        if horizon is not None and horizon < 0:
            raise bad_input("`horizon` must be 0 or more.", argument="horizon")
        blocks = self.snapshot.live
        if source is None:
            block = self.snapshot.champion_block[self.codes]
        else:
            code = blocks.sources.index(source) if source in blocks.sources else -1
            block = blocks.first_of[self.codes, code].astype(np.int64)
        index = None
        if not (source is None and self.snapshot.has_champions) and len(block) and block.min() < 0:
            has_block = block >= 0
            index = np.where(has_block, np.cumsum(has_block) - 1, -1)
            block = block[has_block]
        if horizon is None or horizon >= blocks.longest:
            series = of_blocks(blocks, block)
        else:
            series = beginnings(blocks, block, horizon)
        return Nested(series_rows(self.view, series, "native"), index)

    def forecast_series(
        self, sources: Sequence[str] | None = None, kind: Any = "live", grain: Any = "native"
    ) -> Column:
        for name in sources or ():
            arguments.source(self.snapshot, name, "sources")
        blocks = getattr(self.snapshot, arguments.word(kind))
        source_codes = None if sources is None else {blocks.sources.index(s) for s in sources if s in blocks.sources}
        parts, sizes = [], [0]
        for code in self.codes.tolist():
            mine = blocks.of(code)
            if source_codes is not None:
                mine = mine[np.isin(blocks.source[mine], list(source_codes))]
            parts.append(mine)
            sizes.append(len(mine))
        series = of_blocks(blocks, np.concatenate([np.zeros(0, np.int64), *parts]))
        rows = series_rows(self.view, series, arguments.word(grain))
        return NestedLists(rows, np.cumsum(sizes))

    def metrics(self, sources: Sequence[str] | None = None) -> Column:
        for name in sources or ():
            arguments.source(self.snapshot, name, "sources")
        columns = [own for name, own in self.snapshot.metrics.by_source.items() if sources is None or name in sources]
        if len(columns) == 1 and columns[0].is_complete:
            return NestedLists(metric_rows(self.view, columns[0].rows[self.codes]), None)
        rows = np.full((len(self.codes), len(columns)), -1, np.int64)
        for place, own in enumerate(columns):
            rows[:, place] = own.rows[self.codes]
        known = rows >= 0
        start = np.zeros(len(rows) + 1, np.int64)
        known.sum(axis=1).cumsum(out=start[1:])
        return NestedLists(metric_rows(self.view, rows[known]), start)

    def replenishment(self) -> Column:
        facts = self.snapshot.replenishment
        first, last = facts.first[self.codes], facts.first[self.codes + 1]
        known = last > first
        index = np.where(known, np.cumsum(known) - 1, -1)
        return Nested(replenishment_rows(self.view, first[known], item_rows), index)

    def supplier_orders(self, first: int = 8) -> Column:
        arguments.page_size(first)
        orders, own = supplier_orders(self.view), self.snapshot.replenishment.first
        suppliers = listed(self._take("supplier"))
        parts = [
            orders.of(supplier, int(own[code]) if own[code + 1] > own[code] else -1, first)
            for supplier, code in zip(suppliers, self.codes.tolist(), strict=True)
        ]
        start = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
        rows = np.concatenate([np.zeros(0, np.int64), *parts])
        return NestedLists(replenishment_rows(self.view, rows, item_rows), start)


def _texts(name: str) -> Callable[[_Basis], Column]:
    return lambda of: of.texts(name)


def _enums(name: str) -> Callable[[_Basis], Column]:
    return lambda of: Enums(of.texts(name))


def _numbers(name: str) -> Callable[[_Basis], Column]:
    return lambda of: Numbers(of.numbers(name))


_FIELDS: Mapping[str, Callable[[_Basis], Column]] = {
    "id": _Basis.id,
    "name": _Basis.name,
    "champion": lambda of: of.values(of.snapshot.champion),
    "forecast_issue": lambda of: of.values(of.snapshot.issue),
    "observations": lambda of: Counts(*of.whole_numbers("observations")),
    "criticality": lambda of: Counts(*of.whole_numbers("criticality")),
    "attributes": _Basis.attributes,
    "is_active": _Basis.is_active,
    "first_date": lambda of: Dates(*of.whole_numbers("first_date")),
    "last_date": lambda of: Dates(*of.whole_numbers("last_date")),
    "last_demand_date": lambda of: Dates(*of.whole_numbers("last_demand_date")),
    "replenishment": _Basis.replenishment,
    **{name: _texts(name) for name in _TEXTS},
    **{name: _enums(name) for name in _ENUMS},
    **{name: _numbers(name) for name in _NUMBERS},
}
_METHODS: Mapping[str, Callable[..., Column]] = {
    "history": _Basis.history,
    "inventory": _Basis.inventory,
    "forecast": _Basis.forecast,
    "forecast_series": _Basis.forecast_series,
    "metrics": _Basis.metrics,
    "supplier_orders": _Basis.supplier_orders,
}


def demand_rows(runs: list[Run], start: Ints) -> Rows:
    """Rows of the contract's `DemandSeries`."""

    def moving_average(_: Any, window: int = 7) -> Column:
        if window < 1:
            raise bad_input("`window` must be 1 or more.", argument="window")
        means = [_trailing_mean(run, window) for run in runs]
        return Lists(Numbers(np.concatenate([np.zeros(0), *means])), start)

    return Rows(
        len(start) - 1,
        {
            "dates": lambda _: Lists(Dates(_joined(runs, None)), start),
            "quantities": lambda _: Lists(Numbers(_joined(runs, "quantity")), start),
        },
        {"moving_average": moving_average},
    )


def coarser_demand_rows(runs: list[Run], start: Ints, grain: str, last: int) -> Rows:
    """Rows of the contract's `DemandSeries` at a coarser grain: sums of what is known, the newest `last` periods.

    Args:
        runs, start: all periods of each item, as `_newest` returns them.
    """
    dates = _joined(runs, None).astype("datetime64[D]")
    quantity = _joined(runs, "quantity")
    period = first_day(dates, GRAINS[grain]).astype(np.int64)
    item = np.repeat(np.arange(len(start) - 1), np.diff(start))
    begins = np.flatnonzero(np.r_[True, (np.diff(period) != 0) | (np.diff(item) != 0)]) if len(period) else start[:0]
    known = np.isfinite(quantity)
    sums = np.add.reduceat(np.where(known, quantity, 0.0), begins) if len(begins) else np.zeros(0)
    some = np.add.reduceat(known.astype(np.int64), begins) if len(begins) else np.zeros(0)
    sums = np.where(some > 0, sums, np.nan)
    ends = np.searchsorted(item[begins], np.arange(len(start) - 1), side="right")
    first = np.searchsorted(item[begins], np.arange(len(start) - 1), side="left")
    shown = np.concatenate([np.arange(max(f, e - last), e) for f, e in zip(first, ends, strict=True)] or [ends])
    bounds = np.r_[0, np.cumsum(np.minimum(ends - first, last))].astype(np.int64)

    def moving_average(_: Any, window: int = 7) -> Column:
        if window < 1:
            raise bad_input("`window` must be 1 or more.", argument="window")
        means = [_rolling_mean(sums[f:e], window)[max(0, e - f - last) :] for f, e in zip(first, ends, strict=True)]
        return Lists(Numbers(np.concatenate([np.zeros(0), *means])), bounds)

    return Rows(
        len(start) - 1,
        {
            "dates": lambda _: Lists(Dates(period[begins][shown]), bounds),
            "quantities": lambda _: Lists(Numbers(sums[shown]), bounds),
        },
        {"moving_average": moving_average},
    )


def _trailing_mean(run: Run, window: int) -> Floats:
    """Mean of the `window` periods up to each row, also of those before the run; NaN where one of them is unknown."""
    origin = max(run.origin, run.begin - window + 1)
    return _rolling_mean(run.segment.numbers["quantity"][origin : run.end], window)[run.begin - origin :]


def _rolling_mean(values: Floats, window: int) -> Floats:
    """(n,) mean of the `window` values up to each; NaN where there are fewer or one is unknown."""
    means = np.full(len(values), np.nan)
    if window <= len(values):
        means[window - 1 :] = np.lib.stride_tricks.sliding_window_view(values, window).mean(axis=1)
    return means


def _joined(runs: list[Run], column: str | None) -> Any:
    if not runs:
        return np.zeros(0, np.int32 if column is None else np.float64)
    parts = [run.segment.date if column is None else run.segment.numbers[column] for run in runs]
    return np.concatenate([part[run.begin : run.end] for part, run in zip(parts, runs, strict=True)])
