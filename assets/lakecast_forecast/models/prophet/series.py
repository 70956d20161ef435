"""The series of a panel as Prophet sees them: which can be fitted, which share their dates, and their columns."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import drivers
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.prophet.design import Almanac, Design
from lakecast_forecast.panel import Array, Panel

Rows = NDArray[np.int64]


def degenerate(panel: Panel) -> dict[int, tuple[float, str]]:
    """Rows without anything to fit: their flat forecast and the reason."""
    flat: dict[int, tuple[float, str]] = {}
    for row, values in enumerate(panel.values):
        known = values[~np.isnan(values)]
        if len(known) < 2:
            value = float(known[0]) if len(known) else 0.0
            flat[row] = value, Issue.FEW_FOR_PROPHET.of(count=len(known))
        elif known.min() == known.max():
            flat[row] = float(known[0]), Issue.CONSTANT.of()
    return flat


def groups(panel: Panel, horizon: int, rows: Sequence[int]) -> Iterator[tuple[Almanac, NDArray[np.bool_], Rows]]:
    """The given rows by the dates on which they are known: dates, known ones among the last, and the rows."""
    by_dates: dict[tuple[np.datetime64, bytes], list[int]] = {}
    known = ~np.isnan(panel.values)
    for row in rows:
        observed = known[row, int(known[row].argmax()) :]
        by_dates.setdefault((panel.ends[row], observed.tobytes()), []).append(row)
    almanacs: dict[np.datetime64, Almanac] = {}
    for (end, observed_bytes), members in by_dates.items():
        if end not in almanacs:
            almanacs[end] = Almanac.of(end, panel.values.shape[1], horizon, panel.frequency, panel.country)
        yield almanacs[end], np.frombuffer(observed_bytes, dtype=np.bool_), np.array(members)


def columns(panel: Panel, rows: Rows, observed: NDArray[np.bool_], built: Design) -> tuple[Array, Array]:
    """Features of the past (1 or n, T, k) and of the future (1 or n, h, k); n of them if there are drivers."""
    if not panel.drivers:
        return built.features[None], built.future_features[None]
    now, horizon = panel.values.shape[1], len(built.ahead)
    own = [
        drivers.standardised(known[rows, now - len(observed) : now][:, observed], known[rows, now : now + horizon])
        for known in panel.drivers.values()
    ]

    def joined(shared: Array, more: list[Array]) -> Array:
        repeated = np.broadcast_to(shared, (len(rows), *shared.shape))
        return np.concatenate([repeated, np.stack(more, axis=2)], axis=2)

    return (
        joined(built.features, [past for past, _ in own]),
        joined(built.future_features, [future for _, future in own]),
    )
