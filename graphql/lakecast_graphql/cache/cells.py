"""Cells of neighbours: columns as JSON, for some units of a snapshot at a time, bounded by bytes."""

import time
from collections.abc import Hashable

from lakecast_graphql.rows.interleaving import Source
from lakecast_lake.lru import LruCache, size_of_key

_OF_ROW_GROUP = 1_000
_OF_COLUMN = 300
_OF_SELECTION = 400
"""Bytes that these cost besides cells."""
_MOST_WAITING = 32
"""Selections of which rows are counted that were rendered without the row group."""
_AT_ONCE, _REST = 20, 0.0005
"""Row groups freed between two rests, and the seconds of a rest."""


class RowGroup:
    """What is known of some neighbouring units.

    Attributes:
        columns: path, name and arguments of a field -> its cells.
        selections: key of a selection -> what its rows are put together from, in order, mostly of `columns`; None
            where one of its rows cannot be.
    """

    __slots__ = ("_rows_without", "columns", "selections")

    def __init__(self) -> None:
        self.columns: dict[Hashable, Source] = {}
        self.selections: dict[Hashable, list[Source] | None] = {}
        self._rows_without: dict[Hashable, int] = {}

    def count_rows_without(self, selection: Hashable, rows: int) -> int:
        """Count rows of a selection that were rendered without it; returns how many there were."""
        if len(self._rows_without) >= _MOST_WAITING:
            self._rows_without.clear()
        count = self._rows_without[selection] = self._rows_without.get(selection, 0) + rows
        return count

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        columns = sum([size_of_key(key) + _size(column) for key, column in tuple(self.columns.items())])
        selections = sum([size_of_key(key) + _parts_size(parts) for key, parts in tuple(self.selections.items())])
        waiting = sum(map(size_of_key, tuple(self._rows_without)))
        return _OF_ROW_GROUP + columns + selections + waiting


class CellCache:
    """Row groups by the snapshot's serial, the space that their units are of, and their number in it.

    The one that was not used for longest goes first. `hits` and `misses` are selections that were known in one or not.
    """

    def __init__(self, limit: int) -> None:
        self.hits = 0
        self.misses = 0
        self._row_groups: LruCache[RowGroup] = LruCache(limit, lambda _, row_group: row_group.nbytes)

    def __len__(self) -> int:
        return len(self._row_groups)

    @property
    def limit(self) -> int:
        """Bytes that all of them may take."""
        return self._row_groups.limit

    @property
    def bytes(self) -> int:
        """Bytes that they take."""
        return self._row_groups.bytes

    @property
    def evictions(self) -> int:
        """Row groups that made room for others."""
        return self._row_groups.evictions

    def of(self, key: tuple[int, Hashable, int]) -> RowGroup:
        """A row group, to be read and added to; see `recount`."""
        group = self._row_groups.get(key)
        if group is None:
            group = RowGroup()
            self._row_groups.put(key, group)
        return group

    def recount(self, key: tuple[int, Hashable, int], row_group: RowGroup) -> None:
        """A row group was added to: count its bytes again."""
        self._row_groups.put(key, row_group)

    def keep_only(self, serial: int) -> None:
        """Forget those of all snapshots but one. Takes its time: not to be called where requests are answered."""
        while self._row_groups.drop(lambda key: key[0] != serial, _AT_ONCE):
            time.sleep(_REST)


def _size(column: Source) -> int:
    return _OF_COLUMN + (len(column) if isinstance(column, bytes) else column.nbytes)  # type: ignore[union-attr]


def _parts_size(parts: list[Source] | None) -> int:
    """Of a selection: columns are counted by themselves, the texts between them belong to it."""
    return _OF_SELECTION + sum([100 + len(part) if type(part) is bytes else 100 for part in parts or ()])
