"""`lakecast schema`: the GraphQL schema, as SDL."""

from lakecast_ops import environment

NAME = "schema"
EXAMPLE = "Example: lakecast schema > lakecast.graphql"
