"""Forecast rows: which ones a filter finds, and their columns."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lakecast_graphql.read import search
from lakecast_graphql.read.arguments import Filter, Order
from lakecast_graphql.read.horizon import SQL as HORIZON
from lakecast_graphql.read.horizon import ahead
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Coded, Column, Constant, Counts, Dates, Enums, Numbers, instants
from lakecast_graphql.rows.nested import Nested
from lakecast_graphql.rows.rows import KeyRange, Rows, Space
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.relations import blocks_of, rows_of
from lakecast_lake.columns.row_ranges import Hits, RowRanges
from lakecast_lake.columns.segment import Coded as Codes
from lakecast_lake.columns.segment import Ints
from lakecast_lake.columns.where import condition

NUMBERS = ("forecast", "actual", "median", "lower_80", "upper_80", "lower_95", "upper_95")

OF_BLOCKS: Mapping[str, str] = {
    "dataset_id": "i.dataset_id",
    "item_id": "i.item_id",
    "category": "i.category",
    "supplier": "i.supplier",
    "source": "b.source",
    "cutoff": "b.cutoff",
}
OF_ROWS = ("model_version", "date", "horizon", "forecast")
"""Fields of the filter that differ within a block."""
FIELDS: Mapping[str, str] = {
    **OF_BLOCKS,
    "model_version": "r.model_version",
    "date": "r.date",
    "horizon": HORIZON,
    "forecast": "r.forecast",
}
"""`ForecastFilter` over `row_KIND` as `r`, `block_KIND` as `b` and `item` as `i`."""
_ORDER = {
    "date": "r.date",
    "item_id": "i.item_id",
    "source": "b.source",
    "forecast": "r.forecast",
    "cutoff": "b.cutoff",
}


INDEXED = frozenset({"dataset_id", "item_id", "source"})
"""Columns whose equalities the index of blocks answers."""


def scope(kind: str, where: Filter) -> str:
    """Which relation a kind means: older live cutoffs count only where `cutoff` is filtered."""
    if kind == "backtest" or not mentions(where, "cutoff"):
        return kind
    return "every_live" if kind == "live" else "every"


def mentions(where: Mapping[str, Any], *fields: str) -> bool:
    """Whether a filter asks for one of the fields, at any depth."""
    for name, value in where.items():
        if name in ("and_", "or_"):
            if any(mentions(part, *fields) for part in value):
                return True
        elif name == "not_":
            if mentions(value, *fields):
                return True
        elif name in fields:
            return True
    return False


def find(view: View, where: Filter, kind: str, order: Order = ()) -> Hits:
    """The rows of a kind that match, by data set, item, source, kind, cutoff and date unless ordered otherwise."""
    snapshot = view.snapshot
    name = scope(kind, where)
    blocks = blocks_of(snapshot, name)
    if not order:
        if where.equalities is not None and where.reads_index(INDEXED):
            return Hits(blocks, _blocks(snapshot, blocks, where.equalities))
        if not mentions(where, *OF_ROWS):
            block = search.rows(
                view,
                select="b.block",
                relations=f"block_{name} b join item i on i.code = b.item",
                uses=(f"block_{name}", "item"),
                where=where,
                fields=OF_BLOCKS,
                order=" order by b.block",
            )
            return Hits(blocks, block)
    if "eq" in where.get("item_id", {}):
        return Hits(blocks, np.zeros(0, np.int64), _of_item(view, name, blocks, where, order))
    position = search.rows(
        view,
        select="r.position",
        relations=f"row_{name} r join block_{name} b on b.block = r.block join item i on i.code = b.item",
        uses=(f"row_{name}", f"block_{name}", "item"),
        where=where,
        fields=FIELDS,
        order=search.ordering(order, _ORDER, "r.position"),
    )
    return Hits(blocks, np.zeros(0, np.int64), position)


def _of_item(view: View, kind: str, blocks: Blocks, where: Filter, order: Order) -> Ints:
    """Positions of an item's rows that match: its blocks are known, and only their rows are looked at."""
    block = _blocks(view.snapshot, blocks, {"item_id": where["item_id"]["eq"]})
    ranges = RowRanges(blocks, block, blocks.at[block], blocks.at[block + 1])
    text, parameters = condition(where, FIELDS)
    table = search.ask(
        view,
        f"select r.position as n from some_rows r join block_{kind} b on b.block = r.block "
        f"join item i on i.code = b.item where {text}{search.ordering(order, _ORDER, 'r.position')}",
        parameters,
        uses=(f"block_{kind}", "item"),
        tables={"some_rows": rows_of(ranges)},
    )
    position: Ints = table["n"].to_numpy()
    return position


def neighbours(snapshot: Snapshot, blocks: Blocks, equalities: Mapping[str, str]) -> tuple[int, int] | None:
    """The blocks low:high of a data set, item and source; None where these are none, or not side by side."""
    items = snapshot.items
    dataset, item, source = equalities.get("dataset_id"), equalities.get("item_id"), equalities.get("source")
    if item is not None:
        codes = items.by_id.get(item, ())
        if len(codes) != 1 or (dataset is not None and items.dataset_id[codes[0]] != dataset):
            return None
        low, end = blocks.first.item(codes[0]), blocks.first.item(codes[0] + 1)
        high = end
        if source is not None:
            if source not in blocks.sources:
                return None
            source_code = blocks.sources.index(source)
            low = blocks.first_of.item(codes[0], source_code)
            if low < 0:
                return None
            high = low + 1
            while high < end and blocks.source.item(high) == source_code:
                high += 1
    elif source is not None:
        return None
    elif dataset is not None:
        low_item, high_item = items.of_dataset(dataset)
        low, high = blocks.first.item(low_item), blocks.first.item(high_item)
    else:
        low, high = 0, blocks.count
    return (low, high) if low < high else None


def series_range(view: View, where: Filter, kind: str) -> tuple[Blocks, int, int] | None:
    """The blocks low:high that a filter finds, where the index alone says which and they are side by side."""
    if where.equalities is None or not where.reads_index(INDEXED):
        return None
    blocks = blocks_of(view.snapshot, kind)
    between = neighbours(view.snapshot, blocks, where.equalities)
    return None if between is None else (blocks, *between)


def _blocks(snapshot: Snapshot, blocks: Blocks, equalities: Mapping[str, str]) -> Ints:
    """All blocks of a data set, item and source."""
    between = neighbours(snapshot, blocks, equalities)
    if between is not None:
        return np.arange(*between)
    items, source = snapshot.items, equalities.get("source")
    if "item_id" in equalities:
        codes = items.coded(equalities["item_id"], equalities.get("dataset_id"))
        return np.concatenate([np.zeros(0, np.int64), *(blocks.of(code, source) for code in codes)])
    low, high = items.of_dataset(equalities["dataset_id"]) if "dataset_id" in equalities else (0, items.count)
    numbers = np.arange(blocks.first.item(low), blocks.first.item(high))
    if source is None:
        return numbers
    code = blocks.sources.index(source) if source in blocks.sources else -1
    mine: Ints = numbers[blocks.source[numbers] == code]
    return mine


def forecast_rows(view: View, ranges: RowRanges) -> Rows:
    """Rows of the contract's `Forecast`."""
    return Rows(ranges.count, _FIELDS, of=_Basis(view, ranges))


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """What the columns of some rows are made from."""

    view: View
    ranges: RowRanges


class _Between:
    """The rows at the positions first:last, which lie in the blocks low:high; most answers never look at them."""

    __slots__ = ("_blocks", "_first", "_high", "_last", "_low", "_ranges", "view")

    def __init__(self, view: View, blocks: Blocks, low: int, high: int, first: int, last: int) -> None:
        self.view = view
        self._blocks = blocks
        self._low = low
        self._high = high
        self._first = first
        self._last = last
        self._ranges: RowRanges | None = None

    @property
    def ranges(self) -> RowRanges:
        if self._ranges is None:
            low, high, at = self._low, self._high, self._blocks.at
            begin, end = at[low:high].clip(self._first), at[low + 1 : high + 1].clip(max=self._last)
            self._ranges = RowRanges(self._blocks, np.arange(low, high), begin, end)
        return self._ranges


def _numbers(name: str) -> Callable[[_Basis], Column]:
    return lambda of: Numbers(of.ranges.numbers(name))


_FIELDS: Mapping[str, Callable[[_Basis], Column]] = {
    "date": lambda of: Dates(of.ranges.dates()),
    "item_id": lambda of: item_texts(of.ranges, of.view.snapshot.items.item_id),
    "dataset_id": lambda of: item_texts(of.ranges, of.view.snapshot.items.dataset_id),
    **{name: _numbers(name) for name in NUMBERS},
    "source": lambda of: spread(of.ranges, of.ranges.source, of.ranges.blocks.sources),
    "model_version": lambda of: texts(of.ranges.coded("model_version"), of.ranges.count),
    "generated_at": lambda of: moments(of.ranges.coded("generated_at"), of.ranges.count),
    "kind": lambda of: Enums(spread(of.ranges, of.ranges.live.astype(np.int64), ("backtest", "live"))),
    "cutoff": lambda of: Dates(of.ranges.spread(of.ranges.cutoff)),
    "horizon": lambda of: Counts(horizons(of.view, of.ranges)),
    "item": lambda of: _items(of.view, of.ranges),
}


def rows_between(view: View, blocks: Blocks, low: int, high: int, first: int, last: int) -> Rows:
    """Of the blocks low:high, which are side by side, the rows at the positions first:last."""
    at = blocks.at
    if first >= last:
        return forecast_rows(view, RowRanges(blocks, *(np.zeros(0, np.int64) for _ in range(3))))
    if first > at.item(low) or last < at.item(high):
        low, high = int(at.searchsorted(first, "right")) - 1, int(at.searchsorted(last))
    space = view.space(("forecast", id(blocks)), _space, blocks)
    keys = None if space is None else KeyRange(space, low, high, first, last)
    return Rows(last - first, _FIELDS, of=_Between(view, blocks, low, high, first, last), keys=keys)


def _space(view: View, name: Hashable, blocks: Blocks) -> Space | None:
    """All rows of some blocks, whose units are the blocks."""
    if 4 * blocks.count > blocks.rows:  # shorter blocks are not worth it
        return None

    def rows_of(units: range) -> Rows:
        low, high, at = units.start, units.stop, blocks.at
        return forecast_rows(view, RowRanges(blocks, np.arange(low, high), at[low:high], at[low + 1 : high + 1]))

    return Space(name, blocks.count, rows_of, blocks.at)


def horizons(view: View, ranges: RowRanges) -> NDArray[np.int64]:
    """(rows,) periods after the cutoff."""
    frequency = ranges.spread(view.snapshot.items.frequency[ranges.item])
    return ahead(ranges.spread(ranges.cutoff), ranges.dates(), frequency)


def item_texts(ranges: RowRanges, values: list[str]) -> Column:
    """(rows,) a text of each row's item."""
    codes = ranges.item
    if len(codes) == 1:
        return Constant(values[int(codes[0])], ranges.count)
    used, inverse = np.unique(codes, return_inverse=True)
    return Coded([values[code] for code in used.tolist()], ranges.spread(inverse))


def spread(ranges: RowRanges, codes: NDArray[np.integer], values: tuple[str, ...]) -> Column:
    """(rows,) a text that is constant within runs."""
    if len(codes) == 1 or (len(codes) and (codes == codes[0]).all()):
        return Constant(values[int(codes[0])], ranges.count)
    return Coded(values, ranges.spread(codes))


def texts(column: Codes, count: int) -> Column:
    """(rows,) a coded column of the lake."""
    if column.codes is None:
        return Constant(column.values[0], count)
    return Coded(column.values, column.codes)


def moments(column: Codes, count: int) -> Column:
    """(rows,) a coded column of instants."""
    values = instants(column.values)
    return Constant(values[0], count) if column.codes is None else Coded(values, column.codes)


def _items(view: View, ranges: RowRanges) -> Column:
    used, inverse = np.unique(ranges.item, return_inverse=True)
    return Nested(item_rows(view, used.astype(np.int64)), ranges.spread(inverse))
