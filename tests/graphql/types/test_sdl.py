"""The served schema keeps the contract, and the published SDL is what the server prints."""

from importlib.resources import files

import pytest
from contract import differences
from graphql import build_schema

from lakecast_graphql.sdl import sdl
from lakecast_graphql.types import descriptions
from lakecast_graphql.types.schema import schema

PUBLISHED = files("lakecast_schema")
CONTRACT = (PUBLISHED / "contract.graphql").read_text(encoding="utf-8")
NOT_BUILT: tuple[str, ...] = ()
"""What the contract has and the server not yet: shorter with each part that is built, never longer."""


def test_the_served_schema_keeps_the_contract_but_for_what_is_named() -> None:
    assert sorted(differences(build_schema(CONTRACT), build_schema(sdl()))) == sorted(NOT_BUILT)


def test_the_published_sdl_is_what_the_server_prints() -> None:
    published = (PUBLISHED / "lakecast.graphql").read_text(encoding="utf-8")
    assert published == sdl(), "run: .venv-serve/bin/lakecast schema > schema/lakecast_schema/lakecast.graphql"


@pytest.mark.parametrize(
    ("change", "to", "complaint"),
    [
        ("totalCount: Int!", "totalCount: Int", "ItemConnection.totalCount: is Int!, not Int"),
        ("first: Int! = 50", "first: Int! = 51", "Query.items(first): defaults to 50, not 51"),
        ("sku: String, datasetId", "sku: String!, datasetId", "Query.item(sku): is String, not String!"),
        ("enum Language { EN PT }", "enum Language { EN PT DE }", "Language.DE: missing"),
        ("forecastIssue: String", "forecastIssues: String", "Item.forecastIssues: missing"),
        ("scalar JSON", "scalar JSON scalar UUID", "UUID: missing"),
        (
            "type Item implements Node",
            "interface Other { id: ID! } type Item implements Node & Other",
            "Item: does not",
        ),
        ("isNull: Boolean }", "isNull: Boolean, like: String }", "StringFilter(like): missing"),
    ],
)
def test_the_checker_sees_what_differs(change: str, to: str, complaint: str) -> None:
    assert change in CONTRACT
    found = differences(build_schema(CONTRACT.replace(change, to)), build_schema(sdl()))
    assert any(line.startswith(complaint) for line in found), found


def test_what_is_added_must_not_have_to_be_given() -> None:
    served = build_schema(sdl().replace("name: StringFilter\n", "name: StringFilter\n  needed: Int!\n", 1))
    added = set(differences(build_schema(CONTRACT), served)) - set(NOT_BUILT)
    assert added == {"ItemFilter(needed): was added and must be given"}


def test_every_type_field_and_argument_has_a_description() -> None:
    served = build_schema(sdl())
    silent = []
    for name, kind in served.type_map.items():
        if name.startswith("__"):
            continue
        silent += [] if kind.description else [name]
        for field, definition in getattr(kind, "fields", {}).items():
            silent += [] if definition.description else [f"{name}.{field}"]
            arguments = getattr(definition, "args", {}).items()
            silent += [f"{name}.{field}({one})" for one, argument in arguments if not argument.description]
    assert silent == []


def test_every_common_description_is_of_some_name() -> None:
    fields, arguments = set(), set()
    for kind in schema()._schema.type_map.values():
        for name, field in getattr(kind, "fields", {}).items():
            fields.add(name)
            arguments |= set(getattr(field, "args", {}))
    assert descriptions.FIELDS.keys() <= fields
    assert descriptions.ARGUMENTS.keys() <= arguments
