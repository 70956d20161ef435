"""Pages that offsets alone find: unbroken runs of units (items, blocks of forecasts, rows of small tables).

A field's `run` function takes its arguments as its read function does, but for a filter of equalities in place of
`where` and without an order. It says which run they ask for, or None where that takes more than looking up offsets;
then the read function answers. Nearly all reads are runs, so what stands
here is measured in microseconds: plain integers, and no array but to look something up in.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from lakecast_graphql.read import paging
from lakecast_graphql.read.arguments import MOST, UNFILTERED, Exact, filter_of
from lakecast_graphql.read.forecast_rows import forecast_rows, whole_blocks
from lakecast_graphql.read.item_rows import alike, item_rows
from lakecast_graphql.read.metric_rows import metric_rows
from lakecast_graphql.read.paging import Question, question
from lakecast_graphql.read.replenishment_rows import replenishment_rows
from lakecast_graphql.read.rows import Rows, key_array
from lakecast_graphql.read.series import series_of_blocks
from lakecast_graphql.view import View
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.relations import blocks_of
from lakecast_lake.columns.segment import Ints

KINDS = ("live", "backtest", "all")


Alike = Callable[[str, dict[str, Any]], dict[str, Any]]


@dataclass(slots=True, eq=False)
class Run:
    """The units low:high of a space, which is that of `rows.Units`.

    Attributes:
        units: how many the space has.
        of_keys: the rows of whole units.
        begin, total: offset of the page's first row, and rows on all pages.
        count: rows of the page.
        asked: what the page is an answer to.
        at: (units + 1,) first row of each unit; None where units have one row.
        skipped: rows of the first unit that stand before the page.
        is_cut: the page begins or ends within a unit.
        alike: see `Units`.
        arranged: puts keys of units into the order in which their rows are best read.
        first: rows that were asked for; there may be fewer.
    """

    space: Hashable
    units: int
    low: int
    high: int
    of_keys: Callable[[Sequence[int]], Rows]
    begin: int
    total: int
    count: int
    asked: Question
    at: Ints | None = None
    skipped: int = 0
    is_cut: bool = False
    alike: Alike | None = None
    arranged: Callable[[Sequence[int]], Sequence[int]] = lambda keys: keys
    first: int = 0

    def sizes(self, keys: Sequence[int]) -> list[int]:
        """Rows of whole units."""
        if self.at is None:
            return [1] * len(keys)
        if len(keys) == 1:
            return [self.at.item(keys[0] + 1) - self.at.item(keys[0])]
        key = key_array(keys)
        sizes: list[int] = (self.at[key + 1] - self.at[key]).tolist()
        return sizes


Locate = Callable[..., Run | None]


def forecasts(
    view: View,
    exact: Exact = UNFILTERED,
    kind: str = "live",
    first: int = 100,
    after: str | None = None,
) -> Run | None:
    """See `forecasts.forecasts`."""
    found = _blocks(view.snapshot, kind, exact) if kind in KINDS else None
    if found is None:
        return None
    blocks, low, high = found
    at = blocks.at
    origin = at.item(low)
    total = at.item(high) - origin
    asked = _asked("forecasts", exact, kind, ())
    begin = 0 if after is None else paging.start(after, view.snapshot.snapshot_id, asked)
    end = min(begin + first, total)
    if not begin < end or first > MOST or 4 * blocks.count > blocks.rows:
        return None
    skipped, is_cut = 0, False
    if end - begin < total:
        low = int(at.searchsorted(origin + begin, "right")) - 1
        high = int(at.searchsorted(origin + end))
        skipped = origin + begin - at.item(low)
        is_cut = skipped > 0 or at.item(high) != origin + end
    of_keys = lambda keys: forecast_rows(view, whole_blocks(blocks, keys))  # noqa: E731
    space = ("forecast", id(blocks))
    run = Run(space, blocks.count, low, high, of_keys, begin, total, end - begin, asked, at, skipped, is_cut)
    run.arranged = blocks.arranged
    return run


def forecast_series(
    view: View,
    exact: Exact = UNFILTERED,
    kind: str = "live",
    grain: str = "native",
    first: int = 20,
    after: str | None = None,
) -> Run | None:
    """See `forecasts.forecast_series`."""
    found = _blocks(view.snapshot, kind, exact) if grain == "native" and kind in KINDS else None
    if found is None:
        return None
    blocks, low, high = found
    return _singles(
        view, ("series", id(blocks), grain), blocks.count, lambda keys: series_of_blocks(view, blocks, keys, grain),
        low, high, _asked("forecastSeries", exact, kind, grain), first, after,
    )  # fmt: skip


def items(view: View, exact: Exact = UNFILTERED, first: int = 50, after: str | None = None) -> Run | None:
    """See `items.items`."""
    if exact[1] is not None or exact[2] is not None:
        return None
    items, low, high = view.snapshot.items, 0, view.snapshot.items.count
    if exact[0] is not None:
        if exact[0] not in items.datasets:
            return None
        place = items.datasets.index(exact[0])
        low, high = items.bounds.item(place), items.bounds.item(place + 1)
    of_keys = lambda keys: item_rows(view, key_array(keys))  # noqa: E731
    run = _singles(
        view, ("item", view.bound), items.count, of_keys, low, high, _asked("items", exact, ()), first, after
    )
    if run is not None:
        run.alike = partial(alike, view.snapshot)
    return run


def metrics(view: View, exact: Exact = UNFILTERED, first: int = 100, after: str | None = None) -> Run | None:
    """See `metrics.metrics`."""
    if exact != UNFILTERED:
        return None
    of_keys = lambda keys: metric_rows(view, key_array(keys))  # noqa: E731
    count = len(view.snapshot.metrics.item)
    return _singles(view, "metric", count, of_keys, 0, count, _asked("metrics", exact, ()), first, after)


def replenishment(view: View, exact: Exact = UNFILTERED, first: int = 50, after: str | None = None) -> Run | None:
    """See `replenishment.replenishment`."""
    if exact != UNFILTERED:
        return None
    of_keys = lambda keys: replenishment_rows(view, key_array(keys))  # noqa: E731
    count, space = len(view.snapshot.replenishment.item), ("replenishment", view.bound)
    return _singles(view, space, count, of_keys, 0, count, _asked("replenishment", exact, ()), first, after)


def _singles(
    view: View,
    space: Hashable,
    units: int,
    of_keys: Callable[[Sequence[int]], Rows],
    low: int,
    high: int,
    asked: Question,
    first: int,
    after: str | None,
) -> Run | None:
    """A page of the units low:high of a space, of one row each."""
    begin = 0 if after is None else paging.start(after, view.snapshot.snapshot_id, asked)
    count = min(first, high - low - begin)
    if count <= 0 or first > MOST:
        return None
    return Run(space, units, low + begin, low + begin + count, of_keys, begin, high - low, count, asked)


def _blocks(snapshot: Snapshot, kind: str, exact: Exact) -> tuple[Blocks, int, int] | None:
    """The blocks low:high that a filter of equalities finds, where these are neighbours and there are any."""
    dataset, item, source = exact
    items, blocks = snapshot.items, blocks_of(snapshot, kind)
    if item is not None:
        codes = items.by_id.get(item)
        if codes is None or len(codes) != 1:
            return None
        code = codes[0]
        if dataset is not None and items.dataset_id[code] != dataset:
            return None
        low, high = blocks.first.item(code), blocks.first.item(code + 1)
        if source is not None:
            if source not in blocks.sources:
                return None
            wanted = blocks.sources.index(source)
            low = begin = blocks.first_of.item(code, wanted)
            if begin < 0:
                return None
            while low < high and blocks.source.item(low) == wanted:
                low += 1
            low, high = begin, low
        return (blocks, low, high) if low < high else None
    if source is not None:
        return None
    low, high = 0, blocks.count
    if dataset is not None:
        if dataset not in items.datasets:
            return None
        place = items.datasets.index(dataset)
        low = blocks.first.item(items.bounds.item(place))
        high = blocks.first.item(items.bounds.item(place + 1))
    return (blocks, low, high) if low < high else None


def _asked(field: str, exact: Exact, *others: Any) -> Question:
    """The same as the read function's; nothing is made of it where the page needs no cursor."""
    return _of_all(field, others) if exact == UNFILTERED else _OfExact(field, exact, *others)


class _OfExact(Question):
    """A question with a filter of equalities, which is written out where its name is asked for."""

    @cached_property
    def name(self) -> str:
        field, exact, *others = self._parts
        return question(field, filter_of(exact), *others)


@lru_cache(maxsize=100)
def _of_all(field: str, others: tuple[Any, ...]) -> Question:
    return Question(field, {}, *others)


RUNS: dict[str, Locate] = {
    "forecasts": forecasts,
    "forecast_series": forecast_series,
    "items": items,
    "metrics": metrics,
    "replenishment": replenishment,
}
"""Root field -> its `run` function."""
