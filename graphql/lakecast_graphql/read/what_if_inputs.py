"""What the stored decisions were made from: prepared once per snapshot, as arrays over all its decisions."""

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.items import FREQUENCIES
from lakecast_lake.columns.picked import Picked
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_lake.pieces import listed
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.periods import days_in
from lakecast_schema.remaining import after_day
from lakecast_schema.replenishment import NEGATIVE_BINOMIAL, Inputs
from lakecast_schema.units import steps

_AT_ONCE = 4_096
"""Decisions whose forecasts are spread out at a time: what is needed in between is many times the result."""


class Stored:
    """The decisions' own columns, and the demand that each one's source forecast."""

    def __init__(self, snapshot: Snapshot) -> None:
        facts = snapshot.replenishment
        units = snapshot.items.table["unit"].take(facts.item)
        names = (
            "demand_std", "lead_time_days", "lead_time_std_days", "review_period_days", "service_level",
            "min_order_quantity", "unit_cost", "on_hand", "on_order",
        )  # fmt: skip
        self.inputs = Inputs(
            path=_path(snapshot),
            counts=np.array(facts.table["distribution"].to_pylist(), dtype=object) == NEGATIVE_BINOMIAL,
            step=steps(listed(units)),
            used=snapshot.items.table["is_used"].take(facts.item).to_numpy(),
            **{name: facts.numbers(name) for name in names},
        )


_STORED: WeakKeyDictionary[Snapshot, Stored] = WeakKeyDictionary()


def stored(snapshot: Snapshot) -> Stored:
    """The snapshot's, made once: with many items it is larger than anything that its memo keeps."""
    found = _STORED.get(snapshot)
    if found is None:
        found = _STORED[snapshot] = Stored(snapshot)
    return found


def forecasts_of_decisions(snapshot: Snapshot) -> Ints:
    """(decisions,) the block of the newest live forecast of each decision's source; -1 where it has none."""
    facts, blocks = snapshot.replenishment, snapshot.live
    codes = {name: code for code, name in enumerate(blocks.sources)}
    source = np.array([codes.get(name, -1) for name in facts.table["source"].to_pylist()], np.int64)
    # Blocks are in order of item and source.
    key = blocks.item.astype(np.int64) * len(codes) + blocks.source
    wanted = facts.item.astype(np.int64) * len(codes) + source
    if not len(key):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return np.where((key[place] == wanted) & (source >= 0), place, -1)


def _path(snapshot: Snapshot) -> DemandPath:
    """Expected demand after each decision's `as_of`."""
    block, at = forecasts_of_decisions(snapshot), snapshot.live.at
    sizes = np.where(block >= 0, at[block + 1] - at[block], 0)
    width = max(int(sizes.max(initial=0)), 1)
    edges, cumulative = np.empty((len(block), width + 1)), np.empty((len(block), width + 1))
    season_start = np.zeros(len(block), np.int64)
    for begin in range(0, len(block), _AT_ONCE):
        rows = np.arange(begin, min(begin + _AT_ONCE, len(block)))
        part = _part(snapshot, rows, block[rows], sizes[rows], width)
        edges[rows], cumulative[rows], season_start[rows] = part.edges, part.cumulative, part.season_start
    return DemandPath(edges, cumulative, season_start)


def _part(snapshot: Snapshot, rows: Ints, block: Ints, sizes: Ints, width: int) -> DemandPath:
    facts, blocks = snapshot.replenishment, snapshot.live
    shape = (len(rows), width)
    known = block[sizes > 0]
    picked = Picked(blocks, known, blocks.at[known], blocks.at[known + 1])
    filled: NDArray[np.bool_] = np.arange(width)[None, :] < sizes[:, None]
    mean, starts = np.full(shape, np.nan), np.zeros(shape, "datetime64[D]")
    mean[filled] = picked.numbers("forecast")
    starts[filled] = picked.dates().astype("datetime64[D]")
    days: Floats = np.ones(shape)
    season = np.ones(len(rows), np.int64)
    frequency = snapshot.items.frequency[facts.item[rows]]
    for code in np.unique(frequency).tolist():
        mine = frequency == code
        days[mine] = days_in(starts[mine], FREQUENCIES[code])
        season[mine] = FREQUENCIES[code].season_length
    as_of = facts.table["as_of"].take(rows).to_numpy().astype("datetime64[D]")
    return DemandPath.of(*after_day(mean, starts, days, as_of), season)
