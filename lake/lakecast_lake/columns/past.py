"""Past forecasts, read from the pinned files when they are asked for: servers keep what is live in memory."""

import numpy as np
import pyarrow as pa

from lakecast_lake.codes import ranks
from lakecast_lake.columns.blocks import Blocks
from lakecast_lake.columns.items import Items
from lakecast_lake.columns.parts import key_of, rows_of_partition
from lakecast_lake.columns.row_ranges import RowRanges
from lakecast_lake.columns.segment import Segment, build
from lakecast_lake.kinds import LIVE, PAST, SPAN, become_past
from lakecast_lake.pieces import listed
from lakecast_lake.pinned import PinnedTable
from lakecast_lake.published import KEPT_CUTOFFS
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST


def with_past(
    lake: Lake, record: SnapshotRecord, segment: Segment, items: Items, live: Blocks, item_id: str | None = None
) -> Segment:
    """A live segment with the past forecasts of its items, or of one of them.

    What lakes of earlier versions kept as live of older runs counts as past where it would be past today.

    items, live: those of the snapshot that `record` tells of.
    """
    dataset, source, _ = segment.key
    entry = next(e for e in record.entries if (e.dataset_id, e.table) == (dataset, FACT_FORECAST.name))
    pinned = PinnedTable(lake, FACT_FORECAST.name, entry.version)
    read, kinds = [], []
    for partition in pinned.partitions(dataset):
        *series, kind = key_of(FACT_FORECAST, partition)
        if series == [dataset, source] and kind in (LIVE, PAST):
            read.append(rows_of_partition(FACT_FORECAST, pinned, partition, item_id))
            kinds.append(np.full(read[-1].num_rows, kind == LIVE))
    rows = pa.concat_tables(read)
    names = rows["item_id"].cast(pa.string())
    newest = dict(zip(segment.items, segment.cutoff[segment.first_block[:-1]].tolist(), strict=True))
    cutoff = np.array([newest.get(name, np.iinfo(np.int64).max) for name in listed(names)], np.int64)
    mask = np.concatenate(kinds) & (ranks(rows["cutoff"]) == cutoff)
    is_older = pa.array(~mask)
    older = rows.select(["cutoff", "date"]).append_column("item_id", names).filter(is_older)
    older = older.append_column("source", pa.repeat(source, older.num_rows))
    mask[~mask] = become_past(_live_spans(items, live, dataset, item_id), older, KEPT_CUTOFFS)
    return build(
        rows.filter(pa.array(mask)), key=segment.key, signature=segment.signature, where=pinned.uri, cutoffs=True
    )


def _live_spans(items: Items, live: Blocks, dataset: str, item_id: str | None) -> pa.Table:
    """`kinds.spans` of a data set's live forecasts, or of one item's."""
    place = items.datasets.index(dataset)
    low, high = int(items.bounds[place]), int(items.bounds[place + 1])
    if item_id is not None:
        low = items.index[dataset, item_id]
        high = low + 1
    block = np.arange(int(live.first[low]), int(live.first[high]))
    ranges = RowRanges(live, block, live.at[block], live.at[block + 1])
    dates, ends = ranges.dates(), np.cumsum(ranges.lengths)
    sources = pa.DictionaryArray.from_arrays(pa.array(ranges.source), pa.array(live.sources, pa.string()))
    columns = [
        sources.cast(pa.string()),
        items.table["item_id"].take(pa.array(ranges.item)),
        *(pa.array(days).cast(pa.date32()) for days in (ranges.cutoff, dates[ends - ranges.lengths], dates[ends - 1])),
        pa.array(ranges.lengths.astype(np.float64)),
    ]
    return pa.Table.from_arrays(columns, schema=SPAN)
