"""Small tables of a snapshot as Arrow, sorted by item, with an offset per item: errors, decisions, runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_lake.columns.items import Items
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_lake.pieces import listed
from lakecast_schema.contract import Table


@dataclass(frozen=True, eq=False)
class OfSource:
    """rows: (items,) an item's row of the source, -1 where it has none. is_complete: they all have one."""

    rows: Ints
    is_complete: bool


@dataclass(frozen=True, eq=False)
class Facts:
    """Rows sorted by item (and, where the table has it, source).

    Attributes:
        table: (rows,) the contract's columns.
        item: (rows,) item codes, ascending.
        first: (items + 1,) the rows of an item are first[item]:first[item + 1].
    """

    table: pa.Table
    item: NDArray[np.int32]
    first: Ints

    def of(self, item: int) -> range:
        """Rows of an item."""
        return range(int(self.first[item]), int(self.first[item + 1]))

    def between(self, items: Items, equalities: Mapping[str, str] | None) -> tuple[int, int] | None:
        """The rows low:high of the items that have these values; None where it takes more than looking them up."""
        between = items.between(equalities)
        return None if between is None else (self.first.item(between[0]), self.first.item(between[1]))

    def numbers(self, column: str) -> Floats:
        """A numeric column as float64, NaN for null."""
        known = self._numbers.get(column)
        if known is None:
            known = self.table[column].cast(pa.float64()).to_numpy()
            self._numbers[column] = known
        return known

    @cached_property
    def by_source(self) -> dict[str, "OfSource"]:
        """Each source's rows, by name in ascending order. Only of tables with one row per item and source."""
        names, codes = self.coded("source")
        columns = {}
        for name in sorted(names):
            mine = np.flatnonzero(codes == names.index(name))
            rows = np.full(len(self.first) - 1, -1, np.int64)
            rows[self.item[mine]] = mine
            columns[name] = OfSource(rows, len(mine) == len(rows))
        return columns

    def coded(self, column: str) -> tuple[list[str], NDArray[np.int32]]:
        """A text column without nulls as its distinct values and a code per row."""
        known = self._coded.get(column)
        if known is None:
            encoded = self.table[column].combine_chunks().dictionary_encode()
            if isinstance(encoded, pa.ChunkedArray):
                encoded = encoded.unify_dictionaries().combine_chunks()
            known = (listed(encoded.dictionary), encoded.indices.to_numpy(zero_copy_only=False))
            self._coded[column] = known
        return known

    @cached_property
    def _coded(self) -> dict[str, tuple[list[str], NDArray[np.int32]]]:
        return {}

    @cached_property
    def _numbers(self) -> dict[str, Floats]:
        return {}


def collect(contract: Table, parts: Mapping[tuple[str, ...], pa.Table], items: Items) -> Facts:
    """Join the partitions of one table.

    Args:
        parts: partition key, whose first element is the data set -> rows with all the contract's columns.
    """
    tables = [parts[key] for key in sorted(parts)]
    codes = [
        items.codes(key[0], listed(parts[key]["item_id"])) if len(parts[key]) else np.zeros(0, np.int32)
        for key in sorted(parts)
    ]
    table = pa.concat_tables(tables) if tables else contract.schema.empty_table()
    item = np.concatenate(codes) if codes else np.zeros(0, np.int32)
    # Partitions come in ascending order of their source, and a stable sort keeps it within an item.
    order = np.argsort(item, kind="stable")
    item = item[order]
    return Facts(
        table=table.take(pa.array(order)).combine_chunks(),
        item=item,
        first=np.searchsorted(item, np.arange(items.count + 1)),
    )


def completed(contract: Table, table: pa.Table, values: Mapping[str, str]) -> pa.Table:
    """A partition's rows with its partition columns put back, in the contract's order and types."""
    columns: list[pa.Array | pa.ChunkedArray] = []
    for field in contract.schema:
        if field.name in values:
            columns.append(pa.repeat(pa.scalar(values[field.name], field.type), len(table)))
        else:
            columns.append(table[field.name].cast(field.type))
    return pa.Table.from_arrays(columns, schema=contract.schema)


def read_columns(contract: Table, values: Sequence[str]) -> list[str]:
    """The contract's columns that stand in the files: all but the partition columns."""
    return [name for name in contract.column_names if name not in values]
