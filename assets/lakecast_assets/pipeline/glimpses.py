"""Pictures that are small enough for the Dagster UI to show at once: Markdown of up to 1,000 characters."""

import io
from collections.abc import Mapping

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_assets.pipeline.pictures import chosen_items, image, preferred_source, rows_of
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Dates, shift

LONGEST = 1000
"""Characters of Markdown that the UI shows without a click."""
_WIDTHS = range(220, 80, -10)
"""Pixels, the widest that fits: how well a picture can be compressed depends on what it shows."""
_HEIGHT = 48
_COLOURS = 4
_HISTORY, _FORECAST, _INTERVAL = "black", "#d04000", "#a8c8e8"


def of_forecasts(rows: pa.Table, panel: Panel) -> Mapping[str, dg.MarkdownMetadataValue]:
    """History, newest backtest, forecast and 80 % interval of a few items, with the first and the last date.

    rows: those of `fact_forecast` of the panel's data set, live ones among them.
    """
    source = preferred_source(rows)
    items = {row: panel.item_ids[row] for row in chosen_items(panel)}
    return {f"{source} of {item}": _markdown(rows_of(rows, item, source), panel, row) for row, item in items.items()}


def _markdown(mine: pa.Table, panel: Panel, row: int) -> dg.MarkdownMetadataValue:
    live, past = (mine.filter(pc.equal(mine["kind"], kind)) for kind in ("live", "backtest"))
    past = past.filter(pc.equal(past["cutoff"], pc.max(past["cutoff"])))
    length = min(int(panel.lengths[row]), 4 * live.num_rows)
    values, dates = panel.values[row, -length:], shift(panel.ends[row], np.arange(1 - length, 1), panel.frequency)
    for width in _WIDTHS:
        text = image("forecast", _png(width, dates, values, live, past))
        if len(text) <= LONGEST:
            return dg.MetadataValue.md(text)
    return dg.MetadataValue.md("-")


def _png(width: int, dates: Dates, values: NDArray[np.float64], live: pa.Table, past: pa.Table) -> bytes:
    """Without smooth edges and with few colours, which is what makes it small."""
    from matplotlib import rc_context  # loaded where a picture is drawn, not with the definitions
    from matplotlib.figure import Figure
    from PIL import Image

    with rc_context({"text.antialiased": False, "lines.antialiased": False, "font.size": 8, "lines.linewidth": 1}):
        figure = Figure(figsize=(width / 72, _HEIGHT / 72), dpi=72)
        ax = figure.add_axes((0.0, 0.2, 1.0, 0.8))
        ax.axis("off")
        days = live["date"].to_numpy()
        if live["lower_80"].null_count == 0:
            ax.fill_between(
                days, live["lower_80"].to_numpy(), live["upper_80"].to_numpy(), color=_INTERVAL, lw=0, antialiased=False
            )
        ax.plot(dates, values, color=_HISTORY)
        for rows in (past, live):
            ax.plot(rows["date"].to_numpy(), rows["forecast"].to_numpy(), color=_FORECAST)
        figure.text(0, 0, str(dates[0]))
        figure.text(1, 0, str(days[-1]), ha="right")
        drawn, small = io.BytesIO(), io.BytesIO()
        figure.savefig(drawn, format="png", dpi=72)
        image = Image.open(drawn).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        image.save(small, "png", optimize=True, bits=2)
    return small.getvalue()
