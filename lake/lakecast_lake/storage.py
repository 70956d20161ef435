"""Where a lake is: a local folder or an S3-compatible store, and how delta-rs reaches its tables."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.fs import DeltaStorageHandler

from lakecast_lake import addresses, open_tables
from lakecast_lake.conditional import honours_conditional_puts
from lakecast_lake.errors import BadSetting, FilesMissing, LakeUnreadable, StoreUnsafe, TableMissing, VersionMissing
from lakecast_lake.log_damage import spoilt_checkpoint
from lakecast_lake.object_store import options_of
from lakecast_lake.predicates import sql
from lakecast_schema.contract import Table

UNREADABLE = (DeltaError, OSError, pa.ArrowException)
"""What delta-rs raises where a store, a log or a file cannot be read or written."""

_UNSAFE = "AWS_S3_ALLOW_UNSAFE_RENAME"

_MISSING = re.compile(r"not found|no such file|nosuchkey", re.IGNORECASE)
"""How file systems and stores say that a file is not there."""

_COLOURS = re.compile(r"\x1b\[\d*m")

_PROBED: set[tuple[str, str | None]] = set()

_CONFIGURATION = {
    # Old log entries are what a retained snapshot's version is read from: only `retention` removes anything.
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": str(open_tables.CHECKPOINT_COMMITS),
}


@dataclass(frozen=True)
class Lake:
    """A lake by its root.

    uri: a folder (`/data/lake`, `file:///data/lake`) or `s3://bucket/prefix`.
    options: storage options of delta-rs (`AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, ...); empty for a folder.
    """

    uri: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)  # may hold secrets

    def __post_init__(self) -> None:
        object.__setattr__(self, "uri", _normal(self.uri))
        addresses.require_usable(self.uri)
        if _UNSAFE in {name.upper() for name in self.options}:
            raise BadSetting(self.uri, f"{_UNSAFE} lets writers overwrite each other", "Remove it from the settings.")

    @classmethod
    def open(cls, uri: str, environ: Mapping[str, str] = os.environ) -> Self:
        """The lake at `uri`, with S3 settings taken from `AWS_*` and `LAKECAST_S3_*` variables.

        Raises BadSetting for an address that no lake can have.
        """
        if uri.startswith("s3://"):
            return cls(uri, options_of(environ))
        lake = cls(uri)
        addresses.require_folder(lake.uri)
        return lake

    @property
    def is_local(self) -> bool:
        return "://" not in self.uri

    def table_uri(self, name: str) -> str:
        return f"{self.uri}/{name}"

    def exists(self, name: str) -> bool:
        """Whether the lake has that table."""
        try:
            return DeltaTable.is_deltatable(self.table_uri(name), dict(self.options))
        except UNREADABLE as error:
            raise unreadable(self.table_uri(name), error) from error

    def handle(self, name: str, version: int | None = None) -> DeltaTable:
        """The table at a version, by default its newest. A handle of a stated version is for reading only.

        Raises TableMissing, VersionMissing or LakeUnreadable.
        """
        uri = self.table_uri(name)
        if version is not None and version < 0:
            raise _no_version(uri, version)
        tables = open_tables.current()
        if tables is not None and version is not None and (opened := tables.at(uri, version)) is not None:
            return opened
        try:
            handle = DeltaTable(uri, version=version, storage_options=dict(self.options))
        except TableNotFoundError as error:
            raise TableMissing(
                uri, "there is no such table", "Check the lake's address; a run or an import creates it."
            ) from error
        except UNREADABLE as error:
            if (spoilt := spoilt_checkpoint(uri, self.options)) is not None:
                raise spoilt from error
            # delta-rs has no error of its own for a version that does not exist yet.
            if version is not None and version > self.handle(name).version():
                raise _no_version(uri, version) from error
            raise (unreadable if version is None else unreadable_version)(uri, error) from error
        if tables is not None and version is not None:
            tables.keep(uri, handle)
        return handle

    def newest(self, name: str) -> DeltaTable:
        """The table at its newest version, for reading only: one that is kept open is moved there.

        Raises as `handle` does.
        """
        moved = self._moved(name)
        handle = self.handle(name) if moved is None else moved
        self.keep(name, handle)
        return handle

    def keep(self, name: str, handle: DeltaTable) -> None:
        """Keep a handle for who reads its version next, where tables are kept open."""
        if (tables := open_tables.current()) is not None:
            tables.keep(self.table_uri(name), handle)

    def _moved(self, name: str) -> DeltaTable | None:
        """A handle that was kept open, moved to the table's newest version; None where there is none."""
        tables, uri = open_tables.current(), self.table_uri(name)
        try:
            return None if tables is None else tables.take(uri)
        except UNREADABLE as error:
            raise unreadable(uri, error) from error

    def probe(self, below: str = "") -> None:
        """Raise StoreUnsafe unless the store honours conditional puts, LakeUnreadable where it cannot be written.

        below: the folder of the lake that is written to, for who may write nowhere else.
        """
        root = f"{self.uri}/{below}".rstrip("/")
        try:
            honoured = honours_conditional_puts(root, self.options)
        except UNREADABLE as error:
            raise unreadable(root, error) from error
        if not honoured:
            raise StoreUnsafe(
                self.uri,
                "the store ignores the condition of a conditional put, so that writers would overwrite each other",
                "Use a store that honours If-None-Match on PUT: AWS S3, MinIO, SeaweedFS and Ceph do.",
            )

    def refuse_unsafe_store(self, below: str = "") -> None:
        """`probe`, once per process and lake; local folders need none."""
        if not self.is_local and (place := (self.uri, self.options.get("AWS_ENDPOINT_URL"))) not in _PROBED:
            self.probe(below)
            _PROBED.add(place)

    def create(self, table: Table, run_id: str) -> DeltaTable:
        """The table at its newest version, to be written; created empty by that run where there is none (version 0)."""
        try:
            moved = self._moved(table.name)
            return self.handle(table.name) if moved is None else moved
        except TableMissing:
            pass
        try:
            return DeltaTable.create(
                self.table_uri(table.name),
                table.schema,
                mode="ignore",
                partition_by=list(table.partition_by),
                name=table.name,
                description=f"One row is {table.row}.",
                configuration=dict(_CONFIGURATION),
                storage_options=dict(self.options),
                commit_properties=CommitProperties(custom_metadata={"run_id": run_id}),
            )
        except UNREADABLE as error:
            try:
                return self.handle(table.name)  # another writer may have created it in between
            except TableMissing:
                raise unreadable(self.table_uri(table.name), error) from error


def _no_version(uri: str, version: int) -> VersionMissing:
    return VersionMissing(uri, f"there is no version {version}", "Use the version that the commit returned.")


def require_commit(handle: DeltaTable, options: Mapping[str, str]) -> None:
    """Raise LakeUnreadable where the file of the handle's last commit is empty.

    delta-rs takes such a file for a commit, and what the commit had said for not there.
    """
    if handle.history(1):  # the usual case, read at once: who commits says so in the commit
        return
    commit = f"_delta_log/{handle.version():020d}.json"
    (info,) = DeltaStorageHandler(handle.table_uri, dict(options)).get_file_info([commit])
    if info.is_file and info.size == 0:
        raise LakeUnreadable(
            f"{handle.table_uri}/{commit}",
            "the commit is empty",
            "Restore the file; where it is the last of its table, remove it: its writer has to publish again.",
        )


def rows_of(handle: DeltaTable, dataset_id: str) -> int:
    """How many rows of a data set the table holds at the handle's version."""
    files = pa.table(handle.get_add_actions(flatten=True))
    mine = files.filter(pc.equal(files["partition.dataset_id"], dataset_id))
    counts = mine["num_records"]
    if counts.null_count or _has_deletion_vectors(handle):  # written by others: count what can be read
        where = sql({"dataset_id": dataset_id})
        return sum(batch.num_rows for batch in handle.scan(columns=["dataset_id"], predicate=where))
    return int(pc.sum(counts).as_py() or 0)


def _has_deletion_vectors(handle: DeltaTable) -> bool:
    """Whether rows may be gone without a file changing; the protocol is asked first, since the vectors cost more."""
    may = "deletionVectors" in (handle.protocol().reader_features or ())
    return may and pa.table(handle.deletion_vectors()).num_rows > 0


def unreadable(where: str, error: Exception) -> LakeUnreadable:
    """What delta-rs or the file system said, as one of our errors."""
    plain = _COLOURS.sub("", str(error)).partition("<?xml")[0]
    reason = " ".join(plain.split())[:400].rstrip(" .↳")
    return LakeUnreadable(
        where,
        "cannot be read or written",
        "Check the address, the credentials and the store; older snapshots are still there.",
        reason,
    )


def unreadable_version(where: str, error: Exception) -> LakeUnreadable:
    """As `unreadable`, of one version of a table: FilesMissing where a file of it is not there."""
    found = unreadable(where, error)
    if _MISSING.search(found.reason) is None:
        return found
    return FilesMissing(where, found.what, found.remedy, found.reason)


def _normal(uri: str) -> str:
    if uri.startswith("file://"):
        uri = unquote(urlparse(uri).path)
    elif "://" in uri:
        scheme = uri.split("://")[0]
        if scheme != "s3":
            raise BadSetting(uri, f"{scheme}:// is no lake address", "Use a folder or s3://bucket/prefix.")
        # A store would take `bucket//prefix` for another place, and nobody means that.
        return "s3://" + re.sub("/+", "/", uri.removeprefix("s3://")).rstrip("/")
    addresses.require_usable(uri)  # before the file system sees what it would refuse in words of its own
    return str(Path(uri).expanduser().resolve())
