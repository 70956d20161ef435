"""How a server logs: uvicorn's lines and ours alike, each with its instant in UTC, as text or as JSON."""

import copy
import datetime as dt
import json
import logging
import re
import secrets
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from uvicorn.config import LOGGING_CONFIG
from uvicorn.logging import DefaultFormatter

LONGEST = 8_000
"""Characters of a traceback: one of a recursion has some hundred thousand, and whoever can cause it fills the disk."""


@dataclass(frozen=True, slots=True)
class Request:
    """What lines of the log say of the request that they are about: its id, and the snapshot that answers it."""

    id: str
    snapshot_id: int | None = None


REQUEST: ContextVar[Request | None] = ContextVar("lakecast-request", default=None)
"""The request that is being answered, where the log or traces tell."""
_ID = re.compile(r"[\w.:/+=-]{1,100}", re.ASCII)


def id_of(stated: str | None) -> str:
    """The id that a proxy has given a request (X-Request-ID), where it can stand in a log; else a new one."""
    return stated if stated and _ID.fullmatch(stated) else secrets.token_hex(8)


class Formatter(DefaultFormatter):
    """uvicorn's, behind an instant of ISO 8601."""

    converter = staticmethod(time.gmtime)

    def formatException(self, ei: Any) -> str:
        """A traceback; of a long one its beginning and its end."""
        text = super().formatException(ei)
        left_out = len(text) - LONGEST
        if left_out <= 0:
            return text
        return f"{text[: LONGEST // 2]}\n  ... {left_out} characters ...\n{text[-LONGEST // 2 :]}"


class JsonFormatter(Formatter):
    """One JSON object a line, with the request and the snapshot that it is about; a record's `facts` are fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        request = REQUEST.get()
        fields: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request is not None:
            fields |= {"request": request.id, "snapshot": request.snapshot_id}
        facts: Mapping[str, object] = getattr(record, "facts", {})
        fields |= facts
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


def config(format: str = "text") -> dict[str, Any]:
    """The configuration for uvicorn, in whose processes our loggers speak, too: of audit entries none is lost.

    format: `text` or `json`.
    """
    logging_config = copy.deepcopy(LOGGING_CONFIG)
    logging_config["formatters"]["default"] |= {
        "()": JsonFormatter if format == "json" else Formatter,
        "fmt": "%(asctime)s.%(msecs)03dZ %(levelprefix)s %(message)s",
        "datefmt": "%Y-%m-%dT%H:%M:%S",
    }
    logging_config["loggers"]["lakecast"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    logging_config["loggers"]["opentelemetry"] = {"handlers": ["default"], "level": "WARNING", "propagate": False}
    return logging_config
