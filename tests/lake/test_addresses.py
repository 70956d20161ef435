"""An address of a lake is refused at the door, or tables are read where they were written."""

from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.fs
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lakecast_lake.errors import BadSetting
from lakecast_lake.storage import Lake

ONE_ROW = pa.table({"a": [1]})

names = st.text(
    st.one_of(st.sampled_from("ab 19%#?[]^|\\~'\"*:;&+@!$()=,{}<>`é😀\x01\x7f\x85\u2028"), st.characters()),
    min_size=1,
    max_size=12,
).filter(lambda name: "/" not in name and name.strip(". ") == name)


def is_written_where_it_is_read(lake: Lake, folder: str, files: pyarrow.fs.FileSystem) -> bool:
    write_deltalake(lake.table_uri("t"), ONE_ROW, storage_options=dict(lake.options))
    rows = DeltaTable(lake.table_uri("t"), storage_options=dict(lake.options)).to_pyarrow_table().num_rows
    logs = files.get_file_info(pyarrow.fs.FileSelector(f"{folder}/t/_delta_log"))
    return rows == 1 and bool(logs)


@given(name=names)
@example(name="a%20b")
@example(name="100%")
@example(name="a\0b")
@example(name="a b'c#d?é")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_folders(tmp_path: Path, name: str) -> None:
    folder = f"{tmp_path}/{uuid4().hex}/{name}"
    try:
        lake = Lake(folder)
    except BadSetting:
        return
    if len(name.encode()) <= 200:
        assert is_written_where_it_is_read(lake, folder, pyarrow.fs.LocalFileSystem())


def test_prefixes_of_a_store(s3_server) -> None:
    files = pyarrow.fs.S3FileSystem(
        endpoint_override=s3_server.endpoint,
        access_key=s3_server.options["AWS_ACCESS_KEY_ID"],
        secret_key=s3_server.options["AWS_SECRET_ACCESS_KEY"],
        region="us-east-1",
    )

    @given(name=names)
    @example(name="a#b")
    @example(name="a?b")
    @example(name="a%2Fb")
    @example(name="a\x85b")
    @settings(max_examples=25, deadline=None)
    def holds(name: str) -> None:
        prefix = f"lakes/{uuid4().hex}/{name}"
        try:
            lake = Lake(f"s3://{prefix}", s3_server.options)
        except BadSetting:
            return
        assert is_written_where_it_is_read(lake, prefix, files)

    holds()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/data/a%20b", "cannot hold '%20'. Rename the folder"),
        ("/data/[old]/lake", r"cannot hold '\[', '\]'. Rename the folder"),
        ("s3://bucket/a#1", "cannot hold '#'. Use another prefix"),
        ("s3://", "names no bucket"),
        ("s3:///prefix", "names no bucket"),
        ("/data/\n", r"cannot hold '\\n'"),
    ],
)
def test_what_stands_in_the_way_is_named(address: str, says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        Lake(address)


def test_an_address_is_unquoted_once() -> None:
    assert Lake("file:///data/a%20b").uri == "/data/a b"
