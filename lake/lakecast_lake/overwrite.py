"""Overwriting rows of a Delta table in one commit, whose columns may be fewer or more than the contract's by now."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake

from lakecast_lake import predicates
from lakecast_lake.ordering import partition_batches
from lakecast_lake.predicates import Where
from lakecast_schema.contract import Table

ROW_GROUP_ROWS = 20_000
"""Rows of a Parquet row group: what a point read has to decode."""

_WRITER = WriterProperties(max_row_group_size=ROW_GROUP_ROWS, compression="SNAPPY")
_FILE_BYTES = 1 << 30  # one file per partition: order holds within a file


def overwrite(
    handle: DeltaTable, table: Table, parts: Iterable[pa.Table], where: Where, properties: CommitProperties
) -> None:
    """Replace the rows that match `where` by all parts, none of which shares a partition with another.

    The first write after the contract has gained a nullable column, or has allowed nulls in one, changes the
    table's schema in the same commit. Columns that a newer contract has added stay, null in the new rows.
    """
    schema = _schema(handle, table)
    present = pa.schema(handle.schema().to_arrow())
    is_same = {(f.name, f.nullable) for f in schema} == {(f.name, f.nullable) for f in present}
    write_deltalake(
        handle,
        pa.RecordBatchReader.from_batches(schema, _batches(table, parts, schema)),
        mode="overwrite",
        predicate=predicates.sql(where),
        schema_mode=None if is_same else "overwrite",
        target_file_size=_FILE_BYTES,
        writer_properties=_WRITER,
        commit_properties=properties,
    )


def _schema(handle: DeltaTable, table: Table) -> pa.Schema:
    """The contract's columns, and those that only the table has."""
    known = set(table.column_names)
    others = [f.with_nullable(True) for f in pa.schema(handle.schema().to_arrow()) if f.name not in known]
    return pa.schema([*table.schema, *others])


def _batches(table: Table, parts: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    others = list(schema)[len(table.schema) :]
    for part in parts:
        for batch in partition_batches(table, part):
            nulls = [pa.nulls(batch.num_rows, field.type) for field in others]
            yield pa.RecordBatch.from_arrays([*batch.columns, *nulls], schema=schema)
