"""Operations compiled: what to read and how to render it, without parsing, validation or executor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
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
from lakecast_graphql.execution.pages import LIGHT_CELLS, Page
from lakecast_graphql.execution.readers import COMPARING, READERS, SNAPSHOT_INFO, Reader
from lakecast_graphql.execution.render import render
from lakecast_graphql.execution.shape import ABSENT, Kept, Selected, Source, Values
from lakecast_graphql.execution.surprise import Surprise
from lakecast_graphql.read.arguments import exact
from lakecast_graphql.read.paging import snapshot_of
from lakecast_graphql.view import View

_LIGHT = {"item", "sources", "model_runs", "overview", SNAPSHOT_INFO}
"""Fields that read little whatever their arguments."""
_BY_INDEX = {"items", "forecasts", "forecast_series", "metrics", "replenishment"}
"""Fields that read little while no filter needs SQL."""
MAX_FIRST = 10_000
"""Rows of one page at most."""


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

    fields: tuple[Selected, ...]
    variables: tuple[_Variable, ...]

    @cached_property
    def is_cacheable(self) -> bool:
        """Whether the answer stays the same while the snapshot does: which ones were before it may not."""
        if any(chosen.name in COMPARING for chosen in self.fields):
            return False
        infos = [chosen.shape for chosen in self.fields if chosen.name == SNAPSHOT_INFO and chosen.shape is not None]
        return not any(chosen.name == "previous" for shape in infos for chosen in shape.fields)

    @cached_property
    def _pages(self) -> tuple[Page, ...] | None:
        """The root fields as pages of runs; None where one of them is none for certain."""
        found = [Page.of(chosen) for chosen in self.fields]
        pages = tuple(page for page in found if page is not None)
        return pages if pages and len(pages) == len(found) else None

    def values(self, given: Mapping[str, Any], literals: Sequence[Any], kept: Kept | None = None) -> Values:
        """The variables coerced. Raises Surprise for anything that is not plainly right."""
        found: dict[str, Any] = {}
        for variable in self.variables:
            value = given.get(variable.name, ABSENT)
            if value is not ABSENT:
                found[variable.name] = variable.coerce(value)
            elif variable.default is not None:
                found[variable.name] = variable.default(Values({}, literals))
            elif variable.required:
                raise Surprise("missing variable")
        return Values(found, literals, kept)

    def pages(self, view: View, values: Values) -> list[bytes] | None:
        """The JSON of the whole response, in pieces, where all root fields are pages of runs; else None."""
        if self._pages is None:
            return None
        out: list[bytes] = []
        separator, rows = b'{"data":{', 0
        for chosen, page in zip(self.fields, self._pages, strict=True):
            run = page.run(view, values)
            if run is None:
                return None
            rows += run.first
            out.append(separator + chosen.key)
            separator = b","
            if rows > MAX_FIRST or not page.append(run, view, values, out):
                return None
        out.append(b'},"extensions":{"snapshotId":%d}}' % view.snapshot.snapshot_id)
        return out

    def arguments(self, values: Values, snapshot_id: int) -> list[dict[str, Any]]:
        """The arguments of each root field. Raises Surprise for a page that began in another snapshot."""
        found, rows = [], 0
        for chosen in self.fields:
            given = {}
            for name, source in chosen.arguments:
                value = source(values)
                if value is not ABSENT and value is not None:
                    given[name] = value
            if "after" in given and snapshot_of(given["after"]) != snapshot_id:
                raise Surprise("other snapshot")
            rows += given.get("first", 0)
            found.append(given)
        if rows > MAX_FIRST:
            raise Surprise("many rows")  # the ordinary way knows how many are too many
        return found

    def is_light(self, arguments: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the operation is answered so soon that the event loop may wait for it."""
        cells = 0
        for chosen, given in zip(self.fields, arguments, strict=True):
            if chosen.name == "__typename":
                continue
            if chosen.name not in _LIGHT and not (chosen.name in _BY_INDEX and _needs_no_sql(given)):
                return False
            cells += min(given.get("first", 1), 10_000) * (1 if chosen.shape is None else chosen.shape.weight_of_page)
        return cells <= LIGHT_CELLS

    def answer(
        self, view: View, values: Values, arguments: Sequence[Mapping[str, Any]], readers: Mapping[str, Reader]
    ) -> bytes:
        """The JSON of the whole response."""
        out: list[bytes] = []
        separator = b'{"data":{'
        for chosen, given in zip(self.fields, arguments, strict=True):
            out.append(separator + chosen.key)
            separator = b","
            if chosen.name == "__typename":
                out.append(b'"Query"')
            else:
                render(readers[chosen.name](view, **given), chosen, values, out)
        end = b'},"extensions":{"snapshotId":%d}}' % view.snapshot.snapshot_id
        out.append(end if self.fields else b'{"data":{' + end)
        return b"".join(out)


def _needs_no_sql(given: Mapping[str, Any]) -> bool:
    if given.get("order_by") or given.get("kind", "live") not in ("live", "backtest", "all"):
        return False
    return exact(given.get("where")) is not None


def flags_of(operation: OperationDefinitionNode, document: DocumentNode) -> tuple[str, ...]:
    """Names of the variables that directives of the document depend on, in order."""
    found: set[str] = set()

    class Finder(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    found.add(argument.value.name.value)

    visit(document, Finder())
    return tuple(sorted(found))


def compile_plan(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    flags: Mapping[str, Any],
    lifted: Mapping[int, int],
) -> Plan:
    """Compile a valid operation. Raises Surprise where only the ordinary way answers it.

    Args:
        flags: values of the variables that directives depend on.
        lifted: start of a literal in the document -> its number.
    """
    if operation.operation is not OperationType.QUERY or operation.directives:
        raise Surprise("operation")
    query = schema.query_type
    assert query is not None
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    compiler = Compiler(schema, fragments, flags, lifted)
    fields = []
    for key, nodes in compiler.collect(query, [operation.selection_set]).items():
        fields.append(_root(compiler, query, key, nodes))
    if sum(chosen.name in COMPARING for chosen in fields) > 1:
        raise Surprise("many snapshots")  # the ordinary way knows how many are too many
    return Plan(tuple(fields), tuple(_variables(schema, operation, compiler)))


def _root(compiler: Compiler, query: Any, key: str, nodes: Sequence[FieldNode]) -> Selected:
    chosen = compiler.selected(query, key, nodes)
    if chosen.name not in ("__typename", SNAPSHOT_INFO, *READERS, *COMPARING):
        raise Surprise(f"field {nodes[0].name.value}")
    return chosen


def _variables(schema: GraphQLSchema, operation: OperationDefinitionNode, compiler: Compiler) -> Iterator[_Variable]:
    for definition in operation.variable_definitions or ():
        kind = type_from_ast(schema, definition.type)
        if kind is None or not is_input_type(kind):
            raise Surprise("variable type")
        node = definition.default_value
        default = None if node is None else compiler.value(kind, node)
        yield _Variable(
            definition.variable.name.value, coercer(kind), default, isinstance(kind, GraphQLNonNull) and node is None
        )
