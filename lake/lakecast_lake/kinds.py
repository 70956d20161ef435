"""Which forecasts of several runs are live, which are past, and which go: the rule of `fact_forecast`.

Live are the rows of a data set's newest run. A live row of an older run becomes past where its item is still
forecast, at the same frequency, from a later cutoff; else it goes, as what a wrong run left behind must.
"""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.codes import Codes, places, ranks, shared, with_day
from lakecast_schema.contract import DATE, REAL, TEXT
from lakecast_schema.tables import FACT_FORECAST

LIVE, PAST, BACKTEST = "live", "past", "backtest"

Mask = NDArray[np.bool_]

_SERIES = ("source", "item_id")
SPAN = pa.schema([("source", TEXT), ("item_id", TEXT), ("cutoff", DATE), ("first", DATE), ("last", DATE), ("n", REAL)])
_KNOWN = pa.schema([("item_id", TEXT), ("date", DATE), ("value", REAL)])
_PERIOD_DAYS = (4, 18, 60, 200)
"""Mean days between two periods that separate days, weeks, months, quarters and years."""


def of_newest_run(rows: pa.Table, run_id: str | None) -> Mask:
    """Which rows of kind live of one source are live now.

    Lakes of earlier versions kept older runs' rows as live, too. Rows of `run_id` count where there are any; else
    each item's newest ones (by `generated_at`). Of these, each item's newest cutoff counts.

    rows: item_id, cutoff, generated_at and run_id, text as such or as dictionaries.
    run_id: the run that published the data set last.
    """
    runs, of_row = _coded(rows["run_id"])
    names, item_of_row = _coded(rows["item_id"])
    cutoff_of_row = _days(rows["cutoff"])
    # Rows of an item and cutoff nearly always lie together: decide once for each such stretch.
    new = np.ones(rows.num_rows, dtype=bool)
    new[1:] = False
    for column in (of_row, item_of_row, cutoff_of_row):
        new[1:] |= column[1:] != column[:-1]
    begins = np.flatnonzero(new)
    run, item, cutoff = of_row[begins], item_of_row[begins], cutoff_of_row[begins]

    live = np.ones(len(begins), dtype=bool)
    own = runs.index(run_id) if run_id in runs else -1
    if len(runs) > 1 and own >= 0:
        live = run == own
    elif len(runs) > 1:
        order = np.lexsort((cutoff, ranks(rows["generated_at"].take(pa.array(begins))), item))
        newest = np.zeros(len(names), dtype=run.dtype)
        newest[item[order]] = run[order]  # of repeated places the last one written stays
        live = run == newest[item]
    latest = np.full(len(names), np.iinfo(cutoff.dtype).min)
    np.maximum.at(latest, item[live], cutoff[live])
    live &= cutoff == latest[item]
    return np.repeat(live, np.diff(np.append(begins, rows.num_rows)))


def of_items(rows: pa.Table, run_id: str | None, items: Collection[str] | None) -> Mask:
    """Which rows are about items of the data set. What other runs than `run_id` wrote about others has left with them.

    rows: item_id and run_id, text as such or as dictionaries.
    run_id: the run that published the data set last. items: those of the data set; None where they are not known.
    """
    names, item = _coded(rows["item_id"])
    is_one = np.array([items is None or name in items for name in names], dtype=bool)
    if is_one.all():
        return np.ones(rows.num_rows, dtype=bool)
    runs, run = _coded(rows["run_id"])
    is_own = np.array([name == run_id for name in runs], dtype=bool)
    mask: Mask = is_one[item] | is_own[run]
    return mask


def become_past(present: pa.Table, older: pa.Table, keep_cutoffs: int) -> Mask:
    """Which older rows are kept as past.

    present, older: rows of `fact_forecast`, or `spans` of them, of one data set. An older row stays where the
    present has live rows of its source and item, else of its item, from a later cutoff and with periods of the same
    length. Each source and item keeps its newest `keep_cutoffs` cutoffs of them.
    """
    now, then = (rows if "n" in rows.column_names else spans(rows) for rows in (present, older))
    series_now, series = shared([now, then], _SERIES)
    item_now, item = shared([now, then], ("item_id",))
    cutoff_now, cutoff = ranks(now["cutoff"]), ranks(then["cutoff"])
    of_series = _newest(series_now, cutoff_now, series)
    places_now = np.where(of_series >= 0, of_series, _newest(item_now, cutoff_now, item))
    stays = places_now >= 0
    stays[stays] &= cutoff[stays] < cutoff_now[places_now[stays]]
    stays[stays] &= _period(then)[stays] == _period(now)[places_now[stays]]
    numbers = np.flatnonzero(stays)
    order = numbers[np.lexsort((cutoff[numbers], series[numbers]))]
    end = np.searchsorted(series[order], series[order], side="right")
    stays[order] = end - np.arange(len(order)) <= keep_cutoffs
    if then is older:
        return stays
    past = then.filter(pa.array(stays))
    of_rows, of_chosen = (
        with_day(code, rows["cutoff"]) for code, rows in zip(shared([older, past], _SERIES), (older, past), strict=True)
    )
    return places(of_rows, np.unique(of_chosen)) >= 0


def spans(rows: pa.Table) -> pa.Table:
    """One row per source, item and cutoff: its first and last date, and the number of dates."""
    groups = rows.group_by(["source", "item_id", "cutoff"])
    answer = groups.aggregate([("date", "min"), ("date", "max"), ("date", "count")])
    return answer.rename_columns(SPAN.names).cast(SPAN)


def merged(
    batch: pa.Table, older: pa.Table, known: pa.Table, keep_cutoffs: int, present: pa.Table | None = None
) -> pa.Table:
    """A run's rows and the older ones that stay as past, in no certain order.

    batch, older: rows of `fact_forecast` of one data set; `older` are those of kind live and past. present: the
    run's live rows of all sources, those of `batch` by default. Past rows of the batch itself stay, and count most.
    Kept rows get the actuals of `known`, as `known_actuals` returns it.
    """
    batch = batch.select(FACT_FORECAST.column_names).cast(FACT_FORECAST.schema)
    own = batch.filter(pc.equal(batch["kind"], PAST))
    of_own, of_older = (
        with_day(code, rows["cutoff"]) for code, rows in zip(shared([own, older], _SERIES), (own, older), strict=True)
    )
    older = _only(older, places(of_older, np.unique(of_own)) < 0)
    now = batch.filter(pc.equal(batch["kind"], LIVE)) if present is None else present
    stays = become_past(now, pa.concat_tables([own, older]), keep_cutoffs)[own.num_rows :]
    return pa.concat_tables([batch, with_actuals(_as(PAST, _only(older, stays)), known)])


def with_one_cutoff(batch: pa.Table) -> pa.Table:
    """A run's rows with the live ones that are not of their source's and item's newest cutoff as past."""
    is_live = pc.equal(batch["kind"], LIVE).to_numpy(zero_copy_only=False)
    live = batch.filter(pa.array(is_live))
    series, cutoff = shared([live], _SERIES)[0], ranks(live["cutoff"])
    is_old = cutoff < cutoff[_newest(series, cutoff, series)]
    if not is_old.any():
        return batch
    others = [batch.filter(pa.array(~is_live)), live.filter(pa.array(~is_old))]
    return pa.concat_tables([*others, _as(PAST, live.filter(pa.array(is_old)))])


def as_of_now(rows: pa.Table, run_id: str | None, items: Collection[str] | None, keep_cutoffs: int) -> pa.Table:
    """Published rows of one source as a writer of today would have left them: see `of_newest_run`, `of_items`."""
    rows = _only(rows, of_items(rows, run_id, items))
    kind = rows["kind"]
    is_live = pc.equal(kind, LIVE).to_numpy(zero_copy_only=False)
    live = rows.filter(pa.array(is_live))
    mask = of_newest_run(live, run_id)
    if mask.all():
        return rows
    rest = pa.concat_tables([live.filter(pa.array(~mask)), rows.filter(pc.equal(kind, PAST))])
    others = pa.concat_tables([live.filter(pa.array(mask)), rows.filter(pc.equal(kind, BACKTEST))])
    return merged(others, rest, known_actuals(others, None), keep_cutoffs)


def known_actuals(batch: pa.Table, demand: pa.Table | None) -> pa.Table:
    """item_id, date and value of what is known by now, one row each: from `demand`, else from the batch's actuals.

    batch: rows of `fact_forecast`; demand: rows of the `demand` table; both of one data set.
    """
    known = [_known(batch, "actual"), *([] if demand is None else [_known(demand, "quantity")])]
    periods = np.concatenate(
        [with_day(code, rows["date"]) for code, rows in zip(shared(known, ("item_id",)), known, strict=True)]
    )
    both = pa.concat_tables(known)
    _, from_behind = np.unique(periods[::-1], return_index=True)  # the demand comes last and counts most
    return both.take(pa.array(len(periods) - 1 - from_behind))


def _known(rows: pa.Table, column: str) -> pa.Table:
    values = rows.select(["item_id", "date", column]).filter(pc.is_valid(rows[column]))
    return values.rename_columns(_KNOWN.names).cast(_KNOWN)


def _days(column: pa.ChunkedArray) -> NDArray[np.int32]:
    days: NDArray[np.int32] = column.cast(pa.int32()).to_numpy()
    return days


def _coded(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int32]]:
    """The distinct texts, and each row's place among them."""
    encoded = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    encoded = encoded.combine_chunks() if encoded.num_chunks != 1 else encoded.chunk(0)
    if isinstance(encoded, pa.ChunkedArray):  # no chunk at all
        return [], np.zeros(0, dtype=np.int32)
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def _newest(group: Codes, cutoff: Codes, items: Codes) -> Codes:
    """Where each wanted group has its newest cutoff, -1 for a group that is not there."""
    order = np.lexsort((cutoff, group))
    last = order[np.append(np.flatnonzero(np.diff(group[order])), len(order) - 1)] if len(order) else order
    at = places(items, group[last])
    return np.where(at >= 0, last[at], -1) if len(last) else np.full(len(items), -1)


def _period(spans_: pa.Table) -> Codes:
    """How long the periods are, as a place among `_PERIOD_DAYS`."""
    cutoff, first, last = (ranks(spans_[name]) for name in ("cutoff", "first", "last"))
    steps = spans_["n"].to_numpy() - 1
    days = np.where(steps > 0, (last - first) / np.maximum(steps, 1), first - cutoff)
    return np.searchsorted(_PERIOD_DAYS, days)


def _as(kind: str, rows: pa.Table) -> pa.Table:
    index = rows.schema.get_field_index("kind")
    return rows.set_column(index, rows.schema.field(index), pa.repeat(pa.scalar(kind), rows.num_rows))


def _only(rows: pa.Table, mask: Mask) -> pa.Table:
    return rows if mask.all() else rows.filter(pa.array(mask))


def with_actuals(rows: pa.Table, known: pa.Table) -> pa.Table:
    """`rows` with the actuals that are known by now; those of other rows stay."""
    keys, keys_of_actuals = (
        with_day(code, table["date"])
        for code, table in zip(shared([rows, known], ("item_id",)), (rows, known), strict=True)
    )
    order = np.argsort(keys_of_actuals)
    at = places(keys, keys_of_actuals[order])
    actual = rows["actual"].to_numpy(zero_copy_only=False).copy()
    actual[at >= 0] = known["value"].to_numpy()[order][at[at >= 0]]
    index = rows.schema.get_field_index("actual")
    return rows.set_column(index, rows.schema.field(index), pa.array(actual, from_pandas=True))
