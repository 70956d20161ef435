"""Periods between a cutoff and a date, in NumPy and in SQL: the same arithmetic as `lakecast_schema.periods`."""

import numpy as np
from numpy.typing import NDArray

from lakecast_lake.columns.items import FREQUENCIES
from lakecast_schema.periods import Frequency, grid_index

SQL = """case i.frequency
    when 'daily' then r.date - b.cutoff
    when 'weekly' then (r.date - b.cutoff) // 7
    when 'monthly' then (year(r.date) - year(b.cutoff)) * 12 + month(r.date) - month(b.cutoff)
    when 'quarterly' then (year(r.date) - year(b.cutoff)) * 4 + quarter(r.date) - quarter(b.cutoff)
    else year(r.date) - year(b.cutoff) end"""
"""Over `row_KIND` as `r`, `block_KIND` as `b` and `item` as `i`."""


def ahead(cutoff: NDArray[np.int32], day: NDArray[np.int32], frequency: NDArray[np.int8]) -> NDArray[np.int64]:
    """(rows,) periods from the cutoff to the day; 1 is the first after it.

    Args:
        cutoff, day: days since 1970-01-01, first days of periods.
        frequency: codes of `FREQUENCIES`.
    """
    steps = np.zeros(len(day), np.int64)
    for code in np.unique(frequency).tolist():
        mine = slice(None) if len(frequency) == 0 or (frequency == code).all() else frequency == code
        steps[mine] = _periods(cutoff[mine], day[mine], FREQUENCIES[code])
    return steps


def _periods(cutoff: NDArray[np.int32], day: NDArray[np.int32], frequency: Frequency) -> NDArray[np.int64]:
    if frequency is Frequency.WEEKLY:  # weeks keep the weekday that the series starts them on
        return (day.astype(np.int64) - cutoff) // 7
    index = grid_index(np.concatenate([cutoff, day]).astype("datetime64[D]"), frequency)
    return index[len(cutoff) :] - index[: len(cutoff)]
