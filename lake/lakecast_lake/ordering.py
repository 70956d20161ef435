"""Rows in the order in which files keep them: per partition by key, so that an item's rows lie together."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_schema.tables import Table


def ordered(table: Table, batch: pa.Table) -> pa.Table:
    """`batch` with the table's columns in their order, its rows by partition and, within, by key (nulls first)."""
    batch = batch.select(table.column_names).cast(table.schema)
    order = _order([_ranks(batch[name]) for name in _sort_columns(table)])
    return batch if order is None else batch.take(pa.array(order))


def partition_batches(table: Table, batch: pa.Table) -> list[pa.RecordBatch]:
    """One ordered record batch per partition, all of the table's schema.

    delta-rs keeps the order of rows within a batch, not across the batches of a partition.
    """
    batch = ordered(table, batch)
    starts = _starts([_ranks(batch[name]) for name in table.partition_by], batch.num_rows)
    stops = [*starts[1:], batch.num_rows]
    return [
        record_batch
        for start, stop in zip(starts, stops, strict=True)
        for record_batch in batch.slice(start, stop - start).combine_chunks().to_batches()
    ]


def _sort_columns(table: Table) -> list[str]:
    return [*table.partition_by, *(name for name in table.key if name not in table.partition_by)]


def _ranks(values: pa.ChunkedArray) -> NDArray[np.int64]:
    """Integers in the order of the values; null is the least."""
    if pa.types.is_string(values.type):
        codes = values.combine_chunks().dictionary_encode()
        rank = np.empty(len(codes.dictionary) + 1, dtype=np.int64)
        # Byte-wise, as Parquet statistics and DuckDB compare.
        rank[np.argsort(np.array([v.encode() for v in codes.dictionary.to_pylist()], dtype=object))] = np.arange(
            len(codes.dictionary)
        )
        rank[-1] = -1
        indices: NDArray[np.int64] = codes.indices.fill_null(len(codes.dictionary)).to_numpy(zero_copy_only=False)
        return rank[indices]
    width = pa.int32() if pa.types.is_date32(values.type) else pa.int64()
    numbers = values.cast(width).cast(pa.int64()).fill_null(np.iinfo(np.int64).min)
    ranks: NDArray[np.int64] = numbers.to_numpy().astype(np.int64)
    return ranks


def _order(columns: list[NDArray[np.int64]]) -> NDArray[np.int64] | None:
    """The permutation that sorts by the columns, the first being the slowest; None where they are sorted."""
    tied = np.ones(max(len(columns[0]) - 1, 0), dtype=bool)
    for column in columns:
        step = np.diff(column)
        if np.any(tied & (step < 0)):
            return np.lexsort(columns[::-1])
        tied &= step == 0
    return None


def _starts(columns: list[NDArray[np.int64]], rows: int) -> list[int]:
    """Where a new combination of values begins, in rows ordered by them."""
    new = np.zeros(rows, dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= np.diff(column) != 0
    starts: list[int] = np.flatnonzero(new).tolist()
    return starts
