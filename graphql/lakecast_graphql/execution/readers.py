"""Root fields of `Query` that plans read by themselves, without a resolver in between: name -> read function."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lakecast_graphql import read
from lakecast_graphql.view import View
from lakecast_lake.snapshots import SnapshotRecord

Reader = Callable[..., Any]
History = Callable[[], Iterable[SnapshotRecord]]

READERS: Mapping[str, Reader] = {
    "item": read.item,
    "items": read.items,
    "forecasts": read.forecasts,
    "forecast_series": read.forecast_series,
    "forecast_totals": read.forecast_totals,
    "metrics": read.metrics,
    "leaderboard": read.leaderboard,
    "replenishment": read.replenishment,
    "replenishment_totals": read.replenishment_totals,
    "what_if": read.what_if,
    "overview": read.overview,
    "sources": read.sources,
    "model_runs": read.model_runs,
    "forecast_history": read.forecast_history,
}
"""All of them depend on the view and their arguments only: their answers may be cached with the snapshot."""

SNAPSHOT_INFO = "snapshot_info"


def readers(history: History) -> Mapping[str, Reader]:
    """All readers; `history` are the retained snapshots, which `snapshotInfo` tells the previous one from."""

    def snapshot_info(view: View) -> Any:
        return read.snapshot_info(view.snapshot.record, history())

    return {**READERS, SNAPSHOT_INFO: snapshot_info}
