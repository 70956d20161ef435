"""Operations compiled: what to read and how to render it, without parsing, validation or executor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    is_input_type,
    type_from_ast,
)
from graphql.language import Visitor, visit

from lakecast_graphql.execution.coercion import Coercer, coercer
from lakecast_graphql.execution.compiler import Compiler
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.readers import COMPARING, INDEXED, READERS, SNAPSHOT_INFO, Reader
from lakecast_graphql.execution.render import render
from lakecast_graphql.execution.selection import ABSENT, SelectedField, SnapshotCells, Source, Values
from lakecast_graphql.read.arguments import NO_FILTER, canonical
from lakecast_graphql.read.paging import Connection, snapshot_of
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.interleaving import Piece, joined
from lakecast_schema.bounds import MAX_PAGE

_LIGHT = {"__typename", "item", "sources", "model_runs", "overview", "reading_reports", SNAPSHOT_INFO}
"""Fields that read little whatever their arguments."""
LIGHT_CELLS = 60_000
"""Cells that are rendered within some milliseconds, so that it may be done on the event loop."""


@dataclass(frozen=True, eq=False)
class _Variable:
    """A variable of the operation; `default` is used where it is not given."""

    name: str
    coerce: Coercer
    default: Source | None
    required: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """A compiled operation.

    Attributes:
        fields: root fields in order.
        variables: how variables are coerced.
    """

    fields: tuple[SelectedField, ...]
    variables: tuple[_Variable, ...]

    @cached_property
    def is_cacheable(self) -> bool:
        """Whether the answer stays the same while the snapshot does: which ones were before it may not."""
        if any(field.name in COMPARING for field in self.fields):
            return False
        infos = [field.shape for field in self.fields if field.name == SNAPSHOT_INFO and field.shape is not None]
        return not any(field.name == "previous" for shape in infos for field in shape.fields)

    def values(self, inputs: Mapping[str, Any], literals: Sequence[Any], cells: SnapshotCells | None = None) -> Values:
        """The variables coerced. Raises NotCompilable for anything that is not plainly right."""
        variables: dict[str, Any] = {}
        for variable in self.variables:
            name = variable.name
            if name in inputs:
                variables[name] = variable.coerce(inputs[name])
            elif variable.default is not None:
                variables[name] = variable.default(Values({}, literals))
            elif variable.required:
                raise NotCompilable("missing variable")
        return Values(variables, literals, cells)

    def arguments(self, values: Values, snapshot_id: int) -> list[dict[str, Any]]:
        """The arguments of each root field. Raises NotCompilable for a page that began in another snapshot."""
        arguments, rows = [], 0
        for field in self.fields:
            of_field: dict[str, Any] = {}
            for name, source in field.arguments:
                value = source(values)
                if value is ABSENT or value is None:
                    continue
                if name == "where":
                    value = canonical(value)
                elif name == "first":
                    rows += value
                elif name == "after" and snapshot_of(value) != snapshot_id:
                    raise NotCompilable("other snapshot")
                of_field[name] = value
            arguments.append(of_field)
        if rows > MAX_PAGE:
            raise NotCompilable("many rows")  # the ordinary way knows how many are too many
        return arguments

    def needs_no_sql(self, arguments: Sequence[Mapping[str, Any]]) -> bool:
        """Whether reading takes so little that the event loop may wait for it."""
        for field, of_field in zip(self.fields, arguments, strict=True):
            if field.name in _LIGHT:
                continue
            columns = INDEXED.get(field.name)
            if columns is None or of_field.get("order_by") or not of_field.get("where", NO_FILTER).reads_index(columns):
                return False
        return True

    def read(self, view: View, arguments: Sequence[Mapping[str, Any]], readers: Mapping[str, Reader]) -> list[Any]:
        """What each root field is rendered from. Raises TIMEOUT between two fields once the view's time is up."""
        results: list[Any] = []
        for field, of_field in zip(self.fields, arguments, strict=True):
            view.check_deadline()
            results.append("Query" if field.name == "__typename" else readers[field.name](view, **of_field))
        return results

    def cells(self, results: Sequence[Any]) -> int:
        """About how many cells rendering takes."""
        count = 0
        for field, value in zip(self.fields, results, strict=True):
            if field.shape is not None:
                rows = value.nodes.count if isinstance(value, Connection) else 1
                count += rows * field.shape.weight_of_page
        return count

    def render(self, view: View, values: Values, results: Sequence[Any]) -> bytes:
        """The JSON of the whole response."""
        out: list[Piece] = []
        separator = b'{"data":{'
        for field, value in zip(self.fields, results, strict=True):
            view.check_deadline()
            out.append(separator + field.key)
            separator = b","
            render(value, field, values, out)
        end = b'},"extensions":{"snapshotId":%d}}' % view.snapshot.snapshot_id
        out.append(end if self.fields else b'{"data":{' + end)
        return joined(out)

    def answer(
        self, view: View, values: Values, arguments: Sequence[Mapping[str, Any]], readers: Mapping[str, Reader]
    ) -> bytes:
        """The JSON of the whole response, read and rendered."""
        return self.render(view, values, self.read(view, arguments, readers))


def flags_of(operation: OperationDefinitionNode, document: DocumentNode) -> tuple[tuple[str, bool | None], ...]:
    """Names and defaults of the variables that directives of the document depend on, in order."""
    names: set[str] = set()

    class Finder(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    names.add(argument.value.name.value)

    visit(document, Finder())
    defaults: dict[str, bool] = {}
    for definition in operation.variable_definitions or ():
        if isinstance(definition.default_value, BooleanValueNode):
            defaults[definition.variable.name.value] = definition.default_value.value
    return tuple((name, defaults.get(name)) for name in sorted(names))


def compile_plan(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    flags: Mapping[str, Any],
    lifted: Mapping[int, int],
) -> Plan:
    """Compile a valid operation. Raises NotCompilable where only the ordinary way answers it.

    Args:
        flags: values of the variables that directives depend on.
        lifted: start of a literal in the document -> its number.
    """
    if operation.operation is not OperationType.QUERY or operation.directives:
        raise NotCompilable("operation")
    query = schema.query_type
    assert query is not None
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    compiler = Compiler(schema, fragments, flags, lifted)
    fields = []
    for key, nodes in compiler.collect(query, [operation.selection_set]).items():
        fields.append(_root(compiler, query, key, nodes))
    if sum(field.name in COMPARING for field in fields) > 1:
        raise NotCompilable("many snapshots")  # the ordinary way knows how many are too many
    return Plan(tuple(fields), tuple(_variables(schema, operation, compiler)))


def _root(compiler: Compiler, query: Any, key: str, nodes: Sequence[FieldNode]) -> SelectedField:
    field = compiler.selected(query, key, nodes)
    if field.name not in ("__typename", SNAPSHOT_INFO, *READERS, *COMPARING):
        raise NotCompilable(f"field {nodes[0].name.value}")
    return field


def _variables(schema: GraphQLSchema, operation: OperationDefinitionNode, compiler: Compiler) -> Iterator[_Variable]:
    for definition in operation.variable_definitions or ():
        kind = type_from_ast(schema, definition.type)
        if kind is None or not is_input_type(kind):
            raise NotCompilable("variable type")
        node = definition.default_value
        default = None if node is None else compiler.value(kind, node)
        yield _Variable(
            definition.variable.name.value, coercer(kind), default, isinstance(kind, GraphQLNonNull) and node is None
        )
