"""Many rows to JSON without a Python object per value: texts are gathered from one buffer into another.

Every column says which texts it has and which of them each row shows (`Spans`). Together with the texts that all rows
share they are one Arrow array, and the rows are a `take` from it, whose buffer is the JSON. 10,000 rows of six fields
take 1.6 ms, of which the digits of the numbers are 0.6; splitting and joining them takes 4.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_graphql.read.column import Spans

FEWEST = 400
"""Rows from which gathering is faster than joining lists."""


def gathered(pieces: Sequence[bytes | Spans], sizes: Sequence[int]) -> list[bytes]:
    """(units,) texts of units of so many rows each, rows joined by commas.

    Args:
        pieces: what a row is put together from, in order; the last one is shared by all rows.
    """
    count, width = sum(sizes), len(pieces)
    index = np.empty((count, width), np.int32)
    texts: list[pa.Array] = []
    shared: list[bytes] = []
    places: list[int] = []
    base = 0
    for place, piece in enumerate(pieces):
        if isinstance(piece, bytes):
            shared.append(piece)
            places.append(place)
        else:
            np.add(piece.codes, base, out=index[:, place], casting="unsafe")
            texts.append(piece.texts)
            base += len(piece.texts)
    shared[-1] += b","
    index[:, places] = np.arange(base, base + len(shared), dtype=np.int32)
    texts.append(pa.array(shared, pa.binary()))
    rows = pc.take(pa.concat_arrays(texts), pa.array(index.ravel()), boundscheck=False)
    _, starts, data = rows.buffers()
    at = np.frombuffer(starts, np.int32)
    view = memoryview(data)
    ends = at[[width * row for row in accumulate(sizes, initial=0)]].tolist()
    return [bytes(view[begin : end - 1]) for begin, end in pairwise(ends)]
