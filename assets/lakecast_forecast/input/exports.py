"""A file put together from exports that overlap: the same demand of an item and date once in each of two parts."""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.values import identifiers
from lakecast_schema.grammar import count_of

Integers = NDArray[np.int64]
_PARTS = 20
"""Parts that a file may consist of."""
_FEW = 3
"""So many dates may be alike by chance."""
_NEARLY_ALL = 0.95


def refuse_overlap(demand: DemandRows, rows: Integers, group: Integers, quantity: NDArray[np.float64]) -> None:
    """Raise `InputError` where a column that nobody uses parts the file, and dates have the same demand in two parts.

    rows: (n,) positions of rows that share item and date with another one; group: (n,) which; quantity: (n,). Parts are
    the values of a column such as the day of the export: few, each in rows one after the other.
    """
    others = demand.file.others()
    if others is None:
        return
    if demand.locations is not None:
        group = np.unique(np.column_stack([group, demand.locations.codes[rows]]), axis=0, return_inverse=True)[1]
    for name, column in zip(demand.file.ignored, others.columns, strict=True):
        parts = identifiers(column)
        breaks = np.count_nonzero(np.diff(parts.codes))
        if not 2 <= len(parts.names) <= _PARTS or breaks != len(parts.names) - 1:
            continue
        twice = _same_in_two_parts(group.reshape(-1), parts.codes[rows], quantity)
        if twice:
            raise InputError(
                demand.file.name,
                f"{count_of(twice, '[date of an item has|dates of items have]')} the same demand in several of the "
                f"parts {', '.join(parts.names[:2])} of column {name}, as where exports overlap",
                "Leave out what is there twice, or state --duplicates sum where both count",
                column="date",
            )


def _same_in_two_parts(group: Integers, part: Integers, quantity: NDArray[np.float64]) -> int:
    """How many groups have the same quantities in each of their parts; 0 where others do not, or few do."""
    order = np.lexsort((quantity, part, group))
    group, part, quantity = group[order], part[order], quantity[order]
    heads = np.flatnonzero(np.r_[True, (group[1:] != group[:-1]) | (part[1:] != part[:-1])])
    told = np.column_stack(
        [np.diff(np.r_[heads, group.size]), np.add.reduceat(quantity, heads), np.add.reduceat(quantity**2, heads)]
    )
    of = group[heads]
    follows = of[1:] == of[:-1]
    same = np.isclose(told[1:], told[:-1]).all(axis=1)
    several = np.unique(of[1:][follows])
    alike = np.setdiff1d(several, of[1:][follows & ~same])
    return alike.size if alike.size > _FEW and alike.size >= _NEARLY_ALL * several.size else 0
