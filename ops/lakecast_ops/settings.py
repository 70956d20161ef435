"""Every setting there is, in one table: of the server, of the pipeline, and of the command line.

`ops/reference_pages.py` writes docs/reference/settings.md from it; a test holds the page against this table.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from lakecast_lake.secret_files import SECRETS, SUFFIX
from lakecast_ops import keys_option, lake_option, log_lines

PREFIX = "LAKECAST_"
_OPTIONS_OF_STORES = "LAKECAST_S3_"
"""Any name of this prefix is handed to the store."""

Row = tuple[str, str, str]
"""Environment variable, default, meaning."""

_COMMAND_LINE: tuple[Row, ...] = (
    (lake_option.VARIABLE, lake_option.DEFAULT_LAKE, "Root of the lake, for a command that is given no `--lake`."),
    (keys_option.VARIABLE, keys_option.DEFAULT_FILE, "File of hashed admin keys, for `keys` and `serve`."),
    ("LAKECAST_ADMIN_KEY", "", "Admin key, for `lakecast refresh` where it is given no `--key`."),
    (log_lines.VARIABLE, "text", "json: progress, results and failures of `lakecast run` as one JSON object a line."),
)

_PIPELINE: tuple[Row, ...] = (
    (lake_option.VARIABLE, lake_option.DEFAULT_LAKE, "Root of the lake that Dagster's assets fill."),
    (
        "LAKECAST_LANDING",
        "landing",
        "Folder that Dagster watches for demand: files, or a folder per data set; or s3://.",
    ),
    ("LAKECAST_RESULTS", "results", "Folder that Dagster watches for results made elsewhere, a folder per handover."),
    ("LAKECAST_WATCH_SECONDS", "30", "Seconds between two looks of Dagster at these two folders."),
    ("LAKECAST_DASK_ADDRESS", "", "Scheduler of a Dask cluster, where runs that say nothing else of it fan out."),
    ("LAKECAST_CURRENCY", "", "ISO 4217 code of unit costs whose items state none."),
    ("LAKECAST_WEBHOOK", "", "Address that Dagster tells of runs that have failed, by POST of JSON."),
    ("LAKECAST_REDIS_URL", "", "Redis by which servers are told of a new snapshot at once: the servers' own."),
    ("LAKECAST_REDIS_PREFIX", "lakecast:", "Beginning of the channel's name in Redis: the servers' own."),
)

_STORE: tuple[Row, ...] = (
    ("LAKECAST_S3_ENDPOINT_URL", "", "Address of an S3-compatible store other than Amazon's."),
    ("LAKECAST_S3_ACCESS_KEY_ID", "", "Access key; a server needs read access only."),
    ("LAKECAST_S3_SECRET_ACCESS_KEY", "", "Its secret."),
    ("LAKECAST_S3_REGION", "", "Region of the bucket."),
)

_HEAD = """\
# Settings

Settings are environment variables. Options on the command line win over them. Sizes are bytes, or have a unit: `4GB`,
`512MiB`. This page is written by `ops/reference_pages.py`; a test holds it against the code. What a single run is told
(horizon, sources, how files are read) stands in [Settings of a run](run-settings.md).
"""


def sections() -> dict[str, tuple[Row, ...]]:
    """All settings, by who reads them."""
    from lakecast_graphql.settings import table

    given = {name: default for name, default, _ in _COMMAND_LINE}
    server = tuple((name, given.get(name, default), meaning) for name, default, meaning in table())
    return {
        "The server": server,
        "The pipeline": _PIPELINE,
        "A lake in an object store": _STORE,
        "The command line": _COMMAND_LINE,
    }


def names() -> frozenset[str]:
    """The environment variables that Lakecast knows."""
    return frozenset(name for rows in sections().values() for name, _, _ in rows) | {name + SUFFIX for name in SECRETS}


def unknown(environ: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that looks like a setting and is none: a typing error would pass unnoticed."""
    known = names()
    sentences = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and not name.startswith(_OPTIONS_OF_STORES) and name not in known:
            like = get_close_matches(name, known, 1)
            meant = f"Did you mean {like[0]}?" if like else "docs/reference/settings.md lists those that there are."
            sentences.append(f"{name} is no setting, and is ignored. {meant}")
    return sentences


def page() -> str:
    """docs/reference/settings.md."""
    parts = [_HEAD]
    for title, rows in sections().items():
        lines = [f"## {title}", "", "| variable | default | meaning |", "|---|---|---|"]
        for name, default, meaning in rows:
            shown = f"`{default}`" if default else ""
            lines.append(f"| `{name}` | {shown} | {meaning.replace('|', chr(92) + '|')} |")
        parts.append("\n".join(lines) + "\n")
    named = [f"`{name}`" for name in SECRETS]
    parts.append(
        f"A secret may stand in a file: {', '.join(named[:-1])} and {named[-1]} are read from the file that the same "
        f"name with `{SUFFIX}` names, such as `{SECRETS[0]}{SUFFIX}=/run/secrets/redis_url`, when a process begins.\n"
    )
    parts.append(
        "`AWS_*` variables are understood, too; the `LAKECAST_S3_*` variable of the same name wins over them.\n"
    )
    return "\n".join(parts)
