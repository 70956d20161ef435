"""A segment: the rows of one partition as columns, sorted, with an offset per item and per cutoff.

A *block* is a run of rows of one item and, where the table has cutoffs, one cutoff: the unit that forecasts are
read in. Numbers are float64 with NaN for null (the contract admits no other NaN), dates are int32 days since
1970-01-01, and text is a code per row, or a single value where all rows agree.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.errors import LakeUnreadable
from lakecast_lake.pieces import listed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.int32]

_REWRITE = "Publish the data set again: whatever wrote this table went past the gate."


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of few distinct values: `values[codes[row]]`, or `values[0]` in every row where `codes` is None."""

    values: tuple[object, ...]
    codes: NDArray[np.uint32] | None = None

    def at(self, row: int) -> object:
        return self.values[0 if self.codes is None else int(self.codes[row])]

    @property
    def nbytes(self) -> int:
        return 0 if self.codes is None else self.codes.nbytes


@dataclass(frozen=True, eq=False)
class Segment:
    """Rows sorted by (item, cutoff, date).

    Attributes:
        key: values of the partition columns: (dataset,) or (dataset, source) or (dataset, source, kind).
        signature: of the files that it was read from; equal signatures mean equal rows.
        items: item ids in ascending order.
        first_block: (items + 1,) the blocks of an item are first_block[i]:first_block[i + 1].
        start: (blocks + 1,) the rows of a block are start[b]:start[b + 1].
        cutoff: (blocks,) cutoff of each block in days; empty for tables without cutoffs.
        date: (rows,) days; empty for tables without dates.
        numbers: column -> (rows,) float64, not to be written to; its stride is 0 where every row is null.
        codes: column -> `Coded`, for text and instants (microseconds since 1970 in UTC).
        older: rows of older runs stayed in the files.
        mapped: the rows are mapped from disk.
    """

    key: tuple[str, ...]
    signature: Hashable
    items: tuple[str, ...]
    first_block: Ints
    start: Ints
    cutoff: Days
    date: Days
    numbers: dict[str, Floats]
    codes: dict[str, Coded]
    older: bool = False
    mapped: bool = False

    @property
    def rows(self) -> int:
        return int(self.start[-1])

    @property
    def blocks(self) -> int:
        return len(self.start) - 1

    @cached_property
    def index(self) -> dict[str, int]:
        """Item id -> position in `items`."""
        return {item: position for position, item in enumerate(self.items)}

    @property
    def nbytes(self) -> int:
        """Bytes in memory; what is mapped from disk does not count."""
        index: list[NDArray[Any]] = [self.first_block, self.start, self.cutoff]
        rows: list[NDArray[Any]] = [] if self.mapped else [self.date, *self.numbers.values()]
        own = sum(int(array.nbytes) for array in index + rows if all(array.strides))
        return own + (0 if self.mapped else sum(column.nbytes for column in self.codes.values()))

    def span(self, item_id: str) -> tuple[int, int]:
        """Rows of an item as a half-open range; empty for an unknown item."""
        position = self.index.get(item_id)
        if position is None:
            return 0, 0
        return int(self.start[self.first_block[position]]), int(self.start[self.first_block[position + 1]])


def build(
    table: pa.Table,
    *,
    key: tuple[str, ...],
    signature: Hashable,
    where: str,
    cutoffs: bool = False,
    dates: bool = True,
    older: bool = False,
) -> Segment:
    """Columns of a partition. The order of the rows is checked and mended only where it is wrong.

    Args:
        table: the rows in any order; `item_id` and text columns may be dictionaries.
        where: how an error names the partition.
        cutoffs, dates: whether the table has these columns as part of its key.
        older: whether rows of older runs stayed in the files.

    Raises LakeUnreadable where a key repeats or is null: half-right answers are worse than none.
    """
    names = [name for name, ascending in (("item_id", True), ("cutoff", cutoffs), ("date", dates)) if ascending]
    for name in names:
        if table[name].null_count:
            raise LakeUnreadable(where, f"column {name} is null in {table[name].null_count} rows", _REWRITE)
    items, item = _ranked(table["item_id"])
    keys: list[NDArray[Any]] = [item, *(_days(table[name]) for name in names[1:])]
    order = _order(keys, where)
    if order is not None:
        table, keys = table.take(pa.array(order)), [column[order] for column in keys]
    item = keys[0]
    breaks = item[1:] != item[:-1]
    if cutoffs:
        breaks = breaks | (keys[1][1:] != keys[1][:-1])
    begins = np.concatenate([[0], np.flatnonzero(breaks) + 1]) if len(item) else np.zeros(0, np.int64)
    return Segment(
        key=key,
        signature=signature,
        items=items,
        first_block=np.searchsorted(item[begins], np.arange(len(items) + 1)),
        start=np.append(begins, len(item)).astype(np.int64),
        cutoff=keys[1][begins] if cutoffs else np.zeros(0, np.int32),
        date=keys[-1] if dates else np.zeros(0, np.int32),
        numbers={
            name: _floats(table[name])
            for name in table.column_names
            if pa.types.is_floating(table.schema.field(name).type) or pa.types.is_integer(table.schema.field(name).type)
        },
        codes={
            name: coded(table[name])
            for name in table.column_names
            if name not in names and _is_coded(table.schema.field(name).type)
        },
        older=older,
    )


def coded(column: pa.ChunkedArray) -> Coded:
    """A text, date or instant column by its distinct values; instants become microseconds since 1970."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    elif pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    if _is_constant(column):
        return Coded((column[0].as_py(),))
    array = _one(column)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode(null_encoding="encode")
    values = listed(array.dictionary)
    codes = array.indices.to_numpy(zero_copy_only=False)
    if array.indices.null_count:
        codes = np.where(array.indices.is_null().to_numpy(zero_copy_only=False), len(values), codes)
        values.append(None)
    used = np.flatnonzero(np.bincount(codes, minlength=len(values)))
    if len(used) <= 1:
        return Coded(tuple(values[int(code)] for code in used) or (None,))
    return Coded(tuple(values), codes.astype(_narrowest(len(values))))


def _is_constant(column: pa.ChunkedArray) -> bool:
    """Whether all rows have the same value, as most columns of a run do; much cheaper than to tell values apart."""
    if not len(column) or column.null_count:
        return False
    if pa.types.is_dictionary(column.type):
        column = pa.chunked_array([chunk.indices for chunk in column.chunks])
    elif not pa.types.is_integer(column.type):
        return False
    ends = pc.min_max(column).as_py()
    return bool(ends["min"] == ends["max"])


def _narrowest(count: int) -> type[np.unsignedinteger]:
    return np.uint8 if count <= 1 << 8 else np.uint16 if count <= 1 << 16 else np.uint32


def _is_coded(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_timestamp(value) or pa.types.is_date(value))


def _one(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _ranked(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Distinct texts in ascending order, and each row's place among them."""
    array = _one(column)
    if isinstance(array, pa.ChunkedArray):  # no chunk at all
        array = pa.array([], pa.string())
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    values = listed(array.dictionary)
    codes = array.indices.to_numpy(zero_copy_only=False)
    used = np.zeros(len(values), np.bool_)
    used[codes] = True
    ordered = sorted(np.flatnonzero(used).tolist(), key=values.__getitem__)
    rank = np.zeros(len(values), np.int32)
    rank[ordered] = np.arange(len(ordered))
    return tuple(values[code] for code in ordered), rank[codes] if len(codes) else np.zeros(0, np.int32)


def _days(column: pa.ChunkedArray) -> Days:
    return np.ascontiguousarray(_one(column.cast(pa.int32())).to_numpy(zero_copy_only=False), dtype=np.int32)


def _floats(column: pa.ChunkedArray) -> Floats:
    if column.null_count == len(column):
        # Such as the actuals of a forecast that nothing is known about yet: one value stands for all rows.
        return np.broadcast_to(np.float64(np.nan), len(column))
    # A view of Arrow's buffer where there is no null, else a copy with NaN: either way one contiguous array.
    return np.asarray(_one(column.cast(pa.float64())).to_numpy(zero_copy_only=False), dtype=np.float64)


def _order(keys: Sequence[NDArray[np.integer]], where: str) -> Ints | None:
    """Positions that sort the keys, None where they are sorted; refuses keys that repeat."""
    order = None
    rising, same = _compare(keys)
    if not bool(np.all(rising | same)):
        order = np.lexsort(tuple(reversed(keys)))
        _, same = _compare([column[order] for column in keys])
    if bool(np.any(same)):
        raise LakeUnreadable(where, f"{int(same.sum())} rows repeat the key of another row", _REWRITE)
    return order


def _compare(keys: Sequence[NDArray[np.integer]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each row against the one before it: is its key greater, is it the same."""
    count = max(len(keys[0]) - 1, 0)
    rising, same = np.zeros(count, np.bool_), np.ones(count, np.bool_)
    for column in keys:
        rising |= same & (column[1:] > column[:-1])
        same &= column[1:] == column[:-1]
    return rising, same
