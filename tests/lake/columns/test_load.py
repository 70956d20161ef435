"""Loading a snapshot: what is shared, what is read on demand, and tables that other writers made."""

import base64
import json
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from lakecast_lake import columns, commit, publish, snapshots
from lakecast_lake.columns import spill
from lakecast_lake.columns.contract_check import verify
from lakecast_lake.columns.relations import blocks_of
from lakecast_lake.errors import LakeError
from lakecast_lake.storage import Lake
from lakecast_schema.tables import DIM_ITEM, FACT_FORECAST, FACT_METRICS, TABLES

Maker = Callable[..., pa.Table]
SUMMARY = {
    "dataset_id": "alpha", "run_id": "run-1", "model_versions": [], "wape": None, "rmsse": None,
    "quantile_loss": None, "coverage_80": None, "coverage_95": None, "skill": None,
}  # fmt: skip


def dim_items(items: tuple[str, ...] = ("a", "b"), frequency: str = "daily") -> pa.Table:
    rows = [
        dict.fromkeys(DIM_ITEM.column_names) | {"dataset_id": "alpha", "item_id": i, "frequency": frequency}
        for i in items
    ]
    return pa.Table.from_pylist(rows, schema=DIM_ITEM.schema)


def published(
    lake: Lake, forecasts: pa.Table, sources: tuple[str, ...] = ("arima", "ensemble"), run: str = "run-1"
) -> int:
    commits = [
        commit.replace(lake, DIM_ITEM, dim_items(), {"dataset_id": "alpha"}, run),
        commit.forecasts(lake, forecasts, "alpha", sources, run),
    ]
    return publish.publish(lake, run, "alpha", commits, {**SUMMARY, "run_id": run})


def rows(snapshot: columns.Snapshot, kind: str) -> set[tuple[object, ...]]:
    """All rows of a kind: item, source, cutoff, date, forecast."""
    blocks = blocks_of(snapshot, kind)
    found = set()
    for block in range(blocks.count):
        segment = blocks.segments[blocks.segment[block]]
        for offset in range(int(blocks.at[block + 1] - blocks.at[block])):
            row = int(blocks.begin[block]) + offset
            day = date(1970, 1, 1)
            found.add(
                (
                    snapshot.items.item_id[blocks.item[block]],
                    blocks.sources[blocks.source[block]],
                    day + timedelta(int(blocks.cutoff[block])),
                    day + timedelta(int(segment.date[row])),
                    float(segment.numbers["forecast"][row]),
                )
            )
    return found


def wanted(table: pa.Table, kind: str) -> set[tuple[object, ...]]:
    names = ("item_id", "source", "cutoff", "date", "forecast")
    return {tuple(row[name] for name in names) for row in table.to_pylist() if row["kind"] == kind}


def test_live_rows_are_there_and_past_ones_on_demand(lake: Lake, forecasts: Maker) -> None:
    old, new = forecasts(cutoff=date(2026, 1, 30)), forecasts(cutoff=date(2026, 1, 31), items=("b",), level=20.0)
    published(lake, old)
    published(lake, new, run="run-2")
    snapshot = columns.load(lake, snapshots.newest(lake))
    past = {row for row in wanted(old, "live") if row[0] == "b"}
    assert rows(snapshot, "live") == wanted(new, "live")
    assert rows(snapshot, "every_live") == wanted(new, "live") | past
    assert rows(snapshot, "backtest") == wanted(new, "backtest")
    assert not any(key[2] == "past" for key in snapshot.forecasts)
    history = snapshot.history_of(snapshot.items.index["alpha", "b"], "arima")
    assert history is not None
    assert history.items == ("b",)
    assert history.blocks == 2


def test_lake_of_an_earlier_version_shows_the_newest_runs_rows(lake: Lake, forecasts: Maker) -> None:
    """All runs' rows are of kind live in it: a wrong one with a later cutoff, an item that left, an older one."""
    wrong = forecasts(cutoff=date(2026, 2, 28), items=("b", "left"), kinds=("live",), run_id="run-0", level=90.0)
    old = forecasts(cutoff=date(2026, 1, 30), kinds=("live",), run_id="run-1")
    new = forecasts(cutoff=date(2026, 1, 31), items=("a", "b"), run_id="run-2", level=20.0)
    everything = pa.concat_tables([wrong, old, new])
    commits = [
        commit.replace(lake, DIM_ITEM, dim_items(), {"dataset_id": "alpha"}, "run-2"),
        commit.replace(lake, FACT_FORECAST, everything, {"dataset_id": "alpha"}, "run-2"),
    ]
    publish.publish(lake, "run-2", "alpha", commits, {**SUMMARY, "run_id": "run-2"})
    snapshot = columns.load(lake, snapshots.newest(lake))
    assert snapshot.items.item_id == ["a", "b"]
    assert rows(snapshot, "live") == wanted(new, "live")
    assert rows(snapshot, "every_live") == wanted(new, "live") | wanted(old, "live")
    published(lake, forecasts(cutoff=date(2026, 3, 31), run_id="run-3"), run="run-3")
    after = columns.load(lake, snapshots.newest(lake), snapshot)
    assert {row[2] for row in rows(after, "every_live")} == {date(2026, 3, 31), date(2026, 1, 31), date(2026, 1, 30)}


def test_rows_of_a_source_that_the_newest_run_left_alone_go_with_their_items(lake: Lake, forecasts: Maker) -> None:
    published(lake, forecasts(items=("a", "b")))
    before = columns.load(lake, snapshots.newest(lake))
    commits = [
        commit.replace(lake, DIM_ITEM, dim_items(("b",)), {"dataset_id": "alpha"}, "run-2"),
        commit.forecasts(lake, forecasts(sources=("arima",), items=("b",)), "alpha", ("arima",), "run-2"),
    ]
    publish.publish(lake, "run-2", "alpha", commits, {**SUMMARY, "run_id": "run-2"})
    for previous in (None, before):
        snapshot = columns.load(lake, snapshots.newest(lake), previous)
        assert snapshot.items.item_id == ["b"]
        assert {row[0] for row in rows(snapshot, "every")} == {"b"}


def test_unchanged_partitions_are_shared(lake: Lake, forecasts: Maker) -> None:
    published(lake, forecasts())
    first = columns.load(lake, snapshots.newest(lake))
    published(lake, forecasts(sources=("arima",), level=11.0), ("arima",), "run-2")
    second = columns.load(lake, snapshots.newest(lake), first)
    for key, part in first.parts.items():
        changed = key[1][1:2] == ("arima",) or key[0] == "dim_item"
        assert (second.parts[key] is part) is not changed, key
    assert rows(second, "live") == rows(columns.load(lake, snapshots.newest(lake)), "live")
    afresh = columns.load(lake, snapshots.newest(lake), second, afresh=True)
    assert not any(afresh.parts[key] is part for key, part in second.parts.items())


def test_item_that_dim_item_does_not_list_is_served(lake: Lake, forecasts: Maker) -> None:
    published(lake, forecasts(items=("a", "z")))
    snapshot = columns.load(lake, snapshots.newest(lake))
    assert snapshot.items.item_id == ["a", "b", "z"]
    assert {row[0] for row in rows(snapshot, "live")} == {"a", "z"}


def test_champion_without_any_error_is_the_ensemble(lake: Lake, forecasts: Maker) -> None:
    published(lake, forecasts())
    snapshot = columns.load(lake, snapshots.newest(lake))
    assert snapshot.champion == ("ensemble", "ensemble")
    assert snapshot.champion_metric.tolist() == [-1, -1]


def test_champion_is_the_ensemble_though_another_source_has_less_loss(
    lake: Lake, forecasts: Maker, metrics: Maker
) -> None:
    """`b` has no forecast of the ensemble."""
    rows = pa.concat_tables([forecasts(items=["a"]), forecasts(items=["b"], sources=["arima", "seasonal_naive"])])
    sources = ["seasonal_naive", "arima", "ensemble"]
    commits = [
        commit.replace(lake, DIM_ITEM, dim_items(), {"dataset_id": "alpha"}, "run-1"),
        commit.forecasts(lake, rows, "alpha", sources, "run-1"),
        commit.replace(
            lake, FACT_METRICS, metrics(sources=sources), {"dataset_id": "alpha", "source": sources}, "run-1"
        ),
    ]
    publish.publish(lake, "run-1", "alpha", commits, SUMMARY)
    snapshot = columns.load(lake, snapshots.newest(lake))
    assert snapshot.champion == ("ensemble", "arima")
    named = [snapshot.metrics.table["source"][row].as_py() for row in snapshot.champion_metric.tolist()]
    assert named == ["ensemble", "arima"]


@pytest.mark.parametrize("how", ["compact", "z_order"])
def test_table_that_was_rewritten_by_another_writer_says_the_same(lake: Lake, forecasts: Maker, how: str) -> None:
    published(lake, forecasts(items=("a", "b", "c")))
    before = columns.load(lake, snapshots.newest(lake))
    rewritten = DeltaTable(lake.table_uri("fact_forecast"))
    rewritten.optimize.compact() if how == "compact" else rewritten.optimize.z_order(["date"])
    after = load_newest_version(lake, before.record)
    for kind in ("live", "backtest"):
        assert rows(after, kind) == rows(before, kind)


def test_rows_under_deletion_vectors_are_gone(lake: Lake, forecasts: Maker) -> None:
    published(lake, forecasts())
    before = columns.load(lake, snapshots.newest(lake))
    delete_first_two_rows_of_each_file(Path(lake.table_uri("fact_forecast")))
    after = load_newest_version(lake, before.record, before)
    assert 0 < len(rows(after, "live")) == len(rows(before, "live")) - 2 * 2
    assert rows(after, "live") < rows(before, "live")


def test_missing_file_is_an_error_that_names_the_table(lake: Lake, forecasts: Maker) -> None:
    published(lake, forecasts())
    for file in Path(lake.table_uri("fact_forecast")).rglob("*.parquet"):
        if "checkpoint" not in file.name:
            file.unlink()
    with pytest.raises(LakeError, match="fact_forecast"):
        columns.load(lake, snapshots.newest(lake))


def load_newest_version(
    lake: Lake, record: snapshots.SnapshotRecord, previous: columns.Snapshot | None = None
) -> columns.Snapshot:
    """The snapshot with `fact_forecast` at the version that another writer made."""
    version = DeltaTable(lake.table_uri("fact_forecast")).version()
    entries = tuple(
        snapshots.Entry(
            e.dataset_id, e.table, version if e.table == "fact_forecast" else e.version, e.rows, e.committed_at
        )
        for e in record.entries
    )
    changed = snapshots.SnapshotRecord(
        record.snapshot_id + 1,
        datetime(2026, 3, 1, tzinfo=UTC),
        record.run_id,
        entries,
        record.datasets,
        record.lake_id,
    )
    return columns.load(lake, changed, previous)


def delete_first_two_rows_of_each_file(table: Path) -> None:
    """Write a commit that marks rows 0 and 1 of each file as deleted, as the Delta protocol has it."""
    handle = DeltaTable(str(table))
    actions = [
        {
            "protocol": {
                "minReaderVersion": 3,
                "minWriterVersion": 7,
                "readerFeatures": ["deletionVectors"],
                "writerFeatures": ["deletionVectors"],
            }
        }
    ]
    vector = inline_vector([0, 1])
    for line in added_lines(table):
        add = line["add"]
        removed = {
            "path": add["path"],
            "deletionTimestamp": 1,
            "dataChange": True,
            "extendedFileMetadata": True,
            "partitionValues": add["partitionValues"],
            "size": add["size"],
        }
        actions += [{"remove": removed}, {"add": {**add, "deletionVector": vector, "stats": None}}]
    text = "\n".join(json.dumps(action) for action in actions)
    (table / "_delta_log" / f"{handle.version() + 1:020}.json").write_text(text)


def added_lines(table: Path) -> list[dict[str, dict[str, object]]]:
    current = {path.split("fact_forecast/")[-1] for path in DeltaTable(str(table)).file_uris()}
    lines = []
    for log in sorted((table / "_delta_log").glob("*.json")):
        for line in log.read_text().splitlines():
            action = json.loads(line)
            if "add" in action and action["add"]["path"] in current:
                lines.append(action)
    return lines


def inline_vector(deleted: list[int]) -> dict[str, object]:
    """A deletion vector of few rows: one array container of a 64-bit Roaring bitmap array, in Z85."""
    container = struct.pack("<iihHi", 12346, 1, 0, len(deleted) - 1, 16) + struct.pack(f"<{len(deleted)}H", *deleted)
    data = struct.pack("<iqi", 1681511377, 1, 0) + container
    return {"storageType": "i", "pathOrInlineDv": z85(data), "sizeInBytes": len(data), "cardinality": len(deleted)}


def z85(data: bytes) -> str:
    rfc1924 = base64.b85encode(data).decode()
    ours = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
    theirs = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
    return rfc1924.translate(str.maketrans(ours, theirs))


def test_what_exceeds_the_budget_is_mapped_and_says_the_same(
    lake: Lake, forecasts: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "SMALLEST", 1)
    published(lake, forecasts(horizon=20))
    whole = columns.load(lake, snapshots.newest(lake))
    small = columns.load(lake, snapshots.newest(lake), budget=0)
    assert small.nbytes < whole.nbytes / 2
    assert all(s.mapped and isinstance(s.numbers["forecast"].base, np.memmap) for s in small.forecasts.values())
    assert all(type(s.numbers["forecast"]) is np.ndarray for s in small.forecasts.values())
    for kind in ("live", "backtest"):
        assert rows(small, kind) == rows(whole, kind)
    half = columns.load(lake, snapshots.newest(lake), budget=whole.nbytes // 2)
    kept = {key[2] for key, s in half.forecasts.items() if not s.mapped}
    assert kept == {"live"}


def test_no_rows_break_no_contract() -> None:
    for table in TABLES.values():
        verify(table, table.schema.empty_table(), "here")
