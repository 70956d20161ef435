"""Several rows of an item and day: copies are left out, different rows are added up where that is what they mean."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.exports import refuse_overlap
from lakecast_forecast.input.files import as_text
from lakecast_forecast.input.report import EXAMPLES, Line, line
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.values import Identifiers
from lakecast_schema.grammar import count_of
from lakecast_schema.periods import Dates

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]

_PARTS, _PART_OF = 100, 0.05
"""Files that one may be put together from, and at most so large a share of its rows: a document has few lines."""
_SEVERAL = 0.25
"""Share of an item's days with several different rows from which on a data set is a list of receipts."""


@dataclass(frozen=True)
class Settled:
    """quantity: (n,) NaN where a row is left out; report: what there is to say."""

    quantity: Array
    report: tuple[Line, ...] = ()


def settle(
    demand: DemandRows, rows: Integers, items: Identifiers, days: Dates, quantity: Array, rules: Rules, *, is_log: bool
) -> Settled:
    """Settle the rows of one data set that share item and day.

    rows: (n,) their positions in the file; items, days, quantity: (n,) what they say, the quantity NaN where it is
    unknown. Copies and rows that another one overrides are rejected in `demand.verdicts`. Raises `InputError` where
    different rows share item and day and nothing says what they mean.
    """
    group, places = _sharing(items.codes, days, quantity)
    if places.size == 0 or rules.duplicates == "sum":
        return Settled(quantity, _summed(np.unique(group).size))
    quantity = quantity.copy()
    copies = places[_is_copy(demand, rows[places])]
    if copies.size:
        demand.verdicts.reject(_mask(demand, rows[copies]), "item_id", messages.COPY)
        quantity[copies] = np.nan
    # A return beside a demand is no second demand.
    group, places = _sharing(items.codes, days, np.where(quantity < 0, np.nan, quantity))
    if places.size == 0:
        return Settled(quantity)
    dates = np.unique(items.codes[~np.isnan(quantity)] * 10**6 + days[~np.isnan(quantity)].astype(np.int64)).size
    several = np.unique(group).size
    leads = np.r_[True, group[1:] != group[:-1]]
    if rules.duplicates == "reject":
        first = places[leads][np.cumsum(leads) - 1][~leads]
        late = places[~leads]
        words = [messages.REPEATED_DEMAND.of(row=row) for row in demand.file.rows[rows[first]].tolist()]
        demand.verdicts.reject_each(rows[late], "date", words)
        quantity[late] = np.nan
        return Settled(quantity)
    refuse_overlap(demand, rows[places], group, quantity[places])
    if is_log or several / dates >= _SEVERAL or demand.locations is not None or _at_times(demand):
        return Settled(quantity, _summed(several))
    some = places[leads][:EXAMPLES].tolist()
    shown = " and ".join(f"{items.names[items.codes[place]]} on {days[place]}" for place in some)
    raise InputError(
        demand.file.name,
        f"{count_of(several, '[date of an item has|dates of items have]')} several different rows, such as those of "
        f"{shown}",
        "Say what they mean: --duplicates sum adds them up, --duplicates reject keeps the first",
        row=int(demand.file.rows[rows[places[1]]]),
        column="date",
    )


def _sharing(codes: Integers, days: Dates, quantity: Array) -> tuple[Integers, Integers]:
    """Rows with a quantity that share item and day with another: number of their pair, and position, in order."""
    told = np.flatnonzero(~np.isnan(quantity))
    number = days[told].astype(np.int64)
    key = codes[told] * (number.max(initial=0) - number.min(initial=0) + 1) + number - number.min(initial=0)
    if np.all(key[1:] > key[:-1]):
        return key[:0], told[:0]
    order = np.argsort(key, kind="stable")
    key = key[order]
    same = key[1:] == key[:-1]
    shared = np.r_[False, same] | np.r_[same, False] if key.size else np.zeros(0, dtype=bool)
    return key[shared], told[order[shared]]


def _is_copy(demand: DemandRows, rows: Integers) -> Bools:
    """(k,) which of these rows of the file say in every column what an earlier one of them says."""
    table = demand.file.table.take(pa.array(rows))
    # What was read counts, not how it is written: 5 and 5.0 are the same, and so is a day in two forms.
    table = _with(table, "quantity", pa.array(demand.quantity[rows], pa.float64()))
    if not _at_times(demand):
        table = _with(table, "date", pa.array(demand.day[rows].astype("datetime64[D]"), pa.date32()))
    if (others := demand.file.others()) is not None:
        for name in others.column_names:
            if not _numbers_rows(others[name]):
                table = table.append_column(f"other {name}", others[name].take(pa.array(rows)))
    columns = [pc.fill_null(as_text(column), "\x1e") for column in table.columns]
    whole = pc.binary_join_element_wise(*columns, "\x1f")
    whole = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    codes = whole.dictionary_encode().indices.to_numpy()
    first = np.full(codes.size, np.iinfo(np.int64).max)
    np.minimum.at(first, codes, rows)
    return np.asarray(rows > first[codes])


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _numbers_rows(column: pa.ChunkedArray) -> bool:
    """Whether a column counts the rows of its file, or of the few files that it was put together from."""
    try:
        values = column.cast(pa.int64()).to_numpy()
    except pa.ArrowException:
        return False
    begins = np.flatnonzero(np.diff(values) != 1)
    few = begins.size <= _PARTS and begins.size < _PART_OF * values.size
    return column.null_count == 0 and few and bool(np.all(values[begins + 1] == values[0]))


def _mask(demand: DemandRows, rows: Integers) -> Bools:
    mask = np.zeros(demand.file.rows.size, dtype=bool)
    mask[rows] = True
    return mask


def _at_times(demand: DemandRows) -> bool:
    """Whether rows have a time of day: then several of one day are no contradiction."""
    column = demand.file.table["date"]
    if pa.types.is_timestamp(column.type):
        return not pc.all(pc.equal(pc.floor_temporal(column, unit="day"), column)).as_py()
    if pa.types.is_string(column.type):
        return bool(pc.any(pc.match_substring(column, ":")).as_py())
    return False


def _summed(days: int) -> tuple[Line, ...]:
    return (line("info", messages.SUMMED, count=days),) if days else ()
