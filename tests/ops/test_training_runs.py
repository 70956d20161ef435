"""A lake's training runs in MLflow's words; tests/mlflow copies them to a real MLflow."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from lakecast_lake import commit, publish
from lakecast_lake.storage import Lake
from lakecast_ops import cli
from lakecast_ops.training_runs import training_runs
from lakecast_schema.contract import Table
from lakecast_schema.tables import FACT_METRICS, MODEL_RUN

AT = dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)


def rows(table: Table, *given: dict[str, Any]) -> pa.Table:
    empty = dict.fromkeys(table.column_names) | {"dataset_id": "towers", "model_version": "v1.0.0", "generated_at": AT}
    return pa.Table.from_pylist([empty | one for one in given], table.schema)


def trained(run: str, source: str, day: int, **others: Any) -> dict[str, Any]:
    lists: dict[str, Any] = {"members": [], "loss_curve": [], "issues": [], "parameters": "{}"}
    return {"run_id": run, "source": source, "generated_at": AT + dt.timedelta(day), **lists, **others}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two runs of lstm, of which the second is published with its errors, and one of theta, which has failed."""
    made = Lake(str(tmp_path / "lake"))
    runs = rows(
        MODEL_RUN,
        trained("run-1", "lstm", 0),
        trained(
            "run-2", "lstm", 1, loss_curve=[0.5, 0.25], fit_seconds=3.0, input_digest="abc", code_version="1.2",
            parameters='{"panels": 2, "kind": "net"}', settings='{"horizon": 12, "sources": ["lstm"]}',
        ),
        trained("run-2", "theta", 2, parameters='{"failure": "no"}'),
    )  # fmt: skip
    errors = rows(
        FACT_METRICS,
        {"item_id": "a", "source": "lstm", "run_id": "run-2", "mase": 1.0, "coverage_95": 0.9},
        {"item_id": "b", "source": "lstm", "run_id": "run-2", "mase": 2.0},
        {"item_id": "a", "source": "arima", "run_id": "run-0", "mase": 9.0},
    )
    commits = [
        commit.replace(made, table, batch, {"dataset_id": "towers"}, "run-2")
        for table, batch in ((MODEL_RUN, runs), (FACT_METRICS, errors))
    ]
    publish.publish(made, "run-2", "towers", commits, {})
    return made


def test_runs_come_with_their_own_errors_oldest_first(lake: Lake) -> None:
    first, second, failed = training_runs(lake)
    assert [(run.run_id, run.source) for run in (first, second, failed)] == [
        ("run-1", "lstm"), ("run-2", "lstm"), ("run-2", "theta"),
    ]  # fmt: skip
    assert first.metrics == {"fit_seconds": 0.0}, "its errors are no longer published"
    assert second.metrics == {"fit_seconds": 3.0, "items": 2.0, "mase": 1.5, "coverage_95": 0.9}
    assert second.loss_curve == (0.5, 0.25)
    assert second.parameters == {
        "panels": "2", "kind": "net", "settings.horizon": "12", "settings.sources": '["lstm"]', "input_digest": "abc",
        "code_version": "1.2", "model_version": "v1.0.0",
    }  # fmt: skip
    assert json.loads(second.row)["loss_curve"] == [0.5, 0.25]
    assert failed.parameters["failure"] == "no"
    assert failed.metrics == {"fit_seconds": 0.0}, "not those of the run's other source"


def test_of_one_data_set_only(lake: Lake) -> None:
    assert len(list(training_runs(lake, "towers"))) == 3
    assert not list(training_runs(lake, "shop"))


def test_without_mlflow_the_command_says_how_to_get_it(lake: Lake) -> None:
    done = CliRunner().invoke(cli.app, ["mlflow", "--lake", lake.uri])
    assert done.exit_code == 1
    assert "pip install 'lakecast[mlflow]'" in str(done.exception)
