"""The executor that renders rows at once, inside Strawberry.

graphql-core completes every leaf on its own, at some 8 µs each. This executor hands whole `Rows` to the renderer and
puts the JSON into the answer as an `orjson.Fragment`; everything else (parsing, validation, arguments, errors,
permissions) stays graphql-core's and Strawberry's.

Written against the private executor of graphql-core 3.3.2, as Strawberry 0.341.2 extends it; `SUPPORTED` is checked
by a test, so that an upgrade is looked at before it is used.
"""

from typing import Any

import orjson
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from lakecast_graphql.execution.compiler import Compiler
from lakecast_graphql.execution.not_compilable import NotCompilable
from lakecast_graphql.execution.render import render_list, render_row
from lakecast_graphql.execution.selection import Shape, Values
from lakecast_graphql.rows.interleaving import Piece, joined
from lakecast_graphql.rows.rows import Row, Rows

SUPPORTED = {"graphql-core": "3.3.2", "strawberry-graphql": "0.341.2"}
"""Versions whose private executor this was written and tested against."""


class ColumnarExecutor(StrawberryGraphQLCoreExecutionContext):
    """Completes rows in one go; any surprise or error is left to the ordinary completion of the same value."""

    _declined: object = None
    """What is being completed the ordinary way: a non-null type asks for its value twice."""

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """See graphql-core's `Executor.complete_value`."""
        if (type(result) is Rows or type(result) is Row) and result is not self._declined:
            try:
                return self._rendered(return_type, field_details_list, result)
            except Exception:  # the ordinary completion finds it again, with its path, or does without
                self._declined = result
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _rendered(self, return_type: Any, field_details_list: Any, result: Rows | Row) -> orjson.Fragment:
        kind = return_type
        is_list = False
        while isinstance(kind, GraphQLNonNull | GraphQLList):
            is_list = is_list or isinstance(kind, GraphQLList)
            kind = kind.of_type
        if not isinstance(kind, GraphQLObjectType):
            raise NotCompilable("abstract type")
        if is_list is not isinstance(result, Rows):
            raise NotCompilable("list")
        values = Values(self.variable_values.coerced)
        shape = self._shape(kind, field_details_list)
        if isinstance(result, Rows):
            out: list[Piece] = []
            render_list(result, shape, values, out)
            return orjson.Fragment(joined(out))
        return orjson.Fragment(render_row(result, shape, values))

    def _shape(self, kind: GraphQLObjectType, field_details_list: Any) -> Shape:
        compiler = Compiler(self.schema, self.fragment_definitions, self.variable_values.coerced)
        return compiler.shape(kind, [details.node.selection_set for details in field_details_list])
