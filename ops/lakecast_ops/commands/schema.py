"""`lakecast schema`: the GraphQL schema, as SDL."""

from importlib.resources import files

from lakecast_ops import environment

NAME = "schema"
EXAMPLE = "Example: lakecast schema > lakecast.graphql"


def command() -> None:
    """Print the GraphQL schema as SDL: the server's own where serving is installed, else the published copy of it."""
    print(sdl().rstrip())


def sdl() -> str:
    """The SDL that this installation serves, or would serve."""
    if environment.SERVE.installed:
        from lakecast_graphql.sdl import sdl as own

        return own()
    return files("lakecast_schema").joinpath("lakecast.graphql").read_text(encoding="utf-8")
