"""Filters as SQL: what they find is what they say, and long lists are cheap."""

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from lakecast_lake.columns.where import LIST_CONDITIONS, SHORT_LIST, Words, condition, count

FIELDS = {"id": "t.id", "n": "t.n", "of": {"id": "t.id"}, "search": Words("t.id", "lower(?)"), "even": "t.n % 2 = ?"}
ROWS = pa.table({"id": ["a b", "b c", "c", None], "n": pa.array([1, 2, 3, 4])})
LONG = SHORT_LIST + 1


def found(where: dict[str, Any]) -> set[int]:
    """The numbers of the rows that a filter finds."""
    text, parameters = condition(where, FIELDS)
    with duckdb.connect() as one:
        one.register("t", ROWS)
        return {row[0] for row in one.execute(f"select n from t where {text}", parameters).fetchall()}


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ({}, {1, 2, 3, 4}),
        ({"id": {"in_": ["c", "a b"]}}, {1, 3}),
        ({"id": {"in_": ["c", *map(str, range(LONG))]}}, {3}),
        ({"not_": {"id": {"in_": ["c", *map(str, range(LONG))]}}}, {1, 2, 4}),
        ({"n": {"in_": list(range(3, 3 + LONG))}}, {3, 4}),
        ({"id": {"in_": []}}, set()),
        ({"or_": []}, set()),
        ({"or_": [{"id": {"eq": "c"}}, {"n": {"eq": 4}}, {"id": {"in_": ["a b"]}}]}, {1, 3, 4}),
        ({"or_": [{"id": {"eq": "c"}}, {"id": {"in_": []}}, {"id": {"contains": "b"}}]}, {1, 2, 3}),
        ({"or_": [{"id": {"eq": "c"}, "n": {"eq": 1}}, {"id": {"eq": "b c"}}]}, {2}),
        ({"or_": [{"id": {"eq": str(number)}} for number in range(LONG)] + [{"id": {"eq": "c"}}]}, {3}),
        ({"or_": [{"not_": {"id": {"eq": "c"}}}, {"id": {"eq": "c"}}]}, {1, 2, 3, 4}),
        ({"and_": [{"of": {"id": {"in_": ["c", "b c"]}}}, {"n": {"gt": 2}}]}, {3}),
        ({"or_": [{"of": {"id": {"eq": "c"}}}, {"id": {"eq": "b c"}}]}, {2, 3}),
        ({"search": "B"}, {1, 2}),
        ({"search": " b\tC b"}, {2}),
        ({"search": "  "}, {1, 2, 3, 4}),
        ({"or_": [{"search": "a"}, {"even": 0}]}, {1, 2, 4}),
    ],
)
def test_what_a_filter_finds(where: dict[str, Any], numbers: set[int]) -> None:
    assert found(where) == numbers


def test_long_lists_are_one_parameter_each() -> None:
    values = [str(number) for number in range(5_000)]
    for where in ({"id": {"in_": values}}, {"or_": [{"id": {"eq": value}} for value in values]}):
        text, parameters = condition(where, FIELDS)
        assert parameters == [values]
        assert len(text) < 200
        assert count(where) == LIST_CONDITIONS


def test_what_costs_is_counted() -> None:
    assert count({}) == 0
    assert count({"n": {"gt": 1, "lt": 9}, "id": {"in_": ["a", "b"]}, "even": 0}) == 5
    assert count({"or_": [{"id": {"contains": str(number)}} for number in range(700)]}) == 700
    assert count({"and_": [{"id": {"eq": str(number)}} for number in range(700)]}) == 700
    assert count({"or_": [{"not_": {"id": {"in_": list("abcdefg")}}} for _ in range(9)]}) == 9 * LIST_CONDITIONS
    assert count({"not_": {"of": {"id": {"eq": "a"}}, "search": "one two one three"}}) == 4
