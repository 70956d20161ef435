"""Fitted models, kept beside the tables: one file per data set, run and source, for whoever wants to look or go on."""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import quote, unquote

from pyarrow import fs

from lakecast_lake.object_store import file_system
from lakecast_lake.storage import UNREADABLE, Lake, unreadable

FOLDER = "checkpoints"


def keep(lake: Lake, dataset_id: str, run_id: str, source: str, content: bytes) -> str:
    """Write the bytes of a fitted model; a retry of the run replaces them. Returns their path below the lake's root.

    Raises LakeUnreadable.
    """
    place = _place(dataset_id, run_id, source)
    files, root = file_system(lake.uri, lake.options)
    try:
        files.create_dir(f"{root}/{place}".rpartition("/")[0], recursive=True)
        with files.open_output_stream(f"{root}/{place}") as stream:
            stream.write(content)
    except UNREADABLE as error:
        raise unreadable(f"{lake.uri}/{place}", error) from error
    return place


def read(lake: Lake, dataset_id: str, run_id: str, source: str) -> bytes:
    """The bytes that `keep` wrote. Raises LakeUnreadable where there are none."""
    place = _place(dataset_id, run_id, source)
    files, root = file_system(lake.uri, lake.options)
    try:
        with files.open_input_stream(f"{root}/{place}") as stream:
            return bytes(stream.read())
    except UNREADABLE as error:
        raise unreadable(f"{lake.uri}/{place}", error) from error


def forget(lake: Lake, kept_runs: Collection[str], older_than: datetime, *, dry_run: bool = False) -> int:
    """Remove models written before `older_than` by other runs than `kept_runs`; returns how many files that are.

    Raises LakeUnreadable.
    """
    files, root = file_system(lake.uri, lake.options)
    try:
        infos = files.get_file_info(fs.FileSelector(f"{root}/{FOLDER}", allow_not_found=True, recursive=True))
        gone = [
            info.path
            for info in infos
            if info.is_file and info.mtime < older_than and _run_of(info.path) not in kept_runs
        ]
        for path in gone if not dry_run else ():
            files.delete_file(path)
    except UNREADABLE as error:
        raise unreadable(f"{lake.uri}/{FOLDER}", error) from error
    return len(gone)


def _place(dataset_id: str, run_id: str, source: str) -> str:
    return "/".join((FOLDER, *(quote(part, safe="=") for part in (f"={dataset_id}", f"={run_id}", f"={source}"))))


def _run_of(path: str) -> str:
    return unquote(path.split("/")[-2]).removeprefix("=")
