"""What has not changed is neither trained nor published, whoever starts the run; what depends on it is."""

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.compute as pc
import pytest

from lakecast_assets.definitions import defs
from lakecast_assets.pipeline import automation, training
from lakecast_assets.pipeline.definitions import definitions
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.progress import Progress, Silent
from lakecast_assets.pipeline.run import RunReport, run
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema.tables import TABLES

MakeInput = Callable[..., Path]
SOURCES = ["seasonal_naive", "theta"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, make_input_in: Callable[[Path], MakeInput]) -> Path:
    """A folder that holds the input `parts`, published in the lake `lake`."""
    root = tmp_path_factory.mktemp("published")
    again(make_input_in(root)(), str(root / "lake"))
    return root


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy of the input that is published in `lake`."""
    shutil.copytree(published, tmp_path, dirs_exist_ok=True)
    return tmp_path / "parts"


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that are trained while a test runs."""
    names: list[str] = []
    train = training.train

    def counted(source: str, *args: Any) -> Any:
        names.append(source)
        return train(source, *args)

    monkeypatch.setattr("lakecast_assets.pipeline.forecast.train", counted)
    return names


def again(folder: Path, lake: str, **settings: Any) -> RunReport:
    return run(folder, lake, **{"sources": SOURCES, "horizon": 7, **settings})


def without_theta(source: str, *args: Any, train: Callable[..., Any] = training.train) -> Any:
    if source == "theta":
        raise ImportError("no solver of theta")
    return train(source, *args)


def versions(lake: str) -> dict[str, int]:
    opened = Lake.open(lake)
    return {name: opened.handle(name).version() for name in TABLES if opened.exists(name)}


def test_unchanged_input_is_neither_trained_nor_published(
    folder: Path, lake: str, trained: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = versions(lake)
    (folder / "demand.csv").write_text((folder / "demand.csv").read_text())
    (told,) = again(folder, lake).datasets
    assert told.unchanged
    assert told.snapshot_id == 1
    assert not trained
    assert versions(lake) == before
    assert not caplog.messages, "Dagster's warnings of steps without checks are nobody's business"


@pytest.mark.parametrize("starter", ["sensor", "schedule", "backfill"])
def test_whoever_starts_a_run_of_unchanged_input_trains_and_publishes_nothing(
    folder: Path, lake: str, trained: list[str], monkeypatch: pytest.MonkeyPatch, starter: str
) -> None:
    """The sensor without its cursor, as after a new installation, the daily schedule, and runs of each partition."""
    (folder / "lakecast.yaml").write_text(f"sources: [{', '.join(SOURCES)}]\nhorizon: 7\n")
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    monkeypatch.setenv(automation.LANDING, str(folder))
    before = versions(lake)
    settings = RunSettings(data=str(folder))  # `lakecast.yaml` says which sources
    loaded = definitions(lake, str(folder.parent / "hand_over"), settings, Progress(Silent()), Folders())
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("dataset", ["parts"])
        for request in requests(starter, instance):
            done = loaded.resolve_job_def(automation.JOB).execute_in_process(
                request.run_config,
                instance,
                partition_key="parts",
                asset_selection=[*request.asset_selection] if request.asset_selection else None,
            )
            assert [event.step_key for event in done.get_step_success_events()] == ["ingest"]
    assert not trained
    assert versions(lake) == before


def requests(starter: str, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """The one run that is wanted for."""
    if starter == "sensor":
        with dg.build_sensor_context(instance, definitions=defs) as context:
            made = automation.landing(context)
        assert isinstance(made, dg.SensorResult)
        wanted = [*(made.run_requests or [])]
    elif starter == "schedule":
        early = dt.datetime(2026, 1, 2, 8, tzinfo=dt.UTC)
        wanted = [*automation.daily(dg.build_schedule_context(instance, scheduled_execution_time=early))]  # type: ignore[misc]
    else:
        wanted = [dg.RunRequest(partition_key="parts")]
    assert [request.partition_key for request in wanted] == ["parts"]
    return wanted


def test_it_can_be_trained_anew_nonetheless(folder: Path, lake: str, trained: list[str]) -> None:
    (told,) = again(folder, lake, retrain=True).datasets
    assert (told.snapshot_id, told.unchanged) == (2, False)
    assert trained == SOURCES


def test_new_stock_and_terms_become_new_advice_from_the_forecasts_that_are_published(
    folder: Path, lake: str, trained: list[str]
) -> None:
    before = versions(lake)
    stock = (folder / "stock.csv").read_text()
    (folder / "stock.csv").write_text(stock.replace(",20\n", ",77\n"))
    (told,) = again(folder, lake).datasets
    assert (told.snapshot_id, told.unchanged) == (2, False)
    assert not trained
    opened = Lake.open(lake)
    newest = snapshots.newest(opened)
    orders = snapshots.read(opened, newest, "fact_replenishment")
    assert orders.filter(pc.field("item_id") == "item_0")["on_hand"].to_pylist() == [77.0]
    assert newest.run_of("parts") == told.run_id
    for name in ("fact_forecast", "fact_metrics", "model_run", "decision_calibration"):
        assert opened.handle(name).version() == before[name]
        assert newest.entry("parts", name).version == before[name]  # type: ignore[union-attr]
    assert again(folder, lake).datasets[0].unchanged
    assert not again(folder, lake, review_day="15").datasets[0].unchanged
    assert opened.handle("decision_calibration").version() > before["decision_calibration"], "other days to protect"
    assert again(folder, lake, review_day="15").datasets[0].unchanged
    assert not again(folder, lake).datasets[0].unchanged, "orders on any day again"
    assert not again(folder, lake, champion="seasonal_naive").datasets[0].unchanged
    assert again(folder, lake, champion="seasonal_naive").datasets[0].unchanged
    assert not trained


@pytest.mark.parametrize(
    "changed",
    [{"horizon": 5}, {"seed": 1}, {"sources": ["seasonal_naive", "theta", "ets"]}],
    ids=lambda settings: next(iter(settings)),
)
def test_what_forecasts_depend_on_trains_them(
    folder: Path, lake: str, trained: list[str], changed: dict[str, Any]
) -> None:
    (told,) = again(folder, lake, **changed).datasets
    assert not told.unchanged
    assert sorted(trained) == sorted(changed.get("sources", SOURCES))


def test_new_demand_trains(folder: Path, lake: str, trained: list[str], make_input: MakeInput) -> None:
    make_input(days=121)
    again(folder, lake)
    assert trained == SOURCES


def test_new_code_trains(folder: Path, lake: str, trained: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr("lakecast_assets.pipeline.inputs.version", lambda _: "0.0.0")
        again(folder, lake)
    assert trained == SOURCES
    monkeypatch.setattr("lakecast_assets.pipeline.inputs._model_version", lambda source, _: f"v99 of {source}")
    again(folder, lake)
    assert trained == 2 * SOURCES


def test_a_source_that_has_failed_is_tried_again(
    folder: Path, lake: str, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("lakecast_assets.pipeline.forecast.train", without_theta)
        assert again(folder, lake, seed=1).datasets[0].failed_sources
    trained.clear()
    assert not again(folder, lake, seed=1).datasets[0].failed_sources
    assert trained == SOURCES


def test_all_default_sources_let_others_go_though_the_input_is_the_same(
    folder: Path, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakecast_assets.pipeline.inputs.DEFAULT_SOURCES", ("theta",))
    assert not again(folder, lake, sources=["theta"]).datasets[0].unchanged
    newest = snapshots.newest(Lake.open(lake))
    live = snapshots.read(Lake.open(lake), newest, "fact_forecast")
    assert set(live["source"].to_pylist()) == {"theta"}
