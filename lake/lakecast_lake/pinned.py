"""One Delta table at one version, whoever wrote it: which files it has, and its rows in the contract's types."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from lakecast_lake.contract_rows import conform
from lakecast_lake.predicates import Where, listed, sql
from lakecast_lake.storage import Lake, require_commit, unreadable_version
from lakecast_schema.tables import TABLES

_BY_QUERY = frozenset({"deletionVectors", "columnMapping"})
"""Reader features that bare Parquet files do not show: such a table is read through delta-rs' own engine."""
_COLUMN_MAPPING = "delta.columnMapping.mode"
"""The property that tells of column mapping where a table has no reader features (reader version 2)."""

_READ_AT_ONCE = 512 << 10
"""Bytes of one read, unless a single column chunk has more. delta-rs, which reads from distant stores, copies what it
has read while it holds the GIL: Arrow's default of 32 MB stopped all requests of a server for up to 17 ms."""
_HOLE = 8 << 10


@dataclass(frozen=True)
class Partition:
    """The files of one partition at a pinned version.

    Attributes:
        values: partition column -> value.
        signature: equal for two partitions with the same rows: paths, sizes and times of the files.
        rows: number of rows before deletion vectors; a bound for memory, not a count.
    """

    values: tuple[tuple[str, str], ...]
    signature: Hashable
    rows: int

    def __getitem__(self, column: str) -> str:
        return dict(self.values)[column]


class PinnedTable:
    """A Delta table at one version. Opening raises what `Lake.handle` raises."""

    def __init__(self, lake: Lake, name: str, version: int) -> None:
        self.uri = lake.table_uri(name)
        self._is_local = lake.is_local
        self._version = version
        self._contract = TABLES[name]
        self._delta = lake.handle(name, version)
        require_commit(self._delta, lake.options)
        self._needs_query = _needs_query(self._delta)
        self._partitioned = frozenset(self._delta.metadata().partition_columns)
        # A distant store is asked for everything at once, a local folder only when it is needed.
        self._ranges = pa.CacheOptions(hole_size_limit=_HOLE, range_size_limit=_READ_AT_ONCE, lazy=lake.is_local)

    def partitions(self, dataset_id: str) -> list[Partition]:
        """The data set's partitions in the order of their values."""
        actions = pa.table(self._delta.get_add_actions(flatten=True))
        names = [name for name in actions.schema.names if name.startswith("partition.")]
        # Deletion vectors are no part of the add actions: rows vanish without a file changing. Tables that may
        # have them are told apart by version, which reads a little too often and never too seldom.
        version = self._delta.version() if self._needs_query else None
        rows: dict[tuple[tuple[str, str], ...], list[tuple[Any, ...]]] = {}
        columns = ["path", "size_bytes", "modification_time", "num_records", *names]
        for action in actions.select(columns).to_pylist():
            values = tuple((name.removeprefix("partition."), action[name]) for name in names)
            if dict(values).get("dataset_id") != dataset_id:
                continue
            rows.setdefault(values, []).append(tuple(action[name] for name in columns[:4]))
        return [
            Partition(
                values,
                (version, *sorted(file[:3] for file in files)),
                sum(file[3] or 0 for file in files),
            )
            for values, files in sorted(rows.items())
        ]

    def read(
        self,
        where: Where,
        columns: Sequence[str],
        *,
        dictionary: Sequence[str] = (),
        item_id: str | None = None,
        threads: bool = False,
    ) -> pa.Table:
        """Rows in file order, in the contract's types; nullable columns that the version lacks are null.

        Args:
            where: partition columns and the values that their rows may have.
            columns: columns to read; those of `where` make the reading slower.
            dictionary: text columns that come as dictionaries.
            item_id: only this item's rows, found by the files' row group statistics.
            threads: let Arrow use its thread pool; off in a server's builder, which must stay out of the way.

        Raises LakeUnreadable.
        """
        there = {field.name for field in self._delta.schema().fields}
        present = [name for name in columns if name in there]
        where = where if item_id is None else {**where, "item_id": item_id}
        try:
            if self._needs_query:
                rows = self._query(where, present, dictionary)
            else:
                rows = self._scan(where, present, dictionary, threads)
        except Exception as error:  # delta-rs, DataFusion, Arrow and the store each raise their own kinds
            raise unreadable_version(f"{self.uri} version {self._version}", error) from error
        return conform(self._contract, rows, columns, self._named(where))

    def _scan(self, where: Where, columns: Sequence[str], dictionary: Sequence[str], threads: bool) -> pa.Table:
        import pyarrow.dataset as ds  # it loads pandas, which who only loads the assets' definitions can do without
        from pyarrow import fs

        # A folder is read without Python in Arrow's threads: with it, a process that ends while one of them still
        # closes a file is aborted after all its work (delta-rs 1.6, Python 3.11).
        folder = fs.SubTreeFileSystem(self.uri, fs.LocalFileSystem()) if self._is_local else None
        options = ds.ParquetReadOptions(dictionary_columns=set(dictionary) & set(columns))
        matches = ds.scalar(True)
        for name, values in where.items():
            allowed = listed(values)
            matches &= ds.field(name) == allowed[0] if len(allowed) == 1 else ds.field(name).isin(allowed)
        # Other partitions' files are left out before anything is made of them, which costs .1 ms each.
        scope = [(name, "in", list(listed(values))) for name, values in where.items() if name in self._partitioned]
        dataset = self._delta.to_pyarrow_dataset(
            filesystem=folder, parquet_read_options=options, file_pruning_predicate=scope or None
        )
        scan = ds.ParquetFragmentScanOptions(pre_buffer=True, cache_options=self._ranges)
        return dataset.to_table(columns=list(columns), filter=matches, use_threads=threads, fragment_scan_options=scan)

    def _query(self, where: Where, columns: Sequence[str], dictionary: Sequence[str]) -> pa.Table:
        projection = ", ".join(f'"{name}"' for name in columns)
        query = f"select {projection} from pinned where {sql(where)}"
        table = pa.table(QueryBuilder().register("pinned", self._delta).execute(query))
        for index, name in enumerate(columns):
            if name in dictionary:
                table = table.set_column(index, name, table.column(index).cast(pa.string()).dictionary_encode())
        return table

    def _named(self, where: Where) -> str:
        """How an error names these rows."""
        pairs = [f"{name}={value}" for name, values in where.items() for value in listed(values)]
        return f"{self.uri} ({', '.join(pairs)})"


def _needs_query(delta: DeltaTable) -> bool:
    configuration: Mapping[str, str | None] = delta.metadata().configuration
    is_mapped = (configuration.get(_COLUMN_MAPPING) or "none") != "none"
    return is_mapped or bool(set(delta.protocol().reader_features or ()) & _BY_QUERY)
