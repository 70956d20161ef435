"""Forecast series: one per item, source and cutoff, at the item's own grain or a coarser one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read.column import Coded, Column, Constant, Dates, Enums, Lists, Numbers, instants
from lakecast_graphql.read.rows import Rows, Units
from lakecast_graphql.view import View
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.items import FREQUENCIES
from lakecast_lake.columns.picked import Hits, Picked
from lakecast_lake.columns.segment import Coded as Codes
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_schema.periods import Frequency, first_day

BOUNDS = ("median", "lower_80", "upper_80", "lower_95", "upper_95")

GRAINS = {
    "day": Frequency.DAILY,
    "week": Frequency.WEEKLY,
    "month": Frequency.MONTHLY,
    "quarter": Frequency.QUARTERLY,
    "year": Frequency.YEARLY,
}
_FINENESS = {frequency: place for place, frequency in enumerate(GRAINS.values())}


def refuse_finer(frequencies: NDArray[np.int8], grain: str) -> None:
    """Refuses a grain that is finer than one of the items' own; frequencies are codes of `FREQUENCIES`."""
    if grain == "native":
        return
    for code in np.unique(frequencies).tolist():
        if _FINENESS[FREQUENCIES[code]] > _FINENESS[GRAINS[grain]]:
            raise bad_input(
                f"Forecasts of {FREQUENCIES[code].value} items cannot be shown by {grain}: ask for a coarser grain, "
                "for NATIVE, or filter the items.",
                argument="grain",
            )


@dataclass(frozen=True, eq=False)
class _Folded:
    """Rows of some series joined to coarser periods.

    period: (periods,) days; start: (series + 1,); coarser: (series,) whether the series' periods grew.
    first: (periods + 1,) first row of each period among the rows.
    """

    period: NDArray[np.int32]
    start: Ints
    coarser: NDArray[np.bool_]
    first: Ints

    def sums(self, values: Floats) -> Floats:
        """(periods,) sums; NaN where a row is NaN."""
        return np.add.reduceat(values, self.first[:-1]) if len(self.period) else np.zeros(0)

    def bounds(self, values: Floats) -> Floats:
        """(periods,) medians and bounds: they do not add up, so they are NaN where periods grew."""
        if not len(self.period):
            return np.zeros(0)
        found = values[self.first[:-1]].copy()
        found[np.repeat(self.coarser, np.diff(self.start))] = np.nan
        return found


@dataclass(frozen=True, eq=False)
class Series:
    """Some series: their blocks, their rows, and where each one's rows begin among them.

    block: (series,); start: (series + 1,) into the rows of `picked`. is_whole: they are whole blocks.
    """

    block: Ints
    picked: Picked
    start: Ints
    is_whole: bool = False


def series_of(hits: Hits, offset: int, first: int) -> Series:
    """The series offset:offset + first of the hits, which are in order of position."""
    if hits.position is None:
        block = hits.block[offset : offset + first]
        return whole(hits.blocks, block, hits.blocks.at[block], hits.blocks.at[block + 1])
    begins = _begins(hits)
    start = np.append(begins, len(hits.position))[offset : offset + first + 1]
    if len(start) < 2:
        return whole(hits.blocks, *(np.zeros(0, np.int64) for _ in range(3)))
    block = np.searchsorted(hits.blocks.at, hits.position[start[:-1]], "right") - 1
    return Series(block, hits.page(int(start[0]), int(start[-1])), start - start[0])


def count_of(hits: Hits) -> int:
    """Number of series that the hits, in order of position, belong to."""
    return len(hits.block) if hits.position is None else len(_begins(hits))


def _begins(hits: Hits) -> Ints:
    assert hits.position is not None
    block = np.searchsorted(hits.blocks.at, hits.position, "right") - 1
    return np.flatnonzero(np.append(True, block[1:] != block[:-1])) if len(block) else np.zeros(0, np.int64)


def whole(blocks: Blocks, block: Ints, begin: Ints, end: Ints) -> Series:
    """Series of unbroken runs: the positions begin:end (series,) within their blocks."""
    filled = end > begin
    picked = Picked(blocks, block[filled], begin[filled], end[filled])
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(end - begin)])
    is_whole = bool((begin == blocks.at[block]).all() and (end == blocks.at[block + 1]).all())
    return Series(block, picked, start, is_whole)


def series_rows(view: View, series: Series, grain: str) -> Rows:
    """Rows of the contract's `ForecastSeries`; `grain` is a value of `TimeGrain`."""
    blocks, block = series.picked.blocks, series.block
    refuse_finer(view.snapshot.items.frequency[blocks.item[block]], grain)
    units = None
    if series.is_whole:
        units = Units(
            ("series", id(blocks), grain),
            block.tolist(),
            [1] * len(block),
            lambda places: series_rows(view, _of_blocks(blocks, block[list(places)]), grain),
            blocks.count if grain == "native" else 0,
            lambda keys: series_of_blocks(view, blocks, keys, grain),
        )
    return Rows(len(block), lambda: _fields(view, series, grain), units=units)


def series_of_blocks(view: View, blocks: Blocks, keys: Sequence[int], grain: str) -> Rows:
    """Rows of whole blocks."""
    return series_rows(view, _of_blocks(blocks, np.array(keys, np.int64)), grain)


def _of_blocks(blocks: Blocks, block: Ints) -> "Series":
    return whole(blocks, block, blocks.at[block], blocks.at[block + 1])


def _fields(view: View, series: "Series", grain: str) -> dict[str, Callable[[], Column]]:
    items = view.snapshot.items
    block, picked, start = series.block, series.picked, series.start
    blocks = picked.blocks
    item = blocks.item[block]
    sources = blocks.sources
    fields: dict[str, Callable[[], Column]] = {
        "dataset_id": lambda: _texts(items.dataset_id, item),
        "item_id": lambda: _texts(items.item_id, item),
        "source": lambda: _one_or_coded(sources, blocks.source[block]),
        "model_version": lambda: _first(blocks, block, "model_version"),
        "generated_at": lambda: _first(blocks, block, "generated_at"),
        "kind": lambda: Enums(_one_or_coded(("backtest", "live"), blocks.live[block].astype(np.int64))),
        "cutoff": lambda: Dates(blocks.cutoff[block]),
        "total": lambda: Numbers(_total(view, series)),
    }
    if grain == "native":

        def native(name: str) -> Callable[[], Column]:
            return lambda: Lists(Numbers(picked.numbers(name)), start)

        fields["dates"] = lambda: Lists(Dates(picked.dates()), start)
        return fields | {name: native(name) for name in ("forecast", "actual", *BOUNDS)}
    folded = _folded(picked, start, items.frequency[item], GRAINS[grain])

    def summed(name: str) -> Callable[[], Column]:
        return lambda: Lists(Numbers(folded.sums(picked.numbers(name))), folded.start)

    def bound(name: str) -> Callable[[], Column]:
        return lambda: Lists(Numbers(folded.bounds(picked.numbers(name))), folded.start)

    fields["dates"] = lambda: Lists(Dates(folded.period), folded.start)
    fields |= {name: summed(name) for name in ("forecast", "actual")}
    return fields | {name: bound(name) for name in BOUNDS}


def _folded(picked: Picked, start: Ints, frequency: NDArray[np.int8], grain: Frequency) -> _Folded:
    day = picked.dates().astype("datetime64[D]")
    series = np.repeat(np.arange(len(start) - 1), np.diff(start))
    own = np.array([known is grain for known in FREQUENCIES])[frequency]
    # An item's own grain keeps its dates: weeks may start on any day.
    period = np.where(own[series], day, first_day(day, grain)).astype("datetime64[D]").astype(np.int32)
    new = np.ones(len(period), np.bool_)
    new[1:] = (period[1:] != period[:-1]) | (series[1:] != series[:-1])
    first = np.flatnonzero(new)
    return _Folded(
        period=period[first],
        start=np.searchsorted(series[first], np.arange(len(start))),
        coarser=~own,
        first=np.append(first, len(period)),
    )


def live_totals(snapshot: Snapshot) -> Floats | None:
    """(blocks,) sum of each live block's forecasts, made once per snapshot: the same sums as `_totals`.

    None where forecasts stayed on disk: to read them all would cost more than it saves.
    """
    blocks = snapshot.live
    if any(segment.mapped for segment in blocks.segments):
        return None
    return snapshot.memo.get("live totals", lambda: _sums(blocks))


def _sums(blocks: Blocks) -> Floats:
    found = np.zeros(blocks.count)
    for number, segment in enumerate(blocks.segments):
        mine = blocks.of_segment(number)
        begin = blocks.begin[mine]
        runs = np.stack([begin, begin + blocks.at[mine + 1] - blocks.at[mine]], axis=1).ravel()
        column = segment.numbers["forecast"]
        if len(runs):
            # Every other sum is of what lies between two blocks, and is not wanted.
            found[mine] = np.add.reduceat(column, runs[:-1] if runs[-1] == len(column) else runs)[::2]
    return found


def _total(view: View, series: "Series") -> Floats:
    """(series,) see `_totals`."""
    known = live_totals(view.snapshot) if series.is_whole and series.picked.blocks is view.snapshot.live else None
    if known is not None:
        return known[series.block]
    return _totals(series.picked.numbers("forecast"), series.start)


def _totals(forecast: Floats, start: Ints) -> Floats:
    """(series,) sums; 0 for an empty series. Summed one by one, so that a total is the sum of what is shown."""
    running = np.zeros(len(start) - 1)
    filled = np.flatnonzero(start[1:] > start[:-1])
    if len(filled):
        running[filled] = np.add.reduceat(forecast, start[filled])
    return running


def _texts(values: list[str], codes: NDArray[np.int32]) -> Column:
    if len(codes) == 1:
        return Constant(values[int(codes[0])], 1)
    used, inverse = np.unique(codes, return_inverse=True)
    return Coded([values[code] for code in used.tolist()], inverse)


def _one_or_coded(values: tuple[str, ...], codes: NDArray[np.integer]) -> Column:
    if len(codes) and (codes == codes[0]).all():
        return Constant(values[int(codes[0])], len(codes))
    return Coded(values, codes)


def _first(blocks: Blocks, block: Ints, name: str) -> Column:
    """What the first row of each block says: a run writes a block at once."""
    columns: list[Codes] = [segment.codes[name] for segment in blocks.segments]
    found = [
        columns[segment].at(row)
        for segment, row in zip(blocks.segment[block].tolist(), blocks.begin[block].tolist(), strict=True)
    ]
    shown = instants(found) if name == "generated_at" else found
    values = list(dict.fromkeys(shown))
    place = {value: code for code, value in enumerate(values)}
    if len(values) == 1:
        return Constant(values[0], len(shown))
    return Coded(values, np.array([place[value] for value in shown], np.int64))
