"""The contract's types, in Strawberry: what a client can ask and what the words mean."""

from lakecast_graphql.types import enums  # noqa: F401 - makes GraphQL enums of what the types name
