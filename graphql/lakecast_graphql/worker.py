"""A worker among several: it ends with the process that started it, and soon after it was told to."""

import logging
import multiprocessing
import os
import signal
import threading
import time

_log = logging.getLogger("lakecast.worker")

_GRACE_SECONDS = 4.0
"""Seconds that a worker without parent may take to stop gracefully."""
_END_SECONDS = 0.1
"""Seconds from a graceful stop until the process ends, whatever its threads are in the midst of."""


def end_with_parent() -> None:
    """Stop gracefully when the process that started this one is gone, killed too; nothing for a server by itself."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        _log.warning("The process that started this worker is gone; the worker ends.")
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="lakecast-parent", daemon=True).start()


def end_soon() -> None:
    """End the worker within `_END_SECONDS`: a thread in the midst of a query would hold up the interpreter's end."""
    if multiprocessing.parent_process() is None:
        return

    def end() -> None:
        time.sleep(_END_SECONDS)
        os._exit(0)

    threading.Thread(target=end, name="lakecast-end", daemon=True).start()
