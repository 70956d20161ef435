"""Which rows of stock count on which day: the last of a day, and of depots that report on other days their last."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_assets.ingest.masters import STOCK_FIGURES, MasterRows
from lakecast_forecast.input import messages
from lakecast_forecast.input.files import as_text
from lakecast_forecast.input.report import Line, line
from lakecast_forecast.input.values import identifiers, numpy
from lakecast_schema.decision_inputs import DEFAULT_REVIEW_PERIOD_DAYS
from lakecast_schema.periods import Dates

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
LONG = 60
"""Days after which a depot that reports no more is closed; monthly stock is often a month old."""
_TIME = r"(?P<hours>\d{1,2}):(?P<minutes>\d{2})(?P<seconds>:\d{2})?"


@dataclass(frozen=True)
class StockHistory:
    """Rows of stock and the days on which they count, in the order of item and day.

    places: (n,) positions in the file, some of them repeated; days: (n,); stale: (n,) whether the row is too old for
    its day; report: what there is to say.
    """

    places: Integers
    days: Dates
    stale: Bools
    report: tuple[Line, ...] = ()

    def select(self, keep: Bools) -> "StockHistory":
        """Some of the rows (n,)."""
        return StockHistory(self.places[keep], self.days[keep], self.stale[keep], self.report)


def stock_history(rows: MasterRows | None, mine: Integers, review_days: Mapping[str, float]) -> StockHistory:
    """The rows at the positions `mine`, which all have an item and a day.

    Of several rows of an item and day that differ in their time of day and in no other column, the last counts. Where
    depots report on different days, the last report of each counts on the days of the others, too, and is stale after
    the item's review period; a depot that has reported nothing for `LONG` days is taken for closed. Where an item has
    one row per depot, each row is a report of its own. review_days: item -> its own.
    """
    if rows is None or rows.day is None or not mine.size:
        return StockHistory(mine[:0], np.zeros(0, "datetime64[D]"), np.zeros(0, dtype=bool))
    last, earlier = _without_earlier_times(rows, mine)
    others, report = _of_other_days(rows, last, review_days)
    places = np.r_[last, others.places]
    days = np.r_[rows.day[last], others.days]
    stale = np.r_[np.zeros(last.size, dtype=bool), others.stale]
    order = np.lexsort((days, rows.items.codes[places]))
    lines = (*earlier, *report)
    return StockHistory(places[order], days[order], stale[order], lines)


def _without_earlier_times(rows: MasterRows, mine: Integers) -> tuple[Integers, tuple[Line, ...]]:
    """The positions without rows that a later one of the same day replaces, and a line about them."""
    times = _times(rows.file.table["date"])
    if times is None or rows.day is None:
        return mine, ()
    table = rows.file.table.drop_columns([*({"date", *STOCK_FIGURES} & set(rows.file.table.column_names))])
    if (others := rows.file.others()) is not None:
        for name in others.column_names:
            table = table.append_column(f"other {name}", others[name])
    columns = [pc.fill_null(as_text(column), "\x1e") for column in table.take(pa.array(mine)).columns]
    kept_apart = identifiers(pc.binary_join_element_wise(*columns, "\x1f")).codes
    order = np.lexsort((times[mine], rows.day[mine], kept_apart))
    group, day, time = kept_apart[order], rows.day[mine][order], times[mine][order]
    same = (group[:-1] == group[1:]) & (day[:-1] == day[1:])
    later = np.zeros(mine.size, dtype=bool)
    later[:-1] = same & (time[:-1] < time[1:])
    for place in np.flatnonzero(same & ~later[:-1])[::-1].tolist():  # of one time: replaced as the one after it is
        later[place] = later[place + 1]
    if not later.any():
        return mine, ()
    gone = mine[order[later]]
    names = [rows.items.names[code] for code in np.unique(rows.items.codes[gone]).tolist()]
    words = messages.STOCK_LATEST.of(file=rows.file.name)
    return np.setdiff1d(mine, gone), (line("info", words, names),)


def _times(column: pa.ChunkedArray) -> Integers | None:
    """(n,) seconds of the day; None where no row has any."""
    if pa.types.is_timestamp(column.type):
        seconds = numpy(pc.fill_null(column.cast(pa.timestamp("s"), safe=False).cast(pa.int64()), 0)) % 86_400
        return seconds.astype(np.int64) if seconds.any() else None
    if not pa.types.is_string(column.type) or not pc.any(pc.match_substring(column, ":")).as_py():
        return None
    parts = pc.extract_regex(column.combine_chunks(), _TIME)
    texts = [pc.fill_null(pc.struct_field(parts, name), "") for name in ("hours", "minutes", "seconds")]
    numbers = [pc.utf8_ltrim(each, ":") for each in texts]
    hours, minutes, seconds = (numpy(pc.if_else(pc.equal(each, ""), "0", each).cast(pa.int64())) for each in numbers)
    evening = numpy(pc.fill_null(pc.match_substring(column, "pm", ignore_case=True), False))
    return np.asarray((hours % 12 + 12 * evening if evening.any() else hours) * 3600 + minutes * 60 + seconds)


def _of_other_days(
    rows: MasterRows, mine: Integers, review_days: Mapping[str, float]
) -> tuple[StockHistory, tuple[Line, ...]]:
    """Rows of the last report of depots that have none on a day on which their item has stock elsewhere."""
    nothing = StockHistory(mine[:0], np.zeros(0, "datetime64[D]"), np.zeros(0, dtype=bool))
    if rows.day is None or "location" not in rows.file.table.column_names:
        return nothing, ()
    depots = identifiers(rows.file.table["location"])
    depot, day, item = depots.codes[mine], rows.day[mine], rows.items.codes[mine]
    pairs = np.unique(np.column_stack([item, depot, day.astype(np.int64)]), axis=0)[:, :2]
    once = len(np.unique(pairs, axis=0)) == len(pairs)
    where, which = _once(item, day) if once else _by_report(item, day, depot)
    of, when = mine[where], which
    limit = np.array([review_days.get(name, DEFAULT_REVIEW_PERIOD_DAYS) for name in rows.items.names])
    age = (when - rows.day[of]).astype(np.int64)
    latest = when == day.max()
    reports = np.unique(np.column_stack([depot[where], rows.day[of].astype(np.int64)])[latest], axis=0)
    shown = [f"{depots.names[code]} ({np.datetime64(before, 'D')})" for code, before in reports.tolist() if code >= 0]
    words = messages.DEPOTS_EARLIER.of(file=rows.file.name, newest=day.max())
    lines = (line("warning", words, shown),) if shown else ()
    return StockHistory(of, when, age > limit[rows.items.codes[of]]), lines


def _once(item: Integers, day: Dates) -> tuple[Integers, Dates]:
    """Rows that are older than the newest of their item (n,), and that day: places and days."""
    newest = np.full(item.max() + 1, np.iinfo(np.int64).min)
    np.maximum.at(newest, item, day.astype(np.int64))
    places = np.flatnonzero(day.astype(np.int64) < newest[item])
    return places, newest[item[places]].astype("datetime64[D]")


def _by_report(item: Integers, day: Dates, depot: Integers) -> tuple[Integers, Dates]:
    """Rows of each depot's last report before a day without one, of items that others have then: places and days."""
    every, number = np.unique(day, return_inverse=True)
    order = np.lexsort((day, depot))
    places, days = [order[:0]], [every[:0]]
    for code in np.unique(depot).tolist():
        rows = order[np.searchsorted(depot[order], code, "left") : np.searchsorted(depot[order], code, "right")]
        own = np.unique(day[rows])
        missing = every[(every > own[0]) & ~np.isin(every, own)]
        report = own[np.searchsorted(own, missing) - 1]
        near = (missing - report).astype(np.int64) <= LONG
        start, end = (np.searchsorted(day[rows], report[near], side) for side in ("left", "right"))
        within = np.arange((end - start).sum()) - np.repeat(np.cumsum(end - start) - (end - start), end - start)
        places.append(rows[np.repeat(start, end - start) + within])
        days.append(np.repeat(missing[near], end - start))
    where, when = np.concatenate(places), np.concatenate(days)
    items = item.max(initial=0) + 1
    elsewhere = np.isin(np.searchsorted(every, when) * items + item[where], number * items + item)
    return where[elsewhere], when[elsewhere]


def added_up(rows: MasterRows | None, history: StockHistory) -> Iterator[Line]:
    """A line about items with several rows of one day."""
    if rows is None:
        return
    item, day = rows.items.codes[history.places], history.days.astype(np.int64)
    pairs, counts = np.unique(np.column_stack([item, day]), axis=0, return_counts=True)
    names = [rows.items.names[code] for code in np.unique(pairs[counts > 1, 0]).tolist()]
    if names:
        yield line("info", messages.STOCK_ADDED_UP.of(file=rows.file.name), names)
