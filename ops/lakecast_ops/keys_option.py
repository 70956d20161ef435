"""Where admin keys are kept, unless a deployment says otherwise."""

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "LAKECAST_KEYS_FILE"
DEFAULT_FILE = ".lakecast/keys.json"


def keys_file(environ: Mapping[str, str] | None = None) -> Path:
    """`LAKECAST_KEYS_FILE` where it is set, else `.lakecast/keys.json` below the working directory."""
    named = (os.environ if environ is None else environ).get(VARIABLE) or DEFAULT_FILE
    return Path(named).expanduser().resolve()
