"""Subscription: what a client is told without asking."""

from collections.abc import AsyncGenerator

import strawberry

from lakecast_graphql.types.snapshots import SnapshotInfo


@strawberry.type(description="Over graphql-transport-ws or server-sent events.")
class Subscription:
    """What a client is told without asking.

    Resolving a subscription's fields for each subscriber would cost a millisecond each: `subscriptions` renders an
    event once per distinct operation, with the event as root value. The resolver here serves plain Strawberry.
    """

    @strawberry.subscription(description="The current snapshot on subscribing, then each newly served one.")
    async def snapshot_published(info: strawberry.Info) -> AsyncGenerator[SnapshotInfo, None]:
        """The current snapshot, then each newly served one."""
        async for event in info.context.published():
            yield event
