"""What the stored decisions were made from: prepared once per snapshot, as arrays over all its decisions."""

from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.items import FREQUENCIES
from lakecast_lake.columns.row_ranges import RowRanges
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_lake.pieces import listed
from lakecast_schema.alert import Alert
from lakecast_schema.decision_inputs import FILL, Inputs
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.inbound import Arrivals, arrivals
from lakecast_schema.periods import Dates, days_in
from lakecast_schema.priority import missed_weights
from lakecast_schema.units import steps

RARE = ("intermittent", "lumpy")
"""Demand classes of which a period may have no demand."""
_PERIOD_DAYS = np.array([frequency.mean_days for frequency in FREQUENCIES])
_AT_ONCE = 4_096
"""Decisions whose forecasts are spread out at a time: what is needed in between is many times the result."""


class Stored:
    """The decisions' own columns, and the demand that each one's source forecast."""

    def __init__(self, snapshot: Snapshot) -> None:
        facts, items = snapshot.replenishment, snapshot.items
        count = len(facts.item)
        inbound_days, inbound = inbound_of(snapshot).after(as_of(snapshot))
        kinds = np.array(listed(items.table["demand_class"].take(facts.item)), dtype=object)
        alerts = np.array(listed(facts.table["alert"]), dtype=object)
        measures = np.array(listed(facts.table["service_measure"]), dtype=object)
        names = (
            "lead_time_days", "lead_time_std_days", "review_period_days", "service_level", "min_order_quantity",
            "unit_cost", "on_order", "largest_window",
        )  # fmt: skip
        # Stock that was too old to decide on is unknown here, too.
        on_hand = np.where(alerts == Alert.UNKNOWN.value, np.nan, facts.numbers("on_hand"))
        self.inputs = Inputs(
            path=_path(snapshot),
            noise_variance=_or(facts.numbers("noise_variance"), facts.numbers("demand_std") ** 2),
            level_variance=_or(facts.numbers("level_variance"), 0.0),
            demand_size=np.where(np.isin(kinds, RARE), facts.numbers("demand_size"), np.nan),
            period_days=_PERIOD_DAYS[items.frequency[facts.item]],
            window_days=facts.numbers("lead_time_days") + facts.numbers("review_period_days"),
            step=steps(listed(items.table["unit"].take(facts.item))),
            used=items.table["is_used"].take(facts.item).to_numpy(),
            is_fill=measures == FILL,
            order_multiple=order_multiple(snapshot),
            weight=_weights(snapshot)[facts.item],
            on_hand=on_hand,
            days_to_review=facts.numbers("days_to_review"),
            inbound_days=inbound_days,
            inbound=inbound,
            ordered=np.full(count, np.nan),
            **{name: facts.numbers(name) for name in names},
        )


def as_of(snapshot: Snapshot) -> Dates:
    """(decisions,) the day of each decision."""
    days: Dates = snapshot.replenishment.table["as_of"].to_numpy().astype("datetime64[D]")
    return days


def inbound_of(snapshot: Snapshot) -> Arrivals:
    """What is on its way to each decision's item, made once."""
    known = _INBOUND.get(snapshot)
    if known is None:
        known = _INBOUND[snapshot] = _inbound(snapshot)
    return known


_INBOUND: WeakKeyDictionary[Snapshot, Arrivals] = WeakKeyDictionary()


def _inbound(snapshot: Snapshot) -> Arrivals:
    facts, orders = snapshot.replenishment, snapshot.open_orders
    first, last = facts.first[orders.item], facts.first[orders.item + 1]
    known = last > first  # an item without forecast has no decision
    due = orders.table["due_date"].to_numpy().astype("datetime64[D]")
    return arrivals(first[known], due[known], orders.numbers("quantity")[known], len(facts.item))


def order_multiple(snapshot: Snapshot) -> Floats:
    """(decisions,) what orders are multiples of; 1 in versions that do not say."""
    return _or(snapshot.replenishment.numbers("order_multiple"), 1.0)


def _weights(snapshot: Snapshot) -> Floats:
    """(items,) value of one missed unit of each item."""
    items = snapshot.items
    cost = items.table["unit_cost"].to_numpy()
    names = items.table.column_names
    criticality = (
        items.table["criticality"].cast(pa.float64()).to_numpy()
        if "criticality" in names
        else np.full(len(cost), np.nan)
    )
    category = np.array([name or "" for name in listed(items.table["category"])])
    _, group = np.unique(category, return_inverse=True)
    parts = [
        missed_weights(cost[low:high], group[low:high].astype(np.int64), criticality[low:high])
        for low, high in zip(items.bounds[:-1].tolist(), items.bounds[1:].tolist(), strict=True)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _or(values: Floats, default: Floats | float) -> Floats:
    return np.where(np.isnan(values), default, values)


_STORED: WeakKeyDictionary[Snapshot, Stored] = WeakKeyDictionary()


def stored(snapshot: Snapshot) -> Stored:
    """The snapshot's, made once: with many items it is larger than anything that its memo keeps."""
    value = _STORED.get(snapshot)
    if value is None:
        value = _STORED[snapshot] = Stored(snapshot)
    return value


def forecasts_of_decisions(snapshot: Snapshot) -> Ints:
    """(decisions,) the block of the newest live forecast of each decision's source; -1 where it has none."""
    facts, blocks = snapshot.replenishment, snapshot.live
    codes = {name: code for code, name in enumerate(blocks.sources)}
    source = np.array([codes.get(name, -1) for name in facts.table["source"].to_pylist()], np.int64)
    # Blocks are in order of item and source.
    key = blocks.item.astype(np.int64) * len(codes) + blocks.source
    pairs = facts.item.astype(np.int64) * len(codes) + source
    if not len(key):
        return np.full(len(pairs), -1)
    place = np.minimum(np.searchsorted(key, pairs), len(key) - 1)
    return np.where((key[place] == pairs) & (source >= 0), place, -1)


def _path(snapshot: Snapshot) -> DemandPath:
    """Expected demand after each decision's `as_of`."""
    block, at = forecasts_of_decisions(snapshot), snapshot.live.at
    sizes = np.where(block >= 0, at[block + 1] - at[block], 0)
    width = max(int(sizes.max(initial=0)), 1)
    edges, cumulative = np.empty((len(block), width + 1)), np.empty((len(block), width + 1))
    season_start, start = np.zeros(len(block), np.int64), np.zeros(len(block))
    for begin in range(0, len(block), _AT_ONCE):
        rows = np.arange(begin, min(begin + _AT_ONCE, len(block)))
        part = _part(snapshot, rows, block[rows], sizes[rows], width)
        edges[rows], cumulative[rows] = part.edges, part.cumulative
        season_start[rows], start[rows] = part.season_start, part.start
    return DemandPath(edges, cumulative, season_start, start)


def _part(snapshot: Snapshot, rows: Ints, block: Ints, sizes: Ints, width: int) -> DemandPath:
    facts, blocks = snapshot.replenishment, snapshot.live
    shape = (len(rows), width)
    known = block[sizes > 0]
    ranges = RowRanges(blocks, known, blocks.at[known], blocks.at[known + 1])
    filled: NDArray[np.bool_] = np.arange(width)[None, :] < sizes[:, None]
    mean, starts = np.full(shape, np.nan), np.zeros(shape, "datetime64[D]")
    mean[filled] = ranges.numbers("forecast")
    starts[filled] = ranges.dates().astype("datetime64[D]")
    days: Floats = np.ones(shape)
    season = np.ones(len(rows), np.int64)
    frequency = snapshot.items.frequency[facts.item[rows]]
    for code in np.unique(frequency).tolist():
        mine = frequency == code
        days[mine] = days_in(starts[mine], FREQUENCIES[code])
        season[mine] = FREQUENCIES[code].season_length
    rate, weight = (_or(facts.numbers(name)[rows], 0.0) for name in ("long_run_rate", "long_run_weight"))
    after = np.where(sizes > 0, (as_of(snapshot)[rows] - starts[:, 0]).astype(np.int64) + 1.0, 0.0)
    return DemandPath.of(mean, days, season).mixed(rate, weight).after(after)
