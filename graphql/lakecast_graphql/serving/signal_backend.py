"""How the workers of a server reach each other: through Redis, a file, or not at all where there is one."""

import contextlib
import logging
import multiprocessing
import os
import stat
import tempfile
from pathlib import Path

from lakecast_graphql.redis_state import RedisState
from lakecast_graphql.serving.worker_signals import FileSignals, NoSignals, WorkerSignals

_log = logging.getLogger("lakecast.signals")


def for_server(redis_url: str | None, prefix: str, state: RedisState, connect_seconds: float) -> WorkerSignals:
    """The signals that reach as many workers as there are; see `RedisSignals` for the other arguments."""
    if redis_url is not None:
        # Its client takes 10 MB and a tenth of a second that a server without Redis has no use for.
        from lakecast_graphql.serving.redis_signals import RedisSignals

        return RedisSignals(redis_url, prefix, state, connect_seconds)
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None:
        return NoSignals()
    folder = own_folder(Path(tempfile.gettempdir()))
    if folder is None:
        return NoSignals()
    _forget_ended(folder)
    # Workers are children of one process. Its start time tells it from an earlier process of the same number.
    return FileSignals(folder / f"signals-{parent.pid}-{_started(parent.pid)}")


def own_folder(temporary: Path) -> Path | None:
    """A folder in the temporary one that nobody else can write to; None where somebody else has taken its name."""
    folder = temporary / f"lakecast-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()  # a link to elsewhere is not followed
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        _log.error(
            "%s is not this user's own folder: remove it, or set TMPDIR. Until then the workers do not hear of each "
            "other and follow by polling (LAKECAST_POLL_SECONDS).",
            folder,
        )
        return None
    return folder


def _forget_ended(folder: Path) -> None:
    """Remove files of servers that have ended."""
    for file in folder.glob("signals-*-*"):
        pid, started = file.name.split("-")[1:3]
        if _started(int(pid) if pid.isdigit() else 0) != started:
            file.unlink(missing_ok=True)


def _started(pid: int) -> str:
    try:
        # Field 22, counted from behind the parenthesis that ends the command's name.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"
