"""Whether a store honours conditional puts: what Delta commits of several writers rest on."""

import contextlib
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError
from deltalake.fs import DeltaStorageHandler

WRITERS = 4
ROUNDS = 3

_SCHEMA = pa.schema([pa.field("probe", pa.int64())])


def honours_conditional_puts(root: str, options: Mapping[str, str]) -> bool:
    """Let several writers race for one version of a scratch table, some rounds long.

    Where conditional puts are honoured, exactly one of them wins each version. A store that ignores the condition
    lets the later put overwrite the earlier one, and two writers believe that the version is theirs. The scratch
    table is removed again. Raises DeltaError or OSError where the store cannot be written at all.
    """
    uri = f"{root}/_probe-{uuid4().hex}"
    DeltaTable.create(uri, _SCHEMA, storage_options=dict(options))
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            return all(_one_winner(uri, options, pool) for _ in range(ROUNDS))
    finally:
        _remove(root, uri, options)


def _one_winner(uri: str, options: Mapping[str, str], pool: ThreadPoolExecutor) -> bool:
    start = Barrier(WRITERS)

    def race(_: int) -> bool:
        handle = DeltaTable(uri, storage_options=dict(options))
        properties = CommitProperties(max_commit_retries=0)
        start.wait()
        try:
            handle.create_write_transaction([], "append", _SCHEMA, commit_properties=properties)
        except CommitFailedError:
            return False
        return True

    return sum(pool.map(race, range(WRITERS))) == 1


def _remove(root: str, uri: str, options: Mapping[str, str]) -> None:
    if "://" not in root:
        shutil.rmtree(uri, ignore_errors=True)
        return
    # A few small files stay behind where the credentials may not delete: no reason to doubt the store.
    with contextlib.suppress(OSError):
        DeltaStorageHandler(root, dict(options)).delete_dir(uri.removeprefix(f"{root}/"))
