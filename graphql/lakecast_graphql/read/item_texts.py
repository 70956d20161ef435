"""Texts of items: escaped once for many answers, some thousand items at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import pyarrow as pa

from lakecast_graphql.read.column import Column, Values
from lakecast_graphql.read.interleaving import Source
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Ints

_BITS = 11
"""Items are escaped 2,048 at a time: well under a millisecond."""
_FEW = 8
"""Items up to which a column is read for them alone."""
_FAR = 4
"""Neighbourhoods beyond which items are too scattered to escape all that lie between them."""


@dataclass(frozen=True, eq=False)
class _Cells:
    """(items,) texts of neighbouring items as JSON."""

    cells: list[bytes]

    @property
    def nbytes(self) -> int:
        return sum(map(len, self.cells)) + 50 * len(self.cells)


class Texts(Column):
    """A text of each item, or null; `cells` are given, values are read one by one."""

    def __init__(self, cells: list[bytes]) -> None:
        self._cells = cells

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, row: int) -> Any:
        return orjson.loads(self._cells[row])

    def cells(self) -> Sequence[bytes]:
        """(rows,) the values as JSON."""
        return self._cells

    def source(self) -> Source:
        """(rows,) the same."""
        return self._cells


def column(
    snapshot: Snapshot, name: str, codes: Ints, span: tuple[int, int] = (0, 0), instead: str | None = None
) -> Column:
    """(rows,) a text column of the items' table, with that of another column instead of nulls.

    Args:
        span: the codes are low:high, as on most pages; of equal low and high nothing is said.
    """
    first, last = span
    if last - first > _FEW and first >> _BITS == (last - 1) >> _BITS:
        begin = first >> _BITS << _BITS
        return Texts(_part(snapshot, name, instead, first >> _BITS)[first - begin : last - begin])
    wanted: list[int] = codes.tolist()
    if len(wanted) <= _FEW:
        return Values(_texts(snapshot, name, instead, codes))
    low, high = min(wanted) >> _BITS, max(wanted) >> _BITS
    if high - low >= _FAR:
        return Values(_texts(snapshot, name, instead, codes))
    parts = [_part(snapshot, name, instead, part) for part in range(low, high + 1)]
    if low == high:
        part, begin = parts[0], low << _BITS
        return Texts([part[code - begin] for code in wanted])
    mask = (1 << _BITS) - 1
    return Texts([parts[(code >> _BITS) - low][code & mask] for code in wanted])


def _part(snapshot: Snapshot, name: str, instead: str | None, part: int) -> list[bytes]:
    return snapshot.memo.get(("item texts", name, part), partial(_escaped, snapshot, name, instead, part)).cells


def _escaped(snapshot: Snapshot, name: str, instead: str | None, part: int) -> _Cells:
    begin = part << _BITS
    table = snapshot.items.table
    return _Cells(list(map(orjson.dumps, _filled(table.slice(begin, 1 << _BITS), name, instead))))


def _texts(snapshot: Snapshot, name: str, instead: str | None, codes: Ints) -> list[Any]:
    names = [name] if instead is None else [name, instead]
    return _filled(snapshot.items.table.select(names).take(pa.array(codes)), name, instead)


def _filled(table: pa.Table, name: str, instead: str | None) -> list[Any]:
    texts: list[Any] = table[name].to_pylist()
    if instead is None or None not in texts:
        return texts
    others = table[instead].to_pylist()
    return [other if text is None else text for text, other in zip(texts, others, strict=True)]
