"""Random valid operations against the schema: aliases, fragments, directives, variables, filters, odd values."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)

TEXTS = (
    "shared", "a-001", "b-003", "alpha", "béta 2", "arima", "ensemble", "seasonal_naive", "power", 'a "b"', "SKU 3",
    "v1.2.3", "", "%b", "nowhere",
)  # fmt: skip
DATES = ("2026-01-31", "2026-02-02", "2025-12-01", "2027-01-01")
NEVER = {"serviceStatus", "snapshots", "__schema", "__type"}
"""Root fields whose answers are of the moment."""


@dataclass
class _Operation:
    random: Random
    schema: GraphQLSchema
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)


def operation(schema: GraphQLSchema, seed: int) -> tuple[str, dict[str, Any]]:
    """A document with one operation that the schema admits, and its variables."""
    made = _Operation(Random(seed), schema)
    query = schema.query_type
    assert query is not None
    names = [name for name in query.fields if name not in NEVER]
    picked = made.random.sample(names, made.random.choice((1, 1, 2, 3)))
    body = " ".join(_field(made, query, name, depth=0, alias=f"r{n}") for n, name in enumerate(picked))
    declared = f"({', '.join(made.declared)})" if made.declared else ""
    return f"query Q{declared} {{ {body} }} {' '.join(made.fragments)}", made.variables


PAGED = ("forecasts", "forecastSeries", "items", "metrics", "replenishment")
"""Lists whose pages offsets alone find, unless they are filtered by more than equalities, or ordered."""


def page(schema: GraphQLSchema, seed: int) -> tuple[str, dict[str, Any]]:
    """The same for a page of such a list, with anything of its rows selected; $a is where it begins."""
    made = _Operation(Random(seed), schema)
    random, query = made.random, schema.query_type
    assert query is not None
    name = random.choice(PAGED)
    given = [f"first: {_variable(made, 'Int!', random.randint(1, 40))}", "after: $a"]
    if random.random() < 0.3 and name != "metrics":
        given.append('where: {datasetId: {eq: "alpha"}}')
    elif random.random() < 0.3 and name.startswith("forecast"):
        given.append(f'where: {{itemId: {{eq: "{random.choice(("a-001", "a-002", "b-003"))}"}}}}')
    if random.random() < 0.3 and name.startswith("forecast"):
        given.append(f"kind: {random.choice(('LIVE', 'BACKTEST', 'ALL'))}")
    nodes = query.fields[name].type.of_type.fields["nodes"].type
    while isinstance(nodes, GraphQLNonNull | GraphQLList):
        nodes = nodes.of_type
    body = f"nodes {{ {_selection(made, nodes, 2)} }} totalCount pageInfo {{ hasNextPage endCursor }}"
    declared = ", ".join(["$a: String", *made.declared])
    return f"query Q({declared}) {{ r0: {name}({', '.join(given)}) {{ {body} }} }} {' '.join(made.fragments)}", {
        **made.variables,
        "a": None,
    }


def _field(made: _Operation, parent: Any, name: str, depth: int, alias: str | None) -> str:
    definition = parent.fields[name]
    inner = definition.type
    while isinstance(inner, GraphQLNonNull | GraphQLList):
        inner = inner.of_type
    shown = f"{alias}: {name}" if alias else name
    chosen = []
    for argument, kind in definition.args.items():
        needed = isinstance(kind.type, GraphQLNonNull) and kind.default_value is Undefined
        if needed or made.random.random() < 0.5:
            chosen.append(f"{argument}: {_argument(made, kind, argument)}")
    text = shown + (f"({', '.join(chosen)})" if chosen else "") + _directive(made)
    if isinstance(inner, GraphQLObjectType | GraphQLInterfaceType):
        return f"{text} {{ {_selection(made, inner, depth + 1)} }}"
    return text


def _selection(made: _Operation, kind: Any, depth: int) -> str:
    random, fields = made.random, kind.fields
    names = [n for n in fields if depth < 4 or not _is_object(fields[n].type)]
    names = [n for n in names if not (kind.name in ("Snapshot", "Query") and n in NEVER)]
    names = [n for n in names if depth < 3 or n not in ("item", "previous", "items", "edges")] or ["__typename"]
    parts = []
    for number, name in enumerate(random.sample(names, min(len(names), random.randint(1, 5)))):
        if name == "__typename":
            parts.append(name)
            continue
        alias = f"k{depth}_{number}" if fields[name].args or random.random() < 0.2 else None
        text = _field(made, kind, name, depth, alias)
        wrap = random.random()
        if wrap < 0.1:
            text = f"... on {kind.name}{_directive(made)} {{ {text} }}"
        elif wrap < 0.15:
            text = f"... {{ {text} {text} }}"
        elif wrap < 0.2:
            fragment = f"F{len(made.fragments)}"
            made.fragments.append(f"fragment {fragment} on {kind.name} {{ {text} }}")
            text = f"...{fragment}{_directive(made)}"
        parts.append(text)
    if random.random() < 0.2:
        parts.append("__typename")
    if kind.name == "Item" and random.random() < 0.1:
        parts.append("... on Node { id }")
    return " ".join(parts)


def _is_object(kind: Any) -> bool:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)


def _directive(made: _Operation) -> str:
    if made.random.random() > 0.08:
        return ""
    name = made.random.choice(("skip", "include"))
    value = made.random.random() < 0.5
    if made.random.random() < 0.5:
        return f" @{name}(if: {_left_out_or_given(made, _FLAG, value, Undefined)})"
    return f" @{name}(if: {json.dumps(value)})"


_FLAG = GraphQLNonNull(GraphQLBoolean)


def _variable(made: _Operation, kind: str, value: Any, default: str | None = None) -> str:
    name = f"v{len(made.declared)}"
    made.declared.append(f"${name}: {kind}" + (f" = {default}" if default else ""))
    if value is not Undefined:
        made.variables[name] = value
    return f"${name}"


def _left_out_or_given(made: _Operation, kind: Any, value: Any, default: Any) -> str:
    """A variable in a place of a type and default: given or left out in one of the ways that GraphQL admits."""
    random = made.random
    needed = isinstance(kind, GraphQLNonNull)
    nullable = str(kind.of_type if needed else kind)
    literal = _literal(kind, value)
    ways = [(str(kind), value, None), (str(kind), value, literal), (str(kind), Undefined, literal)]
    if needed:  # a nullable variable may stand where a default makes up for its absence
        ways += [(nullable, value, literal), (nullable, Undefined, literal), (nullable, None, literal)]
        if default is not Undefined:
            ways += [(nullable, value, None), (nullable, Undefined, None), (nullable, None, None)]
    else:
        ways += [(nullable, Undefined, None), (nullable, None, None), (nullable, None, literal)]
        ways += [(nullable, Undefined, "null")]
        if value is not None:
            ways += [(f"{nullable}!", value, None), (f"{nullable}!", value, literal)]
    declared, given, standard = random.choice(ways)
    if isinstance(given, list) and len(given) == 1 and random.random() < 0.3:
        given = given[0]  # a single value stands for a list of it
    if value is None and standard is not None and declared.endswith("!"):
        standard = None
    if type(given) is int and random.random() < 0.1:
        given = float(given)
    if given is Undefined and standard is None and declared.endswith("!"):
        given = value
    return _variable(made, declared, given, standard)


def _argument(made: _Operation, definition: Any, name: str) -> str:
    value = _value(made, definition.type, name, depth=0)
    return _written(made, definition.type, value, definition.default_value, 0.4)


def _written(made: _Operation, kind: Any, value: Any, default: Any, chance: float = 0.12) -> str:
    """A value with a variable in place of it, or of anything in it."""
    if made.random.random() < chance:
        return _left_out_or_given(made, kind, value, default)
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList) and isinstance(value, list):
        return f"[{', '.join(_written(made, inner.of_type, entry, Undefined) for entry in value)}]"
    if isinstance(inner, GraphQLInputObjectType) and value is not None:
        fields = ((name, inner.fields[name], held) for name, held in value.items())
        parts = (f"{name}: {_written(made, one.type, held, one.default_value)}" for name, one, held in fields)
        return f"{{{', '.join(parts)}}}"
    return _literal(kind, value)


def _value(made: _Operation, kind: Any, name: str, depth: int) -> Any:
    """A JSON value of an input type: mostly sensible, sometimes one that is refused."""
    random = made.random
    if isinstance(kind, GraphQLNonNull):
        return _value(made, kind.of_type, name, depth)
    if isinstance(kind, GraphQLList):
        return [_value(made, kind.of_type, name, depth + 1) for _ in range(random.choice((0, 1, 1, 2)))]
    if isinstance(kind, GraphQLEnumType):
        return random.choice(list(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return _input(made, kind, depth)
    match kind.name:
        case "Int":
            if name == "first":
                return random.choice((0, 1, 2, 3, 5, 7, 100, 10_001, -1))
            return random.choice((-1, 0, 1, 2, 3, 7))
        case "Float":
            return random.choice((0, 0.5, 1, 1.5, 2, 0.95, 30, -1.5, 1e300, 2**60))
        case "Boolean":
            return random.random() < 0.5
        case "Date":
            return random.choice(DATES)
        case "DateTime":
            return "2026-11-01T00:00:00Z"
        case _:
            return _text(random, name)


def _text(random: Random, name: str) -> str:
    if name in ("source", "sources") and random.random() < 0.8:
        return random.choice(("arima", "ensemble", "prophet", "seasonal_naive"))
    if name == "datasetId" and random.random() < 0.8:
        return random.choice(("alpha", "béta 2"))
    if name == "itemId" and random.random() < 0.8:
        return random.choice(("shared", "a-001", "a-002", "b-003"))
    return random.choice(TEXTS)


def _input(made: _Operation, kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
    random = made.random
    found = {}
    for name, definition in kind.fields.items():
        nests = name in ("and", "or", "not")
        needed = isinstance(definition.type, GraphQLNonNull) and definition.default_value is Undefined
        chance = 0.15 if len(kind.fields) > 4 else 0.4
        if not needed and (random.random() > chance or (nests and depth > 1)):
            continue
        value = _value(made, definition.type, name if not name.startswith(("eq", "in")) else _about(kind), depth + 1)
        found[name] = None if not needed and random.random() < 0.05 else value
    return found


def _about(kind: GraphQLInputObjectType) -> str:
    return kind.name


def _literal(kind: Any, value: Any) -> str:
    """A JSON value as GraphQL writes it."""
    if value is None:
        return "null"
    if isinstance(kind, GraphQLNonNull):
        return _literal(kind.of_type, value)
    if isinstance(kind, GraphQLList):
        return f"[{', '.join(_literal(kind.of_type, entry) for entry in value)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(value)
    if isinstance(kind, GraphQLInputObjectType):
        inner = (f"{name}: {_literal(kind.fields[name].type, held)}" for name, held in value.items())
        return f"{{{', '.join(inner)}}}"
    return json.dumps(value, ensure_ascii=False)
