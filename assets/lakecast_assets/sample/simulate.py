"""Simulated items: master data, daily demand in all four Syntetos-Boylan classes, and stock."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_assets.sample import seasons
from lakecast_assets.sample.catalogue import FAMILIES, SIMULATED, Family

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

SHARES = {"smooth": 0.25, "erratic": 0.15, "intermittent": 0.35, "lumpy": 0.25}
"""Of the items, how many are meant to be of each class."""
_NEWCOMERS = 0.06
_FEWEST_DAYS = 120


@dataclass(frozen=True)
class Item:
    """A simulated item. demand: (T,) per day, NaN before it was introduced; on_hand, on_order: on the last day."""

    item_id: str
    sku: str
    name: str
    category: str
    unit: str
    supplier: str
    lead_time_days: int
    lead_time_std_days: float
    service_level: float
    review_period_days: int
    min_order_quantity: int
    unit_cost: float
    demand_class: str
    demand: Array
    on_hand: int
    on_order: int


def simulate(items: int, days: Days, seed: int) -> list[Item]:
    """Items on consecutive days. Item k is the same however many others there are."""
    quiet = seasons.holidays(days)
    return [_item(number, days, quiet, np.random.default_rng([seed, number])) for number in range(items)]


def _item(number: int, days: Days, quiet: Array, draw: np.random.Generator) -> Item:
    family = FAMILIES[number % len(FAMILIES)]
    place = number // len(FAMILIES)
    demand_class = str(draw.choice(list(SHARES), p=list(SHARES.values())))
    demand = _demand(family, demand_class, days, quiet, draw)
    lead_time = int(draw.integers(family.lead_time_days[0], family.lead_time_days[1] + 1))
    low, high = np.log(family.unit_cost)
    recent = float(np.nanmean(demand[-90:]))
    on_hand, on_order = _stock(recent, lead_time, draw)
    return Item(
        item_id=f"SIM-{family.code}-{place + 1:03d}",
        sku=f"SIM{family.code}{number + 1:05d}",
        name=family.name(place),
        category=family.category,
        unit=family.unit,
        supplier=f"{draw.choice(family.suppliers)} ({SIMULATED})",
        lead_time_days=lead_time,
        lead_time_std_days=round(lead_time * float(draw.uniform(0.1, 0.35)), 1),
        service_level=float(draw.choice([0.9, 0.95, 0.98], p=[0.3, 0.5, 0.2])),
        review_period_days=int(draw.choice([7, 14, 30], p=[0.5, 0.3, 0.2])),
        min_order_quantity=_minimum_order(recent, draw),
        unit_cost=round(float(np.exp(draw.uniform(low, high))), 2),
        demand_class=demand_class,
        demand=demand,
        on_hand=on_hand,
        on_order=on_order,
    )


def _demand(family: Family, demand_class: str, days: Days, quiet: Array, draw: np.random.Generator) -> Array:
    slope = draw.normal(0.0, 0.12)  # growth over the whole span
    level = np.exp(slope * np.linspace(-0.5, 0.5, days.size))
    level *= seasons.rain(days, family.rain) * seasons.renewal(days, family.renewal) * quiet
    if demand_class in ("smooth", "erratic"):
        level *= seasons.weekday(days, family.weekend if demand_class == "erratic" else max(family.weekend, 0.5))
        mean = float(np.exp(draw.uniform(np.log(14), np.log(90)))) * level
        spread = 0.12 if demand_class == "smooth" else 0.95
        demand = draw.poisson(mean * np.exp(draw.normal(-(spread**2) / 2, spread, days.size))).astype(np.float64)
    else:
        level *= seasons.weekday(days, family.weekend)
        chance = float(np.exp(draw.uniform(np.log(0.03), np.log(0.4))))
        occurs = draw.random(days.size) < np.minimum(chance * level, 0.7)
        if demand_class == "intermittent":
            size = 1 + draw.binomial(2, 0.25, days.size)
        else:
            size = 1 + np.floor(draw.lognormal(0.9, 1.15, days.size))
        demand = np.where(occurs, size, 0).astype(np.float64)
    if draw.random() < _NEWCOMERS and days.size > 2 * _FEWEST_DAYS:
        demand[: int(draw.integers(days.size // 4, days.size - _FEWEST_DAYS))] = np.nan
    return demand


def _stock(recent: float, lead_time: int, draw: np.random.Generator) -> tuple[int, int]:
    """Stock on hand of about twice the demand over the lead time, here and there too little; some have orders."""
    needed = max(recent * lead_time, 0.5)
    on_hand = round(needed * float(draw.lognormal(0.7, 0.7)))
    on_order = round(needed * float(draw.uniform(0.3, 1.0))) if draw.random() < 0.25 else 0
    return on_hand, on_order


def _minimum_order(recent: float, draw: np.random.Generator) -> int:
    """A round number near some days' demand."""
    wanted = max(recent * float(draw.uniform(3, 15)), 1.0)
    step = 10 ** max(int(np.floor(np.log10(wanted))), 0)
    return int(max(round(wanted / step) * step, 1))
