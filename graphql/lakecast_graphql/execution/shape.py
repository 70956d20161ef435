"""Selections compiled: which fields of which rows, under which keys, with which arguments."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)

from lakecast_graphql.cache.blocks import Group, RenderedBlocks
from lakecast_graphql.execution.coercion import coercer, is_unset, plain_default, snake
from lakecast_graphql.execution.surprise import Surprise
from lakecast_graphql.read.rows import Units

ABSENT = object()
"""A variable that was not given."""


@dataclass(slots=True, eq=False)
class Kept:
    """Where rendered blocks of one snapshot, by its serial, are kept; `missed` is told of units that were not."""

    blocks: RenderedBlocks
    serial: int
    missed: Callable[[Group, Units, "Shape", "Values"], None] = lambda group, units, shape, values: None

    def group(self, *key: Hashable) -> Group:
        """The texts of a selection."""
        return self.blocks.group((self.serial, *key))


@dataclass(slots=True, eq=False)
class Values:
    """What the values of an operation's variables and lifted literals are, this time; and where blocks are kept."""

    variables: Mapping[str, Any]
    literals: Sequence[Any] = ()
    blocks: "Kept | None" = None


Source = Callable[[Values], Any]


@dataclass(frozen=True, eq=False, slots=True)
class OfObject:
    """A source that makes an input object of its fields' sources."""

    fields: tuple[tuple[str, Source], ...]

    def __call__(self, values: Values) -> dict[str, Any]:
        found = {}
        for name, source in self.fields:
            value = source(values)
            if value is not ABSENT:
                found[name] = value
        return found


@dataclass(frozen=True, eq=False, slots=True)
class Constant:
    """A source that is always the same."""

    value: Any

    def __call__(self, values: Values) -> Any:
        return self.value


@dataclass(frozen=True, eq=False)
class Selected:
    """One field of a selection.

    Attributes:
        key: the JSON key with quotes and colon, as bytes.
        name: attribute of the row.
        arguments: argument in snake_case -> where its value comes from.
        shape: what is selected of an object; None for a leaf.
        names: value -> name, for enums.
        takes_arguments: whether the field has arguments at all.
        is_list: whether the field is a list.
        varies: whether its arguments depend on variables.
    """

    key: bytes
    name: str
    arguments: tuple[tuple[str, Source], ...] = ()
    shape: "Shape | None" = None
    names: Mapping[Any, str] | None = None
    takes_arguments: bool = False
    is_list: bool = False
    varies: bool = False

    def given(self, values: Values) -> dict[str, Any]:
        """The arguments that were given, this time."""
        found = {}
        for name, source in self.arguments:
            value = source(values)
            if value is not ABSENT:
                found[name] = value
        return found


@dataclass(frozen=True, eq=False)
class Shape:
    """What is selected of an object type, in order.

    `fields` have the name `__typename` for that.
    """

    type_name: str
    fields: tuple[Selected, ...]

    def key(self, values: Values, alike: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None) -> Hashable:
        """Equal for selections that render any row the same way, arguments included; `alike` is of the `Units`."""
        if not self._asking:
            return self._same
        fixed, serial = self._fixed, values.blocks.serial if values.blocks is not None else None
        if fixed[0] is not values.literals or fixed[1] != serial:
            found = [None if asks.varies else _part(asks, values, alike) for asks, _ in self._asking]
            fixed = self.__dict__["_fixed"] = values.literals, serial, found
        parts: list[Hashable] = [self._same]
        for (chosen, below), part in zip(self._asking, fixed[2], strict=True):
            parts.append(_part(chosen, values, alike) if part is None else part)
            if below is not None:
                parts.append(below.key(values))
        return tuple(parts)

    @cached_property
    def _fixed(self) -> tuple[object, int | None, list[Hashable]]:
        """Of the arguments that do not vary with variables: the last text's literals, snapshot, and parts of a key.

        What is alike depends on the snapshot, whose serial it is.
        """
        return None, None, []

    @cached_property
    def openings(self) -> tuple[bytes, ...]:
        """What stands before each field's value: a brace or comma, and the key."""
        return tuple([(b"," if place else b"{") + chosen.key for place, chosen in enumerate(self.fields)])

    @cached_property
    def _same(self) -> "_Same":
        """What the key has of it whatever the arguments are."""
        parts: list[Hashable] = [self.type_name]
        for chosen in self.fields:
            parts.append((chosen.key, chosen.name, None if chosen.shape is None else chosen.shape._same))
        return _Same(tuple(parts))

    @cached_property
    def _asking(self) -> "tuple[tuple[Selected, Shape | None], ...]":
        """The fields that arguments matter to, their own or those of a field below; and the shape of the latter."""
        found = [(chosen, chosen.shape if chosen.shape and chosen.shape._asking else None) for chosen in self.fields]
        return tuple([(chosen, below) for chosen, below in found if chosen.arguments or below])

    @cached_property
    def weight(self) -> int:
        """About how many cells a row of it has; long lists and nested rows count for many."""
        return sum(_weight(chosen) for chosen in self.fields)

    @cached_property
    def weight_of_page(self) -> int:
        """The weight of a row of a connection; of any other type, its own."""
        rows = [chosen.shape.weight for chosen in self.fields if chosen.shape and chosen.name in ("nodes", "edges")]
        return sum(rows) if rows else self.weight


def _weight(chosen: Selected) -> int:
    own = 1 if chosen.shape is None else chosen.shape.weight
    return own * (30 if chosen.is_list else 1)


class Compiler:
    """Compiles selections of one operation.

    Args:
        fragments: by name.
        flags: the values of variables that directives name.
        lifted: start of a literal in the document -> its number among the lifted ones.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        flags: Mapping[str, Any],
        lifted: Mapping[int, int] | None = None,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._flags = flags
        self._lifted = lifted or {}
        self._met_variable = False

    def shape(self, kind: GraphQLObjectType, sets: Sequence[SelectionSetNode | None]) -> Shape:
        """The selection of an object type from the selection sets of all fields of one key."""
        fields = []
        for key, nodes in self.collect(kind, sets).items():
            fields.append(self.selected(kind, key, nodes))
        return Shape(kind.name, tuple(fields))

    def selected(self, kind: GraphQLObjectType, key: str, nodes: Sequence[FieldNode]) -> Selected:
        """One key of a selection, from all the fields under it."""
        name, text = nodes[0].name.value, orjson.dumps(key) + b":"
        if name == "__typename":
            return Selected(text, name)
        definition = kind.fields.get(name)
        if definition is None:
            raise Surprise("introspection")
        inner, is_list = _inner(definition.type)
        shape = names = None
        if isinstance(inner, GraphQLObjectType):
            shape = self.shape(inner, [node.selection_set for node in nodes])
        elif isinstance(inner, GraphQLEnumType):
            names = {plain_default(value.value): name for name, value in inner.values.items()}
        elif inner.name not in _LEAVES:
            raise Surprise("abstract type")
        self._met_variable = False
        arguments = tuple(self.arguments(definition, nodes[0]))
        return Selected(
            text,
            python_name(definition, name),
            arguments,
            shape,
            names,
            bool(definition.args),
            is_list,
            self._met_variable,
        )

    def collect(self, kind: GraphQLObjectType, sets: Sequence[SelectionSetNode | None]) -> dict[str, list[FieldNode]]:
        """Fields by response key, fragments spread out, directives applied."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for chosen in sets:
            if chosen is not None:
                self._collect(kind, chosen.selections, found, seen)
        return found

    def _collect(
        self,
        kind: GraphQLObjectType,
        selections: Sequence[SelectionNode],
        found: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(kind, node.type_condition.name.value):
                    self._collect(kind, node.selection_set.selections, found, seen)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in seen:
                    seen.add(name)
                    fragment = self._fragments[name]
                    if self._applies(kind, fragment.type_condition.name.value):
                        self._collect(kind, fragment.selection_set.selections, found, seen)

    def _applies(self, kind: GraphQLObjectType, condition: str) -> bool:
        if condition == kind.name:
            return True
        return any(interface.name == condition for interface in kind.interfaces)

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name not in ("skip", "include"):
                raise Surprise("directive")
            value = (directive.arguments or ())[0].value
            if isinstance(value, BooleanValueNode):
                given: Any = value.value
            elif isinstance(value, VariableNode):
                given = self._flags.get(value.name.value)
            else:
                raise Surprise("directive")
            if type(given) is not bool:
                raise Surprise("directive")
            if given is (name == "skip"):
                return False
        return True

    def arguments(self, definition: GraphQLField, node: FieldNode) -> list[tuple[str, Source]]:
        """The arguments of a field, defaults included."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        found = []
        for name, argument in definition.args.items():
            default = argument.default_value
            if name in given:
                source = self.value(argument.type, given[name])
                if default is not Undefined:
                    source = _or_default(source, plain_default(default))
                found.append((snake(name), source))
            elif default is not Undefined and not is_unset(default):
                found.append((snake(name), Constant(plain_default(default))))
        return found

    def value(self, kind: GraphQLInputType, node: ValueNode) -> Source:
        """Where a value comes from: a constant, a variable, a lifted literal, or a structure of them."""
        if isinstance(node, VariableNode):
            name = node.name.value
            self._met_variable = True
            return lambda values: values.variables.get(name, ABSENT)
        if isinstance(node, NullValueNode):
            return Constant(coercer(kind)(None))
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(node, ListValueNode):
            if not isinstance(inner, GraphQLList):
                raise Surprise("list")
            entries = [self.value(inner.of_type, entry) for entry in node.values or ()]
            return lambda values: [_present(entry(values)) for entry in entries]
        if isinstance(node, ObjectValueNode):
            return self._object(inner, node)
        return self._leaf(kind, inner, node)

    def _object(self, kind: GraphQLInputType, node: ObjectValueNode) -> Source:
        if not isinstance(kind, GraphQLInputObjectType):
            raise Surprise("object")
        given = {entry.name.value: entry.value for entry in node.fields or ()}
        sources: list[tuple[str, Source]] = []
        for name, definition in kind.fields.items():
            default = definition.default_value
            if name in given:
                source = self.value(definition.type, given[name])
                sources.append((snake(name), source))
            elif default is not Undefined and not is_unset(default):
                sources.append((snake(name), Constant(plain_default(default))))
        return OfObject(tuple(sources))

    def _leaf(self, kind: GraphQLInputType, inner: GraphQLInputType, node: ValueNode) -> Source:
        if isinstance(inner, GraphQLList):
            raise Surprise("list")
        coerce = coercer(kind)
        number = self._lifted.get(node.loc.start) if node.loc is not None else None
        if number is not None:
            return lambda values: coerce(values.literals[number])
        return Constant(coerce(literal(node)))


def literal(node: ValueNode) -> Any:
    """The value of a literal, as JSON would have it."""
    if isinstance(node, IntValueNode):
        return int(node.value)
    if isinstance(node, FloatValueNode):
        return float(node.value)
    if isinstance(node, StringValueNode | EnumValueNode | BooleanValueNode):
        return node.value
    raise Surprise("literal")


def python_name(definition: GraphQLField, name: str) -> str:
    """The attribute that a field is resolved from."""
    strawberry = (definition.extensions or {}).get("strawberry-definition")
    return str(strawberry.python_name) if strawberry is not None else name


_LEAVES = {"Int", "Float", "String", "Boolean", "ID", "Date", "DateTime", "JSON"}


def _inner(kind: GraphQLOutputType) -> tuple[Any, bool]:
    is_list = False
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        is_list = is_list or isinstance(kind, GraphQLList)
        kind = kind.of_type
    return kind, is_list


def _or_default(source: Source, default: Any) -> Source:
    def find(values: Values) -> Any:
        value = source(values)
        if value is ABSENT:
            return default if not is_unset(default) else ABSENT
        return value

    return find


def _present(value: Any) -> Any:
    return None if value is ABSENT else value


def _part(chosen: Selected, values: Values, alike: Callable[[str, dict[str, Any]], dict[str, Any]] | None) -> Hashable:
    """What a key has of the arguments of a field."""
    given: dict[str, Any] = {}
    for name, source in chosen.arguments:
        value = source(values)
        if value is not ABSENT and value is not None:
            given[name] = value
    if alike is not None and given:
        given = alike(chosen.name, given)
    return tuple([(name, _hashable(value)) for name, value in given.items()])


class _Same:
    """Parts of a key, which are long: their hash is computed once, and the same object is equal at once."""

    __slots__ = ("_hash", "_parts")

    def __init__(self, parts: tuple[Hashable, ...]) -> None:
        self._parts = parts
        self._hash = hash(parts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _Same) and self._parts == other._parts)


def _hashable(value: Any) -> Hashable:
    """An argument as a part of a key. One name takes values of one type only: 1 and True do not meet."""
    if type(value) is list:
        return tuple(map(_hashable, value))
    return repr(value) if type(value) is dict else value
