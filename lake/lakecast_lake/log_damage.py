"""What is wrong with the checkpoint of a table's log, and what helps: delta-rs only says that it cannot be read."""

import json
import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.fs import DeltaStorageHandler
from pyarrow import fs

from lakecast_lake.errors import LakeUnreadable

_LOG, _POINTER = "_delta_log", "_delta_log/_last_checkpoint"
_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(\..+)?\.parquet")


def spoilt_checkpoint(uri: str, options: Mapping[str, str]) -> LakeUnreadable | None:
    """The error for a table of which the newest checkpoint is missing or cannot be read; None where it is neither.

    Reads the whole checkpoint: to be called once a table could not be opened.
    """
    files = fs.PyFileSystem(DeltaStorageHandler(uri, dict(options)))
    try:
        names = [info.base_name for info in files.get_file_info(fs.FileSelector(_LOG))]
        version = _named_version(files)
    except (OSError, pa.ArrowException):
        return None
    commits = {int(match[1]) for name in names if (match := _COMMIT.fullmatch(name))}
    checkpoints = {int(match[1]): name for name in names if (match := _CHECKPOINT.fullmatch(name))}
    if version is None:
        version = max(checkpoints, default=None)
    if version is None:
        return None
    name = checkpoints.get(version, f"{version:020d}.checkpoint.parquet")
    if version in checkpoints and _is_readable(files, f"{_LOG}/{name}"):
        return None
    what = "the checkpoint of the table's log " + ("cannot be read" if version in checkpoints else "is missing")
    if commits.issuperset(range(max(commits, default=version) + 1)):
        files_to_remove = "it and _last_checkpoint" if version in checkpoints else "_last_checkpoint"
        remedy = f"Remove {files_to_remove} there, then try again: the log has all commits without it, nothing is lost."
    else:
        remedy = "Restore it from a backup: commits that it sums up are no longer in the log by themselves."
    return LakeUnreadable(f"{uri}/{_LOG}/{name}", what, remedy)


def _named_version(files: fs.FileSystem) -> int | None:
    """The version of the checkpoint that the log names as its newest; None where it names none."""
    try:
        with files.open_input_file(_POINTER) as file:
            return int(json.loads(file.read())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_readable(files: fs.FileSystem, path: str) -> bool:
    try:
        with files.open_input_file(path) as file:
            pq.read_table(file)
    except (OSError, pa.ArrowException):
        return False
    return True
