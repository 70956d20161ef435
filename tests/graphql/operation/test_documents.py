"""Prepared documents count for what they take, those that are refused, too."""

import gc
import tracemalloc
from collections.abc import Callable
from contextlib import suppress

import pytest
from graphql import GraphQLError, Token

from lakecast_graphql.operation.documents import Documents, Refused
from lakecast_graphql.operation.limits import Limits
from lakecast_graphql.types.schema import schema

_OTHERS = 100_000
"""Bytes that the tests themselves may take meanwhile."""
MAKERS: dict[str, Callable[[str], str]] = {
    "aliases": lambda name: (
        "{ " + " ".join(f"{name}{n}: items(first: 1) {{ nodes {{ sku }} }}" for n in range(12)) + "}"
    ),
    "values": lambda name: (
        f'{{ items(first: 1, where: {{itemId: {{in: ["{name}"' + ', ""' * 200 + "]}}) { totalCount } }"
    ),
    "a long string": lambda name: (
        f'{{ items(first: 1, where: {{name: {{contains: "{name * 200}"}}}}) {{ totalCount }} }}'
    ),
    "comments": lambda name: f"{{ items(first: 1) {{ totalCount }} }} #{name}\n" + "#\n" * 200,
    "unknown fields": lambda name: "{ items(first: 1) { " + " ".join(f"{name}{n}" for n in range(12)) + " } }",
    "no end": lambda name: f"{{ {name}: items(first: 1) {{ ",
    "too many fields": lambda name: "{ " + f"{name} " * 200 + "}",
}


@pytest.mark.parametrize("kind", MAKERS)
def test_the_memory_of_documents_is_what_is_counted(kind: str) -> None:
    documents = Documents(schema()._schema, Limits(), shows_schema=False, suggestions=False, max_errors=10)

    def prepare(name: str) -> None:
        with suppress(Refused):
            documents.get(MAKERS[kind](name))

    tracemalloc.start()
    try:
        for name in ("first", "second", "third"):
            prepare(name)
        gc.collect()
        before, counted = tracemalloc.get_traced_memory()[0], documents.prepared.bytes
        for number in range(48):
            prepare(f"a{number}")
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    counted = documents.prepared.bytes - counted
    assert counted / 4 <= grown <= counted + _OTHERS


@pytest.mark.parametrize("kind", ["aliases", "comments", "unknown fields"])
def test_tokens_are_not_held(kind: str) -> None:
    """The collector would look at them whenever it comes by, and everybody waits meanwhile."""
    documents = Documents(schema()._schema, Limits(), shows_schema=False, suggestions=False, max_errors=10)

    def tokens() -> int:
        return sum(isinstance(each, Token) for each in gc.get_objects())

    gc.collect()
    before = tokens()
    gc.disable()
    try:
        with suppress(Refused):
            documents.get(MAKERS[kind]("a"))
        assert tokens() == before
    finally:
        gc.enable()


def test_an_error_of_execution_still_says_where() -> None:
    documents = Documents(schema()._schema, Limits(), shows_schema=False, suggestions=False, max_errors=10)
    operation = documents.get("query A {\n  items { totalCount }\n}").operation(None)
    (field,) = operation.selection_set.selections
    assert GraphQLError("", field).locations == [(2, 3)]
