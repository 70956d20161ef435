"""Connections of the Relay cursor specification, forward paging, with nodes, totalCount and snapshotId."""

from typing import Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.type(description="Where a page lies.")
class PageInfo:
    """Where a page lies."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None = strawberry.field(description="Null for an empty page.")
    end_cursor: str | None = strawberry.field(description="Pass it as `after` for the next page.")


@strawberry.type
class Edge(Generic[T]):
    """A row and its cursor."""

    cursor: str = strawberry.field(description="Bound to the snapshot, filter and order that it came from.")
    node: T


@strawberry.type
class Connection(Generic[T]):
    """A page of rows of one snapshot."""

    edges: list[Edge[T]]
    nodes: list[T] = strawberry.field(description="The rows without their cursors.")
    page_info: PageInfo
    total_count: int = strawberry.field(description="Rows that match, on all pages together.")
    snapshot_id: int = strawberry.field(description="The snapshot that the page is from.")
