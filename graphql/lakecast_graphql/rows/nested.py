"""Columns of objects, whose rows stand elsewhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lakecast_graphql.rows.column import Column
from lakecast_graphql.rows.rows import Rows


class Nested(Column):
    """Objects: row i has the object rows[index[i]], or None where the index is negative."""

    def __init__(self, rows: Rows, index: NDArray[np.int64] | None = None) -> None:
        self.rows = rows
        self.index = index

    def __len__(self) -> int:
        return len(self.rows) if self.index is None else len(self.index)

    def __getitem__(self, row: int) -> Any:
        place = row if self.index is None else int(self.index[row])
        return None if place < 0 else self.rows[place]

    def cells(self) -> Sequence[bytes]:
        raise TypeError("an object's JSON depends on what is selected of it")


class NestedLists(Column):
    """Lists of objects: row i has rows[start[i]:start[i + 1]], or only rows[i] without `start`."""

    def __init__(self, rows: Rows, start: NDArray[np.int64] | None) -> None:
        self.rows = rows
        self.start = start

    def __len__(self) -> int:
        return len(self.rows) if self.start is None else len(self.start) - 1

    def __getitem__(self, row: int) -> list[Any]:
        if self.start is None:
            return [self.rows[row]]
        return [self.rows[place] for place in range(int(self.start[row]), int(self.start[row + 1]))]

    def cells(self) -> Sequence[bytes]:
        raise TypeError("an object's JSON depends on what is selected of it")
