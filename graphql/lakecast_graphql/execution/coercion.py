"""JSON values and literals as arguments of the read functions: what the contract's input types admit, and no more.

Whatever is not plainly right is a `NotCompilable`: the ordinary way then coerces it, or says in GraphQL's words what is
wrong with it.
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
)

from lakecast_graphql.execution.not_compilable import NotCompilable

Coercer = Callable[[Any], Any]
_INT_LIMIT = 1 << 31


def coercer(kind: GraphQLInputType) -> Coercer:
    """A function from a JSON value to the value of an input type."""
    if isinstance(kind, GraphQLNonNull):
        return _of(kind.of_type)  # each of these refuses null by itself
    return _nullable(_of(kind))


def snake(name: str) -> str:
    """`leadTimeDays` as the read functions spell it."""
    return re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name)


def _nullable(inner: Coercer) -> Coercer:
    return lambda value: None if value is None else inner(value)


def _of(kind: GraphQLInputType) -> Coercer:
    if isinstance(kind, GraphQLList):
        entry = coercer(kind.of_type)
        return lambda value: [entry(v) for v in value] if type(value) is list else _refuse("list")
    return _of_named(kind)


@cache
def _of_named(kind: GraphQLInputType) -> Coercer:
    """Of a type that the schema names: there are only so many, while documents wrap them in lists of their own."""
    if isinstance(kind, GraphQLEnumType):
        words = {name: _word(value.value) for name, value in kind.values.items()}
        return lambda value: words[value] if type(value) is str and value in words else _refuse("enum")
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind)
    return _SCALARS.get(str(kind), lambda value: _refuse("scalar"))


def _word(value: Any) -> Any:
    return getattr(value, "value", value)


def _object(kind: GraphQLInputObjectType) -> Coercer:
    known: list[_Fields] = []  # made by the first value: filters nest in themselves

    def coerce(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise NotCompilable("object")
        if not known:
            known.append(_Fields.of(kind))
        fields = known[0]
        members = dict(fields.defaults)
        for name, entry in value.items():
            if name not in fields.coercers:
                raise NotCompilable("object field")
            attribute, inner = fields.coercers[name]
            members[attribute] = inner(entry)
        if not fields.required <= members.keys():
            raise NotCompilable("object field")
        return members

    return coerce


@dataclass(frozen=True)
class _Fields:
    """The fields of an input object: their coercers by GraphQL name, the rest by snake_case name."""

    coercers: dict[str, tuple[str, Coercer]]
    defaults: dict[str, Any]
    required: frozenset[str]

    @classmethod
    def of(cls, kind: GraphQLInputObjectType) -> "_Fields":
        defaults = {
            snake(name): plain_default(field.default_value)
            for name, field in kind.fields.items()
            if field.default_value is not Undefined and not is_unset(field.default_value)
        }
        required = {snake(name) for name, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)}
        coercers = {name: (snake(name), coercer(field.type)) for name, field in kind.fields.items()}
        return cls(coercers, defaults, frozenset(required - defaults.keys()))


def plain_default(value: Any) -> Any:
    """A default value as the schema holds it, in plain values."""
    return _word(value)


def is_unset(value: Any) -> bool:
    """Whether a default is Strawberry's mark for an argument that was left out."""
    return type(value).__name__ == "UnsetType"


def _refuse(reason: str) -> Any:
    raise NotCompilable(reason)


def _int(value: Any) -> int:
    if type(value) is int and -_INT_LIMIT <= value < _INT_LIMIT:
        return value
    raise NotCompilable("Int")


def _float(value: Any) -> float:
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and abs(value) < 1 << 53:
        return float(value)
    raise NotCompilable("Float")


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise NotCompilable("String")


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise NotCompilable("Boolean")


def _date(value: Any) -> dt.date:
    if type(value) is str and len(value) == 10:
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise NotCompilable("Date")


_SCALARS: dict[str, Coercer] = {
    "Int": _int, "Float": _float, "String": _text, "ID": _text, "Boolean": _boolean, "Date": _date,
}  # fmt: skip
