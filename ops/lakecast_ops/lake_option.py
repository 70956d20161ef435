"""The `--lake` option that most commands share, and its default."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

VARIABLE = "LAKECAST_LAKE"
DEFAULT_LAKE = ".lakecast/lake"


def default_lake(environ: Mapping[str, str] | None = None) -> str:
    """`LAKECAST_LAKE` where it is set, else `.lakecast/lake` below the working directory."""
    return (os.environ if environ is None else environ).get(VARIABLE) or DEFAULT_LAKE


def absolute(uri: str) -> str:
    """The same lake, whatever the working directory: `~` and relative folders become absolute, URIs stay."""
    if "://" in uri:
        return uri
    return str(Path(uri).expanduser().resolve())


LakeOption = Annotated[
    str,
    typer.Option(
        "--lake",
        metavar="URI",
        help=f"Root of the lake: a folder, or s3://bucket/prefix. Without it: {VARIABLE}, else {DEFAULT_LAKE}.",
        default_factory=default_lake,
        show_default=False,
    ),
]
