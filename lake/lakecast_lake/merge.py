"""The merge rule of `fact_forecast`: which older live forecasts stay beside a run's own."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.codes import Codes, code_of, distinct, places, shared, with_day
from lakecast_schema.tables import DATE, FACT_FORECAST, REAL, TEXT

_SERIES = ("source", "item_id")
_KNOWN = pa.schema([("item_id", TEXT), ("date", DATE), ("value", REAL)])


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


def with_older_cutoffs(batch: pa.Table, older: pa.Table, known: pa.Table, keep_cutoffs: int) -> pa.Table:
    """A run's rows and the older live rows that stay, in no certain order.

    batch, older: rows of `fact_forecast` of one data set, `older` live only. Live rows of `older` give way to the
    batch's of the same (source, item, cutoff). Of all live rows, each (source, item) keeps its newest
    `keep_cutoffs` cutoffs. Kept rows get the actuals of `known`, as `known_actuals` returns it.
    """
    batch = batch.select(FACT_FORECAST.column_names).cast(FACT_FORECAST.schema)
    live = pc.equal(batch["kind"], "live").to_numpy()
    of_batch, of_older = (
        with_day(series, rows["cutoff"])
        for series, rows in zip(shared([batch, older], _SERIES), (batch, older), strict=True)
    )
    own = distinct(of_batch[live])
    newest = _newest(distinct(np.concatenate([own, distinct(of_older)])), keep_cutoffs)
    stays = (places(of_older, own) < 0) & (places(of_older, newest) >= 0)
    kept = _with_actuals(_only(older, stays), known)
    return pa.concat_tables([_only(batch, ~live | (places(of_batch, newest) >= 0)), kept])


def _only(rows: pa.Table, mask: NDArray[np.bool_]) -> pa.Table:
    return rows if mask.all() else rows.filter(pa.array(mask))


def _newest(cutoffs: Codes, count: int) -> Codes:
    """Of each series' ascending cutoffs the last `count`."""
    series = code_of(cutoffs)
    end = np.searchsorted(series, series, side="right")
    return cutoffs[end - np.arange(len(cutoffs)) <= count]


def _with_actuals(rows: pa.Table, known: pa.Table) -> pa.Table:
    """`rows` with the actuals that are known by now; those of other rows stay."""
    wanted, given = (
        with_day(code, table["date"])
        for code, table in zip(shared([rows, known], ("item_id",)), (rows, known), strict=True)
    )
    order = np.argsort(given)
    at = places(wanted, given[order])
    actual = rows["actual"].to_numpy(zero_copy_only=False).copy()
    actual[at >= 0] = known["value"].to_numpy()[order][at[at >= 0]]
    index = rows.schema.get_field_index("actual")
    return rows.set_column(index, rows.schema.field(index), pa.array(actual, from_pandas=True))
