"""Bounds on documents: they count what is answered, and take no time to."""

import time

import pytest
from graphql import parse
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation.limits import MAX_OVERLAPS, Limits, check

LIMITS = Limits(depth=5, aliases=4, tokens=5_000, fields=20, directives=3)


def refused(query: str, limits: Limits = LIMITS) -> str | None:
    try:
        check(parse(query), limits)
    except ApiError as error:
        return error.message if error.code is ErrorCode.QUERY_TOO_COMPLEX else "another code"
    return None


@pytest.mark.parametrize(
    ("of", "build", "limit"),
    [
        ("levels", lambda n: "{" + "a{" * (n - 1) + "a" + "}" * n, 5),
        ("levels", lambda n: "query { ...f } fragment f on Q {" + "a{" * (n - 1) + "a" + "}" * n, 5),
        ("fields", lambda n: "{" + " ".join(f"a{i}" for i in range(n)) + "}", 20),
        ("fields", lambda n: f"{{ {' '.join(['...f'] * n)} }} fragment f on Q {{ a }}", 20),
        ("aliases", lambda n: "{" + " ".join(f"x{i}: a" for i in range(n)) + "}", 4),
        ("directives", lambda n: "{ a " + "@skip(if: false) " * n + "}", 3),
        ("directives", lambda n: "{ ... " + "@skip(if: false) " * n + "{ a } }", 3),
        ("directives", lambda n: "query " + "@d " * n + "{ a }", 3),
        ("directives", lambda n: "query ($v: Int " + "@d " * n + ") { a }", 3),
    ],
)
def test_as_many_as_allowed_and_no_more(of: str, build, limit: int) -> None:
    assert refused(build(limit)) is None
    assert of in (refused(build(limit + 1)) or "")


@given(st.integers(1, 40))
def test_spreads_that_double_are_counted_without_spreading_them(levels: int) -> None:
    fragments = " ".join(f"fragment f{n} on Q {{ ...f{n + 1} ...f{n + 1} }}" for n in range(levels))
    query = f"{{ ...f0 }} {fragments} fragment f{levels} on Q {{ a }}"
    began = time.process_time()
    assert (refused(query) is None) == (2**levels <= LIMITS.fields)
    assert time.process_time() - began < 0.1


@settings(max_examples=20)
@given(st.integers(1, 60))
def test_overlapping_selections_are_bounded_by_their_pairs(count: int) -> None:
    query = "{" + "a { b } " * count + "}"
    limits = Limits(fields=10_000)
    pairs = count * (count - 1)  # of a, and of b within the merged a
    assert (refused(query, limits) is None) == (pairs // 2 <= MAX_OVERLAPS and pairs <= MAX_OVERLAPS)


def test_fragments_in_a_circle_are_left_to_validation() -> None:
    assert refused("{ ...f } fragment f on Q { a ...g } fragment g on Q { b ...f }") is None


def test_an_unused_fragment_counts_too() -> None:
    assert refused("{ a } fragment f on Q {" + " ".join(f"a{i}" for i in range(30)) + "}") is not None
