"""The public data sets of the benchmark, and the fixed samples of them on which slow peers run."""

from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVELS = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)
"""Quantile levels that are compared."""


@dataclass(frozen=True)
class Kind:
    """What a set is: its test window, its season and the frequency of its dates in pandas' words."""

    horizon: int
    season: int
    frequency: str


KINDS = {
    "m3_yearly": Kind(6, 1, "YS"),
    "m3_quarterly": Kind(8, 4, "QS"),
    "m3_monthly": Kind(18, 12, "MS"),
    "m3_other": Kind(8, 1, "D"),  # its dates are invented
    "carparts": Kind(12, 12, "MS"),
    "raf": Kind(12, 12, "MS"),
    "auto": Kind(6, 12, "MS"),
    "hospital": Kind(12, 12, "MS"),
    "recruit_daily": Kind(28, 7, "D"),
    "pasta_daily": Kind(28, 7, "D"),
    "m5_tiny_daily": Kind(28, 7, "D"),
    "m4_weekly": Kind(13, 52, "W-MON"),
}


@dataclass(frozen=True)
class Set:
    """Series of one set, the test window apart.

    item_ids: n names, in the order in which samples are drawn. history: n arrays of demand. dates: n arrays of the
    first days of its periods. future: (n, horizon) the test window.
    """

    name: str
    kind: Kind
    item_ids: tuple[str, ...]
    history: tuple[Array, ...]
    dates: tuple[NDArray[np.datetime64], ...]
    future: Array

    def __len__(self) -> int:
        return len(self.item_ids)

    def first(self, count: int | None) -> "Set":
        """The first `count` items, all if None: smaller samples are part of larger ones."""
        if count is None or count >= len(self):
            return self
        return self.between(0, count)

    def between(self, start: int, stop: int) -> "Set":
        """The items from one place to another."""
        return Set(
            self.name,
            self.kind,
            self.item_ids[start:stop],
            self.history[start:stop],
            self.dates[start:stop],
            self.future[start:stop],
        )


def read(folder: Path, name: str) -> Set:
    """A set from `<folder>/<name>.parquet`: columns item_id, date, quantity, one row per period, no gaps.

    Items come in an order that is random but always the same, so that the first ones are a fair sample. The last
    `horizon` rows of each are the test window. Raises FileNotFoundError where the set is not there.
    """
    kind = KINDS[name]
    table = pq.read_table(folder / f"{name}.parquet", columns=["item_id", "date", "quantity"])
    table = table.sort_by([("item_id", "ascending"), ("date", "ascending")])
    ids = np.array(table["item_id"].to_pylist())
    quantity = table["quantity"].to_numpy().astype(np.float64)
    date = table["date"].to_numpy().astype("datetime64[D]")
    names, begins = np.unique(ids, return_index=True)
    ends = np.append(begins[1:], len(ids))
    order = sorted(range(len(names)), key=lambda i: md5(f"bench/{name}/{names[i]}".encode()).hexdigest())
    h = kind.horizon
    return Set(
        name,
        kind,
        tuple(str(names[i]) for i in order),
        tuple(quantity[begins[i] : ends[i] - h] for i in order),
        tuple(date[begins[i] : ends[i] - h] for i in order),
        np.array([quantity[ends[i] - h : ends[i]] for i in order]),
    )
