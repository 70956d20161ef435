"""What is exported can be read by anything, and imported again without loss."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from folders import current, publish_run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakecast_lake import commit, handover, publish, snapshots
from lakecast_lake.errors import LakeNotFound
from lakecast_lake.storage import Lake
from lakecast_schema.tables import DIM_ITEM, FACT_FORECAST


def test_nothing_is_lost_on_the_way(any_lake, tmp_path, forecasts, metrics):
    bare = forecasts("beta", sources=["lstm"], run_id="run-b", model_version="v2.0.0+gpu.1")
    nulls = pa.nulls(bare.num_rows, pa.float64())
    for name in ("median", "lower_80", "upper_80", "lower_95", "upper_95"):
        bare = bare.set_column(bare.schema.get_field_index(name), FACT_FORECAST.schema.field(name), nulls)
    older = forecasts(kinds=["live"], cutoff=date(2026, 1, 29), run_id="run-0")
    publish_run(
        any_lake,
        pa.concat_tables([older, forecasts(), bare]),
        pa.concat_tables([metrics(), metrics("beta", sources=["lstm"], run_id="run-b")]),
    )
    handover.export(any_lake, tmp_path / "out")
    elsewhere = Lake(str(tmp_path / "elsewhere"))
    report = handover.import_(elsewhere, tmp_path / "out")
    assert (report.snapshot_id, report.dataset_ids) == (1, ("alpha", "beta"))
    for table in ("fact_forecast", "fact_metrics"):
        assert current(elsewhere, table).equals(current(any_lake, table))
    assert set(current(elsewhere, "dim_item")["frequency"].to_pylist()) == {"daily"}
    handover.export(elsewhere, tmp_path / "again")
    for name in ("fact_forecast.parquet", "fact_metrics.parquet"):
        assert pq.read_table(tmp_path / "again" / name).equals(pq.read_table(tmp_path / "out" / name))


FIGURE = st.none() | st.floats(0, 1e12, allow_nan=False)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.tuples(st.floats(0, 1e300), FIGURE, FIGURE), min_size=1, max_size=8),
    item=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), min_size=1).filter(str.strip),
    at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
)
def test_any_rows_survive_export_and_import(forecasts, metrics, tmp_path_factory, values, item, at):
    """Values, texts and instants of any kind come back bit by bit."""
    base = forecasts(sources=["arima"], items=[item], horizon=len(values), kinds=["live"]).to_pylist()
    for row, (mean, actual, middle) in zip(base, values, strict=True):
        row |= {"forecast": mean, "actual": actual, "median": middle, "generated_at": at.replace(tzinfo=UTC)}
        row |= dict.fromkeys(("lower_80", "upper_80", "lower_95", "upper_95"))
    rows = pa.Table.from_pylist(base, FACT_FORECAST.schema)
    folder = tmp_path_factory.mktemp("values")
    lake, other = Lake(str(folder / "one")), Lake(str(folder / "two"))
    publish_run(lake, rows, metrics(sources=["arima"], items=[item]))
    put_items(lake, item)
    handover.export(lake, folder / "out")
    handover.import_(other, folder / "out")
    for table in ("fact_forecast", "fact_metrics", "dim_item"):
        assert current(other, table).equals(current(lake, table))


def put_items(lake, item):
    row = dict.fromkeys(DIM_ITEM.column_names) | {"dataset_id": "alpha", "item_id": item, "frequency": "daily"}
    rows = pa.Table.from_pylist([row], DIM_ITEM.schema)
    done = commit.replace(lake, DIM_ITEM, rows, {"dataset_id": "alpha"}, "items")
    publish.publish(lake, "items", "alpha", [done], {})


def test_one_data_set_of_several_can_be_exported_and_imported(lake, tmp_path, forecasts, metrics):
    publish_run(
        lake,
        pa.concat_tables([forecasts("alpha"), forecasts("beta")]),
        pa.concat_tables([metrics("alpha"), metrics("beta")]),
    )
    handover.export(lake, tmp_path / "both")
    handover.export(lake, tmp_path / "one", "beta")
    assert json.loads((tmp_path / "one" / "metadata.json").read_text())["dataset_id"] == "beta"
    lakes = [Lake(str(tmp_path / name)) for name in ("x", "y")]
    handover.import_(lakes[0], tmp_path / "both", "beta")
    handover.import_(lakes[1], tmp_path / "one")
    for other in lakes:
        assert snapshots.newest(other).dataset_ids == ("beta",)
        assert current(other, "fact_forecast").equals(current(lake, "fact_forecast", "beta"))
    with pytest.raises(LakeNotFound, match="There are alpha, beta"):
        handover.export(lake, tmp_path / "none", "gamma")


def test_an_export_can_be_read_by_anything(lake, tmp_path, forecasts, metrics):
    publish_run(lake, forecasts(), metrics())
    handover.export(lake, tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "fact_forecast.parquet", "fact_metrics.parquet", "metadata.json",
    ]  # fmt: skip
    told = json.loads((tmp_path / "out" / "metadata.json").read_text())
    assert told["dataset_id"] == "alpha"
    assert told["model_versions"] == {"arima": "v1.0.0", "ensemble": "v1.0.0"}
    assert told["row_counts"] == {"fact_forecast": 24, "fact_metrics": 4}
    assert told["schema_version"] == 1
    assert datetime.fromisoformat(told["generated_at"]).tzinfo is not None
    assert pq.read_table(tmp_path / "out" / "fact_forecast.parquet").schema.equals(FACT_FORECAST.schema)
