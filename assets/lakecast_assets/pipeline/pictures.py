"""Pictures of a run for the Dagster UI."""

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_assets.pipeline import plots
from lakecast_assets.pipeline.plots import Outlook
from lakecast_forecast.interface import Diagnostics
from lakecast_forecast.panel import Panel

SHOWN_ITEMS = 3
_PREFERRED = ("ensemble", "arima", "prophet", "lstm", "seasonal_naive")
_HISTORY = 3  # horizons


def of_forecasts(rows: pa.Table, panel: Panel) -> dg.MarkdownMetadataValue:
    """Actual demand and forecast of the items with the largest, the middle and a low demand."""
    live = rows.filter(pc.equal(rows["kind"], "live"))
    sources = pc.unique(live["source"]).to_pylist()
    source = next((name for name in _PREFERRED if name in sources), sources[0])
    volume = np.nansum(panel.values, axis=1)
    order = np.argsort(-volume, kind="stable")
    places = np.unique(np.linspace(0, order.size - 1, SHOWN_ITEMS).astype(int))
    svgs = []
    for row in order[places]:
        item = panel.item_ids[row]
        mine = live.filter(pc.and_(pc.equal(live["item_id"], item), pc.equal(live["source"], source)))
        mine = mine.sort_by("date")
        mean, lower, upper = (mine[name].to_numpy() for name in ("forecast", "lower_80", "upper_80"))
        history = panel.values[row, -_HISTORY * mean.size :]
        svgs.append(plots.outlook(Outlook(f"{item}: {source}", history, mean, lower, upper)))
    return dg.MetadataValue.md(plots.markdown(svgs))


def of_metrics(rows: pa.Table) -> dg.MarkdownMetadataValue:
    """Error and coverage by source, means over items."""
    means = rows.group_by("source").aggregate(
        [(name, "mean") for name in ("scaled_quantile_loss", "coverage_80", "coverage_95")]
    )
    by_source = sorted(means.to_pylist(), key=lambda row: row["source"])

    def values(name: str) -> dict[str, float]:
        known = {row["source"]: row[f"{name}_mean"] for row in by_source}
        return {source: float("nan") if value is None else value for source, value in known.items()}

    svgs = [
        plots.bars("Scaled quantile loss (lower is better)", values("scaled_quantile_loss")),
        plots.bars("Coverage of the 80 % interval", values("coverage_80"), 0.8),
        plots.bars("Coverage of the 95 % interval", values("coverage_95"), 0.95),
    ]
    return dg.MetadataValue.md(plots.markdown(svgs))


def of_training(source: str, diagnostics: Diagnostics) -> dict[str, dg.MarkdownMetadataValue]:
    """The validation loss over epochs, where the source has one."""
    if not diagnostics.loss_curve:
        return {}
    svg = plots.curve(f"{source}: validation loss per epoch", diagnostics.loss_curve)
    return {"loss_curve": dg.MetadataValue.md(plots.markdown([svg]))}
