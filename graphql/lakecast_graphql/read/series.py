"""Forecast series: one per item, source and cutoff, at the item's own grain or a coarser one."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Coded, Column, Constant, Dates, Enums, Lists, Numbers, instants
from lakecast_graphql.rows.rows import KeyRange, Rows, Space
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.items import FREQUENCIES
from lakecast_lake.columns.row_ranges import Hits, RowRanges
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
        sums = values[self.first[:-1]].copy()
        sums[np.repeat(self.coarser, np.diff(self.start))] = np.nan
        return sums


class Series:
    """Some series: their blocks, and which rows of these.

    Args:
        block: (series,)
        rows: makes the rows and (series + 1,) where each one's begin among them; many questions need neither.
        is_whole: they are whole blocks.
    """

    def __init__(
        self, blocks: Blocks, block: Ints, rows: Callable[[], tuple[RowRanges, Ints]], is_whole: bool = False
    ) -> None:
        self.blocks = blocks
        self.block = block
        self.is_whole = is_whole
        self._rows = rows

    @cached_property
    def _ranges_and_start(self) -> tuple[RowRanges, Ints]:
        return self._rows()

    @property
    def ranges(self) -> RowRanges:
        """The rows."""
        return self._ranges_and_start[0]

    @property
    def start(self) -> Ints:
        """(series + 1,) where each one's rows begin."""
        return self._ranges_and_start[1]


def series_of(hits: Hits, offset: int, first: int) -> Series:
    """The series offset:offset + first of the hits, which are in order of position."""
    if hits.position is None:
        return of_blocks(hits.blocks, hits.block[offset : offset + first])
    begins = _begins(hits)
    start = np.append(begins, len(hits.position))[offset : offset + first + 1]
    if len(start) < 2:
        return of_blocks(hits.blocks, np.zeros(0, np.int64))
    block = np.searchsorted(hits.blocks.at, hits.position[start[:-1]], "right") - 1
    return Series(hits.blocks, block, lambda: (hits.page(int(start[0]), int(start[-1])), start - start[0]))


def count_of(hits: Hits) -> int:
    """Number of series that the hits, in order of position, belong to."""
    return len(hits.block) if hits.position is None else len(_begins(hits))


def _begins(hits: Hits) -> Ints:
    assert hits.position is not None
    block = np.searchsorted(hits.blocks.at, hits.position, "right") - 1
    return np.flatnonzero(np.append(True, block[1:] != block[:-1])) if len(block) else np.zeros(0, np.int64)


def of_blocks(blocks: Blocks, block: Ints) -> Series:
    """A series per block."""
    return Series(blocks, block, lambda: _unbroken(blocks, block, blocks.at[block + 1]), is_whole=True)


def beginnings(blocks: Blocks, block: Ints, periods: int) -> Series:
    """A series of the first periods of each block."""
    end = np.minimum(blocks.at[block + 1], blocks.at[block] + periods)
    return Series(blocks, block, lambda: _unbroken(blocks, block, end), bool((end == blocks.at[block + 1]).all()))


def _unbroken(blocks: Blocks, block: Ints, end: Ints) -> tuple[RowRanges, Ints]:
    begin = blocks.at[block]
    filled = end > begin
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(end - begin)])
    return RowRanges(blocks, block[filled], begin[filled], end[filled]), start


def series_rows(view: View, series: Series, grain: str) -> Rows:
    """Rows of the contract's `ForecastSeries`; `grain` is a value of `TimeGrain`."""
    block = series.block
    if grain != "native":
        refuse_finer(view.snapshot.items.frequency[series.blocks.item[block]], grain)
    fields = _NATIVE if grain == "native" else _COARSER
    return Rows(len(block), fields, of=_Shown(view, series, grain))


def series_between(view: View, blocks: Blocks, first: int, last: int, grain: str) -> Rows:
    """The series of the whole blocks first:last."""
    rows = series_rows(view, of_blocks(blocks, np.arange(first, last)), grain)
    if grain == "native":
        space = view.space(("series", id(blocks)), _space, blocks)
        rows.keys = KeyRange(space, first, last, first, last)
    return rows


def _space(view: View, name: Hashable, blocks: Blocks) -> Space:
    """All series of some blocks, at their own grain."""

    def rows_of(units: range) -> Rows:
        return series_rows(view, of_blocks(blocks, np.arange(units.start, units.stop)), "native")

    return Space(name, blocks.count, rows_of)


class _Shown:
    """What the columns of some series are made from."""

    def __init__(self, view: View, series: Series, grain: str) -> None:
        self.view = view
        self.series = series
        self.block = series.block
        self.blocks = series.blocks
        self._grain = grain

    @property
    def ranges(self) -> RowRanges:
        """The rows."""
        return self.series.ranges

    @cached_property
    def item(self) -> NDArray[np.int32]:
        """(series,) item codes."""
        return self.blocks.item[self.block]

    @cached_property
    def folded(self) -> _Folded:
        """The rows at a coarser grain."""
        frequency = self.view.snapshot.items.frequency[self.item]
        return _folded(self.ranges, self.series.start, frequency, GRAINS[self._grain])


def _native(name: str) -> Callable[[_Shown], Column]:
    return lambda of: Lists(Numbers(of.ranges.numbers(name)), of.series.start)


def _summed(name: str) -> Callable[[_Shown], Column]:
    return lambda of: Lists(Numbers(of.folded.sums(of.ranges.numbers(name))), of.folded.start)


def _bound(name: str) -> Callable[[_Shown], Column]:
    return lambda of: Lists(Numbers(of.folded.bounds(of.ranges.numbers(name))), of.folded.start)


_Fields = Mapping[str, Callable[[_Shown], Column]]
_ANY: _Fields = {
    "dataset_id": lambda of: _texts(of.view.snapshot.items.dataset_id, of.item),
    "item_id": lambda of: _texts(of.view.snapshot.items.item_id, of.item),
    "source": lambda of: _one_or_coded(of.blocks.sources, of.blocks.source[of.block]),
    "model_version": lambda of: _first(of.blocks, of.block, "model_version"),
    "generated_at": lambda of: _first(of.blocks, of.block, "generated_at"),
    "kind": lambda of: Enums(_one_or_coded(("backtest", "live"), of.blocks.live[of.block].astype(np.int64))),
    "cutoff": lambda of: Dates(of.blocks.cutoff[of.block]),
    "total": lambda of: Numbers(_total(of.view, of.series)),
}
_NATIVE: _Fields = {
    **_ANY,
    "dates": lambda of: Lists(Dates(of.ranges.dates()), of.series.start),
    **{name: _native(name) for name in ("forecast", "actual", *BOUNDS)},
}
_COARSER: _Fields = {
    **_ANY,
    "dates": lambda of: Lists(Dates(of.folded.period), of.folded.start),
    **{name: _summed(name) for name in ("forecast", "actual")},
    **{name: _bound(name) for name in BOUNDS},
}


def _folded(ranges: RowRanges, start: Ints, frequency: NDArray[np.int8], grain: Frequency) -> _Folded:
    day = ranges.dates().astype("datetime64[D]")
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
    if blocks.mapped:
        return None
    return snapshot.memo.value("live totals", lambda: _sums(blocks))


def _sums(blocks: Blocks) -> Floats:
    sums = np.zeros(blocks.count)
    for number, segment in enumerate(blocks.segments):
        mine = blocks.of_segment(number)
        begin = blocks.begin[mine]
        runs = np.stack([begin, begin + blocks.at[mine + 1] - blocks.at[mine]], axis=1).ravel()
        column = segment.numbers["forecast"]
        if len(runs):
            # Every other sum is of what lies between two blocks, and is not wanted.
            sums[mine] = np.add.reduceat(column, runs[:-1] if runs[-1] == len(column) else runs)[::2]
    return sums


def _total(view: View, series: "Series") -> Floats:
    """(series,) see `_totals`."""
    known = live_totals(view.snapshot) if series.is_whole and series.blocks is view.snapshot.live else None
    if known is not None:
        return known[series.block]
    return _totals(series.ranges.numbers("forecast"), series.start)


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
    cells = [
        columns[segment].at(row)
        for segment, row in zip(blocks.segment[block].tolist(), blocks.begin[block].tolist(), strict=True)
    ]
    shown = instants(cells) if name == "generated_at" else cells
    values = list(dict.fromkeys(shown))
    place = {value: code for code, value in enumerate(values)}
    if len(values) == 1:
        return Constant(values[0], len(shown))
    return Coded(values, np.array([place[value] for value in shown], np.int64))
