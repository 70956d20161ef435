"""Threads whose work gives way to requests."""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor

_log = logging.getLogger("lakecast.threads")

_NICE = 10
"""Niceness of a thread that nobody waits for at the moment (Linux knows niceness per thread)."""


def one_niced(name: str) -> ThreadPoolExecutor:
    """A pool of one thread at low priority; `name` is shown by debuggers."""
    return ThreadPoolExecutor(1, thread_name_prefix=name, initializer=_be_nice)


def _be_nice() -> None:
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
    except (OSError, AttributeError):
        _log.debug("Threads have no niceness here: their work has the priority of requests.")
