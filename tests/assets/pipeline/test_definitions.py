"""What Dagster loads: the graph, quickly, and what starts runs by itself."""

import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from lakecast_assets.definitions import defs
from lakecast_assets.pipeline import automation
from lakecast_assets.pipeline.definitions import PRELOADED
from lakecast_assets.pipeline.settings import WrongSettings
from lakecast_forecast import registry
from lakecast_schema.tables import TABLES

EARLY = dt.datetime(2026, 1, 2, 8, tzinfo=dt.UTC)
HEAVY = ("torch", "prophet", "statsmodels", "pandas", "scipy", "sklearn", "distributed", "cmdstanpy", "matplotlib")


def test_loading_imports_no_model() -> None:
    code = f"import sys, lakecast_assets.definitions; print([m for m in {HEAVY} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_code_location_can_be_loaded() -> None:
    dg.Definitions.validate_loadable(defs)


def test_every_table_is_an_asset_and_the_snapshot_comes_last() -> None:
    graph = defs.resolve_asset_graph()
    keys = {key.to_user_string(): key for key in graph.get_all_asset_keys()}
    assert set(TABLES) <= set(keys)
    assert {f"{name}_forecast" for name in (*registry.names(), "ensemble")} <= set(keys)
    snapshot = keys["snapshot"]
    assert not graph.get(snapshot).child_keys
    assert {key.to_user_string() for key in graph.get(snapshot).parent_keys} == set(TABLES) - {"snapshot"}
    groups = {graph.get(key).group_name for key in keys.values()}
    assert groups == {"ingest", "features", "forecast", "evaluate", "publish"}
    assert all(graph.get(key).description for key in keys.values())
    assert all(graph.get(key).partitions_def is not None for key in keys.values())


def test_blocking_checks_come_before_the_snapshot() -> None:
    graph = defs.resolve_asset_graph()
    blocking = {spec.name for spec in graph.asset_check_keys if graph.get_check_spec(spec).blocking}
    assert blocking == {"contract", "not_shrunk", "same_items", "no_item_lost", "not_wildly_off"}


@pytest.fixture
def landed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "landing" / "parts"
    folder.mkdir(parents=True)
    demand = folder / "demand.csv"
    demand.write_text("dataset_id,item_id,date,quantity\none,A,2026-01-01,1\ntwo,A,2026-01-01,1\n")
    os.utime(demand, (1, 1))
    monkeypatch.setenv(automation.LANDING, str(tmp_path / "landing"))
    monkeypatch.setenv(automation.RESULTS, str(tmp_path / "landing"))
    return folder


def evaluate(sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult:
    with dg.build_sensor_context(instance, cursor=cursor, definitions=defs) as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_new_content_is_run_once_per_data_set(landed: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = evaluate(automation.landing, instance, None)
        requests = first.run_requests or []
        assert [request.partition_key for request in requests] == ["one", "two"]
        steps = {key.to_user_string() for key in requests[0].asset_selection or []}
        assert {*TABLES, "panel", "ensemble_forecast", "mlp_forecast"} <= steps
        assert "imapa_forecast" not in steps, "neither published nor a member of any ensemble"
        assert requests[0].run_config == {"resources": {"settings": {"config": {"data": str(landed)}}}}
        assert first.dynamic_partitions_requests[0].partition_keys == ["one", "two"]  # type: ignore[index]
        again = evaluate(automation.landing, instance, first.cursor)
        assert again.run_requests == []
        (landed / "demand.csv").write_text("dataset_id,item_id,date,quantity\none,A,2026-01-02,1\n")
        os.utime(landed / "demand.csv", (2, 2))
        changed = evaluate(automation.landing, instance, again.cursor)
        (request,) = changed.run_requests or []
        assert request.partition_key == "one"
        assert request.run_key != requests[0].run_key
        assert len(json.loads(changed.cursor or "")) == 1, "the cursor does not grow"


@pytest.fixture
def broken(landed: Path) -> Path:
    """A folder of the landing folder whose demand file lacks its columns."""
    bad = landed.parent / "bad"
    bad.mkdir()
    (bad / "demand.csv").write_text("nothing\n1\n")
    os.utime(bad / "demand.csv", (1, 1))
    return bad


def test_a_broken_folder_gets_a_run_that_fails_and_the_others_theirs(landed: Path, broken: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = evaluate(automation.landing, instance, None)
        requests = first.run_requests or []
        assert [request.partition_key for request in requests] == ["bad", "one", "two"]
        assert evaluate(automation.landing, instance, first.cursor).run_requests == [], "once until it changes"
        job = defs.resolve_job_def("run")
        failed = job.execute_in_process(
            requests[0].run_config, instance, partition_key="bad", raise_on_error=False
        ).get_step_failure_events()
    assert [event.step_key for event in failed] == ["ingest"]
    assert "demand.csv" in str(failed[0].step_failure_data.error)


def test_a_folder_that_is_broken_now_reddens_a_data_set_that_it_had(landed: Path) -> None:
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("dataset", ["one", "two"])
        tags = {automation.DATA: str(landed), "dagster/partition": "two"}
        create_run_for_test(instance, job_name="run", tags=tags)
        (landed / "demand.csv").write_bytes(b"\xff\x00")
        os.utime(landed / "demand.csv", (1, 1))
        context = dg.build_schedule_context(instance, scheduled_execution_time=EARLY)
        assert [request.partition_key for request in automation.daily(context)] == ["two"]  # type: ignore[union-attr]


def test_the_daily_schedule_runs_the_good_folders_beside_a_broken_one(landed: Path, broken: Path) -> None:
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("dataset", ["one", "two"])
        context = dg.build_schedule_context(instance, scheduled_execution_time=EARLY)
        requests = [*automation.daily(context)]  # type: ignore[misc]
    assert [request.partition_key for request in requests] == ["bad", "one", "two"]


def test_results_made_elsewhere_are_imported_once(landed: Path) -> None:
    (landed / "fact_forecast.parquet").write_bytes(b"some content")
    os.utime(landed / "fact_forecast.parquet", (1, 1))
    with dg.DagsterInstance.ephemeral() as instance:
        first = evaluate(automation.results, instance, None)
        (request,) = first.run_requests or []
        assert request.run_config["ops"]["import_folder"]["config"]["folder"] == str(landed)
        assert evaluate(automation.results, instance, first.cursor).run_requests == []


def test_without_a_landing_folder_the_sensor_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(automation.LANDING, str(tmp_path / "nowhere"))
    with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance) as context:
        assert isinstance(automation.landing(context), dg.SkipReason)


def test_the_daily_schedule_runs_the_known_data_sets_of_the_landing_folder(landed: Path) -> None:
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("dataset", ["two", "elsewhere"])
        requests = [*automation.daily(dg.build_schedule_context(instance, scheduled_execution_time=EARLY))]  # type: ignore[misc]
    assert [request.partition_key for request in requests] == ["two"]


def test_how_often_the_folders_are_looked_at_is_a_setting() -> None:
    assert automation.watch_seconds({}) == 30
    assert automation.watch_seconds({automation.WATCH_SECONDS: "5"}) == 5
    for wrong in ("", "0", "-1", "1.5", "often"):
        with pytest.raises(WrongSettings, match=f"LAKECAST_WATCH_SECONDS is {wrong!r}"):
            automation.watch_seconds({automation.WATCH_SECONDS: wrong})


def test_what_steps_are_forked_from_can_be_loaded() -> None:
    """A module that is not there any more would be passed over in silence, and every step would be slow again."""
    for name in PRELOADED:
        assert importlib.util.find_spec(name) is not None, name
