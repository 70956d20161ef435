"""The sets of the benchmark: which items, which origins are judged, and how far back forecasts are made.

The sets and origins are those of the laboratory that the advice was designed in; the sample is the product's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from lakecast_assets.sample.simulate import simulate
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

SAMPLE = "sample"
_DAYS = 600
"""Days of history that are read of daily sets."""
_SAMPLE_DAYS = np.arange(np.datetime64("2023-11-01"), np.datetime64("2026-11-01"))
_SAMPLE_SEED = 7


@dataclass(frozen=True)
class Kind:
    """A set: how many items, periods before the end of the first judged and of the oldest origin, and the horizon.

    shortest: periods that an item must have. whole: whether demand is counted in pieces.
    """

    items: int
    first: int
    oldest: int
    horizon: int
    frequency: Frequency
    shortest: int = 1
    whole: bool = True

    @property
    def is_daily(self) -> bool:
        return self.frequency is Frequency.DAILY

    @property
    def cases(self) -> tuple[tuple[int, int], ...]:
        """Lead times and review periods, in periods."""
        return ((7, 7), (21, 7), (14, 14)) if self.is_daily else ((1, 1), (3, 1), (2, 3))

    @property
    def step(self) -> int:
        """Periods between two judged origins."""
        return 7 if self.is_daily else 1

    @property
    def judged(self) -> tuple[int, ...]:
        """Judged origins in periods before the end, the oldest first."""
        return tuple(range(self.first, 0, -self.step))

    @property
    def offsets(self) -> tuple[int, ...]:
        """All origins of which forecasts are needed: the judged ones, and those of their backtests."""
        if not self.is_daily:
            return tuple(range(self.oldest))
        return tuple(sorted({origin + self.horizon * k for origin in (*self.judged, 0) for k in range(7)}))

    @property
    def year(self) -> int:
        """Periods of a year of judged time."""
        return 364 if self.is_daily else 12

    @property
    def enough(self) -> int:
        """Periods that an item was seen before the first judged origin to be judged."""
        return 84 if self.is_daily else 6


def _daily(items: int, first: int) -> Kind:
    return Kind(items, first, 0, 28, Frequency.DAILY)


KINDS: Mapping[str, Kind] = {
    "auto": Kind(200, 10, 18, 6, Frequency.MONTHLY),
    "carparts": Kind(200, 18, 43, 12, Frequency.MONTHLY),
    "raf": Kind(200, 24, 66, 12, Frequency.MONTHLY),
    "m3_monthly": Kind(50, 18, 62, 12, Frequency.MONTHLY, shortest=100, whole=False),
    "m5_tiny_daily": _daily(60, 126),
    "pasta_daily": _daily(30, 126),
    "recruit_daily": _daily(40, 91),
    SAMPLE: _daily(90, 126),
}


def panel(folder: Path, name: str, share: float = 1.0) -> Panel:
    """A set's panel, the judged time included; `share` of its items. Raises FileNotFoundError without its file."""
    kind = KINDS[name]
    count = max(round(kind.items * share), 8)
    if name == SAMPLE:
        items = simulate(count, _SAMPLE_DAYS, _SAMPLE_SEED)
        values = np.array([item.demand for item in items])[:, -_DAYS:]
        lengths = np.minimum(np.isfinite(np.array([item.demand for item in items])).sum(axis=1), _DAYS)
        ends = np.repeat(_SAMPLE_DAYS[-1:], count).astype("datetime64[D]")
        return Panel(name, kind.frequency, tuple(item.item_id for item in items), values, lengths, ends)
    table = pq.read_table(folder / f"{name}.parquet").sort_by([("item_id", "ascending"), ("date", "ascending")])
    names, begins = np.unique(np.array(table["item_id"].to_pylist()), return_index=True)
    ends = np.append(begins[1:], len(table))
    long = np.flatnonzero(ends - begins >= kind.shortest)
    rows = long[np.linspace(0, len(long) - 1, min(count, len(long))).astype(int)]
    quantity, dates = table["quantity"].to_numpy().astype(np.float64), table["date"].to_numpy()
    lengths = np.minimum(ends - begins, _DAYS)[rows]
    values = np.full((len(rows), int(lengths.max())), np.nan)
    for place, row in enumerate(rows):
        values[place, values.shape[1] - lengths[place] :] = quantity[ends[row] - lengths[place] : ends[row]]
    last = dates[ends[rows] - 1].astype("datetime64[D]" if kind.is_daily else "datetime64[M]").astype("datetime64[D]")
    return Panel(name, kind.frequency, tuple(str(each) for each in names[rows]), values, lengths, last)
