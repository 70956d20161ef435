"""Pictures of a data set's run for the Dagster UI: PNG by matplotlib, carried by the Markdown itself.

The UI shows Markdown of more than 1,000 characters at a click; `glimpses` has smaller ones.
"""

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_forecast.interface import Diagnostics
from lakecast_forecast.intervals import INTERVALS
from lakecast_forecast.panel import Panel
from lakecast_forecast.plot import plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ITEMS = 3
"""Items that pictures of forecasts show."""
_PREFERRED = ("ensemble", "arima", "prophet", "lstm", "seasonal_naive")
_COVERAGES = {"coverage_80": 0.8, "coverage_95": 0.95}


def _figure(width: float, height: float) -> "Figure":
    """An empty figure, in inches."""
    from matplotlib.figure import Figure  # half a second, which who only loads the definitions can do without

    return Figure(figsize=(width, height), layout="constrained")


def markdown(figure: "Figure") -> dg.MarkdownMetadataValue:
    """A figure as the image of a Markdown text."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=64)
    return dg.MetadataValue.md(image("picture", png.getvalue()))


def image(name: str, png: bytes) -> str:
    """Markdown that carries a picture itself."""
    return f"![{name}](data:image/png;base64,{base64.b64encode(png).decode()})"


def rows_of(rows: pa.Table, item: str, source: str) -> pa.Table:
    """The forecasts of an item and source, by date."""
    is_own = pc.and_(pc.equal(rows["item_id"], item), pc.equal(rows["source"], source))
    return rows.filter(is_own).sort_by("date")


def preferred_source(rows: pa.Table) -> str:
    """The source that pictures show: the ensemble, or what there is of live forecasts without it."""
    sources = set(pc.unique(rows.filter(pc.equal(rows["kind"], "live"))["source"]).to_pylist())
    return next((name for name in _PREFERRED if name in sources), min(sources))


def chosen_items(panel: Panel) -> list[int]:
    """Places of the items that pictures show: with the largest, the middle and a low demand."""
    order = np.argsort(-np.nansum(panel.values, axis=1), kind="stable")
    places: list[int] = order[np.unique(np.linspace(0, order.size - 1, ITEMS).astype(int))].tolist()
    return places


def of_forecasts(rows: pa.Table, panel: Panel) -> "Figure":
    """Demand, backtest and forecast with its intervals, of the items with the largest, the middle and a low demand.

    rows: those of `fact_forecast` of the panel's data set, live ones among them. The source is the ensemble, or what
    there is without it.
    """
    source, places = preferred_source(rows), chosen_items(panel)
    figure = _figure(9, 2.6 * len(places))
    for ax, row in zip(figure.subplots(len(places), squeeze=False)[:, 0], places, strict=True):
        mine = rows_of(rows, panel.item_ids[row], source)
        mine = mine.rename_columns(["mean" if name == "forecast" else name for name in mine.column_names])
        plot(panel, row, mine.filter(pc.equal(mine["kind"], "live")), INTERVALS, None, ax)
        past = mine.filter(pc.equal(mine["kind"], "backtest"))
        for number, cutoff in enumerate(pc.unique(past["cutoff"])):
            window = past.filter(pc.equal(past["cutoff"], cutoff))
            label = "_" if number else "backtest"
            ax.plot(window["date"].to_numpy(), window["mean"].to_numpy(), "--", color="C1", linewidth=1, label=label)
        ax.legend(loc="upper left", frameon=False, fontsize="small", ncols=5)
        ax.set_title(f"{panel.dataset_id}: {panel.item_ids[row]}")
    return figure


def of_metrics(rows: pa.Table) -> "Figure":
    """Error and coverage by source, means over items. rows: those of `fact_metrics` of one data set."""
    names = ("scaled_quantile_loss", *_COVERAGES)
    means = rows.group_by("source").aggregate([(name, "mean") for name in names]).sort_by("source")
    sources = means["source"].to_pylist()
    figure = _figure(9, 0.8 + 0.28 * len(sources))
    for name, ax in zip(names, figure.subplots(1, len(names), sharey=True), strict=True):
        values = means[f"{name}_mean"].to_numpy(zero_copy_only=False).astype(np.float64)
        bars = ax.barh(sources, np.nan_to_num(values), color="C0")
        ax.bar_label(bars, [f"{value:.3f}" if np.isfinite(value) else "unknown" for value in values], padding=2)
        ax.set_title(name, fontsize="small")
        ax.margins(x=0.25)
        if name in _COVERAGES:
            ax.axvline(_COVERAGES[name], color="0.25", linewidth=1)
    return figure


def of_training(source: str, diagnostics: Diagnostics) -> Mapping[str, dg.MarkdownMetadataValue]:
    """The validation loss over epochs as metadata, where the source has one."""
    if not diagnostics.loss_curve:
        return {}
    figure = _figure(6, 2.4)
    ax = figure.subplots()
    ax.plot(np.arange(1, len(diagnostics.loss_curve) + 1), diagnostics.loss_curve, marker=".")
    ax.set_title(f"{source}: validation loss")
    ax.set_xlabel("validation")
    return {"loss_curve": markdown(figure)}
