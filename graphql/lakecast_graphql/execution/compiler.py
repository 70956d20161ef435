"""Compiles the selections of an operation: fragments spread out, directives applied, arguments bound to where their
values come from.
"""

from collections.abc import Mapping, Sequence
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

from lakecast_graphql.execution.coercion import coercer, is_unset, plain_default, snake
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.selection import ABSENT, Constant, OfObject, SelectedField, Shape, Source, Values


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

    def selected(self, kind: GraphQLObjectType, key: str, nodes: Sequence[FieldNode]) -> SelectedField:
        """One key of a selection, from all the fields under it."""
        name, text = nodes[0].name.value, orjson.dumps(key) + b":"
        if name == "__typename":
            return SelectedField(text, name)
        definition = kind.fields.get(name)
        if definition is None:
            raise NotCompilable("introspection")
        inner, is_list = _inner(definition.type)
        shape = names = None
        if isinstance(inner, GraphQLObjectType):
            shape = self.shape(inner, [node.selection_set for node in nodes])
        elif isinstance(inner, GraphQLEnumType):
            names = {plain_default(value.value): name for name, value in inner.values.items()}
        elif inner.name not in _LEAVES:
            raise NotCompilable("abstract type")
        self._met_variable = False
        arguments = tuple(self.arguments(definition, nodes[0]))
        return SelectedField(
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
        fields: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selection in sets:
            if selection is not None:
                self._collect(kind, selection.selections, fields, spread)
        return fields

    def _collect(
        self,
        kind: GraphQLObjectType,
        selections: Sequence[SelectionNode],
        fields: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(kind, node.type_condition.name.value):
                    self._collect(kind, node.selection_set.selections, fields, spread)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in spread:
                    spread.add(name)
                    fragment = self._fragments[name]
                    if self._applies(kind, fragment.type_condition.name.value):
                        self._collect(kind, fragment.selection_set.selections, fields, spread)

    def _applies(self, kind: GraphQLObjectType, condition: str) -> bool:
        if condition == kind.name:
            return True
        return any(interface.name == condition for interface in kind.interfaces)

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name not in ("skip", "include"):
                raise NotCompilable("directive")
            value = (directive.arguments or ())[0].value
            if isinstance(value, BooleanValueNode):
                flag: Any = value.value
            elif isinstance(value, VariableNode):
                flag = self._flags.get(value.name.value)
            else:
                raise NotCompilable("directive")
            if type(flag) is not bool:
                raise NotCompilable("directive")
            if flag is (name == "skip"):
                return False
        return True

    def arguments(self, definition: GraphQLField, node: FieldNode) -> list[tuple[str, Source]]:
        """The arguments of a field, defaults included."""
        nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
        sources = []
        for name, argument in definition.args.items():
            default = argument.default_value
            if name in nodes:
                sources.append((snake(name), self._placed(argument.type, default, nodes[name])))
            elif default is not Undefined and not is_unset(default):
                sources.append((snake(name), Constant(plain_default(default))))
        return sources

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
                raise NotCompilable("list")
            entries = [self._placed(inner.of_type, Undefined, entry) for entry in node.values or ()]
            return lambda values: [_present(entry(values)) for entry in entries]
        if isinstance(node, ObjectValueNode):
            return self._object(inner, node)
        return self._leaf(kind, inner, node)

    def _placed(self, kind: GraphQLInputType, default: Any, node: ValueNode) -> Source:
        """Where the value of an argument, input field or list entry of a type and default comes from."""
        source = self.value(kind, node)
        if not isinstance(node, VariableNode):
            return source
        required = isinstance(kind, GraphQLNonNull)
        has_default = default is not Undefined and not is_unset(default)
        if not required and not has_default:
            return source

        def find(values: Values) -> Any:
            value = source(values)
            if value is ABSENT and has_default:
                return plain_default(default)
            # A variable that may be null is admitted where there is a default; given as null it is an error there.
            if required and (value is ABSENT or value is None):
                raise NotCompilable("null")
            return value

        return find

    def _object(self, kind: GraphQLInputType, node: ObjectValueNode) -> Source:
        if not isinstance(kind, GraphQLInputObjectType):
            raise NotCompilable("object")
        nodes = {entry.name.value: entry.value for entry in node.fields or ()}
        sources: list[tuple[str, Source]] = []
        for name, definition in kind.fields.items():
            default = definition.default_value
            if name in nodes:
                sources.append((snake(name), self._placed(definition.type, default, nodes[name])))
            elif default is not Undefined and not is_unset(default):
                sources.append((snake(name), Constant(plain_default(default))))
        return OfObject(tuple(sources))

    def _leaf(self, kind: GraphQLInputType, inner: GraphQLInputType, node: ValueNode) -> Source:
        if isinstance(inner, GraphQLList):
            raise NotCompilable("list")
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
    raise NotCompilable("literal")


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


def _present(value: Any) -> Any:
    return None if value is ABSENT else value
