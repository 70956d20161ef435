"""Assets without the rest of the graph: they use what is published, or say why they cannot."""

from collections.abc import Callable, Sequence
from pathlib import Path

import dagster as dg
import pyarrow.compute as pc
import pytest
from dagster._core.storage.tags import PARTITION_NAME_TAG

from lakecast_assets.pipeline import asset_checks
from lakecast_assets.pipeline.definitions import definitions
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.progress import Progress, Silent
from lakecast_assets.pipeline.run import run
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_forecast import registry
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

MakeInput = Callable[..., Path]
NAIVE = ["seasonal_naive"]


def execute(folder: Path, lake: str, job: str, assets: Sequence[str] | None = None) -> str:
    """Run a job of one data set in this process; the messages of the steps that failed."""
    settings = RunSettings(data=str(folder), sources=NAIVE, horizon=7)
    loaded = definitions(lake, str(folder.parent / "hand_over"), settings, Progress(Silent()), Folders())
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("dataset", ["parts"])
        result = loaded.resolve_job_def(job).execute_in_process(
            instance=instance,
            partition_key="parts",
            raise_on_error=False,
            asset_selection=None if assets is None else [dg.AssetKey(name) for name in assets],
        )
        return "\n".join(str(event.step_failure_data.user_failure_data) for event in result.get_step_failure_events())


def test_new_stock_becomes_new_advice_without_training(make_input: MakeInput, lake: str) -> None:
    folder = make_input()
    run(folder, lake, sources=NAIVE, horizon=7)
    opened = Lake.open(lake)
    first = snapshots.newest(opened)
    stock = (folder / "stock.csv").read_text().splitlines()
    (folder / "stock.csv").write_text("\n".join([stock[0], stock[1].rpartition(",")[0] + ",77"]) + "\n")
    with (folder / "demand.csv").open("a") as file:
        file.write("late,2026-01-01,1\n")
    assert execute(folder, lake, "stock_only") == ""
    second = snapshots.newest(opened)
    assert second.snapshot_id == first.snapshot_id + 1
    orders = snapshots.read(opened, second, "fact_replenishment")
    assert orders.filter(pc.field("item_id") == "item_0")["on_hand"].to_pylist() == [77.0]
    kept = {"demand", "fact_forecast", "fact_metrics", "model_run", "landed_demand"}
    versions = [{e.table: e.version for e in s.entries if e.table in kept} for s in (first, second)]
    assert versions[0] == versions[1]


def test_new_stock_before_any_forecast_is_told_what_is_missing(make_input: MakeInput, lake: str) -> None:
    assert "no forecasts of parts are published, nor made in this run" in execute(make_input(), lake, "stock_only")


def test_new_demand_fills_in_the_actuals_of_published_forecasts_without_training(
    make_input: MakeInput, lake: str
) -> None:
    run(make_input(days=113), lake, sources=NAIVE, horizon=7)
    opened = Lake.open(lake)
    before = snapshots.read(opened, snapshots.newest(opened), "fact_forecast")
    folder = make_input(days=117)
    with (folder / "demand.csv").open("a") as file:
        file.write("unheard_of,2026-04-20,1\n")
    assert execute(folder, lake, "new_actuals") == ""
    newest = snapshots.newest(opened)
    assert newest.snapshot_id == 2
    after = snapshots.read(opened, newest, "fact_forecast")
    key = [
        ("source", "ascending"),
        ("kind", "ascending"),
        ("item_id", "ascending"),
        ("cutoff", "ascending"),
        ("date", "ascending"),
    ]
    assert after.drop(["actual"]).sort_by(key).equals(before.drop(["actual"]).sort_by(key))
    demand = snapshots.read(opened, newest, "demand")
    seen = {(row["item_id"], row["date"]): row["quantity"] for row in demand.to_pylist()}
    live = after.filter(pc.field("kind") == "live").to_pylist()
    assert [row["actual"] for row in live] == [seen.get((row["item_id"], row["date"])) for row in live]
    assert sum(row["actual"] is not None for row in live) == 4 * 4
    assert execute(folder, lake, "new_actuals") == ""
    assert snapshots.newest(opened).snapshot_id == 2, "nothing is new any more"


ALONE = {
    "seasonal_naive_forecast": "no demand of parts is published, nor read in this run",
    "fact_forecast": "none was run; materialise the forecasts of some with it",
    "fact_replenishment": "no forecasts of parts are published, nor made in this run",
    "snapshot": "this run has made no table",
}


def check_alone(lake: str, hand_over: Path, asset: str, check: str) -> dg.ExecuteInProcessResult:
    """Execute one check of a data set, as a person does on its page."""
    settings = RunSettings(sources=NAIVE, horizon=7)
    loaded = definitions(lake, str(hand_over), settings, Progress(Silent()), Folders())
    selection = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey(asset), check))
    one = dg.Definitions(jobs=[dg.define_asset_job("one_check", selection)])
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("dataset", ["parts"])
        job = dg.Definitions.merge(loaded, one).resolve_job_def("one_check")
        tags = {PARTITION_NAME_TAG: "parts"}
        return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def test_each_check_can_be_executed_alone_on_what_is_published(
    make_input: MakeInput, lake: str, tmp_path: Path
) -> None:
    run(make_input(), lake, sources=NAIVE, horizon=7)
    for spec in (spec for definition in asset_checks.ALL for spec in definition.check_specs):
        done = check_alone(lake, tmp_path, spec.asset_key.path[-1], spec.name)
        (told,) = done.get_asset_check_evaluations()
        assert (told.check_name, told.partition) == (spec.name, "parts")
        assert told.passed or told.severity is dg.AssetCheckSeverity.WARN
    assert len(snapshots.history(Lake.open(lake))) == 1


def test_a_check_that_has_nothing_to_look_at_says_so(lake: str, tmp_path: Path) -> None:
    for asset, check in (("demand", "freshness"), ("fact_forecast", "contract"), ("fact_metrics", "coverage")):
        (failure,) = check_alone(lake, tmp_path, asset, check).get_step_failure_events()
        said = str(failure.step_failure_data.user_failure_data)
        assert "of parts is published, nor made in this run" in said


@pytest.mark.parametrize("asset", ALONE)
def test_an_asset_alone_in_an_empty_lake_says_what_it_needs(make_input: MakeInput, lake: str, asset: str) -> None:
    assert ALONE[asset] in execute(make_input(), lake, "run", [asset])


def test_assets_alone_use_what_is_published(make_input: MakeInput, lake: str) -> None:
    folder = make_input()
    run(folder, lake, sources=NAIVE, horizon=7)
    (folder / "demand.csv").unlink()
    for alone in ("seasonal_naive_forecast", "fact_forecast", "fact_replenishment"):
        assert execute(folder, lake, "run", [alone]) == ""
    assert "none was run; materialise the forecasts of some with it" in execute(folder, lake, "run", ["fact_metrics"])
    assert snapshots.newest(Lake.open(lake)).snapshot_id == 1
    together = ["seasonal_naive_forecast", "fact_forecast", "fact_metrics", "fact_replenishment", "snapshot"]
    assert execute(folder, lake, "run", together) == ""
    assert snapshots.newest(Lake.open(lake)).snapshot_id == 2


def test_where_every_source_failed_all_that_goes_without_says_why(
    make_input: MakeInput, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_input()
    run(folder, lake, sources=NAIVE, horizon=7)

    def no_solver(name: str, *_: object, **__: object) -> object:
        raise ImportError(f"no solver of {name}")

    monkeypatch.setattr(registry, "get", no_solver)
    messages = execute(folder, lake, "run", ["seasonal_naive_forecast", "fact_forecast", "fact_metrics"])
    assert messages.count("nothing is published (seasonal_naive: ImportError: no solver of seasonal_naive)") == 2
