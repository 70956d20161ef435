"""Persisted queries: Apollo's protocol, and an allow-list that nothing gets around."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation.persisted import TEXT_BYTES, PersistedQueries, digest_of, load_allowed


def hashed(query: str) -> dict[str, object]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest_of(query)}}


def code(queries: PersistedQueries, query: str | None, extensions: dict[str, object] | None) -> ErrorCode:
    with pytest.raises(ApiError) as raised:
        queries.resolve(query, extensions)
    return raised.value.code


@given(st.text())
def test_a_query_that_was_sent_once_is_known_by_its_hash(query: str) -> None:
    queries = PersistedQueries()
    assert code(queries, None, hashed(query)) is ErrorCode.PERSISTED_QUERY_NOT_FOUND
    assert queries.resolve(query, hashed(query)) == query
    assert queries.resolve(None, hashed(query)) == query


def test_a_hash_of_another_query_is_refused_and_not_kept() -> None:
    queries = PersistedQueries()
    assert code(queries, "{ a }", hashed("{ b }")) is ErrorCode.BAD_USER_INPUT
    assert code(queries, None, hashed("{ b }")) is ErrorCode.PERSISTED_QUERY_NOT_FOUND


@pytest.mark.parametrize("wanted", [1, "x", [], {}, {"version": 2, "sha256Hash": "a"}, {"version": 1, "sha256Hash": 3}])
def test_other_shapes_are_refused(wanted: object) -> None:
    assert code(PersistedQueries(), "{ a }", {"persistedQuery": wanted}) is ErrorCode.BAD_USER_INPUT


def test_off_is_off() -> None:
    assert code(PersistedQueries("off"), None, hashed("{ a }")) is ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED
    assert PersistedQueries("off").resolve("{ a }", None) == "{ a }"


def test_only_what_is_listed_is_answered_by_text_or_hash() -> None:
    queries = PersistedQueries("only", {digest_of("{ a }"): "{ a }"})
    assert queries.resolve("{ a }", None) == "{ a }"
    assert queries.resolve(None, hashed("{ a }")) == "{ a }"
    assert code(queries, "{ b }", None) is ErrorCode.FORBIDDEN
    assert code(queries, "{ b }", hashed("{ b }")) is ErrorCode.FORBIDDEN
    assert code(queries, None, hashed("{ b }")) is ErrorCode.PERSISTED_QUERY_NOT_FOUND


def test_memory_is_bounded_by_bytes() -> None:
    queries = PersistedQueries()
    long = "x" * (TEXT_BYTES // 10)
    for number in range(30):
        query = f"{{ {long}{number} }}"
        queries.resolve(query, hashed(query))
    assert queries.texts.bytes <= TEXT_BYTES
    assert queries.resolve(None, hashed(query)) == query


def test_the_list_is_a_file_whose_hashes_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "queries.json"
    path.write_text(json.dumps({digest_of("{ a }"): "{ a }"}))
    assert load_allowed(str(path)) == {digest_of("{ a }"): "{ a }"}
    path.write_text(json.dumps({"abc": "{ a }"}))
    with pytest.raises(ValueError, match="abc is not the SHA-256"):
        load_allowed(str(path))
    path.write_text("[]")
    with pytest.raises(ValueError, match="must be a JSON object"):
        load_allowed(str(path))
    assert load_allowed(None) == {}
