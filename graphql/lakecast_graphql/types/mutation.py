"""Mutation: what an administrator does. Every field needs an admin key in the X-API-Key header."""

import strawberry

from lakecast_graphql.types.context import Info
from lakecast_graphql.types.nodes import resolved
from lakecast_graphql.types.snapshots import RefreshResult, SnapshotInfo


@strawberry.type(description="Needs an admin key in the X-API-Key header; off while the server has no key.")
class Mutation:
    """What an administrator does."""

    @strawberry.mutation(
        description="Load the newest published snapshot. `source` names the results lake that this server serves "
        "(`ml_results` unless\nconfigured otherwise). Without `force` an unchanged lake is UNCHANGED; with it "
        "everything is read again and cached\nanswers are dropped. A snapshot that cannot be read or breaks the "
        "contract is REJECTED: the old one goes on being\nserved. Needs an admin key in the X-API-Key header."
    )
    def refresh_data(info: Info, source: str = "ml_results", force: bool = False) -> RefreshResult:
        """Load the newest published snapshot."""
        return resolved(info.context.refresh(source, force))

    @strawberry.mutation(
        description="Serve an older snapshot, on all workers and replicas, until unpinned (rollback). Kept in "
        "the lake (table `pin`); a server without write rights there refuses with the remedy. Needs an admin key."
    )
    def pin_snapshot(info: Info, snapshot_id: int) -> SnapshotInfo:
        """Serve an older snapshot until unpinned."""
        return resolved(info.context.pin(snapshot_id))

    @strawberry.mutation(description="Serve the newest snapshot again. Needs an admin key.")
    def unpin_snapshot(info: Info) -> SnapshotInfo:
        """Serve the newest snapshot again."""
        return resolved(info.context.unpin())
