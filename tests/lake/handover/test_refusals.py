"""Bad folders of results are refused with a reason, and change nothing; what is true about a good one is not."""

from datetime import datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pytest
from folders import days, months, plain, publish_run, put

from lakecast_lake import handover, snapshots
from lakecast_lake.errors import BadResults
from lakecast_lake.handover import folder


def without(name):
    return lambda rows: rows.drop_columns([name])


def changed(name, value, kind=None):
    def change(rows):
        values = [value, *rows[name].to_pylist()[1:]]
        return rows.set_column(rows.schema.get_field_index(name), name, pa.array(values, kind or rows[name].type))

    return change


def text(name):
    return lambda rows: rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(pa.string()))


FINE = pa.timestamp("us")
FAR = pa.array([2_932_897 + day for day in range(6)], pa.int32()).cast(pa.date32())

BAD_FORECASTS = {
    "no rows": (lambda rows: rows.slice(0, 0), "has no rows"),
    "no forecast column": (without("forecast"), "fact_forecast.forecast: column is missing"),
    "no data set": (without("dataset_id"), "fact_forecast.dataset_id: column is missing"),
    "a column too many": (lambda rows: rows.append_column("note", pa.nulls(6)), "note: column is not part"),
    "forecasts as text": (text("forecast"), "forecast: type must be double, but is string"),
    "dates as text": (text("date"), "date: type must be date32"),
    "a time of day": (changed("date", datetime(2026, 1, 1, 12, 30)), "midnight.*\n  row 0"),
    "a date of no year of ours": (changed("date", datetime(1, 1, 1), FINE), "date=0001-01-01"),
    "a date beyond Python's": (lambda rows: rows.set_column(0, "date", FAR), "date=10000-01-01"),
    "an instant of no year of ours": (changed("generated_at", datetime(2300, 1, 1), FINE), "years 1600 to 2199"),
    "numbers for items": (lambda rows: rows.set_column(1, "item_id", pa.array(range(6))), "item_id: type must be"),
    "a missing forecast": (changed("forecast", None), "forecast: must not be null .1 row.\n  row 0"),
    "not a number": (changed("forecast", float("nan")), "finite number of at least 0"),
    "a negative forecast": (changed("forecast", -0.5), "forecast=-0.5"),
    "an infinite actual": (changed("actual", float("inf")), "actual: must be a finite number"),
    "an empty item": (changed("item_id", " "), "item_id: must not be empty"),
    "a version like none": (changed("model_version", "latest"), "must look like v1.2.3"),
    "no instant": (changed("generated_at", None), "generated_at: must not be null"),
    "a row twice": (lambda rows: pa.concat_tables([rows, rows.slice(2, 1)]), "key .* must be unique"),
    "a kind without cutoff": (lambda rows: rows.append_column("kind", pa.repeat("live", 6)), "no cutoff"),
    "disordered bounds": (
        lambda rows: rows.append_column("lower_80", pa.repeat(9.0, 6)).append_column("upper_80", pa.repeat(1.0, 6)),
        "upper_80: must not be below",
    ),
    "every second week": (
        lambda rows: rows.set_column(0, "date", pa.array(np.datetime64("2026-01-05") + 14 * np.arange(6))),
        r"how long is a period[^.]*\.[^.]*[^.]\. State it in metadata.json",
    ),
}  # fmt: skip


@pytest.fixture
def served(lake, forecasts, metrics):
    """A lake in which something is published, and a check that it is as it was."""
    publish_run(lake, forecasts(), metrics())
    tables = ("fact_forecast", "fact_metrics", "snapshot")
    versions = [lake.handle(name).version() for name in tables]
    before = snapshots.newest(lake)

    def unchanged():
        assert [lake.handle(name).version() for name in tables] == versions
        assert not lake.exists("dim_item")
        assert snapshots.newest(lake) == before

    return lake, unchanged


@pytest.mark.parametrize("kind", BAD_FORECASTS)
def test_bad_forecasts_are_refused_and_change_nothing(served, tmp_path, kind):
    lake, unchanged = served
    spoil, says = BAD_FORECASTS[kind]
    folder = put(tmp_path / "in", spoil(plain(days(), [1.0] * 3 + [None] * 3, dataset_id="new")))
    with pytest.raises(BadResults, match=f"(?s)fact_forecast.parquet.*{says}"):
        handover.import_(lake, folder)
    unchanged()


GOOD = plain(days(), [1.0] * 3 + [None] * 3, dataset_id="new")
ERRORS = pa.table({"item_id": ["a"], "source": ["my_model"], "rmsse": [0.5]})
BAD_FOLDERS = {
    "no folder": (lambda path: None, "is no folder"),
    "empty": (lambda path: path.mkdir(), "fact_forecast.parquet: is missing"),
    "no Parquet": (
        lambda path: (put(path, GOOD) / "fact_forecast.parquet").write_text("date,item_id"),
        "cannot be read as Parquet",
    ),
    "cut off": (
        lambda path: (put(path, GOOD) / "fact_forecast.parquet").write_bytes(
            (path / "fact_forecast.parquet").read_bytes()[:-200]
        ),
        "cannot be read as Parquet",
    ),
    "no JSON": (lambda path: (put(path, GOOD) / "metadata.json").write_text("{"), "is no JSON"),
    "no object": (lambda path: (put(path, GOOD) / "metadata.json").write_text("[]"), "JSON object"),
    "too few rows": (
        lambda path: put(path, GOOD, row_counts={"fact_forecast": 7}),
        "row_counts.fact_forecast says 7, but the folder holds 6",
    ),
    "errors missing": (
        lambda path: put(path, GOOD, row_counts={"fact_forecast": 6, "fact_metrics": 4}),
        "fact_metrics says 4",
    ),
    "another data set": (lambda path: put(path, GOOD, dataset_id="other"), "dataset_id says other"),
    "another version": (
        lambda path: put(path, GOOD, model_versions={"my_model": "v2.0.0"}),
        "my_model says v2.0.0, but the folder holds v1.0.0",
    ),
    "a version of another kind": (lambda path: put(path, GOOD, model_versions={"my_model": 2}), "version as text"),
    "a version of no source": (
        lambda path: put(path, GOOD, model_versions=[{"source": "lstm", "model_version": "v1.0.0"}]),
        "model_versions.lstm says v1.0.0, but the folder holds none",
    ),
    "counts of another kind": (lambda path: put(path, GOOD, row_counts={"fact_forecast": "6"}), "numbers of rows"),
    "other bytes": (
        lambda path: put(path, GOOD, digests={"fact_forecast.parquet": "sha256:00"}),
        "digests.fact_forecast.parquet",
    ),
    "a later contract": (lambda path: put(path, GOOD, schema_version=2), "schema_version is 2"),
    "no such instant": (lambda path: put(path, GOOD, generated_at="yesterday"), "no instant"),
    "no such frequency": (
        lambda path: put(path, GOOD, frequencies={"new": "hourly"}),
        "frequencies must name",
    ),
    "a coarser frequency": (
        lambda path: put(path, GOOD, frequencies={"new": "monthly"}),
        "the dates are daily, but metadata.json says",
    ),
    "errors without forecasts": (
        lambda path: put(path, GOOD, changed("source", "lstm")(ERRORS)),
        "where source has no forecasts.*source=lstm",
    ),
    "errors of another item": (
        lambda path: put(path, GOOD, changed("item_id", "b")(ERRORS)),
        "where item_id has no forecasts.*item_id=b",
    ),
    "errors below zero": (
        lambda path: put(path, GOOD, changed("rmsse", -1.0)(ERRORS)),
        "fact_metrics.rmsse: must be a finite number of at least 0",
    ),
    "errors twice": (
        lambda path: put(path, GOOD, pa.concat_tables([ERRORS, ERRORS])),
        "key .* must be unique",
    ),
    "half a window": (
        lambda path: put(path, GOOD, ERRORS.append_column("windows", pa.array([2.5]))),
        "whole number",
    ),
}


@pytest.mark.parametrize("kind", BAD_FOLDERS)
def test_bad_folders_are_refused_and_change_nothing(served, tmp_path, kind):
    lake, unchanged = served
    make, says = BAD_FOLDERS[kind]
    make(tmp_path / "in")
    with pytest.raises(BadResults, match=f"(?s){says}") as refusal:
        handover.import_(lake, tmp_path / "in")
    assert str(tmp_path / "in") in str(refusal.value)
    unchanged()


@pytest.mark.parametrize(
    "metadata",
    [
        {"dataset_id": "new", "generated_at": "2026-01-01T12:00:00Z", "schema_version": "1.0"},
        {"dataset_ids": ["new"], "row_counts": {"fact_forecast.parquet": 6, "pictures": 3}},
        {"model_versions": {"my_model": "v1.0.0"}},
        {"model_versions": {"my_model": ["v1.0.0"]}},
        {"model_versions": [{"source": "my_model", "model_version": "v1.0.0"}], "note": "from the cluster"},
        {"frequencies": {"new": "daily"}},
        {"frequencies": {"new": {"a": "daily"}, "other": "weekly"}},
    ],
)
def test_true_statements_are_accepted(lake, tmp_path, metadata):
    folder = put(tmp_path / "in", GOOD, **metadata)
    digest = sha256((folder / "fact_forecast.parquet").read_bytes()).hexdigest()
    put(folder, GOOD, digests={"fact_forecast.parquet": digest}, **metadata)
    assert handover.import_(lake, folder).forecasts == 6


def test_a_data_set_that_is_not_there_is_named(served, tmp_path):
    lake, unchanged = served
    with pytest.raises(BadResults, match="has no data set gamma"):
        handover.import_(lake, put(tmp_path / "in", GOOD), "gamma")
    unchanged()


def test_dates_must_fit_the_frequency_that_the_lake_knows(lake, tmp_path):
    handover.import_(lake, put(tmp_path / "months", plain(months("2026-01", 3), [None] * 3)))
    with pytest.raises(BadResults, match="the dates are daily, but the lake says that its items are monthly"):
        handover.import_(lake, put(tmp_path / "days", plain(days(count=3), [None] * 3)))
    assert len(snapshots.history(lake)) == 1


def test_more_rows_than_memory_holds_are_refused_before_they_are_read(lake, tmp_path, monkeypatch):
    put(tmp_path / "in", plain(days(count=1_000), [None] * 1_000))
    monkeypatch.setattr(folder, "available_bytes", lambda: 500_000)
    monkeypatch.setattr(folder.pq, "read_table", None)
    with pytest.raises(BadResults, match=r"has 1,000 rows, whose import takes some 0.0 GB of memory"):
        handover.import_(lake, tmp_path / "in")


def test_a_long_text_that_is_often_repeated_is_refused_while_it_is_small(lake, tmp_path):
    """A million times ten megabytes, in a file of kilobytes."""
    rows = plain(days(count=100), [None] * 100)
    repeated = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100, np.int32)), pa.array(["x" * 10_000_000]))
    put(tmp_path / "in", rows.set_column(rows.column_names.index("source"), "source", repeated))
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(BadResults, match=r"source: has a text of 10,000,000 bytes, and 10,000 are read at most"):
        handover.import_(lake, tmp_path / "in")
    assert pa.default_memory_pool().max_memory() - before < 100_000_000
