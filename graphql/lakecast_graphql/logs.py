"""How a server logs: uvicorn's lines and ours alike, each with its instant in UTC."""

import copy
import time
from typing import Any

from uvicorn.config import LOGGING_CONFIG
from uvicorn.logging import DefaultFormatter

LONGEST = 8_000
"""Characters of a traceback: one of a recursion has some hundred thousand, and whoever can cause it fills the disk."""


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


def config() -> dict[str, Any]:
    """The configuration for uvicorn, in whose processes our loggers speak, too: of audit entries none is lost."""
    logging_config = copy.deepcopy(LOGGING_CONFIG)
    logging_config["formatters"]["default"] |= {
        "()": f"{__name__}.Formatter",
        "fmt": "%(asctime)s.%(msecs)03dZ %(levelprefix)s %(message)s",
        "datefmt": "%Y-%m-%dT%H:%M:%S",
    }
    logging_config["loggers"]["lakecast"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return logging_config
