"""Every setting there is: of the server, of the pipeline, and of the command line."""

from lakecast_ops import keys_option, lake_option

OF_THE_COMMAND_LINE = (
    (lake_option.VARIABLE, lake_option.DEFAULT_LAKE, "Root of the lake, where a command is given no `--lake`."),
    (keys_option.VARIABLE, keys_option.DEFAULT_FILE, "File of hashed admin keys."),
    ("LAKECAST_ADMIN_KEY", "", "Admin key of `lakecast refresh`, where it is given no `--key`."),
)


def names() -> frozenset[str]:
    """The environment variables that Lakecast knows."""
    from lakecast_graphql.settings import table

    return frozenset(name for name, _, _ in (*OF_THE_COMMAND_LINE, *table()))
