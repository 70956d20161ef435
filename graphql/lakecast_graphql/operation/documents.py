"""Documents made ready to be executed: parsed, within the limits and valid. Known ones are not looked at again."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from graphql import (
    DocumentNode,
    FloatValueNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    OperationType,
    Token,
    TokenKind,
    parse,
    specified_rules,
    validate,
)
from graphql.language import Visitor, visit
from graphql.validation import NoSchemaIntrospectionCustomRule
from strawberry.exceptions import StrawberryInputCoercionError

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input
from lakecast_graphql.operation import answers, limits
from lakecast_graphql.operation.operation import Operation
from lakecast_lake.lru import LruCache

DOCUMENT_BYTES = 8 << 20
"""Bytes of prepared documents that are remembered: some two hundred of fifty fields. More is more for the collector."""
_OF_DOCUMENT, _OF_NODE = 1_500, 300
"""Bytes that a document takes besides its text and its syntax tree, and those of a node of the tree."""
_OF_ERROR = 1_500
"""Bytes that an error takes besides its message."""
_NO_TOKEN = Token(TokenKind.EOF, 0, 0, 1, 1)


@dataclass(frozen=True)
class Prepared:
    """A document ready to be executed. nodes: how many its syntax tree has."""

    document: DocumentNode
    nodes: int

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to execute. Raises BAD_USER_INPUT unless `name` leaves exactly one."""
        operations = [d for d in self.document.definitions if isinstance(d, OperationDefinitionNode)]
        if not operations:
            raise bad_input("The document has no operation: write `query`, `mutation` or `subscription`.")
        names = [operation.name.value for operation in operations if operation.name is not None]
        if name is None:
            if len(operations) > 1:
                raise bad_input("The document has several operations: name one.", argument="operationName", known=names)
            return operations[0]
        for operation in operations:
            if operation.name is not None and operation.name.value == name:
                return operation
        raise bad_input(f"The document has no operation {name!r}.", argument="operationName", known=names)

    def root_fields(self, operation: OperationDefinitionNode) -> frozenset[str]:
        """Names of the fields that the operation selects at its root, fragments spread out."""
        fragments = {d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)}
        fields = limits.fields_of([operation.selection_set], fragments)
        return frozenset(field.name.value for field in fields)


_SCALARS = frozenset({str, int, float, bool, type(None)})


class Refused(Exception):
    """A document that cannot be executed; `errors` say why, as clients see them.

    They hold no nodes: the syntax tree of a document that nobody may execute is not worth its memory.
    """

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = errors

    @classmethod
    def of(cls, errors: Iterable[GraphQLError]) -> Self:
        """The refusal that graphql-core's errors come to."""
        return cls([answers.shown(error) for error in errors])


class Documents:
    """Prepares documents and remembers the last ones, refusals too. Thread-safe.

    Args:
        schema: what documents must fit.
        bounds: how large an operation may be.
        shows_schema: whether introspection is answered.
        suggestions: whether errors may name what a misspelt word could have meant.
        max_errors: how many errors of a document are looked for.
        document_bytes: bytes of prepared documents that are remembered.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        bounds: limits.Limits,
        *,
        shows_schema: bool,
        suggestions: bool,
        max_errors: int,
        document_bytes: int = DOCUMENT_BYTES,
    ) -> None:
        self._schema = schema
        self._bounds = bounds
        self._rules = specified_rules if shows_schema else (*specified_rules, NoSchemaIntrospectionCustomRule)
        self._suggestions = suggestions
        self._max_errors = max_errors
        self.prepared: LruCache[Prepared | Refused] = LruCache(document_bytes, _size)

    def knows(self, query: str) -> bool:
        """Whether the document was prepared before, so that `get` takes no time."""
        return query in self.prepared

    def get(self, query: str) -> Prepared:
        """The document of a text. Raises Refused."""
        document = self.prepared.get(query)
        if document is None:
            document = self._prepare(query)
            self.prepared.put(query, document)
        if isinstance(document, Refused):
            raise Refused(document.errors)
        return document

    def check_values(self, operation: Operation) -> None:
        """Raise QUERY_TOO_COMPLEX for variables of too many values, used or not.

        They are not even to wait for their document: as objects they take ten times the bytes of the request.
        """
        variables, most = operation.variables, self._bounds.values
        if not variables or (len(variables) <= most and _SCALARS.issuperset(map(type, variables.values()))):
            return
        if limits.size_of(variables, most) > most:
            raise limits.too_complex("values in its variables", most)

    def check_variables(self, operation: Operation) -> None:
        """Raise QUERY_TOO_COMPLEX for variables that come to too many values; Refused, BAD_USER_INPUT as elsewhere."""
        variables = operation.variables
        if variables and not _SCALARS.issuperset(map(type, variables.values())):
            prepared = self.get(operation.query)
            definition = prepared.operation(operation.operation_name)
            limits.check_variables(prepared.document, definition, variables, self._bounds.values)

    def _prepare(self, query: str) -> Prepared | Refused:
        try:
            document = parse(query, max_tokens=self._bounds.tokens, allow_empty_selection_sets=False)
            limits.check(document, self._bounds)
            _check_numbers(document)
            errors = validate(
                self._schema,
                document,
                self._rules,
                max_errors=self._max_errors,
                hide_suggestions=not self._suggestions,
                allow_empty_selection_sets=False,
            )
        except GraphQLError as error:
            return Refused.of([error])
        except ApiError as error:
            return Refused.of([GraphQLError(error.message, original_error=error)])
        except (RecursionError, ValueError):
            # Deeper than the parser can follow, or a number of more digits than Python reads.
            refusal = ApiError(ErrorCode.QUERY_TOO_COMPLEX, "The document is nested too deeply, or a number too long.")
            return Refused.of([GraphQLError(refusal.message, original_error=refusal)])
        refused = Refused.of(map(_of_document, errors[: self._max_errors])) if errors else None
        nodes = _let_go_of_tokens(document)
        return refused or Prepared(document, nodes)


def _size(query: Hashable, document: Prepared | Refused) -> int:
    """Bytes of a document that was prepared, with its text."""
    length = 3 * len(query)  # type: ignore[arg-type]
    if isinstance(document, Prepared):
        return length + _OF_DOCUMENT + _OF_NODE * document.nodes
    return length + sum([_OF_ERROR + 2 * len(error["message"]) for error in document.errors])


def _let_go_of_tokens(document: DocumentNode) -> int:
    """Take a syntax tree's tokens away, which only parsing and validation need; how many nodes it has.

    They are a third of its objects, or more where there are comments. The garbage collector looks at all objects that
    are kept, and everybody waits meanwhile.
    """
    assert document.loc is not None
    count, token = 0, cast(Token | None, document.loc.start_token)
    nodes: list[Node] = [document]
    while nodes:
        node = nodes.pop()
        count += 1
        for key in node.keys:
            child = getattr(node, key)
            if isinstance(child, Node):
                nodes.append(child)
            elif isinstance(child, tuple):
                nodes += child
        if node.loc is not None:
            node.loc.start_token = node.loc.end_token = _NO_TOKEN
    while token is not None:  # each holds both of its neighbours
        following, token.prev, token.next = token.next, None, None
        token = following
    return count


def _check_numbers(document: DocumentNode) -> None:
    """Refuse numbers that no 64-bit float holds, in whatever place they stand."""

    class Finder(Visitor):
        def enter_float_value(self, node: FloatValueNode, *_: object) -> None:
            if not math.isfinite(float(node.value)):
                raise bad_input(f"The number {node.value[:20]} is too large: a number is at most 1.8e308.")

        enter_int_value = enter_float_value

    visit(document, Finder())


def _of_document(error: GraphQLError) -> GraphQLError:
    """An error of validation. What a scalar raised while it read a value is the document's fault, in plain words."""
    original = error.original_error
    if original is None or isinstance(original, (GraphQLError, StrawberryInputCoercionError)):
        return GraphQLError(error.message, error.nodes)
    return GraphQLError("A value in the document cannot be read.", error.nodes)


def is_mutation(operation: OperationDefinitionNode) -> bool:
    """Whether the operation changes something."""
    return operation.operation is OperationType.MUTATION


def is_subscription(operation: OperationDefinitionNode) -> bool:
    """Whether the operation is answered more than once."""
    return operation.operation is OperationType.SUBSCRIPTION
