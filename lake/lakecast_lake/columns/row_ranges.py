"""Ranges of rows of a snapshot's blocks of forecasts, as columns in their order."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.segment import Coded, Days, Floats, Ints

_SCATTERED = 4
"""Rows per run below which rows are gathered one by one instead of run by run."""


@dataclass(frozen=True, eq=False)
class RowRanges:
    """Runs of rows: the positions begin[i]:end[i] of block block[i], none of them empty.

    Attributes:
        one: segment, first and last row + 1 of the run where there is but one, as in most reads by far: their columns
            are slices.
    """

    blocks: Blocks
    block: Ints
    begin: Ints
    end: Ints
    one: tuple[int, int, int] | None = field(init=False)

    def __post_init__(self) -> None:
        one = None
        if len(self.block) == 1:
            blocks, block, begin = self.blocks, self.block.item(), self.begin.item()
            first = blocks.begin.item(block) + begin - blocks.at.item(block)
            one = blocks.segment.item(block), first, first + self.end.item() - begin
        object.__setattr__(self, "one", one)

    @cached_property
    def lengths(self) -> Ints:
        return self.end - self.begin

    @property
    def count(self) -> int:
        return self._count if self.one is None else self.one[2] - self.one[1]

    @cached_property
    def _count(self) -> int:
        return int(self.lengths.sum())

    @property
    def item(self) -> NDArray[np.int32]:
        """(runs,) item codes."""
        return self.blocks.item[self.block]

    @property
    def source(self) -> NDArray[np.int32]:
        """(runs,) codes of `blocks.sources`."""
        return self.blocks.source[self.block]

    @property
    def cutoff(self) -> Days:
        """(runs,) days."""
        return self.blocks.cutoff[self.block]

    @property
    def live(self) -> NDArray[np.bool_]:
        """(runs,)"""
        return self.blocks.live[self.block]

    def numbers(self, name: str) -> Floats:
        """(rows,) a numeric column, NaN for null. May be a view of the snapshot: not to be written to."""
        if self.one is not None:
            segment, first, last = self.one
            return _slice(self.blocks.segments[segment].numbers[name], first, last)
        return self._gather([segment.numbers[name] for segment in self.blocks.segments], np.dtype(np.float64))

    def dates(self) -> Days:
        """(rows,) first days of the periods."""
        if self.one is not None:
            segment, first, last = self.one
            return _slice(self.blocks.segments[segment].date, first, last)
        return self._gather([segment.date for segment in self.blocks.segments], np.dtype(np.int32))

    def coded(self, name: str) -> Coded:
        """(rows,) a text column or instants."""
        columns = [segment.codes[name] for segment in self.blocks.segments]
        used = np.unique(self._runs[0])
        if len(used) == 1 and columns[used[0]].codes is None:
            return columns[int(used[0])]
        values: list[object] = []
        codes: list[NDArray[Any]] = []
        for number, column in enumerate(columns):
            if number in used:
                own = np.zeros(1, np.uint32) if column.codes is None else column.codes
                codes.append(own + np.uint32(len(values)))
                values.extend(column.values)
            else:
                codes.append(np.zeros(1, np.uint32))
        return Coded(tuple(values), self._gather(codes, np.dtype(np.uint32)))

    def spread(self, per_run: NDArray[Any]) -> NDArray[Any]:
        """(rows,) values that are constant within a run."""
        return np.repeat(per_run, self.lengths)

    @cached_property
    def _runs(self) -> tuple[NDArray[np.int32], Ints, Ints]:
        """Segment, first and last row + 1 of each run within its segment, with runs that touch joined."""
        segment = self.blocks.segment[self.block]
        first = self.blocks.begin[self.block] + self.begin - self.blocks.at[self.block]
        last = first + self.lengths
        if len(first) < 2:
            return segment, first, last
        new = np.append(True, (segment[1:] != segment[:-1]) | (first[1:] != last[:-1]))
        return segment[new], first[new], last[np.append(new[1:], True)]

    def _gather(self, columns: list[NDArray[Any]], kind: np.dtype[Any]) -> NDArray[Any]:
        segment, first, last = self._runs
        if len(segment) == 0:
            return np.zeros(0, kind)
        if len(segment) == 1:
            return _slice(columns[segment[0]], first[0], last[0])
        if self.count >= _SCATTERED * len(segment):
            runs = zip(segment.tolist(), first.tolist(), last.tolist(), strict=True)
            return np.concatenate([_slice(columns[number], a, b) for number, a, b in runs])
        lengths = last - first
        rows = np.repeat(first - np.append(0, np.cumsum(lengths)[:-1]), lengths) + np.arange(self.count)
        numbers = np.repeat(segment, lengths)
        values = np.empty(self.count, kind)
        for number in np.unique(segment).tolist():
            mine = numbers == number
            column = columns[number]
            values[mine] = column[0] if len(column) == 1 else column[rows[mine]]
        return values


def _slice(column: NDArray[Any], first: int, last: int) -> NDArray[Any]:
    """Rows of a column; a column of one row stands for any number of the same."""
    return np.repeat(column, last - first) if len(column) == 1 else column[first:last]


@dataclass(frozen=True, eq=False)
class Hits:
    """All rows that a filter found, in order, either as whole blocks or row by row.

    Attributes:
        block: (blocks,) the blocks, where whole blocks were found; else empty.
        position: (rows,) the positions, where rows were found; else None.
    """

    blocks: Blocks
    block: Ints
    position: Ints | None = None

    @cached_property
    def _at(self) -> Ints:
        if len(self.block) == self.blocks.count:  # all of them, in order
            return self.blocks.at
        sizes = self.blocks.at[self.block + 1] - self.blocks.at[self.block]
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])

    @cached_property
    def count(self) -> int:
        if self.position is not None:
            return len(self.position)
        if len(self.block) == 1:
            block = int(self.block[0])
            return int(self.blocks.at[block + 1] - self.blocks.at[block])
        return int(self._at[-1])

    @property
    def nbytes(self) -> int:
        return 3 * self.block.nbytes + (0 if self.position is None else self.position.nbytes)

    def page(self, begin: int, end: int) -> RowRanges:
        """The rows begin:end of the hits."""
        end = min(end, self.count)
        if self.position is not None:
            return _runs_of(self.blocks, self.position[begin:end])
        if begin == 0 and end == self.count:
            at = self.blocks.at
            if len(self.block) == 1:
                only = int(self.block[0])
                return RowRanges(self.blocks, self.block, at[only : only + 1], at[only + 1 : only + 2])
            return RowRanges(self.blocks, self.block, at[self.block], at[self.block + 1])
        if begin >= end:
            return RowRanges(self.blocks, *(np.zeros(0, np.int64) for _ in range(3)))
        at = self._at
        low = int(np.searchsorted(at, begin, "right")) - 1
        high = int(np.searchsorted(at, end, "left"))
        block = self.block[low:high]
        first, last = self.blocks.at[block], self.blocks.at[block + 1].copy()
        first = first.copy()
        last[-1] -= at[high] - end
        first[0] += begin - at[low]
        return RowRanges(self.blocks, block, first, last)


def _runs_of(blocks: Blocks, position: Ints) -> RowRanges:
    if not len(position):
        return RowRanges(blocks, *(np.zeros(0, np.int64) for _ in range(3)))
    block = np.searchsorted(blocks.at, position, "right") - 1
    new = np.append(True, (position[1:] != position[:-1] + 1) | (block[1:] != block[:-1]))
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], len(position)) - 1
    return RowRanges(blocks, block[begins], position[begins], position[ends] + 1)
