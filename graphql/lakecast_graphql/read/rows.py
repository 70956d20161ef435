"""Rows of an answer: a lazy sequence whose fields are columns, made when first read."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lakecast_graphql.read.column import Column

Maker = Callable[[Any], Column]
Method = Callable[..., Column]


_NONE: Mapping[str, Method] = {}


@dataclass(frozen=True, eq=False)
class Units:
    """How rows are made of units that can be rendered once and used again: an item, or a block of forecasts.

    Attributes:
        space: what the keys count in; rows of equal keys in equal spaces of one snapshot are equal.
        keys: the units in order; -1 for one that is not whole.
        sizes: rows of each unit.
        make: the rows of some of the units, given by their places in `keys`.
        total: how many units the space has: their keys are 0 to total - 1.
        of_keys: the rows of whole units by their keys, for rendering them before anybody asks.
        alike: name and arguments of a method -> the arguments in the form that all have that mean the same.
    """

    space: Hashable
    keys: Sequence[int]
    sizes: list[int]
    make: Callable[[Sequence[int]], "Rows"]
    total: int = 0
    of_keys: Callable[[range], "Rows"] | None = None
    alike: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None


def key_array(keys: Sequence[int]) -> NDArray[np.int64]:
    """Keys of units as an array."""
    return np.arange(keys.start, keys.stop) if type(keys) is range else np.array(keys, np.int64)


class Rows:
    """Some rows of one type of the contract.

    `rows.column("item_id")` is a field's column; `rows.method("history", 90)` that of a field with arguments;
    `rows[i]` an object with all of them as attributes and methods, for resolvers.

    Args:
        count: number of rows.
        fields: name in snake_case -> a function of `of` that makes the column; each is called at most once, and none
            of them for rows that are known rendered.
        methods: name -> a function of `of` and the field's arguments that makes the column, called once per arguments.
        units: makes what the rows are made of, or None where nothing is worth remembering.
        of: what the columns are made from. Types that are asked for all the time have one table of functions for all
            of their rows; others are given functions that know what they read.
    """

    def __init__(
        self,
        count: int,
        fields: Mapping[str, Maker],
        methods: Mapping[str, Method] = _NONE,
        units: Callable[[], Units | None] = lambda: None,
        of: Any = None,
    ) -> None:
        self.count = count
        self.fields = fields
        self.methods = methods
        self._units = units
        self.of = of
        self._columns: dict[object, Column] = {}

    @cached_property
    def units(self) -> Units | None:
        """What the rows are made of."""
        return self._units()

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
