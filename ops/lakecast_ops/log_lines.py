"""Lines of a command as JSON, one object each, for whoever collects logs: `LAKECAST_LOG_FORMAT=json`."""

import datetime as dt
import json
import os
from collections.abc import Mapping

VARIABLE = "LAKECAST_LOG_FORMAT"


def is_json(environ: Mapping[str, str] | None = None) -> bool:
    """Whether lines are to be JSON."""
    return (os.environ if environ is None else environ).get(VARIABLE) == "json"


def line(message: str, level: str = "INFO", facts: Mapping[str, object] | None = None) -> str:
    """A line with the fields of a server's: at, level, logger, message, and the facts."""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    fields = {"at": at, "level": level, "logger": "lakecast.command", "message": message, **(facts or {})}
    return json.dumps(fields, ensure_ascii=False)
