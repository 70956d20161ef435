"""Rows of JSON from columns: the C module and Python make the same, and what every column offers are its cells."""

import shutil
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.rows import interleaving
from lakecast_graphql.rows.column import Coded, Column, Constant, Counts, Dates, Enums, Lists, Numbers, Values
from lakecast_graphql.rows.interleaving import (
    Cells,
    Digits,
    Picks,
    Piece,
    PlainCells,
    Source,
    Span,
    interleaved,
    joined,
    joined_in_python,
)

WAYS = [interleaving.interleave, interleaved]
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**64 - 1))
TEXTS = st.binary(max_size=70)


@st.composite
def sources(draw: st.DrawFn, count: int) -> Source:
    match draw(st.sampled_from(["shared", "cells", "digits", "picks"])):
        case "shared":
            return draw(TEXTS)
        case "cells":
            return draw(st.lists(TEXTS, min_size=count, max_size=count))
        case "digits":
            return Digits(orjson.dumps(draw(st.lists(NUMBERS, min_size=count, max_size=count))))
    texts = draw(st.lists(TEXTS, min_size=1, max_size=5))
    codes = draw(st.lists(st.integers(0, len(texts) - 1), min_size=count, max_size=count))
    return Picks(texts, np.array(codes, np.int32))


@given(st.lists(st.integers(0, 30), max_size=5), st.data())
def test_the_module_makes_what_python_makes(sizes: list[int], data: st.DataObject) -> None:
    given_sources = data.draw(st.lists(sources(sum(sizes)), max_size=6))
    assert interleaving.interleave(given_sources, sizes) == interleaved(given_sources, sizes)


@given(st.integers(0, 40), st.lists(st.integers(0, 10), max_size=4), st.integers(0, 20), st.data())
def test_cells_are_those_of_their_source_from_any_row_on(
    before: int, sizes: list[int], behind: int, data: st.DataObject
) -> None:
    count = before + sum(sizes) + behind
    given_sources = data.draw(st.lists(sources(count), max_size=5))
    laid = [
        [part if type(part) is bytes else kind(part, count) for part in given_sources] for kind in (Cells, PlainCells)
    ]
    laid.append([part if type(part) is bytes else Cells(part, count) for part in laid[0]])  # they are sources, too
    rows = interleaved(given_sources, [1] * count)
    bounds = list(pairwise(accumulate(sizes, initial=before)))
    expected = b"|".join([b",".join(rows[a:b]) for a, b in bounds])
    for join, parts in zip((joined, joined_in_python, joined), laid, strict=True):
        pieces: list[Piece] = [piece for a, b in bounds for piece in (b"|", Span(parts, b - a, a))][1:]
        assert join(pieces) == expected


@pytest.mark.parametrize("kind", [Cells, PlainCells])
def test_cells_know_what_they_take(kind: type[PlainCells]) -> None:
    assert kind([b"x" * 100] * 50, 50).nbytes >= 5_000
    assert kind(Digits(b"[" + b",".join([b"1.25"] * 50) + b"]"), 50).nbytes >= 200
    assert kind(Picks([b"x" * 1_000], np.zeros(50, np.int32)), 50).nbytes >= 1_200


def test_rows_that_cells_have_not_are_refused() -> None:
    source = [b"1", b"2", b"3"]
    for join, kind in ((joined, Cells), (joined_in_python, PlainCells)):
        assert join([Span([kind(source, 3)], 2, 1)]) == b"2,3"
        for rows, first in ((3, 1), (1, 3), (4, 0)):
            with pytest.raises(ValueError, match="cells"):
                join([Span([kind(source, 3)], rows, first)])
        for other in (source, Digits(b"[1,2,3]"), Picks([b"1"], np.zeros(3, np.int32))):
            with pytest.raises(ValueError, match=r"cells|number|code"):
                kind(other, 2)


def test_the_module_was_built_where_there_is_a_compiler() -> None:
    if shutil.which("gcc") or shutil.which("cc"):
        assert interleaving.interleave is not interleaved


@pytest.mark.parametrize("interleave", WAYS)
@pytest.mark.parametrize(
    "wrong",
    [
        [b"1", b"2"],
        Digits(b"[1,2]"),
        Digits(b"[1,2,3,4]"),
        Digits(b"[]"),
        Picks([b"a"], np.zeros(2, np.int32)),
    ],
)
def test_sources_of_other_lengths_are_refused(interleave, wrong: Source) -> None:
    with pytest.raises(ValueError, match=r"row|number|code"):
        interleave([b"{", wrong, b"}"], [1, 2])


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ("text", TypeError),
        (3, TypeError),
        (("text",), TypeError),
        ((b"",), TypeError),
        ([b"1", "2", b"3"], TypeError),
        (Picks(["a"], np.zeros(3, np.int32)), TypeError),  # type: ignore[list-item]
        (Picks([b"a"], np.zeros(3, np.int64)), ValueError),  # type: ignore[arg-type]
        (Picks([b"a"], np.zeros(6, np.int32)[::2]), ValueError),
        (Picks([b"a"], np.array([0, 1, 0], np.int32)), ValueError),
        (Picks([b"a"], np.array([0, -1, 0], np.int32)), ValueError),
        (Digits(b"[1,2]"), ValueError),
    ],
)
def test_what_is_no_source_is_refused(wrong: object, kind: type[Exception]) -> None:
    if interleaving.interleave is interleaved:
        pytest.skip("there is no compiler, and Python would find out by itself")
    with pytest.raises(kind):
        interleaving.interleave([b"{", wrong, b"}"], [1, 2])  # type: ignore[list-item]
    with pytest.raises(kind):
        interleaving.Cells(wrong, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="negative"):
        interleaving.Cells([], -1)
    with pytest.raises(ValueError, match="negative"):
        interleaving.interleave([b"x"], [1, -1])
    with pytest.raises(TypeError):
        interleaving.interleave((b"x",), [1])  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [1 << 62, (1 << 62) + 1, (1 << 63) - 1, (1 << 60), 1 << 59])
@pytest.mark.parametrize(
    "source",
    [b"", b"xy", Digits(b"[]"), Picks([b"a"], np.zeros(0, np.int32)), Picks([b"a"], np.zeros(1, np.int32)), []],
)
def test_numbers_that_overflow_are_refused(source: Source, rows: int) -> None:
    """Four times 2^62 is 0 in 64 bits: codes of no row would be taken for as many."""
    if interleaving.interleave is interleaved:
        pytest.skip("there is no compiler, and Python's numbers do not overflow")
    for call in (
        lambda: interleaving.Cells(source, rows),
        lambda: interleaving.interleave([source], [rows]),
        lambda: interleaving.interleave([source], [rows, rows, rows, rows]),
        lambda: interleaving.joined([Span([source], rows)]),
        lambda: interleaving.joined([Span([interleaving.Cells([b"1"], 1)], rows, (1 << 63) - 1)]),
    ):
        with pytest.raises((ValueError, MemoryError)):
            call()


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        ("text", TypeError),
        ((), TypeError),
        (([b"x"], "1", 0), TypeError),
        (((b"x",), 1, 0), TypeError),
        (Span([b"x"], -1), ValueError),
        (Span([b"x"], 1, -1), ValueError),
        (Span([[b"1", b"2"]], 1), ValueError),
        (Span([Digits(b"[1,2]")], 1), ValueError),
        (Span([Digits(b"[1]")], 2), ValueError),
    ],
)
def test_what_is_no_piece_is_refused(piece: Any, kind: type[Exception]) -> None:
    if joined is joined_in_python:
        pytest.skip("there is no compiler, and Python would find out by itself")
    with pytest.raises(kind):
        joined([b"[", Span([b"{", b"}"], 3), piece, b"]"])
    with pytest.raises(TypeError):
        joined((b"x",))  # type: ignore[arg-type]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.data())
def test_a_column_offers_its_cells(sizes: list[int], data: st.DataObject) -> None:
    count = sum(sizes)

    def drawn(values: st.SearchStrategy[object], kind: type) -> np.ndarray:
        return np.array(data.draw(st.lists(values, min_size=count, max_size=count)), kind)

    missing = drawn(st.booleans(), np.bool_)
    whole = drawn(st.integers(-(2**60), 2**60), np.int64)
    days = drawn(st.integers(-20_000, 60_000), np.int32)
    near = drawn(st.integers(19_000, 19_000 + count), np.int64)
    coded = Coded(['a",', "ü\\", None], drawn(st.integers(0, 2), np.int64))
    numbers = Numbers(drawn(st.floats(allow_infinity=False), np.float64))
    shown: list[Column] = [
        numbers,
        Numbers(np.repeat(numbers.values, 2)[::2]),
        Counts(whole),
        Counts(whole, missing),
        Dates(days),
        Dates(near),
        Dates(days, missing),
        coded,
        Enums(Coded(["smooth", "lumpy", None], coded.codes)),
        Constant("é", count),
        Constant(datetime(2026, 1, 2, tzinfo=UTC), count),
        Enums(Constant("smooth", count)),
        Values(["x", None, 1.5, True, 7][:1] * count),
        Lists(Numbers(np.arange(count * 2.0)), np.arange(count + 1) * 2),
        Lists(Dates(near), np.arange(count + 1)),
    ]
    for interleave in WAYS:
        texts = interleave([piece for column in shown for piece in (b"|", column.source())], sizes)
        rows = [b"|" + b"|".join(row) for row in zip(*(column.cells() for column in shown), strict=True)]
        assert texts == [b",".join(rows[a:b]) for a, b in pairwise(accumulate(sizes, initial=0))]
    for column in shown:
        for row, text in enumerate(column.cells()):
            value = column[row]
            if isinstance(column, Enums) and value is not None:
                value = value.upper()
            assert orjson.loads(text) == orjson.loads(orjson.dumps(value)), (type(column), row)
