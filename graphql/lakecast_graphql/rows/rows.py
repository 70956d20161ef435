"""Rows of an answer: a lazy sequence whose fields are columns, made when first read."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lakecast_graphql.rows.column import Column
from lakecast_lake.columns.segment import Ints

Maker = Callable[[Any], Column]
Method = Callable[..., Column]


_NONE: Mapping[str, Method] = {}


Alike = Callable[[str, dict[str, Any]], dict[str, Any]]


_ROWS_BITS, _MOST_BITS = 11, 7
"""A row group has 1,024 to 2,048 rows and up to 128 units."""


@dataclass(eq=False)
class Space:
    """All rows of a kind of one snapshot, which is divided into units: items, blocks of forecasts, single rows.

    Attributes:
        name: the same row of the space of one name and snapshot is always alike.
        units: how many units there are.
        rows_of: the rows of some whole units.
        at: (units + 1,) first row of each unit; None where units have one row.
        alike: name and arguments of a method -> the arguments in the form that all have that mean the same.
        bits: a row group has `1 << bits` units, the first of them `number << bits`.
    """

    name: Hashable
    units: int
    rows_of: "Callable[[range], Rows]"
    at: Ints | None = None
    alike: Alike | None = None
    bits: int = field(init=False)

    def __post_init__(self) -> None:
        rows_per_unit = 1 if self.at is None else self.at.item(-1) // max(self.units, 1)
        self.bits = min(_MOST_BITS, max(0, _ROWS_BITS - rows_per_unit.bit_length()))

    def first_row(self, unit: int) -> int:
        """The first row of a unit; of the one behind the last, the number of rows."""
        return unit if self.at is None else self.at.item(unit)


class KeyRange(NamedTuple):
    """The rows first:last of a space, which lie in the units low:high."""

    space: Space
    low: int
    high: int
    first: int
    last: int


class Rows:
    """Some rows of one type of the contract.

    `rows.column("item_id")` is a field's column; `rows.method("history", 90)` that of a field with arguments;
    `rows[i]` an object with all of them as attributes and methods, for resolvers.

    Args:
        count: number of rows.
        fields: name in snake_case -> a function of `of` that makes the column; each is called at most once.
        methods: name -> a function of `of` and the field's arguments that makes the column, called once per arguments.
        of: what the columns are made from. Types that are asked for all the time have one table of functions for all
            of their rows; others are given functions that know what they read.
        keys: where the rows stand among all of their kind; None where they are no unbroken range of these.
    """

    def __init__(
        self,
        count: int,
        fields: Mapping[str, Maker],
        methods: Mapping[str, Method] = _NONE,
        of: Any = None,
        keys: KeyRange | None = None,
    ) -> None:
        self.count = count
        self.fields = fields
        self.methods = methods
        self.of = of
        self.keys = keys
        self._columns: dict[object, Column] = {}

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, row: int) -> "Row":
        if row < 0:
            row += self.count
        if not 0 <= row < self.count:
            raise IndexError(row)
        return Row(self, row)

    def __iter__(self) -> Iterator["Row"]:
        return (Row(self, row) for row in range(self.count))

    def column(self, name: str) -> Column:
        """A field's column."""
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = self.fields[name](self.of)
        return column

    def method(self, name: str, *args: Any, **kwargs: Any) -> Column:
        """The column of a field with arguments."""
        key = (name, repr(args), repr(sorted(kwargs.items())))
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = self.methods[name](self.of, *args, **kwargs)
        return column


class Row:
    """One row, for resolvers: attributes are fields, fields with arguments are methods."""

    __slots__ = ("place", "rows")

    def __init__(self, rows: Rows, place: int) -> None:
        self.rows = rows
        self.place = place

    def __getattr__(self, name: str) -> Any:
        rows, place = self.rows, self.place
        if name in rows.fields:
            return rows.column(name)[place]
        if name in rows.methods:
            return lambda *args, **kwargs: rows.method(name, *args, **kwargs)[place]
        raise AttributeError(name)
