"""The audit log: who refreshed or pinned what, when, and how it ended."""

import datetime as dt
import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_log = logging.getLogger("lakecast.audit")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Audit:
    """Appends one JSON object a line to a file; without a file, to the log `lakecast.audit`."""

    path: str | None
    now: Callable[[], dt.datetime] = field(default=_now)

    def write(self, action: str, *, key_id: str | None, address: str, outcome: str, **facts: object) -> None:
        """Append an entry. A file that cannot be written is a logged error and no reason to refuse the action.

        Args:
            action: refresh, pin or unpin.
            key_id: which key, None where none was valid.
            address: where the request came from.
            outcome: how it ended.
            facts: whatever else matters, JSON values.
        """
        entry: Mapping[str, object] = {
            "at": self.now().isoformat(timespec="milliseconds"),
            "action": action,
            "key_id": key_id,
            "address": address,
            "outcome": outcome,
            **facts,
        }
        line = json.dumps(entry, ensure_ascii=False)
        if self.path is None:
            _log.info(line, extra={"facts": entry})
            return
        try:
            # One write of one line in append mode: lines of several workers never mix.
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode() + b"\n")
            finally:
                os.close(handle)
        except OSError:
            _log.exception("The audit file cannot be written; the entry is: %s", line)
