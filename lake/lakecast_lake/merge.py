"""The merge rule of `fact_forecast`: which older live forecasts stay beside a run's own."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_schema.tables import FACT_FORECAST

_SERIES = ["source", "item_id"]
_CUTOFF = [*_SERIES, "cutoff"]
_PERIOD = ["item_id", "date"]


def with_older_cutoffs(batch: pa.Table, older: pa.Table, demand: pa.Table | None, keep_cutoffs: int) -> pa.Table:
    """A run's rows and the older live rows that stay, in no certain order.

    batch, older: rows of `fact_forecast` of one data set, `older` live only. Live rows of `older` give way to the
    batch's of the same (source, item, cutoff). Of all live rows, each (source, item) keeps its newest
    `keep_cutoffs` cutoffs. What is now known of the demand becomes the actual of kept rows: `demand` (rows of the
    `demand` table) first, else the batch's actuals of the same item and date.
    """
    batch = batch.select(FACT_FORECAST.column_names).cast(FACT_FORECAST.schema)
    is_live = pc.equal(batch["kind"], "live")
    own = batch.filter(is_live)
    older = _joined(older, _distinct(own, _CUTOFF), "left anti")
    cutoffs = pa.concat_tables([own.select(_CUTOFF), older.select(_CUTOFF)])
    newest = _newest(_distinct(cutoffs, _CUTOFF), keep_cutoffs)
    older = _with_actuals(_joined(older, newest, "left semi"), _known(batch, demand))
    return pa.concat_tables([batch.filter(pc.invert(is_live)), _joined(own, newest, "left semi"), older])


def _joined(rows: pa.Table, cutoffs: pa.Table, how: str) -> pa.Table:
    """Rows whose cutoff is (semi) or is not (anti) among `cutoffs`; a join forgets what may not be null."""
    return rows.join(cutoffs, _CUTOFF, join_type=how).select(rows.column_names).cast(rows.schema)


def _distinct(rows: pa.Table, columns: list[str]) -> pa.Table:
    return rows.select(columns).group_by(columns).aggregate([])


def _newest(cutoffs: pa.Table, count: int) -> pa.Table:
    """The newest cutoffs of each series, at most `count`."""
    ordered = cutoffs.sort_by([*((name, "ascending") for name in _SERIES), ("cutoff", "descending")])
    new = np.zeros(ordered.num_rows, dtype=bool)
    new[:1] = True
    for name in _SERIES:
        values = ordered[name].combine_chunks()
        new[1:] |= pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    index = np.arange(ordered.num_rows)
    rank = index - np.maximum.accumulate(np.where(new, index, 0))
    return ordered.filter(pa.array(rank < count))


def _known(batch: pa.Table, demand: pa.Table | None) -> pa.Table:
    """One actual per item and date, where one is known."""
    seen = batch.select([*_PERIOD, "actual"]).filter(pc.is_valid(batch["actual"]))
    seen = seen.group_by(_PERIOD).aggregate([("actual", "max")]).rename_columns([*_PERIOD, "seen"])
    if demand is None:
        return seen.rename_columns([*_PERIOD, "known"])
    truth = demand.select([*_PERIOD, "quantity"]).filter(pc.is_valid(demand["quantity"]))
    both = seen.join(truth, _PERIOD, join_type="full outer")
    known = pc.coalesce(both["quantity"], both["seen"])
    return both.select(_PERIOD).append_column("known", known)


def _with_actuals(rows: pa.Table, known: pa.Table) -> pa.Table:
    joined = rows.join(known, _PERIOD, join_type="left outer")
    actual = pc.coalesce(joined["known"], joined["actual"])
    joined = joined.set_column(joined.schema.get_field_index("actual"), "actual", actual)
    return joined.select(rows.column_names).cast(rows.schema)
