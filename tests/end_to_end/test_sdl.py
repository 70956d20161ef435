"""The schema that is printed, the one that is committed, and the one that is served are the same."""

from pathlib import Path

import pytest
from both_sides import ROOT, lakecast, serving
from graphql import build_client_schema, build_schema, get_introspection_query, lexicographic_sort_schema, print_schema


def canonical(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(sdl)))


@pytest.mark.parametrize("side", ["ml", "serve"])
def test_the_printed_schema_is_the_committed_one(side: str) -> None:
    committed = (ROOT / "schema" / "lakecast_schema" / "lakecast.graphql").read_text()
    assert lakecast(side, "schema").stdout.rstrip() == committed.rstrip()


def test_the_served_schema_is_the_printed_one(published: Path, tmp_path: Path) -> None:
    printed = lakecast("serve", "schema").stdout
    with serving(published, tmp_path, "--dev") as server:
        introspected = build_client_schema(server.query(get_introspection_query()))
        page = server.request("/graphql", headers={"Accept": "text/html"})
    assert print_schema(lexicographic_sort_schema(introspected)) == canonical(printed)
    assert page.status == 200
    assert b"graphiql" in page.body.lower()


def test_introspection_is_off_unless_asked_for(published: Path, tmp_path: Path) -> None:
    with serving(published, tmp_path) as server:
        assert "errors" in server.answer("{ __schema { queryType { name } } }")
        assert server.request("/graphql", headers={"Accept": "text/html"}).status != 200
