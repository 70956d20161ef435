"""Selections compiled: which fields of which rows, under which keys, with which arguments."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lakecast_graphql.cache.cells import CellCache
from lakecast_lake.lru import size_of_key

ABSENT = object()
"""A variable that was not given."""


@dataclass(slots=True, eq=False)
class SnapshotCells:
    """The cells of columns of one snapshot, by its serial."""

    serial: int
    cache: CellCache


@dataclass(slots=True, eq=False)
class Values:
    """What the values of an operation's variables and lifted literals are, this time; and the cells to render from."""

    variables: Mapping[str, Any]
    literals: Sequence[Any] = ()
    cells: SnapshotCells | None = None


Source = Callable[[Values], Any]


@dataclass(frozen=True, eq=False, slots=True)
class OfObject:
    """A source that makes an input object of its fields' sources."""

    fields: tuple[tuple[str, Source], ...]

    def __call__(self, values: Values) -> dict[str, Any]:
        members = {}
        for name, source in self.fields:
            value = source(values)
            if value is not ABSENT:
                members[name] = value
        return members


@dataclass(frozen=True, eq=False, slots=True)
class Constant:
    """A source that is always the same."""

    value: Any

    def __call__(self, values: Values) -> Any:
        return self.value


@dataclass(frozen=True, eq=False)
class SelectedField:
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

    def argument_values(self, values: Values) -> dict[str, Any]:
        """The arguments that were given, this time."""
        members = {}
        for name, source in self.arguments:
            value = source(values)
            if value is not ABSENT:
                members[name] = value
        return members


@dataclass(frozen=True, eq=False)
class Shape:
    """What is selected of an object type, in order.

    `fields` have the name `__typename` for that.
    """

    type_name: str
    fields: tuple[SelectedField, ...]

    def key(self, values: Values, alike: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None) -> Hashable:
        """Equal for selections that render any row the same way, arguments included; `alike` is of the `Run`."""
        if not self._asking:
            return self._same
        fixed, serial = self._fixed, values.cells.serial if values.cells is not None else None
        if fixed[0] is not values.literals or fixed[1] != serial:
            parts_of_key = [None if asks.varies else part_of_key(asks, values, alike) for asks, _ in self._asking]
            fixed = self.__dict__["_fixed"] = values.literals, serial, parts_of_key
        parts: list[Hashable] = [self._same]
        for (field, below), part in zip(self._asking, fixed[2], strict=True):
            parts.append(part_of_key(field, values, alike) if part is None else part)
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
        return tuple([(b"," if place else b"{") + field.key for place, field in enumerate(self.fields)])

    @cached_property
    def _same(self) -> "_Same":
        """What the key has of it whatever the arguments are."""
        parts: list[Hashable] = [self.type_name]
        for field in self.fields:
            parts.append((field.key, field.name, None if field.shape is None else field.shape._same))
        return _Same(tuple(parts))

    @cached_property
    def _asking(self) -> "tuple[tuple[SelectedField, Shape | None], ...]":
        """The fields that arguments matter to, their own or those of a field below; and the shape of the latter."""
        pairs = [(field, field.shape if field.shape and field.shape._asking else None) for field in self.fields]
        return tuple([(field, below) for field, below in pairs if field.arguments or below])

    @cached_property
    def weight(self) -> int:
        """About how many cells a row of it has; long lists and nested rows count for many."""
        return sum(_weight(field) for field in self.fields)

    @cached_property
    def weight_of_page(self) -> int:
        """The weight of a row of a connection; of any other type, its own."""
        rows = [field.shape.weight for field in self.fields if field.shape and field.name in ("nodes", "edges")]
        return sum(rows) if rows else self.weight


def _weight(field: SelectedField) -> int:
    own = 1 if field.shape is None else field.shape.weight
    return own * (30 if field.is_list else 1)


def part_of_key(
    field: SelectedField, values: Values, alike: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None
) -> Hashable:
    """What a key has of the arguments of a field."""
    arguments: dict[str, Any] = {}
    for name, source in field.arguments:
        value = source(values)
        if value is not ABSENT and value is not None:
            arguments[name] = value
    if alike is not None and arguments:
        arguments = alike(field.name, arguments)
    return tuple([(name, _hashable(value)) for name, value in arguments.items()])


class _Same:
    """Parts of a key, which are long: their hash is computed once, and the same object is equal at once."""

    __slots__ = ("_hash", "_parts", "nbytes")

    def __init__(self, parts: tuple[Hashable, ...]) -> None:
        self._parts = parts
        self._hash = hash(parts)
        self.nbytes = size_of_key(parts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _Same) and self._parts == other._parts)


def _hashable(value: Any) -> Hashable:
    """An argument as a part of a key. One name takes values of one type only: 1 and True do not meet."""
    if type(value) is list:
        return tuple(map(_hashable, value))
    return repr(value) if type(value) is dict else value
