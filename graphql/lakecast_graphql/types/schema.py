"""The schema that this server answers: the contract's types, put together."""

from functools import lru_cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from lakecast_graphql.errors import ErrorCode
from lakecast_graphql.types.descriptions import describe
from lakecast_graphql.types.mutation import Mutation
from lakecast_graphql.types.query import Query
from lakecast_graphql.types.reader import Snapshot
from lakecast_graphql.types.scalars import SCALARS
from lakecast_graphql.types.subscription import Subscription


@lru_cache(maxsize=1)
def schema() -> strawberry.Schema:
    """The schema, built once: types, descriptions and resolvers."""
    made = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        types=[Snapshot, ErrorCode],  # reached by no field, or only through an interface
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    describe(made._schema)
    return made
