"""Rows of the control tables, which say what holds now: each row is one commit on top of the newest."""

from collections.abc import Mapping

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake

from lakecast_schema.contract import Table
from lakecast_schema.rules import check


def append_row(handle: DeltaTable, table: Table, row: Mapping[str, object], **metadata: str) -> None:
    """Append a row to the table at the handle's version; metadata: that of the commit.

    Raises ContractError, and CommitFailedError where another writer came first (`optimistic.committed` tries again).
    """
    batch = pa.Table.from_pylist([dict(row)], schema=table.schema)
    check(table, batch)
    write_deltalake(
        handle,
        batch,
        mode="append",
        schema_mode="merge",  # the contract may have gained columns since the table was created
        # No retries by delta-rs: two appends from one version would both succeed, with the same number.
        commit_properties=CommitProperties(custom_metadata=metadata, max_commit_retries=0),
    )
