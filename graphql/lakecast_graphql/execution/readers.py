"""Root fields of `Query` that plans read by themselves, without a resolver in between: name -> read function."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lakecast_graphql import read
from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.read import forecast_rows
from lakecast_graphql.read.view import View
from lakecast_lake.columns import Snapshot, items
from lakecast_lake.snapshots import SnapshotRecord

Reader = Callable[..., Any]
History = Callable[[], Iterable[SnapshotRecord]]
Open = Callable[[int], Snapshot]

READERS: Mapping[str, Reader] = {
    "item": read.item,
    "items": read.items,
    "forecasts": read.forecasts,
    "forecast_series": read.forecast_series,
    "forecast_totals": read.forecast_totals,
    "metrics": read.metrics,
    "demand_totals": read.demand_totals,
    "leaderboard": read.leaderboard,
    "replenishment": read.replenishment,
    "replenishment_totals": read.replenishment_totals,
    "facets": read.facets,
    "what_if": read.what_if,
    "service_curve": read.service_curve,
    "decision_calibration": read.decision_calibration,
    "reading_reports": read.reading_reports,
    "overview": read.overview,
    "sources": read.sources,
    "model_runs": read.model_runs,
    "forecast_history": read.forecast_history,
}
"""All of them depend on the view and their arguments only: their answers may be cached with the snapshot."""

INDEXED: Mapping[str, frozenset[str]] = {
    "items": items.INDEXED,
    "forecasts": forecast_rows.INDEXED,
    "forecast_series": forecast_rows.INDEXED,
    "metrics": items.INDEXED,
    "replenishment": items.INDEXED,
}
"""Lists -> the columns of their filters whose equalities need no query."""
SNAPSHOT_INFO = "snapshot_info"
COMPARING = frozenset({"alert_changes", "forecast_diff"})
"""Fields that read other snapshots, too: which of these there are changes while the current one is served."""


def no_other(snapshot_id: int) -> Snapshot:
    """Where no other snapshot can be read."""
    raise ApiError(ErrorCode.SNAPSHOT_GONE, f"There is no snapshot {snapshot_id}.")


def readers(history: History, opened: Open) -> Mapping[str, Reader]:
    """All readers.

    Args:
        history: the retained snapshots, newest first.
        opened: one of them by its number. Raises ApiError SNAPSHOT_GONE.
    """

    def snapshot_info(view: View) -> Any:
        return read.snapshot_info(view.snapshot.record, history())

    def other(view: View, snapshot_id: int) -> View:
        return view if view.snapshot.snapshot_id == snapshot_id else View(opened(snapshot_id), False, view.deadline)

    def alert_changes(
        view: View, since: int | None = None, where: Any = None, first: int = 100, after: str | None = None
    ) -> Any:
        if since is None:
            earlier = [one.snapshot_id for one in history() if one.snapshot_id < view.snapshot.snapshot_id]
            since = max(earlier, default=None)
        return read.alert_changes(view, None if since is None else other(view, since), where, first, after)

    def forecast_diff(
        view: View, to: int, where: Any = None, first: int = 100, after: str | None = None, **rest: int
    ) -> Any:
        return read.forecast_diff(other(view, rest["from"]), other(view, to), where, first, after)

    return {
        **READERS,
        SNAPSHOT_INFO: snapshot_info,
        "alert_changes": alert_changes,
        "forecast_diff": forecast_diff,
    }
