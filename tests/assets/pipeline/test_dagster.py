"""Dagster's own executor: each step a process, arrays handed over in files, commits found in the event log."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema.tables import TABLES

MakeInput = Callable[..., Path]


@pytest.mark.slow
def test_a_run_of_processes_publishes_and_notes_what_it_did(make_input: MakeInput, lake: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_bytes((Path(__file__).parents[3] / "ops" / "dagster.yaml").read_bytes())
    asked = {"data": str(make_input()), "sources": ["seasonal_naive"], "horizon": 7}
    selected = ",".join([*TABLES, "panel", "spread", "seasonal_naive_forecast"])
    with dg.DagsterInstance.from_config(str(home)) as instance:
        instance.add_dynamic_partitions("dataset", ["parts"])
        told = subprocess.run(
            [
                *(str(Path(sys.executable).parent / "dagster"), "asset", "materialize"),
                *("-m", "lakecast_assets.definitions", "--select", selected, "--partition", "parts"),
                *("--config-json", json.dumps({"resources": {"settings": {"config": asked}}})),
            ],
            env={**os.environ, "DAGSTER_HOME": str(home), "LAKECAST_LAKE": lake},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stderr[-3000:]
        event = instance.get_latest_materialization_event(dg.AssetKey("fact_forecast"))
        assert event is not None
        assert event.asset_materialization is not None
        noted = event.asset_materialization.metadata
        assert {"dagster/row_count", "dagster/column_schema", "dagster/uri", "delta/version", "pictures"} <= set(noted)
        (run,) = instance.get_runs()
        steps = {stats.step_key for stats in instance.get_run_step_stats(run.run_id)}
        assert {"ingest", "fact_forecast_checks", "snapshot"} <= steps
    newest = snapshots.newest(Lake.open(lake))
    assert newest.run_id == run.run_id
    without_rows = {"rejected_rows", "driver", "open_order"}
    assert {entry.table for entry in newest.entries} == set(TABLES) - {"snapshot", *without_rows}
