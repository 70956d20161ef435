"""One version of a table as it is read: whoever wrote it, and whatever the contract has gained since."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake.fs import DeltaStorageHandler

from lakecast_lake import columns, commit, publish, snapshots
from lakecast_lake.contract_rows import conform
from lakecast_lake.errors import LakeUnreadable
from lakecast_lake.pinned import PinnedTable
from lakecast_lake.storage import Lake
from lakecast_schema.tables import DIM_ITEM, FACT_FORECAST, MODEL_RUN

Maker = Callable[..., pa.Table]


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize("mode", ["name", "id"])
def test_columns_of_other_names_in_the_files_are_read_by_their_own(
    lake: Lake, forecasts: Maker, legacy: bool, mode: str
) -> None:
    """Column mapping, with reader features or as reader version 2 has it."""
    done = commit.forecasts(lake, forecasts(), "alpha", ["arima", "ensemble"], "run-1")
    publish.publish(lake, "run-1", "alpha", [done], {})
    record = snapshots.newest(lake)
    wanted = snapshots.read(lake, record, FACT_FORECAST.name)
    before = columns.load(lake, record)
    _map_columns(Path(lake.table_uri(FACT_FORECAST.name)), legacy, mode)
    assert snapshots.read(lake, record, FACT_FORECAST.name).equals(wanted)
    after = columns.load(lake, record)
    for key, segment in before.forecasts.items():
        assert after.forecasts[key].numbers["forecast"].tolist() == segment.numbers["forecast"].tolist()


@pytest.mark.parametrize("dataset", ["alpha", "São Paulo 100%", "a/b#c?d", "x=y&%41"])
def test_a_folder_is_read_without_python_in_arrows_threads(
    lake: Lake, forecasts: Maker, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends while such a thread still closes a file is aborted: its exit code says that it failed."""
    monkeypatch.setattr(DeltaStorageHandler, "from_table", lambda *arguments: pytest.fail("Python reads the files"))
    table = forecasts(dataset_id=dataset)
    done = commit.forecasts(lake, table, dataset, ["arima", "ensemble"], "run-1")
    read = PinnedTable(lake, FACT_FORECAST.name, done.version).read({"dataset_id": dataset}, ["dataset_id", "item_id"])
    assert read["dataset_id"].unique().to_pylist() == [dataset]
    assert read.num_rows == table.num_rows


def test_a_column_that_must_not_be_null_has_to_be_there() -> None:
    rows = pa.table({"item_id": ["a"], "frequency": ["daily"]})
    found = conform(DIM_ITEM, rows, ("frequency", "sku", "lead_time_days"), "here")
    assert found.to_pylist() == [{"frequency": "daily", "sku": None, "lead_time_days": None}]
    with pytest.raises(LakeUnreadable, match="here: the contract is broken: column dataset_id is missing"):
        conform(DIM_ITEM, rows, ("dataset_id",), "here")


def test_another_type_is_refused_and_fields_that_a_struct_gained_are_null() -> None:
    with pytest.raises(LakeUnreadable, match="column sku must be string, but is int64"):
        conform(DIM_ITEM, pa.table({"sku": [1]}), ("sku",), "here")
    with pytest.raises(LakeUnreadable, match="column sku must be string, but is int64"):
        conform(DIM_ITEM, pa.table({"sku": pa.array([1]).dictionary_encode()}), ("sku",), "here")
    rows = pa.table({"members": [[{"source": "arima", "weight": 0.5}]]})
    assert conform(MODEL_RUN, rows, ("members",), "here").to_pylist() == [
        {"members": [{"source": "arima", "demand_class": None, "weight": 0.5}]}
    ]


def test_no_column_at_all_still_counts_rows(lake: Lake, forecasts: Maker) -> None:
    done = commit.forecasts(lake, forecasts(), "alpha", ["arima", "ensemble"], "run-1")
    pinned = PinnedTable(lake, FACT_FORECAST.name, done.version)
    assert pinned.read({"dataset_id": "alpha"}, []).num_rows == done.rows


def _map_columns(table: Path, legacy: bool, mode: str) -> None:
    """Rename the columns of all files and let the log map them, as other engines do."""
    log = table / "_delta_log"
    lines = [json.loads(line) for file in sorted(log.glob("*.json")) for line in file.read_text().splitlines()]
    files = {}
    for line in lines:
        if "add" in line:
            files[line["add"]["path"]] = line["add"]
        if "remove" in line:
            files.pop(line["remove"]["path"], None)
    meta = next(line["metaData"] for line in lines if "metaData" in line)
    schema = json.loads(meta["schemaString"])
    ids = {field["name"]: number for number, field in enumerate(schema["fields"], 1)}
    for field in schema["fields"]:
        field["metadata"] = {
            "delta.columnMapping.id": ids[field["name"]],
            "delta.columnMapping.physicalName": f"col-{field['name']}",
        }
    mapped = {"delta.columnMapping.mode": mode, "delta.columnMapping.maxColumnId": str(len(ids))}
    meta |= {"schemaString": json.dumps(schema), "configuration": {**meta["configuration"], **mapped}}
    protocol = {"minReaderVersion": 2, "minWriterVersion": 5}
    if not legacy:
        features = {"readerFeatures": ["columnMapping"], "writerFeatures": ["columnMapping"]}
        protocol = {"minReaderVersion": 3, "minWriterVersion": 7, **features}
    actions = [{"protocol": protocol}, {"metaData": meta}]
    for path, add in files.items():
        rows = pq.read_table(table / path, partitioning=None)
        renamed = pa.schema(
            [pa.field(f"col-{f.name}", f.type, metadata={"PARQUET:field_id": str(ids[f.name])}) for f in rows.schema]
        )
        pq.write_table(pa.Table.from_arrays(rows.columns, schema=renamed), table / path)
        values = {f"col-{name}": value for name, value in add["partitionValues"].items()}
        stats = json.dumps({"numRecords": rows.num_rows})
        size = (table / path).stat().st_size
        actions.append({"add": {**add, "partitionValues": values, "size": size, "stats": stats}})
    newest = max(int(file.stem) for file in log.glob("*.json"))
    for file in log.glob("*.json"):
        file.unlink()
    for version in range(newest):
        text = "\n".join(map(json.dumps, actions[:2])) if not version else json.dumps({"commitInfo": {}})
        (log / f"{version:020}.json").write_text(text)
    (log / f"{newest:020}.json").write_text("\n".join(map(json.dumps, actions[2:])))
