"""Texts of items, escaped once for many answers."""

from typing import Any

import orjson
import pyarrow as pa

from lakecast_graphql.read.column import Column, Values
from lakecast_graphql.read.spans import BITS, FEW, Kept, Span, neighbourhood
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Ints

_FAR = 4
"""Neighbourhoods beyond which items are too scattered to escape all that lie between them."""


def column(snapshot: Snapshot, name: str, codes: Ints, span: Span | None = None, instead: str | None = None) -> Column:
    """(rows,) a text column of the items' table, with that of another column instead of nulls.

    Args:
        codes: item codes in any order; those of `span` where there is one.
    """

    def make(first: int, last: int) -> Column:
        return Values(_filled(snapshot.items.table.slice(first, last - first), name, instead))

    if span is not None:
        return span.column(("text", name), make)
    wanted: list[int] = codes.tolist()
    if len(wanted) <= FEW or (max(wanted) >> BITS) - (min(wanted) >> BITS) >= _FAR:
        names = [name] if instead is None else [name, instead]
        return Values(_filled(snapshot.items.table.select(names).take(pa.array(codes)), name, instead))
    low, high = min(wanted) >> BITS, max(wanted) >> BITS
    parts = [neighbourhood(snapshot, ("text", name), part, make) for part in range(low, high + 1)]
    mask = (1 << BITS) - 1
    cells = [parts[(code >> BITS) - low][code & mask] for code in wanted]
    return Kept(cells, lambda: Values(list(map(orjson.loads, cells))))


def _filled(table: pa.Table, name: str, instead: str | None) -> list[Any]:
    texts: list[Any] = table[name].to_pylist()
    if instead is None or None not in texts:
        return texts
    others = table[instead].to_pylist()
    return [other if text is None else text for text, other in zip(texts, others, strict=True)]
