"""Bounds on what one document may ask, checked before validation: validation itself is what hostile documents attack.

Fragments are spread out in the counts, because that is what an answer costs; each fragment is measured once, so that
nested spreads, which multiply, cost nothing to refuse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from lakecast_graphql.errors import ApiError, ErrorCode

MAX_OVERLAPS = 2_000
"""Pairs of selections under one response name: default validation compares each pair, down to the leaves."""
MAX_NESTING = 100
"""Levels of lists and objects in a variable: what reads them goes down level by level."""
_MANY = 1_000_000
"""Counts stop here: nested spreads double with every level."""


@dataclass(frozen=True)
class Limits:
    """What an operation may have at most; see `Settings` for the meanings."""

    depth: int = 20
    aliases: int = 50
    tokens: int = 5_000
    fields: int = 400
    directives: int = 50
    operations: int = 50
    values: int = 5_000


@dataclass(frozen=True)
class Size:
    """What a set of selections comes to, fragments spread out."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    directives: int = 0
    values: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, _MANY),
            min(self.fields + other.fields, _MANY),
            min(self.directives + other.directives, _MANY),
            min(self.values + other.values, _MANY),
        )


def check(document: DocumentNode, limits: Limits) -> None:
    """Raise QUERY_TOO_COMPLEX for a document that has an operation beyond the limits, or fragments in a circle.

    Takes time in proportion to the length of the document.
    """
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    operations = sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions)
    if operations > limits.operations:
        raise too_complex("operations", limits.operations, "document")
    measure = _Measure(fragments)
    for name in fragments:
        _compare(measure.of_fragment(name), limits)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            _compare(measure.of(definition), limits)
            _check_overlaps([definition.selection_set], fragments)


def check_variables(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any], most: int
) -> None:
    """Raise QUERY_TOO_COMPLEX for variables that come to too many values, counted as often as they are used.

    Raises it, too, where they nest more than `MAX_NESTING` lists and objects. Takes time in proportion to the document,
    where there are lists or objects at all, and to `most`.
    """
    measured = {name: _measured(value, most) for name, value in variables.items() if type(value) in (list, dict)}
    if not measured:
        return
    if max(levels for _, levels in measured.values()) > MAX_NESTING:
        raise too_complex("levels of lists and objects in a variable", MAX_NESTING)
    sizes = {name: count for name, (count, _) in measured.items()}
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    if _Measure(fragments, sizes).of(operation).values > most:
        raise too_complex("values in its arguments", most)


def size_of(value: Any, most: int) -> int:
    """Entries of lists and fields of objects in a JSON value; any number beyond `most` where there are more."""
    return _measured(value, most)[0]


def _measured(value: Any, most: int) -> tuple[int, int]:
    """`size_of` a value, and how many levels of lists and objects were gone down."""
    count, levels = 0, 0
    level = [value] if type(value) in (list, dict) else []
    while level and count <= most:
        levels += 1
        below: list[Any] = []
        for outer in level:
            entries = outer.values() if type(outer) is dict else outer
            count += len(entries)
            if count > most:
                break
            below += [entry for entry in entries if type(entry) in (list, dict)]
        level = below
    return count, levels


def too_complex(what: str, limit: int, whose: str = "operation") -> ApiError:
    """The refusal of a document."""
    return ApiError(
        ErrorCode.QUERY_TOO_COMPLEX,
        f"The {whose} has more than {limit:,} {what}. Ask for less, or in several operations.",
    )


def _compare(size: Size, limits: Limits) -> None:
    if size.depth > limits.depth:
        raise too_complex("levels of fields", limits.depth)
    if size.fields > limits.fields:
        raise too_complex("fields", limits.fields)
    if size.aliases > limits.aliases:
        raise too_complex("aliases", limits.aliases)
    if size.directives > limits.directives:
        raise too_complex("directives", limits.directives)
    if size.values > limits.values:
        raise too_complex("values in its arguments", limits.values)


class _Measure:
    """Sizes of selections; each fragment is measured once. `variables` are the sizes of their values."""

    def __init__(
        self, fragments: dict[str, FragmentDefinitionNode], variables: Mapping[str, int] | None = None
    ) -> None:
        self._fragments = fragments
        self._variables = variables or {}
        self._sizes: dict[str, Size] = {}
        self._open: set[str] = set()

    def of_fragment(self, name: str) -> Size:
        """Size of a fragment; nothing for an unknown one and for one that spreads itself: validation says so."""
        if name in self._sizes:
            return self._sizes[name]
        fragment = self._fragments.get(name)
        if fragment is None or name in self._open:
            return Size()
        self._open.add(name)
        self._sizes[name] = self.of(fragment)
        self._open.discard(name)
        return self._sizes[name]

    def of(self, owner: OperationDefinitionNode | FragmentDefinitionNode | SelectionNode) -> Size:
        """Size of what stands below and on a node."""
        size = Size(directives=len(owner.directives or ()))
        if isinstance(owner, OperationDefinitionNode):
            for variable in owner.variable_definitions or ():
                size += Size(directives=len(variable.directives or ()))
        if isinstance(owner, FragmentSpreadNode):
            return size + self.of_fragment(owner.name.value)
        below = Size()
        selections: SelectionSetNode | None = getattr(owner, "selection_set", None)
        for selection in selections.selections if selections is not None else ():
            below += self.of(selection)
        if isinstance(owner, FieldNode):
            values = sum([self._values(argument.value) for argument in owner.arguments or ()])
            below = Size(
                below.depth + 1,
                below.aliases + (owner.alias is not None),
                below.fields + 1,
                below.directives,
                below.values + values,
            )
        return size + below

    def _values(self, value: ValueNode) -> int:
        """Entries of lists and fields of objects in an argument."""
        count, waiting = 0, [value]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ListValueNode):
                count += len(node.values)
                waiting += node.values
            elif isinstance(node, ObjectValueNode):
                count += len(node.fields)
                waiting += [field.value for field in node.fields]
            elif isinstance(node, VariableNode):
                count += self._variables.get(node.name.value, 0)
        return count


def _check_overlaps(sets: list[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]) -> None:
    """Count pairs of fields that answer under one name, as `OverlappingFieldsCanBeMerged` would compare them."""
    pairs = 0
    waiting = [sets]
    while waiting:
        named: dict[str, list[FieldNode]] = {}
        for field in fields_of(waiting.pop(), fragments):
            named.setdefault((field.alias or field.name).value, []).append(field)
        for fields in named.values():
            pairs += len(fields) * (len(fields) - 1) // 2
            if pairs > MAX_OVERLAPS:
                raise too_complex("pairs of selections under the same name", MAX_OVERLAPS)
            below = [field.selection_set for field in fields if field.selection_set is not None]
            if below:
                waiting.append(below)


def fields_of(sets: list[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """Fields of selection sets taken together, fragments spread out, each fragment once."""
    # The number of fields was bounded before, with fragments spread out: this ends soon.
    spread: set[str] = set()
    waiting = list(sets)
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = fragments.get(selection.name.value)
                if fragment is not None:
                    waiting.append(fragment.selection_set)
