"""Whether rows that were read keep their table's contract: another writer may have had another gate, or none."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.contract_rows import REMEDY, broken
from lakecast_lake.errors import LakeUnreadable
from lakecast_schema.contract import Column, Table
from lakecast_schema.rules import keeps


def verify(contract: Table, table: pa.Table, where: str) -> None:
    """Check the columns of a partition: null only where allowed, each value by its rule.

    Args:
        table: the rows without partition columns, in the contract's types; text may be dictionaries.
        where: how an error names the partition.

    Raises LakeUnreadable. Keys are not checked here. Costs a few milliseconds per million values.
    """
    for column in contract.columns:
        if column.name not in contract.partition_by:
            _verify(column, table[column.name], where)
    for batch in table.select(contract.ascending).to_batches():  # the chunks as they are: no copy of the table
        _verify_ascending(contract.ascending, batch, where)


def _verify_ascending(names: Sequence[str], batch: pa.RecordBatch, where: str) -> None:
    highest: NDArray[np.float64] | None = None
    for name in names:
        values = batch[name].to_numpy(zero_copy_only=False)
        if highest is not None and bool((values < highest).any()):
            raise broken(where, name, f"is below a column before it in {' <= '.join(names)}")
        highest = values if highest is None else np.fmax(highest, values)


def verify_key(contract: Table, table: pa.Table, where: str) -> None:
    """Check that no two rows of a partition have the same key. For small tables: it groups them."""
    key = [name for name in contract.key if name in table.column_names]
    if table.group_by(key).aggregate([]).num_rows != table.num_rows:
        raise LakeUnreadable(where, f"the contract is broken: the key ({', '.join(key)}) repeats", REMEDY)


def _verify(column: Column, values: pa.ChunkedArray, where: str) -> None:
    if not column.nullable and values.null_count:
        raise broken(where, column.name, f"is null in {values.null_count} rows")
    if column.rule is None or not len(values):  # `all` of nothing is null
        return
    if pa.types.is_string(column.type):  # few distinct values
        distinct = pc.unique(values)
        if pa.types.is_dictionary(distinct.type):
            distinct = distinct.dictionary_decode()
        values = pa.chunked_array([distinct.cast(pa.string())])
    if not pc.all(pc.fill_null(keeps(column.rule, values), True)).as_py():
        raise broken(where, column.name, column.rule.value)
