"""From files to a published snapshot."""

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lakecast_assets.pipeline.run import CheckFailed, RunError, run
from lakecast_forecast import registry
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.interface import Fitted, Forecasts
from lakecast_forecast.models import seasonal_naive
from lakecast_forecast.models.lstm.model import FittedNets
from lakecast_forecast.panel import Panel
from lakecast_lake import checkpoints, snapshots
from lakecast_lake.handover import import_
from lakecast_lake.storage import Lake
from lakecast_schema import rules
from lakecast_schema.tables import FACT_FORECAST, TABLES

MakeInput = Callable[..., Path]
NAIVE = ["seasonal_naive"]


class Display:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[int, int]] = {}
        self.said: list[str] = []

    def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
        assert done >= self.steps.get(step, (0, 0))[0], "progress never goes back"
        self.steps[step] = (done, total)

    def say(self, message: str) -> None:
        self.said.append(message)


def published(lake: str, table: str) -> pa.Table:
    opened = Lake.open(lake)
    rows = snapshots.read(opened, snapshots.newest(opened), table)
    if rows.num_rows:
        rules.check(TABLES[table], rows)
    return rows


def files(lake: str) -> set[str]:
    return {str(path) for path in Path(lake).rglob("*") if path.is_file()} if Path(lake).exists() else set()


def test_a_run_publishes_every_table_with_every_item(make_input: MakeInput, lake: str) -> None:
    display = Display()
    report = run(make_input(), lake, sources=NAIVE, horizon=7, progress=display)
    (made,) = report.datasets
    assert (made.dataset_id, made.snapshot_id, made.items, made.rejected) == ("parts", 1, 4, 0)
    assert not report.failed
    failed = {warning.split()[1] for warning in made.warnings}
    assert {"freshness", "coverage"} <= failed, "checks that block nothing are told of, too"
    live = published(lake, "fact_forecast").filter(pc.field("kind") == "live")
    assert live.num_rows == 4 * 7
    assert set(live["item_id"].to_pylist()) == {f"item_{k}" for k in range(4)}
    assert set(live["run_id"].to_pylist()) == {made.run_id}
    assert published(lake, "fact_metrics").num_rows == 4
    assert published(lake, "fact_metrics")["skill"].to_pylist() == pytest.approx([0.0] * 4)
    orders = {row["item_id"]: row for row in published(lake, "fact_replenishment").to_pylist()}
    assert orders["item_0"]["on_hand"] == 20.0
    champions = {row["item_id"]: row["champion"] for row in published(lake, "dim_item").to_pylist()}
    assert champions == {"idle": None, **dict.fromkeys(orders, NAIVE[0])}
    assert orders["item_0"]["alert"] != "unknown"
    assert orders["item_1"]["alert"] == "unknown"
    (trained,) = published(lake, "model_run").to_pylist()
    assert trained["issues"] == [{"item_id": "idle", "reason": "no demand rows, so no forecast"}]
    assert display.steps["seasonal_naive"] == (4, 4)
    assert display.steps["publish"] == (1, 1)
    assert any("no demand" in sentence for sentence in display.said)


def test_backtest_rows_hold_the_demand_of_the_days_after_their_cutoff(make_input: MakeInput, lake: str) -> None:
    run(make_input(), lake, sources=NAIVE, horizon=7)
    demand = published(lake, "demand").to_pandas().set_index(["item_id", "date"])["quantity"]
    rows = published(lake, "fact_forecast").to_pandas()
    back = rows[rows["kind"] == "backtest"]
    assert len(back) > 0
    assert np.allclose(demand.loc[[*zip(back["item_id"], back["date"], strict=True)]], back["actual"])
    assert (back["date"] > back["cutoff"]).all()
    assert rows[rows["kind"] == "live"]["actual"].isna().all()


def test_a_second_run_adds_a_snapshot_and_keeps_the_sources_it_did_not_train(make_input: MakeInput, lake: str) -> None:
    folder = make_input()
    run(folder, lake, sources=["seasonal_naive", "empirical"], horizon=7)
    report = run(folder, lake, sources=NAIVE, horizon=7, retrain=True)
    assert report.datasets[0].snapshot_id == 2
    assert set(published(lake, "fact_forecast")["source"].to_pylist()) == {"seasonal_naive", "empirical"}
    assert published(lake, "model_run").num_rows == 3, "one row per training"
    assert published(lake, "landed_demand").num_rows == 4 * 120, "the same file is landed once"


def test_new_demand_fills_in_the_actuals_of_what_was_forecast(make_input: MakeInput, lake: str) -> None:
    run(make_input(days=113), lake, sources=NAIVE, horizon=7)
    run(make_input(days=120), lake, sources=NAIVE, horizon=7)
    rows = published(lake, "fact_forecast").filter(pc.field("kind") != "backtest")
    by_cutoff = rows.group_by(["kind", "cutoff"]).aggregate([("actual", "count")]).sort_by("cutoff")
    assert by_cutoff.select(["kind", "actual_count"]).to_pylist() == [
        {"kind": "past", "actual_count": 4 * 7},
        {"kind": "live", "actual_count": 0},
    ]


def test_horizon_and_baseline(make_input: MakeInput, lake: str) -> None:
    """A horizon per data set; skill is known though the baseline itself is not published."""
    folder = make_input(dataset_ids=("one", "two"))
    run(folder, lake, sources=["empirical"], horizon={"two": 3})
    live = published(lake, "fact_forecast").filter(pc.field("kind") == "live")
    counts = live.group_by("dataset_id").aggregate([("date", "count_distinct")]).to_pylist()
    assert {row["dataset_id"]: row["date_count_distinct"] for row in counts} == {"one": 28, "two": 3}
    assert set(live["source"].to_pylist()) == {"empirical"}
    assert published(lake, "fact_metrics").filter(pc.field("dataset_id") == "two")["skill"].null_count == 0


def test_bad_input_changes_nothing(make_input: MakeInput, lake: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "demand.csv").write_text("item_id,date\nA,2024-01-01\n")
    with pytest.raises(InputError, match="quantity"):
        run(bad, lake)
    assert files(lake) == set()
    run(make_input(), lake, sources=NAIVE, horizon=7)
    before = files(lake)
    with pytest.raises(InputError, match="quantity"):
        run(bad, lake, dataset="parts")
    (bad / "demand.csv").write_text("item_id,date,quantity\nA,2024-01-01,1\nA,2024-01-15,1\nA,2024-01-29,1\n")
    with pytest.raises(InputError, match="one period apart"):
        run(bad, lake, dataset="parts")
    assert files(lake) == before


def test_one_bad_data_set_does_not_stop_the_others(make_input: MakeInput, lake: str) -> None:
    folder = make_input(dataset_ids=("good",))
    with (folder / "demand.csv").open("a") as file:
        file.write("worse,A,2024-01-01,1\nworse,A,2024-01-15,1\nworse,A,2024-01-29,1\n")
    display = Display()
    report = run(folder, lake, sources=NAIVE, horizon=7, progress=display)
    assert [made.dataset_id for made in report.failed] == ["worse"]
    assert "period apart" in str(report.failed[0].failure)
    assert snapshots.newest(Lake.open(lake)).dataset_ids == ("good",)
    assert any("worse: not published" in sentence for sentence in display.said)


def test_a_data_set_whose_rows_are_all_rejected_is_not_passed_over(make_input: MakeInput, lake: str) -> None:
    folder = make_input(dataset_ids=("good",))
    with (folder / "demand.csv").open("a") as file:
        file.write("gone,A,31-31-2024,1\ngone,B,2024-01-01,many\n")
    report = run(folder, lake, sources=NAIVE, horizon=7)
    assert [made.dataset_id for made in report.failed] == ["gone"]
    assert "no row of data set gone can be used" in str(report.failed[0].failure)


def test_an_unknown_source_is_refused_with_those_there_are(make_input: MakeInput, lake: str) -> None:
    with pytest.raises(RunError, match=r"no source 'delphi'. Known are seasonal_naive.*ensemble"):
        run(make_input(), lake, sources=["delphi"])


class Failing:
    """A model that never fits."""

    name, version = "arima", "v9.9.9"

    def fit(self, panel: Panel, horizon: int, *, seed: int = 0) -> Fitted:
        raise MemoryError("out of luck")


def test_a_trained_net_is_kept_with_its_run(make_input: MakeInput, lake: str) -> None:
    report = run(make_input(), lake, sources=["lstm"], horizon=7)
    (row,) = published(lake, "model_run").filter(pc.field("source") == "lstm").to_pylist()
    opened = Lake.open(lake)
    state = checkpoints.read(opened, report.datasets[0].dataset_id, row["run_id"], "lstm")
    fitted = FittedNets.load(state)
    assert fitted.horizon == 7
    assert fitted.state() == state
    assert (Path(lake) / json.loads(row["parameters"])["checkpoint"]).read_bytes() == state


def test_a_failing_source_leaves_the_others_published_and_says_so(
    make_input: MakeInput, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = registry.get

    def get(name: str, *args: object, **options: object) -> object:
        if name == "arima":
            raise ImportError("no such solver")
        return load(name, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(registry, "get", get)
    display = Display()
    report = run(make_input(), lake, sources=["arima", "seasonal_naive"], horizon=7, progress=display)
    (made,) = report.datasets
    assert made.snapshot_id == 1
    assert made.sources == ("seasonal_naive",)
    assert made.failed_sources == {"arima": "ImportError: no such solver"}
    assert any("arima failed" in sentence and "no such solver" in sentence for sentence in display.said)
    trained = {row["source"]: row for row in published(lake, "model_run").to_pylist()}
    reasons = {issue["item_id"]: issue["reason"] for issue in trained["arima"]["issues"]}
    assert set(reasons) == {"item_0", "item_1", "item_2", "item_3", "idle"}, "a stated reason for every item"
    assert "no such solver" in reasons["item_0"]
    assert json.loads(trained["arima"]["parameters"])["failure"] == "ImportError: no such solver"
    assert set(published(lake, "fact_forecast")["source"].to_pylist()) == {"seasonal_naive"}


def test_where_no_source_works_nothing_is_published(
    make_input: MakeInput, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = registry.get

    def get(name: str, *args: object, **options: object) -> object:
        if name in NAIVE:
            raise ImportError("no such solver")
        return load(name, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(registry, "get", get)
    with pytest.raises(RunError, match=r"no source has forecasts.*no such solver"):
        run(make_input(), lake, sources=NAIVE)
    assert snapshots.history(Lake.open(lake)) == ()


def test_a_forecast_wildly_off_is_not_published(
    make_input: MakeInput, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_input()
    run(folder, lake, sources=NAIVE, horizon=7)
    calibrated_mean = seasonal_naive.SeasonalNaive.fit

    class Exaggerating:
        def __init__(self, fitted: Fitted) -> None:
            self.fitted, self.diagnostics = fitted, fitted.diagnostics

        def predict(self, panel: Panel, horizon: int) -> Forecasts:
            told = self.fitted.predict(panel, horizon)
            return dataclasses.replace(told, mean=told.mean * 50, quantiles=told.quantiles * 50)

    def fit(self: object, panel: Panel, horizon: int, *, seed: int = 0) -> Exaggerating:
        return Exaggerating(calibrated_mean(self, panel, horizon, seed=seed))  # type: ignore[arg-type]

    monkeypatch.setattr(seasonal_naive.SeasonalNaive, "fit", fit)
    with pytest.raises(CheckFailed, match=r"check not_wildly_off of fact_forecast has failed .*highest mean demand"):
        run(folder, lake, sources=NAIVE, horizon=7, retrain=True)
    assert [record.snapshot_id for record in snapshots.history(Lake.open(lake))] == [1]
    assert pc.max(published(lake, "fact_forecast")["forecast"]).as_py() < 1e3


def test_a_file_that_was_cut_off_is_not_published_unless_that_is_meant(make_input: MakeInput, lake: str) -> None:
    folder = make_input(items=6)
    run(folder, lake, sources=NAIVE, horizon=7)
    make_input(items=2)
    with pytest.raises(
        CheckFailed, match=r"check not_shrunk of demand has failed .*rows: 240; rows published last: 720; .*allow_loss"
    ):
        run(folder, lake, sources=NAIVE, horizon=7)
    assert [record.snapshot_id for record in snapshots.history(Lake.open(lake))] == [1]
    run(folder, lake, sources=NAIVE, horizon=7, allow_loss=True)
    assert set(published(lake, "demand")["item_id"].to_pylist()) == {"item_0", "item_1"}


@pytest.mark.parametrize("last", ["run", "import"])
def test_a_file_that_has_lost_items_is_not_published_whoever_published_last(
    make_input: MakeInput, lake: str, tmp_path: Path, last: str
) -> None:
    """12 items become 4, of so few rows that only the items tell; an import has no demand at all."""
    folder = make_input(items=12, days=16)
    if last == "run":
        run(folder, lake, sources=NAIVE, horizon=2)
    else:
        import_(Lake.open(lake), results_of(tmp_path / "results", [f"item_{number}" for number in range(12)]))
    make_input(items=4, days=16)
    with pytest.raises(CheckFailed, match=r"check not_shrunk of demand has failed .*items lost: 8; .*allow_loss"):
        run(folder, lake, sources=NAIVE, horizon=2)
    assert [record.snapshot_id for record in snapshots.history(Lake.open(lake))] == [1]
    run(folder, lake, sources=NAIVE, horizon=2, allow_loss=True)
    rows = published(lake, "fact_forecast")
    live = rows.filter(pc.equal(rows["kind"], "live"))
    assert set(live["item_id"].to_pylist()) == {f"item_{number}" for number in range(4)}


def results_of(folder: Path, items: list[str]) -> Path:
    """Forecasts of some items of `parts`, made elsewhere."""
    days = [dt.date(2026, 1, 17), dt.date(2026, 1, 18)]
    made = {"source": "mine", "model_version": "v1.0.0", "generated_at": dt.datetime(2026, 1, 17, tzinfo=dt.UTC)}
    rows = [
        {"date": day, "item_id": item, "forecast": 2.0, "actual": None, "dataset_id": "parts", **made}
        for item in items
        for day in days
    ]
    schema = FACT_FORECAST.schema
    folder.mkdir()
    pq.write_table(
        pa.Table.from_pylist(rows, pa.schema([schema.field(name) for name in rows[0]])),
        folder / "fact_forecast.parquet",
    )
    return folder


def test_items_that_are_all_others_are_not_published_under_a_name_unless_that_is_meant(
    make_input: MakeInput, lake: str
) -> None:
    run(make_input(), lake, sources=NAIVE, horizon=7)
    folder = make_input()
    for name in ("demand.csv", "items.csv", "stock.csv"):
        text = (folder / name).read_text().replace("idle", "other")
        (folder / name).write_text(re.sub(r"item_(\d)", r"part \1", text))
    (folder / "stock.csv").unlink()
    with pytest.raises(CheckFailed, match=r"check same_items of demand has failed .*--replace"):
        run(folder, lake, sources=NAIVE, horizon=7)
    assert "item_0" in published(lake, "dim_item")["item_id"].to_pylist()
    run(folder, lake, sources=NAIVE, horizon=7, replace=True)
    assert set(published(lake, "fact_forecast")["item_id"].to_pylist()) == {f"part {k}" for k in range(4)}


@pytest.mark.slow
def test_processes_give_the_same_forecasts_as_one(make_input: MakeInput, tmp_path: Path) -> None:
    folder = make_input(items=6)
    tables = []
    for fan_out in ("inline", "processes"):
        lake = str(tmp_path / fan_out)
        run(folder, lake, sources=["seasonal_naive", "empirical"], horizon=7, fan_out=fan_out, batch_size=2, workers=2)
        tables.append(published(lake, "fact_forecast").drop_columns(["run_id", "generated_at"]))
    assert tables[0].equals(tables[1])


def test_any_name_will_do(make_input: MakeInput, lake: str) -> None:
    """Names that are no file names, and text of every kind, neither fail nor reach other folders."""
    names = ("São Paulo/SP, nº 1", "..", "a'b%2F=c")
    folder = make_input(dataset_ids=names, items=1, days=40)
    text = (folder / "demand.csv").read_text().replace("São Paulo/SP, nº 1,", '"São Paulo/SP, nº 1",')
    (folder / "demand.csv").write_text(text.replace("item_0", '"Água; DROP ""TABLE"" \'x\'"'))
    report = run(folder, lake, sources=NAIVE, horizon=3)
    assert not report.failed
    assert set(published(lake, "fact_forecast")["dataset_id"].to_pylist()) == set(names)
    assert set(published(lake, "fact_forecast")["item_id"].to_pylist()) == {"Água; DROP \"TABLE\" 'x'"}
