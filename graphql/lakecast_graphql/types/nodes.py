"""The Node interface: anything that can be fetched again by its id."""

from typing import Any

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo

from lakecast_graphql.read import node_ids


@strawberry.interface(description="Anything that can be read again by its id, through `Query.node`.")
class Node:
    """Rows are no instances of Strawberry types: their id tells which type they have."""

    id: strawberry.ID = strawberry.field(
        description="Stable across snapshots; what was read through `Query.snapshot` has an id that names the snapshot."
    )

    @classmethod
    def resolve_type(cls, row: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> str:
        """Name of the GraphQL type of a row."""
        return node_ids.SNAPSHOT_INFO if isinstance(node_ids.decode(row.id), node_ids.SnapshotInfoId) else node_ids.ITEM


def any_row(row: Any, info: GraphQLResolveInfo[Any]) -> bool:
    """For `is_type_of`: what a read function returned for a field is of the field's type."""
    return True


def resolved(rows: object) -> Any:
    """What a read function returned, for a resolver to return: GraphQL reads its attributes, whatever it is."""
    return rows
