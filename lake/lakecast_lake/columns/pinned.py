"""One Delta table at one version, read right whoever wrote it: which files it has, and their rows as Arrow."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import QueryBuilder

from lakecast_lake.errors import LakeUnreadable
from lakecast_lake.storage import Lake, unreadable

_BY_QUERY = frozenset({"deletionVectors", "columnMapping"})
"""Reader features that bare Parquet files do not show: such a table is read through delta-rs' own engine."""

_READ_AT_ONCE = 512 << 10
"""Bytes of one read, unless a single column chunk has more. delta-rs copies what it has read while it holds the GIL:
Arrow's default of 32 MB stopped all requests of a server for up to 17 ms."""
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
        self._delta = lake.handle(name, version)
        features = set(self._delta.protocol().reader_features or ())
        self._needs_query = bool(features & _BY_QUERY)
        # A distant store is asked for everything at once, a local folder only when it is needed.
        self._ranges = pa.CacheOptions(hole_size_limit=_HOLE, range_size_limit=_READ_AT_ONCE, lazy=lake.is_local)

    def partitions(self, dataset_id: str) -> list[Partition]:
        """The data set's partitions in the order of their values."""
        actions = pa.table(self._delta.get_add_actions(flatten=True))
        names = [name for name in actions.schema.names if name.startswith("partition.")]
        # Deletion vectors are no part of the add actions: rows vanish without a file changing. Tables that may
        # have them are told apart by version, which reads a little too often and never too seldom.
        version = self._delta.version() if self._needs_query else None
        found: dict[tuple[tuple[str, str], ...], list[tuple[Any, ...]]] = {}
        wanted = ["path", "size_bytes", "modification_time", "num_records", *names]
        for action in actions.select(wanted).to_pylist():
            values = tuple((name.removeprefix("partition."), action[name]) for name in names)
            if dict(values).get("dataset_id") != dataset_id:
                continue
            found.setdefault(values, []).append(tuple(action[name] for name in wanted[:4]))
        return [
            Partition(
                values,
                (version, *sorted(file[:3] for file in files)),
                sum(file[3] or 0 for file in files),
            )
            for values, files in sorted(found.items())
        ]

    def read(
        self,
        partition: Partition,
        columns: Sequence[str],
        *,
        dictionary: Sequence[str] = (),
        item_id: str | None = None,
        threads: bool = False,
    ) -> pa.Table:
        """Rows of a partition in file order.

        Args:
            columns: columns to read, none of them a partition column.
            dictionary: text columns that come as dictionaries.
            item_id: only this item's rows, found by the files' row group statistics.
            threads: let Arrow use its thread pool; off in a server's builder, which must stay out of the way.

        Raises LakeUnreadable.
        """
        try:
            if self._needs_query:
                return self._query(partition, columns, dictionary, item_id)
            return self._scan(partition, columns, dictionary, item_id, threads)
        except LakeUnreadable:
            raise
        except Exception as error:  # delta-rs, DataFusion, Arrow and the store each raise their own kinds
            raise unreadable(self.uri, error) from error

    def _scan(
        self,
        partition: Partition,
        columns: Sequence[str],
        dictionary: Sequence[str],
        item_id: str | None,
        threads: bool,
    ) -> pa.Table:
        options = ds.ParquetReadOptions(dictionary_columns=set(dictionary))
        where = _all(ds.field(name) == value for name, value in partition.values)
        if item_id is not None:
            where &= ds.field("item_id") == item_id
        dataset = self._delta.to_pyarrow_dataset(parquet_read_options=options)
        scan = ds.ParquetFragmentScanOptions(pre_buffer=True, cache_options=self._ranges)
        return dataset.to_table(columns=list(columns), filter=where, use_threads=threads, fragment_scan_options=scan)

    def _query(
        self, partition: Partition, columns: Sequence[str], dictionary: Sequence[str], item_id: str | None
    ) -> pa.Table:
        known = [*partition.values, *([] if item_id is None else [("item_id", item_id)])]
        where = " and ".join(f'"{name}" = {_quoted(value)}' for name, value in known)
        picked = ", ".join(f'"{name}"' for name in columns)
        reader = QueryBuilder().register("pinned", self._delta).execute(f"select {picked} from pinned where {where}")
        table = pa.table(reader)
        for index, name in enumerate(columns):
            kind = pa.string() if pa.types.is_string_view(table.schema.field(index).type) else None
            column = table.column(index) if kind is None else table.column(index).cast(kind)
            if name in dictionary:
                column = column.dictionary_encode()
            table = table.set_column(index, name, column)
        return table


def _all(conditions: Iterable[Any]) -> ds.Expression:
    combined = ds.scalar(True)
    for condition in conditions:
        combined = combined & condition
    return combined


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
