"""How the workers of a server reach each other: through Redis, a file, or not at all where there is one."""

import multiprocessing
import tempfile
from pathlib import Path

from lakecast_graphql.serving.worker_signals import FileSignals, MemorySignals, WorkerSignals


def for_server(redis_url: str | None, lake: str) -> WorkerSignals:
    """The signals that reach as many workers as there are."""
    if redis_url is not None:
        # Its client takes 10 MB and a tenth of a second that a server without Redis has no use for.
        from lakecast_graphql.serving.redis_signals import RedisSignals

        return RedisSignals(redis_url, lake)
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None:
        return MemorySignals()
    # Workers are children of one process. Its start time tells it from an earlier process of the same number.
    name = f"lakecast-{parent.pid}-{_started(parent.pid)}"
    return FileSignals(Path(tempfile.gettempdir()) / name / "board")


def _started(pid: int) -> str:
    try:
        # Field 22, counted from behind the parenthesis that ends the command's name.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"
