"""Figures of a simulated course, as the laboratory defined them: every item weighs alike through its typical demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bench.decisions.simulation import Course
from lakecast_forecast.panel import Array


@dataclass(frozen=True)
class Figures:
    """cycle: share of cycles without backlog. fill: share of pieces delivered from stock. stock: mean in typical
    demands. orders: per item and year. per_order: share of arriving orders before which there was no backlog."""

    cycle: float
    fill: float
    stock: float
    orders: float
    per_order: float


def figures(course: Course, demand: Array, size: Array, rows: NDArray[np.int64], first: int, year: int) -> Figures:
    """Of some items, from period `first` on. size: (n,) typical demand."""
    scale = size[rows, None]
    lasted = course.lasted[rows]
    known = np.isfinite(lasted)
    total = (demand[rows, first:] / scale).sum()
    return Figures(
        cycle=float(lasted[known].mean()) if known.any() else np.nan,
        fill=float(1 - (course.short[rows, first:] / scale).sum() / total) if total > 0 else np.nan,
        stock=float((course.on_hand[rows, first:] / scale).mean()),
        orders=float(course.orders[rows, first:].mean() * year),
        per_order=float(course.timely[rows].sum() / max(course.arrivals[rows].sum(), 1)),
    )


def stock_at(level: float, service: Sequence[float], stock: Sequence[float]) -> float:
    """Stock that a method needs for a service that it achieves, read off its curve over promised levels.

    Log stock, interpolated over the normal score of the service; NaN beyond the curve.
    """
    order = np.argsort(service)
    x = np.array([_score(float(service[k])) for k in order])
    y = np.log(np.maximum(np.array(stock, dtype=np.float64)[order], 1e-9))
    z = _score(level)
    if not np.isfinite(x).all() or z > x[-1] or z < x[0] - 0.6:
        return float("nan")
    if z < x[0]:
        return float(np.exp(y[0] + (y[1] - y[0]) / max(x[1] - x[0], 1e-6) * (z - x[0])))
    return float(np.exp(np.interp(z, x, y)))


def _score(share: float) -> float:
    return NormalDist().inv_cdf(min(max(share, 1e-4), 1 - 1e-4)) if np.isfinite(share) else np.nan
