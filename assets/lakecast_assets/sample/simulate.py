"""Simulated items: master data, daily demand in all four Syntetos-Boylan classes, and stock."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lakecast_assets.sample import seasons
from lakecast_assets.sample.catalogue import FAMILIES, SIMULATED, Family, Part

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

_OFTEN = {"smooth": 0.625, "erratic": 0.375}
_NOW_AND_THEN = {"intermittent": 0.58, "lumpy": 0.42}
"""Demand classes of parts that are used nearly every day, two in five of a family, and of the others."""
_NEWCOMERS = 0.06
_FEWEST_DAYS = 120
_IN_TROUBLE = 0.05
"""Share of items whose stock and orders are too little."""
_WITH_ORDERS = 0.3
_CAUTION = 1.43
"""What the simulated planner holds, in what the formula of the textbook says."""


@dataclass(frozen=True)
class Item:
    """A simulated item.

    demand: (T,) per day, NaN before it was introduced; on_hand: on the last day; orders: days after it, and quantity.
    """

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
    order_multiple: int
    unit_cost: float
    currency: str
    criticality: int
    demand_class: str
    demand: Array
    on_hand: int
    orders: tuple[tuple[int, int], ...]

    @property
    def on_order(self) -> int:
        return sum(quantity for _, quantity in self.orders)


def simulate(items: int, days: Days, seed: int) -> list[Item]:
    """Items on consecutive days. Item k is the same however many others there are."""
    quiet = seasons.holidays(days)
    return [_item(number, days, quiet, np.random.default_rng([seed, number])) for number in range(items)]


def _item(number: int, days: Days, quiet: Array, draw: np.random.Generator) -> Item:
    family = FAMILIES[number % len(FAMILIES)]
    place = number // len(FAMILIES)
    part = family.part(place)
    classes = _OFTEN if part.daily else _NOW_AND_THEN
    demand_class = str(draw.choice(list(classes), p=list(classes.values())))
    demand = _demand(family, part, demand_class, days, quiet, draw)
    lead_time = int(draw.integers(family.lead_time_days[0], family.lead_time_days[1] + 1))
    lead_time_std = round(lead_time * float(draw.uniform(0.1, 0.25)), 1)
    review = int(draw.choice((14, 30) if part.daily else (30, 60, 90)))
    service_level = float(draw.choice([0.9, 0.95, 0.98], p=[0.3, 0.5, 0.2]))
    low, high = np.log(part.unit_cost)
    recent = demand[-365:][~np.isnan(demand[-365:])]
    on_hand, orders = _stock(family, part, _Terms(lead_time, lead_time_std, review, service_level), recent, days, draw)
    return Item(
        item_id=f"SIM-{family.code}-{place + 1:03d}",
        sku=f"SIM{family.code}{number + 1:05d}",
        name=family.name(place),
        category=family.category,
        unit=part.unit,
        supplier=f"{draw.choice(family.suppliers)} ({SIMULATED})",
        lead_time_days=lead_time,
        lead_time_std_days=lead_time_std,
        service_level=service_level,
        review_period_days=review,
        min_order_quantity=_minimum_order(float(recent.mean()), part.lot, draw),
        order_multiple=part.lot,
        unit_cost=round(float(np.exp(draw.uniform(low, high))), 2),
        currency="BRL",
        criticality=family.criticality,
        demand_class=demand_class,
        demand=demand,
        on_hand=on_hand,
        orders=orders,
    )


@dataclass(frozen=True)
class _Terms:
    """Days of a supplier's lead time, their deviation, days between two looks at the stock, and the service meant."""

    lead_time: int
    lead_time_std: float
    review: int
    service_level: float


def _demand(
    family: Family, part: Part, demand_class: str, days: Days, quiet: Array, draw: np.random.Generator
) -> Array:
    slope = draw.normal(0.0, 0.12)  # growth over the whole span
    level = np.exp(slope * np.linspace(-0.5, 0.5, days.size))
    level *= seasons.rain(days, family.rain) * seasons.renewal(days, family.renewal) * quiet
    if part.daily:
        level *= seasons.weekday(days, family.weekend if demand_class == "erratic" else max(family.weekend, 0.5))
        low, high = np.log(part.daily)
        mean = float(np.exp(draw.uniform(low, high))) * level
        spread = 0.12 if demand_class == "smooth" else 0.95
        demand = draw.poisson(mean * np.exp(draw.normal(-(spread**2) / 2, spread, days.size))).astype(np.float64)
    else:
        level *= seasons.weekday(days, family.weekend)
        chance = float(np.exp(draw.uniform(np.log(0.03), np.log(0.25))))
        occurs = draw.random(days.size) < np.minimum(chance * level, 0.7)
        if demand_class == "intermittent":
            size = 1 + draw.binomial(2, 0.25, days.size)
        else:
            size = 1 + np.floor(draw.lognormal(0.8, 1.0, days.size))
        demand = np.where(occurs, size * part.lot, 0).astype(np.float64)
    if draw.random() < _NEWCOMERS and days.size > 2 * _FEWEST_DAYS:
        demand[: int(draw.integers(days.size // 4, days.size - _FEWEST_DAYS))] = np.nan
    return demand


def _stock(
    family: Family, part: Part, terms: _Terms, recent: Array, days: Days, draw: np.random.Generator
) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Stock on hand and open orders: mostly between what is enough and an order more, of a few items too little.

    recent: demand per day of the last year; days: those of the demand, which the lead time follows.
    """
    span, lot = terms.lead_time + terms.review, part.lot
    coming = days[-1] + np.arange(1, span + 1)
    season = seasons.rain(coming, family.rain) * seasons.renewal(coming, family.renewal)
    mean = float(recent.mean()) * float(season.mean())
    spread = float(np.sqrt(float(recent.var()) * span + (mean * terms.lead_time_std) ** 2))
    enough = mean * terms.lead_time + NormalDist().inv_cdf(terms.service_level) * spread
    if not part.daily:  # of parts that are needed now and then, the largest need matters, too
        enough += float(recent.max(initial=0.0))
    enough *= _CAUTION
    more = mean * terms.review * float(draw.uniform(0.2, 1.0))
    position = enough * float(draw.uniform(0.02, 0.35)) if draw.random() < _IN_TROUBLE else enough + more
    share = float(draw.uniform(0.15, 0.4)) if draw.random() < _WITH_ORDERS else 0.0
    ordered = int(position * share / lot) * lot
    first = int(draw.integers(1, max(terms.lead_time // 2, 2)))
    half = ordered // 2 // lot * lot
    dates = [(first, ordered - half), (first + int(draw.integers(3, max(terms.lead_time, 4))), half)]
    return max(round(position) - ordered, 0), tuple((day, quantity) for day, quantity in dates if quantity > 0)


def _minimum_order(recent: float, lot: int, draw: np.random.Generator) -> int:
    """A round number near some days' demand, in whole lots."""
    wanted = max(recent * float(draw.uniform(3, 15)), 1.0)
    step = 10 ** max(int(np.floor(np.log10(wanted))), 0)
    return max(int(max(round(wanted / step) * step, 1) / lot), 1) * lot
