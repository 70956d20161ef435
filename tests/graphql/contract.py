"""Compares two schemas: everything of the one must be in the other, with the same names and types."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_non_null_type,
    print_ast,
)


def differences(contract: GraphQLSchema, served: GraphQLSchema) -> list[str]:
    """What the contract promises and the served schema does not keep, in words.

    The served schema may add types, fields, enum values, and arguments and input fields that need not be given.
    """
    found: list[str] = []
    for name, promised in contract.type_map.items():
        if name.startswith("__"):
            continue
        kept = served.type_map.get(name)
        if kept is None:
            found.append(f"{name}: missing")
        else:
            found += _in_type(name, promised, kept)
    for root in ("query_type", "mutation_type", "subscription_type"):
        if getattr(contract, root) is not None and getattr(served, root) is None:
            found.append(f"{root}: missing")
    return found


def _in_type(name: str, promised: object, kept: object) -> list[str]:
    match promised, kept:
        case (GraphQLObjectType(), GraphQLObjectType()) | (GraphQLInterfaceType(), GraphQLInterfaceType()):
            missing = {i.name for i in promised.interfaces} - {i.name for i in kept.interfaces}
            return [f"{name}: does not implement {i}" for i in sorted(missing)] + _fields(name, promised, kept)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            return _arguments(name, promised.fields, kept.fields)
        case GraphQLEnumType(), GraphQLEnumType():
            return [f"{name}.{value}: missing" for value in promised.values if value not in kept.values]
        case GraphQLUnionType(), GraphQLUnionType():
            missing = {t.name for t in promised.types} - {t.name for t in kept.types}
            return [f"{name}: misses {t}" for t in sorted(missing)]
        case GraphQLScalarType(), GraphQLScalarType():
            return []
        case _:
            return [f"{name}: is of another kind"]


def _fields(name: str, promised: GraphQLObjectType, kept: GraphQLObjectType) -> list[str]:
    found = []
    for field_name, field in promised.fields.items():
        other = kept.fields.get(field_name)
        path = f"{name}.{field_name}"
        if other is None:
            found.append(f"{path}: missing")
            continue
        if str(other.type) != str(field.type):
            found.append(f"{path}: is {other.type}, not {field.type}")
        found += _arguments(path, field.args, other.args)
    return found


def _arguments(path: str, promised: Mapping[str, Any], kept: Mapping[str, Any]) -> list[str]:
    found = []
    for name, argument in promised.items():
        other = kept.get(name)
        if other is None:
            found.append(f"{path}({name}): missing")
        elif str(other.type) != str(argument.type):
            found.append(f"{path}({name}): is {other.type}, not {argument.type}")
        elif _default(other) != _default(argument):
            found.append(f"{path}({name}): defaults to {_default(other)}, not {_default(argument)}")
    for name in kept.keys() - promised.keys():
        if is_non_null_type(kept[name].type) and _default(kept[name]) is None:
            found.append(f"{path}({name}): was added and must be given")
    return found


def _default(argument: GraphQLArgument | GraphQLInputField) -> str | None:
    """A default as it was written; None without one. Both schemas are built from SDL, which keeps it."""
    node = argument.ast_node
    return None if node is None or node.default_value is None else print_ast(node.default_value)
