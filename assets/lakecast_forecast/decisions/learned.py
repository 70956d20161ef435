"""What decisions about a panel's items are made from besides the forecast."""

from dataclasses import dataclass, fields

from lakecast_forecast.panel import Array


@dataclass(frozen=True)
class Held:
    """What a promised service level came to in a group.

    held: share of windows in which demand did not exceed the level. fill_rate: share of pieces that it would have
    delivered, items weighing alike; None without demand. cycles: windows.
    """

    group: str
    demand_class: str | None
    promised: float
    held: float
    fill_rate: float | None
    items: int
    cycles: int


@dataclass(frozen=True)
class Learned:
    """Per item (n,) of a panel, and what its past decisions would have been worth.

    noise_variance: per day; level_variance: per day². demand_size: mean demand of periods with any, NaN of items
    without. long_run_rate: mean demand per day of all history, of which long_run_weight is mixed into the forecast.
    largest_window: the largest demand of any window of lead time and review period (`learning.largest_window`).
    """

    item_ids: tuple[str, ...]
    noise_variance: Array
    level_variance: Array
    demand_size: Array
    long_run_rate: Array
    long_run_weight: Array
    largest_window: Array
    calibration: tuple[Held, ...]


PER_ITEM = tuple(each.name for each in fields(Learned) if each.name not in ("item_ids", "calibration"))
"""Its columns, as `fact_replenishment` names them, too."""
