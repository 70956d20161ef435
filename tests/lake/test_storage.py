"""A lake's address and settings, and plain words where it cannot be read."""

import base64
import json
import shutil
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lakecast_lake import commit, publish, snapshots
from lakecast_lake.errors import BadSetting, LakeUnreadable, TableMissing, VersionMissing
from lakecast_lake.storage import Lake, rows_of
from lakecast_schema.tables import FACT_FORECAST


def test_a_folder_by_any_spelling_is_one_lake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = str(tmp_path / "a lake")
    for spelling in (folder, f"{folder}/", "a lake", f"file://{tmp_path}/a%20lake", "./x/../a lake"):
        lake = Lake(spelling)
        assert lake.uri == folder
        assert lake.is_local
    assert Lake("s3://bucket/prefix/").table_uri("demand") == "s3://bucket/prefix/demand"


def test_other_addresses_are_refused():
    with pytest.raises(BadSetting, match="Use a folder or s3://"):
        Lake("gs://bucket")


def test_settings_of_the_store_come_from_the_environment():
    environ = {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "theirs",
        "LAKECAST_S3_ACCESS_KEY_ID": "ours",
        "LAKECAST_S3_ENDPOINT_URL": "http://127.0.0.1:8333",
        "HOME": "/root",
    }
    lake = Lake.open("s3://bucket/lake", environ)
    assert lake.options == {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "ours",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:8333",
        "AWS_ALLOW_HTTP": "true",
    }
    assert "ours" not in repr(lake)
    assert Lake.open("folder", environ).options == {}


def test_unsafe_renames_are_refused():
    with pytest.raises(BadSetting, match="overwrite each other"):
        Lake("s3://bucket", {"aws_s3_allow_unsafe_rename": "true"})


def test_what_is_not_there_is_named(lake, forecasts):
    with pytest.raises(TableMissing, match="demand: there is no such table"):
        lake.handle("demand")
    commit.replace(lake, FACT_FORECAST, forecasts(), {"dataset_id": "alpha"}, "run-1")
    for version in (-1, 2):
        with pytest.raises(VersionMissing, match=f"there is no version {version}"):
            lake.handle("fact_forecast", version)


def test_rows_are_counted_per_data_set(lake, forecasts):
    commit.replace(lake, FACT_FORECAST, forecasts("alpha"), {"dataset_id": "alpha"}, "run-1")
    commit.replace(lake, FACT_FORECAST, forecasts("it's"), {"dataset_id": "it's"}, "run-1")
    newest = lake.handle("fact_forecast")
    assert [rows_of(newest, name) for name in ("alpha", "it's", "none")] == [24, 24, 0]
    assert rows_of(lake.handle("fact_forecast", 1), "it's") == 0


@pytest.fixture
def published(lake, forecasts):
    done = commit.replace(lake, FACT_FORECAST, forecasts(), {"dataset_id": "alpha"}, "run-1")
    publish.publish(lake, "run-1", "alpha", [done], {})
    return lake


def test_a_missing_file_is_an_error_in_plain_words(published):
    record = snapshots.newest(published)
    shutil.rmtree(Path(published.table_uri("fact_forecast")) / "dataset_id=alpha" / "source=arima")
    with pytest.raises(LakeUnreadable, match="fact_forecast version 1: cannot be read"):
        snapshots.read(published, record, "fact_forecast")


def test_an_empty_last_commit_shows_the_snapshot_before_it(published):
    log = Path(published.table_uri("snapshot")) / "_delta_log"
    (log / f"{2:020}.json").touch()
    assert snapshots.newest(published).snapshot_id == 1


def test_a_log_of_garbage_is_an_error_in_plain_words(published):
    log = Path(published.table_uri("snapshot")) / "_delta_log"
    (log / f"{2:020}.json").write_text("{nonsense")
    with pytest.raises(LakeUnreadable, match="snapshot: cannot be read"):
        snapshots.newest(published)


def test_a_run_after_a_foreign_compaction_keeps_all_rows(published, forecasts):
    before = snapshots.read(published, snapshots.newest(published), "fact_forecast")
    published.handle("fact_forecast").optimize.compact()
    new = forecasts(sources=["arima"], run_id="run-2")
    done = commit.forecasts(published, new, "alpha", ["arima"], "run-2")
    publish.publish(published, "run-2", "alpha", [done], {})
    after = snapshots.read(published, snapshots.newest(published), "fact_forecast")
    assert after.drop_columns(["run_id"]).equals(before.drop_columns(["run_id"]))
    assert after["run_id"].to_pylist() == ["run-2"] * 12 + ["run-1"] * 12


def test_files_that_another_writer_compacted_are_read(published):
    before = snapshots.read(published, snapshots.newest(published), "fact_forecast")
    handle = published.handle("fact_forecast")
    handle.optimize.compact()
    handle.optimize.z_order(["date"])
    handle.delete("item_id = 'b'")
    done = commit.Commit("fact_forecast", handle.version(), 0, datetime.now(UTC))
    publish.publish(published, "run-2", "alpha", [done], {})
    after = snapshots.read(published, snapshots.newest(published), "fact_forecast")
    assert after.equals(before.filter([item == "a" for item in before["item_id"].to_pylist()]))
    assert snapshots.newest(published).entry("alpha", "fact_forecast").rows == 12


def test_rows_that_a_deletion_vector_deletes_are_neither_read_nor_counted(published):
    before = snapshots.read(published, snapshots.newest(published), "fact_forecast")
    version = delete_by_vector(Path(published.table_uri("fact_forecast")) / "_delta_log", [0, 2])
    done = commit.Commit("fact_forecast", version, 0, datetime.now(UTC))
    publish.publish(published, "run-2", "alpha", [done], {})
    record = snapshots.newest(published)
    after = snapshots.read(published, record, "fact_forecast")
    assert before.num_rows - after.num_rows == 2
    assert record.entry("alpha", "fact_forecast").rows == after.num_rows
    assert set(map(str, after.to_pylist())) < set(map(str, before.to_pylist()))


def delete_by_vector(log: Path, rows: list[int]) -> int:
    """Delete rows of one file as Spark would: the file stays, a vector in the log marks them. Returns the version."""
    actions = [json.loads(line) for line in (log / f"{1:020}.json").read_text().splitlines()]
    add = next(action["add"] for action in actions if "add" in action)
    kept = {"path": add["path"], "deletionTimestamp": 0, "dataChange": True}
    # A 64-bit Roaring bitmap array with one bitmap of one array container, in Z85 as the Delta protocol asks.
    bitmap = struct.pack("<IIHHI", 12346, 1, 0, len(rows) - 1, 16) + struct.pack(f"<{len(rows)}H", *rows)
    content = struct.pack("<IQI", 1681511377, 1, 0) + bitmap
    content += b"\0" * (-len(content) % 4)
    vector = {"storageType": "i", "pathOrInlineDv": z85(content), "sizeInBytes": len(content), "cardinality": len(rows)}
    features = ["deletionVectors"]
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": features, "writerFeatures": features}
    new = [{"protocol": protocol}, {"remove": kept}, {"add": {**add, "deletionVector": vector, "dataChange": True}}]
    (log / f"{2:020}.json").write_text("".join(json.dumps(action) + "\n" for action in new))
    return 2


def z85(content: bytes) -> str:
    """ZeroMQ's base 85, whose alphabet is not that of `base64.b85encode`."""
    python = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
    zeromq = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
    return base64.b85encode(content).decode().translate(str.maketrans(python, zeromq))


@pytest.mark.parametrize(
    ("change", "address", "says"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "s3://lakes/lake", "403 Forbidden"),
        ({}, "s3://no-such-bucket/lake", "404 Not Found"),
    ],
)
def test_a_store_that_refuses_is_not_taken_for_an_empty_lake(s3_server, change, address, says):
    with pytest.raises(LakeUnreadable, match=f"{says}.*Check the address, the credentials") as refusal:
        snapshots.newest(Lake(address, {**s3_server.options, **change}))
    assert "<?xml" not in str(refusal.value)
