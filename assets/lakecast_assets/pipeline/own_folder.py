"""A folder that nobody else can write to: what is unpickled from it is what we have put there."""

import os
import stat
from pathlib import Path

import dagster as dg


def own_folder(path: Path) -> Path:
    """The folder, made where it is not there, with mode 0700.

    Raises dg.Failure, which no retry repeats, where it is a link, or somebody else's.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()  # a link to elsewhere is not followed
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise dg.Failure(
            f"{path} is a link or belongs to another user. Steps hand over arrays there, and whoever writes them could "
            "run code here. Remove it, or set DAGSTER_HOME to a folder of your own.",
            allow_retries=False,
        )
    if status.st_mode & 0o077:
        path.chmod(0o700)
    return path
