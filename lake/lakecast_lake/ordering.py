"""Rows in the order in which files keep them: per partition by key, so that an item's rows lie together."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from lakecast_lake.codes import Codes, ranks
from lakecast_schema.contract import Table


def ordered(table: Table, batch: pa.Table) -> pa.Table:
    """`batch` with the table's columns in their order, its rows by partition and, within, by key (nulls first)."""
    batch = batch.select(table.column_names).cast(table.schema)
    order = _order([ranks(batch[name]) for name in _sort_columns(table)])
    return batch if order is None else batch.take(pa.array(order))


def partition_batches(table: Table, batch: pa.Table) -> Iterator[pa.RecordBatch]:
    """One ordered record batch per partition, all of the table's schema, each made when it is asked for.

    delta-rs keeps the order of rows within a batch, not across the batches of a partition.
    """
    if not batch.num_rows:
        return
    batch = batch.select(table.column_names).cast(table.schema)
    codes = [ranks(batch[name]) for name in _sort_columns(table)]
    order = _order(codes)
    partition = codes[: len(table.partition_by)]
    starts = _starts([code if order is None else code[order] for code in partition], batch.num_rows)
    for start, stop in zip(starts, [*starts[1:], batch.num_rows], strict=True):
        part = batch.slice(start, stop - start) if order is None else batch.take(pa.array(order[start:stop]))
        yield from part.combine_chunks().to_batches()


def _sort_columns(table: Table) -> list[str]:
    return [*table.partition_by, *(name for name in table.key if name not in table.partition_by)]


def _order(columns: Sequence[Codes]) -> Codes | None:
    """The permutation that sorts by the columns, the first being the slowest; None where they are sorted."""
    tied = np.ones(max(len(columns[0]) - 1, 0), dtype=bool)
    for column in columns:
        step = np.diff(column)
        if np.any(tied & (step < 0)):
            return np.lexsort(columns[::-1])
        tied &= step == 0
    return None


def _starts(columns: Sequence[Codes], rows: int) -> list[int]:
    """Where a new combination of values begins, in rows ordered by them."""
    new = np.zeros(rows, dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= np.diff(column) != 0
    starts: list[int] = np.flatnonzero(new).tolist()
    return starts
