"""The good rows of one data set as series: on the grid, repeated rows settled, gaps filled."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.completeness import Incomplete, incomplete
from lakecast_forecast.input.dates import far_from_the_rest
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.drivers import driver_table
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.fiscal import FiscalCalendar
from lakecast_forecast.input.grid import Gaps, Periods, Series, fill, gaps, place, without_unknown_ends
from lakecast_forecast.input.locations import of_locations
from lakecast_forecast.input.outliers import outliers
from lakecast_forecast.input.repeats import settle
from lakecast_forecast.input.report import Line, line
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.tolerance import refuse_many
from lakecast_forecast.input.values import Identifiers
from lakecast_schema.frequency import FrequencyUnclear, closings, coarser_items, has_own_periods, period_starts
from lakecast_schema.grammar import count_of
from lakecast_schema.periods import Dates, Frequency, grid_index, shift
from lakecast_schema.tables import DEMAND

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
OLD_DAYS = 60
"""Days by which demand may end before the day of a run; monthly demand is often a month old."""
_CHUNK = 1 << 20
_SAME = 1e-6
"""Share of a sum that is rounding."""
_BLUR = 0.1
"""Share of an item's periods without a row that rows of unknown date may belong to before none of them is zero."""


@dataclass(frozen=True)
class DemandSeries:
    """Series of one data set, and its tables `demand` and `driver`.

    items: of all rows that have an item and a period, those without a usable quantity included; names: the items that
    have a series, in its order; report: what there is to say about how rows became series; too_new: items whose only
    demand lies in a period that is left out as incomplete.
    """

    periods: Periods
    items: Identifiers
    series: Series
    names: list[str]
    demand: pa.Table
    driver: pa.Table
    report: tuple[Line, ...]
    too_new: tuple[str, ...] = ()

    def without(self, periods: Bools) -> "DemandSeries":
        """With the demand of some periods (k,) unknown; items of which nothing is known then keep theirs."""
        owner = np.repeat(np.arange(self.series.items.size), self.series.lengths)
        left = np.bincount(owner[~periods & ~np.isnan(self.series.quantity)], minlength=self.series.items.size) > 0
        quantity = np.where(periods & left[owner], np.nan, self.series.quantity)
        series = without_unknown_ends(replace(self.series, quantity=quantity))
        dataset_id = self.demand["dataset_id"][0].as_py()
        return replace(self, series=series, demand=_demand(dataset_id, self.names, series))


def demand_series(
    demand: DemandRows,
    dataset_id: str,
    here: Integers,
    rules: Rules,
    *,
    over: dt.date | None = None,
    broken: bool = True,
) -> DemandSeries:
    """The series of the rows at the positions `here`, those of one data set.

    over: the first day that is not over yet, None where that does not matter; broken: whether lines that hold no row
    count as rejected rows of this data set. Rows that repeat another one are rejected in `demand.verdicts`, or added
    up, as the rules say. Raises `InputError` where no row can be used or too many are rejected, `FrequencyUnclear` and
    `GridTooLargeError`.
    """
    usable = _without_far_dates(demand, here) & demand.placed[here]
    rows = here if usable.all() else here[usable]
    whole = rows.size == demand.file.rows.size  # copies of columns of 100 million rows take gigabytes
    items = demand.items if whole else demand.items.select(rows)
    quantity = demand.quantity if whole else demand.quantity[rows]
    known = ~np.isnan(quantity)
    if not known.any():
        raise InputError(
            demand.file.name,
            f"no row of data set {dataset_id} can be used",
            "Correct its rows; the reasons are those of the file's first rejected rows",
        )
    refuse_many(demand, here, dataset_id, rules.allow_rejected, broken=broken)
    days = demand.day if whole else demand.day[rows]
    periods = _place(days, items, known, rules, demand.calendar)
    # A depot that has bought nothing since July has a whole July where the file goes on.
    seen = np.unique(demand.day[~np.isnan(demand.quantity)]) if rules.by else None
    partly = incomplete(days, periods, known, over, rules, demand.calendar, seen)
    cut_off = tuple(_of_incomplete(partly, days, periods, quantity))
    quantity = np.where(partly.rows, np.nan, quantity) if partly.rows.any() else quantity
    if np.isnan(quantity).all():
        raise InputError(
            demand.file.name,
            f"no period of data set {dataset_id} is complete",
            "Add history, or keep incomplete periods (--last-period keep)",
            column="date",
        )
    blurred = _blurred(demand, here, items, periods, ~np.isnan(quantity))
    meaning = gaps(periods, items.codes, quantity, blurred, rules)
    settled = settle(demand, rows, items, days, quantity, rules, is_log=meaning.is_log)
    quantity = settled.quantity
    returned = quantity[quantity < 0]
    if -returned.sum() > quantity[quantity > 0].sum() or returned.size > np.count_nonzero(quantity > 0):
        raise InputError(
            demand.file.name,
            f"{returned.size} quantities are negative, of {np.count_nonzero(np.abs(quantity) > 0)} in all: more than "
            "returns can be",
            "Write demand as positive numbers and only returns as negative ones",
            column="quantity",
        )
    out_of_stock = _not_available(demand, rows, items, periods)
    quantity = np.where(out_of_stock, np.nan, quantity) if out_of_stock.any() else quantity
    if np.isnan(quantity).all():
        raise InputError(
            demand.file.name,
            f"every period of data set {dataset_id} is marked as without stock",
            "Correct the column, or remove it",
            column="available",
        )
    end = _end(periods, partly, known)
    series = fill(periods, items.codes, quantity, blurred, meaning, end, rules.inactive_days)
    names = [items.names[code] for code in series.items]
    excess = np.nansum(series.quantity) - np.nansum(quantity) if returned.size else 0.0
    series, beyond = outliers(series, cap=rules.outliers == "cap")
    too_new = _names(items, np.setdiff1d(items.codes[known & partly.rows], series.items))
    asleep = [name for name, active in zip(names, series.is_active.tolist(), strict=True) if not active]
    shown = messages.FREQUENCY.of(
        frequency=periods.frequency,
        em_portugues=messages.PORTUGUESE[periods.frequency],
        items=count_of(len(names), "[item|items]"),
        itens=count_of(len(names), "[item|itens]"),
        rows=count_of(rows.size, "[row|rows]"),
        linhas=count_of(rows.size, "[linha|linhas]"),
        first=series.dates.min(),
        last=series.dates.max(),
    )
    report = (
        line("info", shown, count=0),
        *cut_off,
        *_of_gaps(meaning, rules),
        *settled.report,
        *(
            [line("warning", messages.RETURNS.of(quantity=f"{-returned.sum():g}"), count=returned.size)]
            if returned.size
            else ()
        ),
        *(
            [line("warning", messages.RETURNS_BEYOND.of(quantity=f"{excess:g}"), count=0)]
            if excess > _SAME * -returned.sum()
            else ()
        ),
        *_of_not_available(out_of_stock, items, periods),
        *_of_outliers(beyond, series, names, rules),
        *([line("warning", messages.ITEMS_BLURRED, _names(items, np.flatnonzero(blurred)))] if blurred.any() else ()),
        *([line("warning", messages.ITEMS_TOO_NEW, too_new)] if too_new else ()),
        *([line("warning", messages.INACTIVE.of(days=rules.inactive_days), asleep)] if asleep else ()),
        *of_locations(demand, rows, periods, ~np.isnan(quantity), end),
        *_of_ends(series, names, periods.frequency, end, over),
    )
    drivers = {name: values[rows] for name, values in demand.drivers.items()}
    return DemandSeries(
        periods,
        items,
        series,
        names,
        _demand(dataset_id, names, series),
        driver_table(dataset_id, periods, items, drivers),
        report,
        tuple(too_new),
    )


def _without_far_dates(demand: DemandRows, here: Integers) -> Bools:
    """(n,) of the rows `here`: whether their date may be; those whose date cannot be are rejected."""
    told = ~np.isnan(demand.quantity[here])  # rows of drivers may lie in the future
    far = far_from_the_rest(np.where(told, demand.day[here], np.datetime64("NaT")))
    if far.any():
        mask = np.zeros(demand.file.rows.size, dtype=bool)
        mask[here[far]] = True
        demand.verdicts.reject(mask, "date", messages.FAR_DATES)
    return ~far


def _blurred(demand: DemandRows, here: Integers, items: Identifiers, periods: Periods, known: Bools) -> Bools:
    """(m,) of `items`: which lost so many rows for their dates that periods without a row tell nothing.

    known: (n,) rows of `items` with a quantity. Each lost row belongs to a period without one: where that is more than
    `_BLUR` of an item's missing periods, none of them counts as zero. Of fewer, zero is the better account.
    """
    without_day = demand.verdicts.about("date", without=messages.TOTAL.code)
    wrong = here[without_day[here] & (demand.items.codes[here] >= 0)]
    if not wrong.size:
        return np.zeros(len(items.names), dtype=bool)
    rows = np.bincount(demand.items.codes[wrong], minlength=len(demand.items.names))
    of = dict(zip(demand.items.names, rows.tolist(), strict=True))
    lost = np.array([of.get(name, 0) for name in items.names])
    here_too = known & (lost > 0)[items.codes]
    cells = np.unique(np.column_stack([items.codes[here_too], periods.index[here_too]]), axis=0)
    end = periods.index[known].max() + 1
    first = np.full(lost.size, end)
    np.minimum.at(first, cells[:, 0], cells[:, 1])
    missing = end - first - np.bincount(cells[:, 0], minlength=lost.size)
    return np.asarray((missing > 0) & (lost > _BLUR * missing))


def _not_available(demand: DemandRows, rows: Integers, items: Identifiers, periods: Periods) -> Bools:
    """(n,) of `rows`: whether any row of their item and period says that the item was out of stock."""
    if demand.available is None:
        return np.zeros(rows.size, dtype=bool)
    cells = np.stack([items.codes, periods.index], axis=1)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    without = np.zeros(int(cell.max(initial=-1)) + 1, dtype=bool)
    without[cell[~demand.available[rows]]] = True
    return np.asarray(without[cell])


def _of_not_available(out_of_stock: Bools, items: Identifiers, periods: Periods) -> Iterator[Line]:
    places = np.flatnonzero(out_of_stock)
    cells = dict.fromkeys(
        f"{items.names[items.codes[place]]} in the period from {periods.starts[place]}" for place in places.tolist()
    )
    if cells:
        yield line("info", messages.NOT_AVAILABLE, [*cells])


def _of_outliers(beyond: Integers, series: Series, names: list[str], rules: Rules) -> Iterator[Line]:
    if beyond.size:
        owner = np.searchsorted(series.offsets, beyond, side="right") - 1
        shown = [f"{names[one]} on {series.dates[place]}" for one, place in zip(owner[:2], beyond[:2], strict=True)]
        words = messages.OUTLIERS_CAPPED if rules.outliers == "cap" else messages.OUTLIERS
        yield line("warning", words, shown, count=beyond.size)


def _names(items: Identifiers, codes: Integers) -> list[str]:
    return [items.names[code] for code in codes.tolist()]


def _end(periods: Periods, partly: Incomplete, known: Bools) -> int:
    """Number of the data set's last period: the one before an incomplete one with a demand, else the last with one.

    Rows without a demand, such as drivers of the future and what was rejected, end nothing.
    """
    end = int(periods.index[known & ~partly.rows].max())
    last = known & partly.last
    return max(end, int(periods.index[last].min()) - 1) if last.any() else end


def _of_incomplete(partly: Incomplete, days: Dates, periods: Periods, quantity: Array) -> Iterator[Line]:
    for rows, words in ((partly.last, messages.LAST_PERIOD), (partly.first, messages.FIRST_PERIOD)):
        rows = rows & ~np.isnan(quantity)
        if rows.any():
            said = words.of(
                demand=f"{quantity[rows].sum():g}",
                start=periods.starts[rows].min(),
                last=days[~np.isnan(quantity)].max(),
                first=days[~np.isnan(quantity)].min(),
            )
            yield line("warning", said, count=int(rows.sum()))


def _of_ends(series: Series, names: list[str], frequency: Frequency, end: int, over: dt.date | None) -> Iterator[Line]:
    """Lines about active items that end before the data set does, in the period `end`, and about old demand."""
    last = series.dates[series.offsets[1:] - 1]
    early = series.is_active & (grid_index(last, frequency) <= end - 2)
    if early.any():
        yield line("warning", messages.ENDS_EARLY, [names[item] for item in np.flatnonzero(early).tolist()])
    if over is not None:
        after = shift(last.max()[None], 1, frequency)[0]
        days = int((np.datetime64(over) - after).astype(np.int64))
        if days > max(OLD_DAYS, 2 * frequency.mean_days):
            yield line("info", messages.OLD_DEMAND.of(last=after - 1, days=days), count=0)


def _of_gaps(meaning: Gaps, rules: Rules) -> Iterator[Line]:
    share = f"{meaning.share:.1%}"
    if rules.gaps == "zero":
        yield line("info", messages.LOG_BY_SETTING)
    elif meaning.is_log:
        yield line("info", messages.LOG.of(share=share))
    elif meaning.share:
        yield line("warning", messages.GAPS_UNKNOWN.of(share=share))


def _place(days: Dates, items: Identifiers, known: Bools, rules: Rules, calendar: FiscalCalendar | None) -> Periods:
    """All rows placed; only those with a quantity tell the frequency, if neither it nor a calendar is stated."""
    if calendar is not None:
        starts = calendar.months[calendar.period(days)]
        return Periods(calendar.frequency, starts, grid_index(starts, calendar.frequency))
    if rules.frequency is not None:
        placed = place(days, items.codes, rules.frequency)
        off_grid = not np.array_equal(placed.starts, period_starts(days, rules.frequency))
        one = np.zeros(int(known.sum()), dtype=np.int64)
        if (
            off_grid
            and closings(days[known], items.codes[known]) is not rules.frequency
            and any(has_own_periods(days[known], codes, rules.frequency) for codes in (items.codes[known], one))
        ):
            raise FrequencyUnclear(
                f"rows of an item lie about one {rules.frequency} period apart, and yet off the calendar: some periods "
                "would hold two of them and others none. Add a calendar.csv with the columns period, start and end, or "
                "write the totals of calendar periods."
            )
        return placed
    told, owners = (days, items.codes) if known.all() else (days[known], items.codes[known])
    if (closing := closings(told, owners)) is not None:
        return place(days, items.codes, closing)
    frequency = place(told, owners, None).frequency
    if coarser := coarser_items(told, owners, frequency):
        some = [f"{items.names[code]} ({other})" for code, other in list(coarser.items())[:5]]
        raise FrequencyUnclear(
            f"the rows are {frequency}, but {count_of(len(coarser), '[item has|items have]')} rows of a coarser "
            f"frequency, such as {', '.join(some)}. Give them a data set of their own (column dataset_id), or state "
            "the frequency."
        )
    return place(days, items.codes, frequency)


def _demand(dataset_id: str, names: list[str], series: Series) -> pa.Table:
    codes = np.repeat(np.arange(len(names), dtype=np.int32), series.lengths)
    return pa.table(
        [
            constant(dataset_id, codes.size),
            pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string())).cast(pa.string()),
            pa.array(series.dates.astype("datetime64[D]"), pa.date32()),
            pa.array(series.quantity, pa.float64(), from_pandas=True),
        ],
        schema=DEMAND.schema,
    )


def constant(value: str, rows: int) -> pa.ChunkedArray:
    """A text column of one value, whose chunks share their memory."""
    chunk = pa.repeat(pa.scalar(value, pa.string()), min(rows, _CHUNK))
    whole, rest = divmod(rows, _CHUNK)
    return pa.chunked_array([chunk] * whole + [chunk.slice(0, rest)] * (rest > 0), pa.string())
