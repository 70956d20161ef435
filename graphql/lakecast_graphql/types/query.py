"""Query: the current snapshot, older ones, what differs between them, and the state of the service."""

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import UNSET

from lakecast_graphql import read
from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import node_ids
from lakecast_graphql.types.context import Info, reading
from lakecast_graphql.types.filters import ForecastFilter
from lakecast_graphql.types.inputs import given, plain
from lakecast_graphql.types.nodes import Node, resolved
from lakecast_graphql.types.overview import ForecastChange, ForecastRevision, ServiceStatus
from lakecast_graphql.types.paging import Connection
from lakecast_graphql.types.reader import LakeReader, Root, Snapshot
from lakecast_graphql.types.snapshots import SnapshotInfoConnection


@strawberry.type(description="All that can be read. Reads the current snapshot.")
class Query(LakeReader):
    """The root of reading."""

    @classmethod
    def is_type_of(cls, row: object, info: object) -> bool:
        """The root value is whatever the operation reads from, None while there is no snapshot."""
        return True

    @strawberry.field(
        description="An older snapshot, by id or the newest at an instant; at most two non-current ones per operation. "
        "One of `id` and `asOf` must be given; `asOf` before the oldest retained snapshot is SNAPSHOT_GONE."
    )
    def snapshot(
        root: Root,
        info: Info,
        id: int | None = UNSET,
        as_of: dt.datetime | None = UNSET,
    ) -> Snapshot | None:
        """Time travel; SNAPSHOT_GONE when nothing that is retained was there at `asOf`, too."""
        snapshot_id, instant = given(id), given(as_of)
        if snapshot_id is not None and instant is None:
            return resolved(info.context.open(snapshot_id, bound=True))
        if instant is not None and snapshot_id is None:
            return resolved(info.context.open(info.context.newest_at(instant), bound=True))
        raise bad_input("Give either `id` or `asOf`.", argument="id")

    @strawberry.field(description="The retained snapshots, newest first.")
    def snapshots(root: Root, info: Info, first: int = 20, after: str | None = UNSET) -> SnapshotInfoConnection:
        """A page of the retained snapshots."""
        return resolved(read.snapshots(info.context.history(), first, given(after)))

    @strawberry.field(description="What changed in the newest live forecasts between two snapshots.")
    def forecast_diff(
        root: Root,
        info: Info,
        from_: Annotated[int, strawberry.argument(name="from")],
        to: int,
        where: ForecastFilter | None = UNSET,
        first: int = 100,
        after: str | None = UNSET,
    ) -> Connection[ForecastChange] | None:
        """A page of changed forecasts."""
        info.context.ask_for(first)
        before, later = info.context.open(from_), info.context.open(to)
        return resolved(read.forecast_diff(before, later, plain(where), first, given(after)))

    @strawberry.field(
        description="What successive cutoffs said about one day, oldest cutoff first; `source` null means the\n"
        "champion. Null when the item is unknown."
    )
    def forecast_history(
        root: Root,
        item_id: str,
        date: dt.date,
        dataset_id: str | None = UNSET,
        source: str | None = UNSET,
    ) -> list[ForecastRevision] | None:
        """What successive cutoffs said about one day."""
        return resolved(read.forecast_history(reading(root), item_id, given(dataset_id), date, given(source)))

    @strawberry.field(description="Anything with an id, read again by it; null when it is not there any more.")
    def node(root: Root, info: Info, id: strawberry.ID) -> Node | None:
        """Anything with an id."""
        named = node_ids.decode(id)
        if isinstance(named, node_ids.SnapshotInfoId):
            return resolved(info.context.find_snapshot_info(named.snapshot_id))
        view = reading(root)
        if named.snapshot_id is not None:
            view = info.context.open(named.snapshot_id, bound=True)
        return resolved(read.item(view, named.item_id, None, named.dataset_id))

    @strawberry.field(description="The state of the server that answers. Never cached.")
    def service_status(root: Root, info: Info) -> ServiceStatus:
        """The state of the server."""
        return resolved(info.context.status())
