"""Folders that files land in: local ones, and such of an object store."""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from lakecast_lake.object_store import file_system, options_of


@dataclass(frozen=True)
class Place:
    """A folder by its address: a path, or s3://bucket/prefix, reached by the variables that reach the lake."""

    uri: str

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.uri.rstrip("/").rpartition("/")[2] if self._is_remote else Path(self.uri).resolve().name

    @property
    def _is_remote(self) -> bool:
        return self.uri.startswith("s3://")

    def files(self) -> list[fs.FileInfo]:
        """The files right in the folder, by name; none where there is no such folder. Raises OSError."""
        return [info for info in self._inside() if info.is_file]

    def folders(self) -> list["Place"]:
        """The folders right below it, by name; none where there is no such folder. Raises OSError."""
        below = [info for info in self._inside() if info.type == fs.FileType.Directory]
        return [Place(f"{self.uri.rstrip('/')}/{info.base_name}") for info in below]

    def open(self, name: str) -> pa.NativeFile:
        """One of its files, to be read. Raises OSError."""
        store, root = self._store()
        return store.open_input_stream(f"{root}/{name}")

    @contextmanager
    def local(self, only: Collection[str] | None = None) -> Iterator[Path]:
        """The folder on this machine: itself, or for as long as this lasts a copy of its files, by default of all.

        Raises OSError.
        """
        if not self._is_remote:
            yield Path(self.uri)
            return
        with tempfile.TemporaryDirectory(prefix="lakecast-") as folder:
            copy = Path(folder) / self.name
            copy.mkdir()
            for info in (each for each in self.files() if only is None or each.base_name in only):
                with self.open(info.base_name) as source, (copy / info.base_name).open("wb") as target:
                    shutil.copyfileobj(source, target)
            yield copy

    def _inside(self) -> list[fs.FileInfo]:
        store, root = self._store()
        return sorted(store.get_file_info(fs.FileSelector(root, allow_not_found=True)), key=lambda info: info.path)

    def _store(self) -> tuple[fs.FileSystem, str]:
        store, root = file_system(self.uri, options_of() if self._is_remote else {})
        return store, root.rstrip("/")
