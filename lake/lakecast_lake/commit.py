"""Writing a batch of rows to one table: checked first, one Delta commit, nothing visible before it is published."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable

from lakecast_lake import kinds, predicates, recovery, snapshots
from lakecast_lake.clock import utc_now
from lakecast_lake.errors import BadWrite
from lakecast_lake.optimistic import committed
from lakecast_lake.overwrite import overwrite
from lakecast_lake.predicates import Where
from lakecast_lake.published import KEPT_CUTOFFS, forecasts_by_source
from lakecast_lake.recovery import Withdrawal
from lakecast_lake.storage import Lake, rows_of
from lakecast_schema.contract import Table
from lakecast_schema.rules import check
from lakecast_schema.tables import FACT_FORECAST


@dataclass(frozen=True)
class Commit:
    """A Delta commit of one data set's rows. `rows` counts the data set's rows in the table at that version."""

    table: str
    version: int
    rows: int
    committed_at: datetime


def replace(
    lake: Lake, table: Table, batch: pa.Table, where: Where, run_id: str, *, withdrawal: Withdrawal | None = None
) -> Commit:
    """Replace the rows that match `where` by `batch`.

    where: partition columns and their values, always with the one `dataset_id`; all rows of `batch` must match.
    withdrawal: those of the sources in `where` of which the run has no rows.
    Where it leaves partitions of the data set alone, those are first brought back to what is published if another
    run committed and never published them.

    Raises ContractError (nothing is written), BadWrite, Contended, StoreUnsafe or LakeUnreadable.
    """
    check(table, batch)
    dataset_id = _checked(lake, table, batch, where)
    lake.refuse_unsafe_store()
    if set(where) != {"dataset_id"}:
        recovery.recover(lake, table, dataset_id, run_id)
    return _write(lake, table, lambda: iter([batch]), where, dataset_id, run_id, withdrawal)


def append(lake: Lake, table: Table, batch: pa.Table, run_id: str) -> Commit:
    """Add the rows of input files to a bronze table.

    Rows of a file that was added before (same digest) take the place of its old ones, so that a retry adds nothing
    twice. What a run that failed later has landed stays landed. All rows must belong to one data set. Raises as
    `replace` does.
    """
    check(table, batch)
    datasets = pc.unique(batch["dataset_id"]).to_pylist()
    if "file_digest" not in table.column_names or len(datasets) != 1:
        raise BadWrite(
            lake.table_uri(table.name),
            f"rows of {len(datasets)} data sets cannot be appended",
            "Append to bronze tables only, one data set at a time.",
        )
    lake.refuse_unsafe_store()
    digests = pc.unique(batch["file_digest"]).to_pylist()
    where = {"dataset_id": datasets[0], "file_digest": digests}
    return _write(lake, table, lambda: iter([batch]), where, datasets[0], run_id)


def forecasts(
    lake: Lake,
    batch: pa.Table,
    dataset_id: str,
    sources: Sequence[str],
    run_id: str,
    *,
    demand: pa.Table | None = None,
    keep_cutoffs: int = KEPT_CUTOFFS,
    withdrawal: Withdrawal | None = None,
) -> Commit:
    """Commit a run's forecasts in place of all that is published of some sources, and keep what becomes past.

    batch: rows of `fact_forecast`; of several live cutoffs of a source and item the newest is live, the others are
    past. sources: those of the batch, and others that are live no longer; withdrawal: these others. Of older runs'
    live and past rows stay, as past, those that `kinds.become_past` says, at most `keep_cutoffs` cutoffs of a source
    and item; their actuals are taken from the batch's own rows and from `demand` (rows of the `demand` table) where
    these know them.

    Raises as `replace` does.
    """
    check(FACT_FORECAST, batch)
    where = {"dataset_id": dataset_id, "source": list(sources)}
    _checked(lake, FACT_FORECAST, batch, where)
    lake.refuse_unsafe_store()
    batch = kinds.with_one_cutoff(batch)
    present = batch.filter(pc.equal(batch["kind"], kinds.LIVE))
    # Read before the write begins: delta-rs cannot read while it is writing.
    record, names = snapshots.newest_or_none(lake), sorted(set(sources))
    older = dict.fromkeys(names, FACT_FORECAST.schema.empty_table())
    if record is not None:
        only = (kinds.LIVE, kinds.PAST)
        older |= forecasts_by_source(lake, record, dataset_id, names, keep_cutoffs=keep_cutoffs, only=only)

    def parts() -> Iterator[pa.Table]:
        """Source by source, so that only one of them is merged and sorted in memory at a time."""
        known, span = kinds.known_actuals(batch, demand), kinds.spans(present)
        for source, published in older.items():
            rows = batch.filter(pc.equal(batch["source"], source))
            # Published rows have passed the gate, and the merge keeps keys apart: no second check.
            yield kinds.merged(rows, published, known, keep_cutoffs, span)

    recovery.recover(lake, FACT_FORECAST, dataset_id, run_id)
    return _write(lake, FACT_FORECAST, parts, where, dataset_id, run_id, withdrawal)


def _checked(lake: Lake, table: Table, batch: pa.Table, where: Where) -> str:
    """The data set that `where` names; BadWrite if it does not name one, or if the batch goes beyond it."""
    uri = lake.table_uri(table.name)
    datasets = predicates.listed(where.get("dataset_id", ()))
    if len(datasets) != 1 or not set(where) <= set(table.partition_by):
        raise BadWrite(
            uri,
            f"rows cannot be replaced where {dict(where)}",
            f"Name exactly one dataset_id, and no columns but {', '.join(table.partition_by)}.",
        )
    for column, values in where.items():
        outside = set(pc.unique(batch[column]).to_pylist()) - set(predicates.listed(values))
        if outside:
            raise BadWrite(
                uri,
                f"the batch holds rows of {column} {', '.join(sorted(outside))}, which are not to be replaced",
                f"Name every {column} of the batch in the condition.",
            )
    return datasets[0]


def _write(
    lake: Lake,
    table: Table,
    parts: Callable[[], Iterator[pa.Table]],
    where: Where,
    dataset_id: str,
    run_id: str,
    withdrawal: Withdrawal | None = None,
) -> Commit:
    """Replace what matches `where` by all parts, none of which shares a partition with another."""
    properties = CommitProperties(
        custom_metadata={
            "run_id": run_id,
            "dataset_id": dataset_id,
            "where": json.dumps({column: predicates.listed(values) for column, values in where.items()}),
            **recovery.withdrawal_note(withdrawal),
        }
    )

    def attempt() -> DeltaTable:
        handle = lake.create(table, run_id)
        overwrite(handle, table, parts(), where, properties)
        return handle

    handle = committed(lake.table_uri(table.name), attempt)
    lake.keep(table.name, handle)
    # The version is the writing handle's own: history of an older handle mislabels versions.
    return Commit(table.name, handle.version(), rows_of(handle, dataset_id), utc_now())
