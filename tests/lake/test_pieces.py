"""Values of long columns, some at a time: the same as all at once."""

import pyarrow as pa
import pytest

from lakecast_lake.pieces import listed

CHUNKS = pa.chunked_array([["a", None], [], ["b", "c", "d"]], pa.string())
TABLE = pa.table({"n": [1, 2, 3, 4, 5], "many": [[{"x": n}] * n for n in range(5)]})


@pytest.mark.parametrize("rows", [CHUNKS, TABLE, pa.array([1.5, None]), pa.array([], pa.string()), TABLE.slice(5)])
@pytest.mark.parametrize("at_once", [1, 2, 5, 100])
def test_pieces_are_the_whole(rows: pa.Table | pa.ChunkedArray | pa.Array, at_once: int) -> None:
    assert listed(rows, at_once) == rows.to_pylist()
