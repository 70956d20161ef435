"""Forecast rows: which ones a filter finds, and their columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_graphql.read import search
from lakecast_graphql.read.arguments import Filter, Order, equals
from lakecast_graphql.read.column import Coded, Column, Constant, Counts, Dates, Enums, Nested, Numbers, instants
from lakecast_graphql.read.horizon import SQL as HORIZON
from lakecast_graphql.read.horizon import ahead
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.rows import Rows, Units
from lakecast_graphql.view import View
from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.picked import Hits, Picked
from lakecast_lake.columns.relations import blocks_of, rows_of
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


def scope(kind: str, where: Filter) -> str:
    """Which relation a kind means: older live cutoffs count only where `cutoff` is filtered."""
    if kind == "backtest" or not mentions(where, "cutoff"):
        return kind
    return "every_live" if kind == "live" else "every"


def mentions(where: Filter, *fields: str) -> bool:
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
        exact = equals(where)
        if exact is not None and set(exact) <= {"dataset_id", "item_id", "source"}:
            return Hits(blocks, _exact(view, blocks, exact))
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
    view.check_deadline()
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
    block = _exact(view, blocks, {"item_id": where["item_id"]["eq"]})
    picked = Picked(blocks, block, blocks.at[block], blocks.at[block + 1])
    text, parameters = condition(where, FIELDS)
    found = view.snapshot.sql.over(
        {"some_rows": rows_of(picked)},
        f"select r.position as n from some_rows r join block_{kind} b on b.block = r.block "
        f"join item i on i.code = b.item where {text}{search.ordering(order, _ORDER, 'r.position')}",
        parameters,
        uses=(f"block_{kind}", "item"),
    )
    position: Ints = found["n"].to_numpy()
    return position


def _exact(view: View, blocks: Blocks, wanted: Mapping[str, str]) -> Ints:
    """Blocks of a data set, item and source, from the index."""
    items, source = view.snapshot.items, wanted.get("source")
    if "item_id" not in wanted:
        found = np.arange(blocks.count)
        if "dataset_id" in wanted:
            place = items.datasets.index(wanted["dataset_id"])
            low, high = items.bounds[place], items.bounds[place + 1]
            found = found[int(blocks.first[low]) : int(blocks.first[high])]
        if source is None:
            return found
        code = blocks.sources.index(source) if source in blocks.sources else -1
        mine: Ints = found[blocks.source[found] == code]
        return mine
    codes = items.by_id.get(wanted["item_id"], [])
    if "dataset_id" in wanted:
        codes = [code for code in codes if items.dataset_id[code] == wanted["dataset_id"]]
    parts = [blocks.of(code, source) for code in codes]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.int64), *parts])


def forecast_rows(view: View, picked: Picked) -> Rows:
    """Rows of the contract's `Forecast`."""
    return Rows(picked.count, _FIELDS, units=lambda: _units(view, picked), of=_Found(view, picked))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What the columns of some rows are made from."""

    view: View
    picked: Picked


def _numbers(name: str) -> Callable[[_Found], Column]:
    return lambda of: Numbers(of.picked.numbers(name))


_FIELDS: Mapping[str, Callable[[_Found], Column]] = {
    "date": lambda of: Dates(of.picked.dates()),
    "item_id": lambda of: item_texts(of.picked, of.view.snapshot.items.item_id),
    "dataset_id": lambda of: item_texts(of.picked, of.view.snapshot.items.dataset_id),
    **{name: _numbers(name) for name in NUMBERS},
    "source": lambda of: spread(of.picked, of.picked.source, of.picked.blocks.sources),
    "model_version": lambda of: texts(of.picked.coded("model_version"), of.picked.count),
    "generated_at": lambda of: moments(of.picked.coded("generated_at"), of.picked.count),
    "kind": lambda of: Enums(spread(of.picked, of.picked.live.astype(np.int64), ("backtest", "live"))),
    "cutoff": lambda of: Dates(of.picked.spread(of.picked.cutoff)),
    "horizon": lambda of: Counts(horizons(of.view, of.picked)),
    "item": lambda of: _items(of.view, of.picked),
}


def _units(view: View, picked: Picked) -> Units | None:
    blocks = picked.blocks
    keys, sizes = _keys(picked)
    if len(keys) * 4 > picked.count:  # too short to be worth it
        return None
    return Units(
        ("forecast", id(blocks)),
        keys,
        sizes,
        lambda places: forecast_rows(view, _some(picked, list(places))),
        blocks.count,
        lambda keys: forecast_rows(view, whole_blocks(blocks, keys)),
    )


def _keys(picked: Picked) -> tuple[list[int], list[int]]:
    """Of each run, its block, or -1 where it is a part of it; and its rows."""
    at, block = picked.blocks.at, picked.block
    if len(block) == 1:  # most reads by far
        only = int(block[0])
        size = picked.count
        return [only if size == int(at[only + 1]) - int(at[only]) else -1], [size]
    lengths = picked.lengths
    return np.where(lengths == at[block + 1] - at[block], block, -1).tolist(), lengths.tolist()


def whole_blocks(blocks: Blocks, keys: Sequence[int]) -> Picked:
    """All rows of some blocks."""
    if isinstance(keys, range):  # neighbours, as nearly always
        low, high = keys.start, keys.stop
        return Picked(blocks, np.arange(low, high), blocks.at[low:high], blocks.at[low + 1 : high + 1])
    block = np.array(keys, np.int64)
    return Picked(blocks, block, blocks.at[block], blocks.at[block + 1])


def _some(picked: Picked, runs: list[int]) -> Picked:
    return Picked(picked.blocks, picked.block[runs], picked.begin[runs], picked.end[runs])


def horizons(view: View, picked: Picked) -> NDArray[np.int64]:
    """(rows,) periods after the cutoff."""
    frequency = picked.spread(view.snapshot.items.frequency[picked.item])
    return ahead(picked.spread(picked.cutoff), picked.dates(), frequency)


def item_texts(picked: Picked, values: list[str]) -> Column:
    """(rows,) a text of each row's item."""
    codes = picked.item
    if len(codes) == 1:
        return Constant(values[int(codes[0])], picked.count)
    used, inverse = np.unique(codes, return_inverse=True)
    return Coded([values[code] for code in used.tolist()], picked.spread(inverse))


def spread(picked: Picked, codes: NDArray[np.integer], values: tuple[str, ...]) -> Column:
    """(rows,) a text that is constant within runs."""
    if len(codes) == 1 or (len(codes) and (codes == codes[0]).all()):
        return Constant(values[int(codes[0])], picked.count)
    return Coded(values, picked.spread(codes))


def texts(column: Codes, count: int) -> Column:
    """(rows,) a coded column of the lake."""
    if column.codes is None:
        return Constant(column.values[0], count)
    return Coded(column.values, column.codes)


def moments(column: Codes, count: int) -> Column:
    """(rows,) a coded column of instants."""
    values = instants(column.values)
    return Constant(values[0], count) if column.codes is None else Coded(values, column.codes)


def _items(view: View, picked: Picked) -> Column:
    used, inverse = np.unique(picked.item, return_inverse=True)
    return Nested(item_rows(view, used.astype(np.int64)), picked.spread(inverse))
