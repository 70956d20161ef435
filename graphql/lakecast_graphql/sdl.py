"""The schema in GraphQL's schema definition language, as published in the schema package."""

from lakecast_graphql.types.schema import schema


def sdl() -> str:
    """What `lakecast schema` prints and `lakecast_schema/lakecast.graphql` holds."""
    return schema().as_str() + "\n"
