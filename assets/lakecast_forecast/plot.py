"""An item's history, forecast and intervals on matplotlib axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lakecast_forecast.intervals import column_names
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import shift

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HORIZONS = 4


def plot(
    panel: Panel, row: int, forecast: pa.Table, levels: Sequence[float], last: int | None, ax: Axes | None
) -> Axes:
    """Draw the item in a row of the panel; forecast: its rows of `results.forecast_rows`."""
    if ax is None:
        try:
            from matplotlib import pyplot
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("plots need matplotlib: pip install 'lakecast[forecast,plot]'") from error
        _, ax = pyplot.subplots(figsize=(9, 4))
        ax.figure.autofmt_xdate()
    length = min(int(panel.lengths[row]), last or _HORIZONS * max(forecast.num_rows, 1))
    past = shift(panel.ends[row], np.arange(1 - length, 1), panel.frequency)
    dates = forecast["date"].to_numpy().astype("datetime64[D]")
    ax.plot(past, panel.values[row, panel.values.shape[1] - length :], color="0.25", linewidth=1.2, label="demand")
    for level in sorted(levels, reverse=True):
        lower, upper = column_names(level)
        ax.fill_between(
            dates,
            forecast[lower].to_numpy(),
            forecast[upper].to_numpy(),
            color="C0",
            alpha=0.18,
            linewidth=0,
            label=f"{100 * level:g} %",
        )
    source = forecast["source"][0].as_py()
    ax.plot(dates, forecast["mean"].to_numpy(), color="C0", linewidth=1.6, label=source)
    ax.set_title(panel.item_ids[row])
    ax.set_ylabel("demand")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", frameon=False)
    return ax
