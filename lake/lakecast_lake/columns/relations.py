"""The relations that SQL sees: small ones as they are, rows of forecasts with what filters ask of them.

    item                code, the columns of `Items.table`, champion, forecast_issue, has_forecast, searched (the texts
                        that a search looks at, folded)
    demand              item, date, quantity: known demand of each item and period
    metric              row, item, the columns of `fact_metrics`
    replenishment       row, item, the columns of `fact_replenishment`
    block_KIND          block, item, source, champion (whether the source is the item's), live, cutoff, rows
    month_KIND          block, date (first of the month), the columns of `monthly.SUMS`
    row_KIND            position, block, date, forecast, actual, lower_80, upper_80, lower_95, upper_95,
                        model_version

KIND is live, backtest, all, every_live or every: the attributes of `Snapshot`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa

from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.facts import Facts
from lakecast_lake.columns.items import Items
from lakecast_lake.columns.monthly import SUMS, Monthly
from lakecast_lake.columns.row_ranges import RowRanges
from lakecast_lake.columns.segment import Coded, Floats, Segment

NUMBERS = ("forecast", "actual", "lower_80", "upper_80", "lower_95", "upper_95")
FOLDED = "strip_accents(lower({}))"
"""SQL of a text without accents and case."""
KINDS = ("live", "backtest", "all", "every_live", "every")


class Related(Protocol):
    """What relations are made of: a `Snapshot`, whose attributes and methods these are."""

    @property
    def items(self) -> Items: ...
    @property
    def demand(self) -> Mapping[str, Segment]: ...
    @property
    def metrics(self) -> Facts: ...
    @property
    def replenishment(self) -> Facts: ...
    @property
    def live(self) -> Blocks: ...
    @property
    def champion(self) -> Sequence[str | None]: ...
    @property
    def issue(self) -> Sequence[str | None]: ...
    def monthly(self, segment: Segment) -> Monthly: ...


def blocks_of(snapshot: Related, kind: str) -> Blocks:
    """The blocks of one of `KINDS`."""
    of_kind = getattr(snapshot, kind)
    blocks: Blocks = of_kind() if callable(of_kind) else of_kind
    return blocks


def relations(snapshot: Related) -> dict[str, Callable[[], pa.Table]]:
    """Name -> maker of each relation."""
    makers: dict[str, Callable[[], pa.Table]] = {
        "item": lambda: _item(snapshot),
        "demand": lambda: _demand(snapshot),
        "metric": lambda: _facts(snapshot.metrics),
        "replenishment": lambda: _facts(snapshot.replenishment),
    }
    for kind in KINDS:
        makers[f"block_{kind}"] = lambda kind=kind: _block(blocks_of(snapshot, kind), snapshot)  # type: ignore[misc]
        makers[f"month_{kind}"] = lambda kind=kind: _month(blocks_of(snapshot, kind), snapshot)  # type: ignore[misc]
        makers[f"row_{kind}"] = lambda kind=kind: _row(blocks_of(snapshot, kind))  # type: ignore[misc]
    return makers


def _item(snapshot: Related) -> pa.Table:
    items = snapshot.items
    forecast = np.diff(snapshot.live.first) > 0
    # What a run has stored may be of an older rule.
    table = items.table.drop_columns("champion")
    table = table.append_column("code", pa.array(np.arange(items.count, dtype=np.int32)))
    table = table.append_column("champion", pa.array(snapshot.champion, pa.string()))
    table = table.append_column("forecast_issue", pa.array(snapshot.issue, pa.string()))
    table = table.append_column("has_forecast", pa.array(forecast))
    return table.append_column("searched", _searched(items.table))


def _searched(items: pa.Table) -> pa.ChunkedArray:
    """What a search looks at, made once: for each row anew it would be nearly all that a search costs."""
    texts = FOLDED.format("concat_ws(chr(10), item_id, sku, name, supplier)")
    with duckdb.connect(config={"threads": 1, "preserve_insertion_order": True}) as once:
        return once.from_arrow(items).project(f"{texts} as searched").to_arrow_table()["searched"]


def _demand(snapshot: Related) -> pa.Table:
    schema = pa.schema([("item", pa.int32()), ("date", pa.date32()), ("quantity", pa.float64())])
    parts = [schema.empty_table()]
    for dataset, segment in snapshot.demand.items():
        sizes = np.diff(segment.start[segment.first_block])
        item = np.repeat(snapshot.items.codes(dataset, segment.items), sizes)
        quantity = segment.numbers["quantity"]
        columns = [pa.array(item), pa.array(segment.date).view(pa.date32()), pa.array(quantity)]
        rows = pa.Table.from_arrays(columns, schema=schema)
        unknown = np.isnan(quantity)
        parts.append(rows.filter(pa.array(~unknown)) if unknown.any() else rows)
    return pa.concat_tables(parts)


def _facts(facts: Facts) -> pa.Table:
    table = facts.table.append_column("row", pa.array(np.arange(len(facts.item), dtype=np.int64)))
    return table.append_column("item", pa.array(facts.item))


def _block(blocks: Blocks, snapshot: Related) -> pa.Table:
    codes = {name: code for code, name in enumerate(blocks.sources)}
    champion = np.array([-1 if name is None else codes.get(name, -1) for name in snapshot.champion], np.int64)
    return pa.table(
        {
            "block": pa.array(np.arange(blocks.count, dtype=np.int32)),
            "item": pa.array(blocks.item),
            "source": pa.DictionaryArray.from_arrays(pa.array(blocks.source), pa.array(blocks.sources, pa.string())),
            "champion": pa.array(blocks.source == champion[blocks.item]),
            "live": pa.array(blocks.live),
            "cutoff": pa.array(blocks.cutoff).cast(pa.date32()),
            "rows": pa.array(np.diff(blocks.at)),
        }
    )


def _month(blocks: Blocks, snapshot: Related) -> pa.Table:
    parts = []
    for number, segment in enumerate(blocks.segments):
        rolled = snapshot.monthly(segment)
        zeros = pa.array(np.zeros(len(rolled.block)))
        columns = {name: pa.array(rolled.sums[name]) if rolled.sums[name].strides[0] else zeros for name in SUMS}
        block = blocks.of_segment(number)[rolled.block]
        parts.append(
            pa.table(
                {"block": pa.array(block.astype(np.int32)), "date": pa.array(rolled.month).view(pa.date32()), **columns}
            )
        )
    names = {"block": pa.int32(), "date": pa.date32(), **dict.fromkeys(SUMS, pa.float64())}
    return pa.concat_tables([pa.schema(names).empty_table(), *parts])


def _row(blocks: Blocks) -> pa.Table:
    schema = pa.schema(
        [
            ("position", pa.int32() if blocks.rows < 1 << 31 else pa.int64()),
            ("block", pa.int32()),
            ("date", pa.date32()),
            *((name, pa.float64()) for name in NUMBERS),
            ("model_version", pa.dictionary(pa.from_numpy_dtype(_codes_of(blocks.segments)), pa.string())),
        ]
    )
    batches = []
    for number, segment in enumerate(blocks.segments):
        position, block = blocks.segment_positions(number)
        columns = [
            pa.array(position, schema.field("position").type),
            pa.array(block, pa.int32()),
            pa.array(segment.date).view(pa.date32()),
            *(_nullable(segment.numbers[name]) for name in NUMBERS),
            _text(segment.codes["model_version"], segment.rows, _codes_of(blocks.segments)),
        ]
        batches.append(pa.record_batch(columns, schema=schema))
    return pa.Table.from_batches(batches, schema)


def rows_of(ranges: RowRanges, columns: Sequence[str] = (*NUMBERS, "model_version")) -> pa.Table:
    """Some rows as `row_KIND` has them, with those of its figures and texts that are named."""
    position = np.repeat(ranges.begin - np.append(0, np.cumsum(ranges.lengths)[:-1]), ranges.lengths)
    arrays = {
        "position": pa.array(position + np.arange(ranges.count)),
        "block": pa.array(ranges.spread(ranges.block), pa.int32()),
        "date": pa.array(ranges.dates()).view(pa.date32()),
    }
    for name in columns:
        if name in NUMBERS:
            arrays[name] = _nullable(ranges.numbers(name))
        else:
            arrays[name] = _text(ranges.coded(name), ranges.count, np.dtype(np.uint32))
    return pa.table(arrays)


def _nullable(values: Floats) -> pa.Array:
    if len(values) and not values.strides[0] and np.isnan(values[0]):
        return pa.nulls(len(values), pa.float64())
    # Arrow takes the buffer as it is and adds a bitmap of the NaNs.
    return pa.array(values, from_pandas=True)


def _codes_of(segments: Sequence[Segment]) -> np.dtype[Any]:
    """The narrowest type that all segments' codes of model versions fit."""
    kinds = [column.codes.dtype for s in segments if (column := s.codes["model_version"]).codes is not None]
    return max(kinds, key=lambda kind: kind.itemsize, default=np.dtype(np.uint8))


def _text(column: Coded, rows: int, kind: np.dtype[Any]) -> pa.Array:
    codes = np.zeros(rows, kind) if column.codes is None else column.codes.astype(kind)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(column.values, pa.string()))
