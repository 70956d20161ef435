"""All blocks of some segments in the order that answers have: by data set, item, source, kind and cutoff.

A row's *position* is its place in that order, counted over all segments; positions are what filters find and what
pages are cut from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lakecast_lake.columns.segment import Days, Ints, Segment

_KINDS = ("backtest", "live")


@dataclass(frozen=True, eq=False)
class Blocks:
    """Arrays of one entry per block, in order; blocks of an item are first[item]:first[item + 1].

    Attributes:
        segments: what `segment` counts in.
        sources: source names in ascending order; what `source` counts in.
        segment, item, source, cutoff, begin: segment, item code, source code, cutoff in days, first row within the
            segment.
        live: which blocks are live.
        at: (blocks + 1,) position of each block's first row.
        first: (items + 1,) first block of each item.
    """

    segments: tuple[Segment, ...]
    sources: tuple[str, ...]
    segment: NDArray[np.int32]
    item: NDArray[np.int32]
    source: NDArray[np.int32]
    cutoff: Days
    begin: Ints
    live: NDArray[np.bool_]
    at: Ints
    first: Ints

    @property
    def count(self) -> int:
        return len(self.segment)

    @property
    def rows(self) -> int:
        return int(self.at[-1])

    @cached_property
    def longest(self) -> int:
        """Rows of the longest block."""
        return int(np.diff(self.at).max(initial=0))

    @cached_property
    def mapped(self) -> bool:
        """Whether some of the rows stayed on disk."""
        return any(segment.mapped for segment in self.segments)

    @cached_property
    def first_of(self) -> NDArray[np.int32]:
        """(items, sources + 1) an item's first block of a source, -1 where it has none; the last column is -1."""
        blocks = np.full((len(self.first) - 1, len(self.sources) + 1), -1, np.int32)
        # Of repeated places the last one written stays: the first block.
        blocks[self.item[::-1], self.source[::-1]] = np.arange(self.count - 1, -1, -1, dtype=np.int32)
        return blocks

    def of(self, item: int, source: str | None = None) -> Ints:
        """Blocks of an item, or of an item and source, without any query."""
        first, last = int(self.first[item]), int(self.first[item + 1])
        if source is None:
            return np.arange(first, last)
        if source not in self.sources:
            return np.zeros(0, np.int64)
        code = self.sources.index(source)
        mine: Ints = (self.source[first:last] == code).nonzero()[0]
        mine += first
        return mine

    def of_segment(self, number: int) -> Ints:
        """The blocks of a segment in its own order."""
        mine = np.flatnonzero(self.segment == number)
        return mine[np.argsort(self.begin[mine], kind="stable")]

    def segment_positions(self, number: int) -> tuple[Ints, Ints]:
        """For every row of a segment, in its own order: its position and its block."""
        mine = self.of_segment(number)
        sizes = self.at[mine + 1] - self.at[mine]
        block = np.repeat(mine, sizes)
        return np.arange(int(sizes.sum())) - np.repeat(self.begin[mine] - self.at[mine], sizes), block


def arrange(segments: Sequence[Segment], codes: Sequence[NDArray[np.int32]], items: int) -> Blocks:
    """Put the blocks of all segments in order.

    Args:
        segments: with key (dataset, source, kind).
        codes: for each segment, the code of each of its items; codes ascend by (dataset, item id).
        items: number of item codes.
    """
    sources = tuple(sorted({segment.key[1] for segment in segments}))
    sizes = [segment.blocks for segment in segments]
    number = np.repeat(np.arange(len(segments), dtype=np.int32), sizes)
    item = _joined([np.repeat(code, np.diff(s.first_block)) for s, code in zip(segments, codes, strict=True)], np.int32)
    source = np.repeat(np.array([sources.index(s.key[1]) for s in segments], np.int32), sizes)
    kind = np.repeat(np.array([_KINDS.index(s.key[2]) for s in segments], np.int32), sizes)
    cutoff = _joined([s.cutoff for s in segments], np.int32)
    begin = _joined([s.start[:-1] for s in segments], np.int64)
    rows = _joined([np.diff(s.start) for s in segments], np.int64)
    order = np.lexsort((cutoff, kind, source, item))
    item = item[order]
    return Blocks(
        segments=tuple(segments),
        sources=sources,
        segment=number[order],
        item=item,
        source=source[order],
        cutoff=cutoff[order],
        begin=begin[order],
        live=kind[order] == _KINDS.index("live"),
        at=np.concatenate([np.zeros(1, np.int64), np.cumsum(rows[order])]),
        first=np.searchsorted(item, np.arange(items + 1)),
    )


def _joined(arrays: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)
