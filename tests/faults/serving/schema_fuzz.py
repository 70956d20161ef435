"""Operations made from the schema alone: most of them valid, many with values that nobody means."""

import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

TEXTS = (
    "",
    "a-001",
    "alpha",
    "béta 2",
    "ensemble",
    "nope",
    "'; drop table x --",
    "%_\\",
    "\u202e日本",
    "x" * 300,
    "\ud83d\ude00",
)
NUMBERS = (0, 1, -1, 2, 50, 10_001, 2**31 - 1, -(2**31))
REALS = (0.0, -0.5, 0.95, 1.0, 1e308, -1e308, 1e-308, 7)
SCALARS: dict[str, tuple[Any, ...]] = {
    "Int": NUMBERS, "Float": REALS, "String": TEXTS, "Boolean": (True, False),
    "ID": (*TEXTS, "aXRlbTphLTAwMQ==", "////", "1"),
    "Date": ("2026-01-31", "2026-02-30", "0001-01-01", "9999-12-31", ""),
    "DateTime": ("2026-01-31T00:00:00Z", "2026-01-31T00:00:00", "never", "9999-12-31T23:59:59Z"),
    "JSON": ({}, [], {"a": [1, None]}, "x", 3),
}  # fmt: skip
WRONG: tuple[Any, ...] = (None, [], {}, "wrong", 1.5, True, [None], {"eq": None})


class Fuzz:
    """A generator of operations over a schema, the same ones for the same seed."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self._schema = schema
        self._random = random.Random(seed)

    def operation(self) -> tuple[str, dict[str, Any]]:
        """A document with one operation, and its variables."""
        rng = self._random
        kinds = [
            ("query", self._schema.query_type), ("query", self._schema.query_type), ("query", self._schema.query_type),
            ("mutation", self._schema.mutation_type), ("subscription", self._schema.subscription_type),
        ]  # fmt: skip
        word, root = rng.choice(kinds)
        assert root is not None
        self._variables: dict[str, tuple[str, Any]] = {}
        fields = " ".join(self._field(root, depth=0) for _ in range(1 if word != "query" else rng.randint(1, 3)))
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in self._variables.items())
        given = {name: value for name, (_, value) in self._variables.items() if rng.random() > 0.05}
        return f"{word} Q{f'({declared})' if declared else ''} {{ {fields} }}", given

    def _field(self, parent: GraphQLObjectType, depth: int) -> str:
        rng = self._random
        names = [name for name, field in parent.fields.items() if depth < 5 or is_leaf_type(get_named_type(field.type))]
        if not names or rng.random() < 0.05:
            return "__typename"
        name = rng.choice(names)
        field: GraphQLField = parent.fields[name]
        alias = f"a{rng.randint(0, 999)}: " if rng.random() < 0.5 else ""
        directive = rng.choice(["", "", "", " @skip(if: false)", " @include(if: true)", " @skip(if: true)"])
        return f"{alias}{name}{self._arguments(field)}{directive}{self._selection(field, depth)}"

    def _arguments(self, field: GraphQLField) -> str:
        rng, parts = self._random, []
        for name, argument in field.args.items():
            needed = isinstance(argument.type, GraphQLNonNull) and argument.default_value is not None
            if not needed and rng.random() < 0.6:
                continue
            variable = f"v{len(self._variables)}"
            self._variables[variable] = (str(argument.type), self._value(argument.type))
            parts.append(f"{name}: ${variable}")
        return f"({', '.join(parts)})" if parts else ""

    def _selection(self, field: GraphQLField, depth: int) -> str:
        kind = get_named_type(field.type)
        if is_leaf_type(kind):
            return ""
        if is_abstract_type(kind):
            return " { __typename }"
        assert isinstance(kind, GraphQLObjectType)
        return f" {{ {' '.join(self._field(kind, depth + 1) for _ in range(self._random.randint(1, 4)))} }}"

    def _value(self, kind: Any, depth: int = 0) -> Any:
        rng = self._random
        if rng.random() < 0.04:
            return rng.choice(WRONG)
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, depth)
        if isinstance(kind, GraphQLList):
            return [self._value(kind.of_type, depth + 1) for _ in range(rng.randint(0, 3))]
        if isinstance(kind, GraphQLEnumType):
            return rng.choice([*kind.values, "NOPE"] if rng.random() < 0.1 else list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            names = list(kind.fields) if depth < 4 else []
            chosen = [
                name for name in names if isinstance(kind.fields[name].type, GraphQLNonNull) or rng.random() < 0.2
            ]
            return {name: self._value(kind.fields[name].type, depth + 1) for name in chosen}
        return rng.choice(SCALARS[kind.name])
