"""What this process takes of the machine, as the kernel counts it."""

import os
import threading
import time
from pathlib import Path

from lakecast_lake.columns import allocation

_OPEN_FILES = Path("/proc/self/fd")

BEGAN = time.time()
"""About when this process began, in seconds of 1970."""


def resident_bytes() -> float:
    """Bytes of memory that it holds; 0 where the kernel does not say."""
    return float(allocation.resident_bytes() or 0)


def open_files() -> float:
    """Files and sockets that it holds open; 0 where the kernel does not say."""
    try:
        return float(len(os.listdir(_OPEN_FILES)))
    except OSError:
        return 0.0


def threads() -> float:
    """Threads of Python in it."""
    return float(threading.active_count())


def cpu_seconds() -> float:
    """Seconds that processors have worked for it."""
    return time.process_time()
