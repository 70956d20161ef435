"""Rows of JSON from columns of it: nearly all that an answer takes when nothing of it was rendered before.

`interleave(sources, sizes)` puts rows together from their sources, in order, and returns the text of each unit of
`sizes` rows, its rows joined by commas. `_interleave.c` does it without an object per cell: 10,000 rows of six fields
take 0.7 ms, of which 0.45 are the digits of their numbers, and 3.3 in Python. It is built where the package is
installed if there is a C compiler; without one, Python answers the same.

`Cells(source, rows)` are a source laid out, to be used again and again from any of their rows on. Their `nbytes` are
what they take.

`joined(pieces)` is the text of an answer, whose rows are written where they stay: a piece is bytes, or a `Span`.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Digits(NamedTuple):
    """A number per row, as one JSON array of numbers and nulls, in which no comma is part of a number."""

    text: bytes


class Picks(NamedTuple):
    """Row i shows texts[codes[i]]; codes are contiguous int32."""

    texts: list[bytes]
    codes: NDArray[np.int32]


class PlainCells:
    """What `Cells` are, in Python."""

    def __init__(self, source: "Source", rows: int) -> None:
        self.cells = list(_cells(source, rows, 0))
        self.nbytes = sum(map(len, self.cells)) + 40 * len(self.cells)


Source = bytes | list[bytes] | Digits | Picks | PlainCells
"""Where rows take a part of their text from: the same for all of them, a cell per row, or one of these."""


class Span(NamedTuple):
    """Rows put together from sources, joined by commas: so many from `first` on, which sources but cells count from."""

    sources: list[Source]
    rows: int
    first: int = 0


Piece = bytes | Span
"""A part of an answer's text."""


def interleaved(sources: list[Source], sizes: list[int], first: int = 0) -> list[bytes]:
    """What `interleave` returns, in Python; of cells, from row `first` on.

    Slices of lists are assigned and joined by C code: twice as fast as a template per row.
    """
    count, width = sum(sizes), len(sources) + 1
    flat: list[bytes] = [b","] * (count * width)
    for place, source in enumerate(sources):
        flat[place::width] = _cells(source, count, first)
    begins = [width * row for row in accumulate(sizes, initial=0)]
    return [b"".join(flat[begin : max(end - 1, begin)]) for begin, end in pairwise(begins)]


def joined_in_python(pieces: list[Piece]) -> bytes:
    """What `joined` returns, in Python."""
    return b"".join(
        [piece if isinstance(piece, bytes) else interleaved(piece[0], [piece[1]], piece[2])[0] for piece in pieces]
    )


def _cells(source: Source, count: int, first: int) -> Sequence[bytes]:
    if isinstance(source, bytes):
        return [source] * count
    if isinstance(source, PlainCells):
        cells: Sequence[bytes] = source.cells[first : first + count]
    elif isinstance(source, Digits):
        cells = source.text[1:-1].split(b",") if len(source.text) > 2 else []
    elif isinstance(source, Picks):
        cells = [source.texts[code] for code in source.codes.tolist()]
    else:
        cells = source
    if len(cells) != count:
        raise ValueError(f"a source has {len(cells)} cells for {count} rows")
    return cells


if TYPE_CHECKING:
    Cells = PlainCells
    interleave = interleaved
    joined = joined_in_python
else:
    try:
        from lakecast_graphql.rows._interleave import Cells, interleave, joined
    except ImportError:
        Cells, interleave, joined = PlainCells, interleaved, joined_in_python
