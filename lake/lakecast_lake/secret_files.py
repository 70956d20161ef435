"""Secrets that stand in files, as Docker and Kubernetes hand them over: `LAKECAST_REDIS_URL_FILE` names such a file."""

import os
from collections.abc import MutableMapping
from pathlib import Path

from lakecast_lake.errors import BadSetting

SECRETS = (
    "LAKECAST_REDIS_URL",
    "LAKECAST_S3_ACCESS_KEY_ID",
    "LAKECAST_S3_SECRET_ACCESS_KEY",
    "LAKECAST_ADMIN_KEY",
    "LAKECAST_WEBHOOK",
)
"""Variables that a file may hold instead: the same name with `SUFFIX` names the file."""
SUFFIX = "_FILE"


def load(environ: MutableMapping[str, str] = os.environ) -> None:
    """Put each secret's text in the place of the variable that names its file, when a process begins.

    environ: changed in place, so that the processes that are started from here read no files.

    Raises:
        BadSetting: a file that cannot be read or is empty, or a secret that is set as well.
    """
    for name in SECRETS:
        path = environ.get(name + SUFFIX)
        if not path:
            continue
        if environ.get(name):
            raise BadSetting(name + SUFFIX, f"{name} is set, too", "Leave one of them out.")
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "no text in UTF-8"
            raise BadSetting(
                name + SUFFIX, f"{path} cannot be read: {reason}", "Correct the path or its rights."
            ) from None
        if not text:
            raise BadSetting(name + SUFFIX, f"{path} is empty", "Write the secret into it.")
        environ[name] = text
        del environ[name + SUFFIX]
