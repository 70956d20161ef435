"""`lakecast mlflow` with a real MLflow over a folder, after a real run: `make try-mlflow` runs it in `.venv-mlflow`.

The training environment has no MLflow: some of what MLflow needs is older than what Dagster is tested with.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mlflow", reason="only `make try-mlflow` installs MLflow")
from mlflow import MlflowClient

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("seasonal_naive", "lstm")
DEMAND = "item_id,date,quantity\n" + "".join(
    f"item-{item},{2021 + k // 12}-{1 + k % 12:02}-01,{10 + item + k % 12}\n" for item in range(6) for k in range(48)
)


def lakecast(environment: Path, *arguments: object) -> str:
    command = [str(environment / "bin" / "lakecast"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake after a run of the training environment, and MLflow's folder beside it after two copies."""
    made = tmp_path_factory.mktemp("mlflow")
    (made / "towers").mkdir()
    (made / "towers" / "demand.csv").write_text(DEMAND)
    training = ROOT / ".venv-ml"
    lakecast(training, "run", "--data", made / "towers", "--lake", made / "lake", "--sources", ",".join(SOURCES))
    copy = ("mlflow", "--lake", made / "lake", "--to", made / "mlruns")
    assert lakecast(Path(sys.prefix), *copy).startswith("2 training runs copied to ")
    assert lakecast(Path(sys.prefix), *copy).startswith("0 training runs copied to "), "twice is once"
    return made


@pytest.fixture
def client(folder: Path, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return MlflowClient(str(folder / "mlruns"))


def runs(client: MlflowClient) -> dict[str, Any]:
    """Source -> its run of MLflow."""
    experiment = client.get_experiment_by_name("lakecast/towers")
    assert experiment is not None
    return {run.data.tags["lakecast.source"]: run for run in client.search_runs([experiment.experiment_id])}


def test_each_source_is_a_run_with_parameters_and_errors(client: MlflowClient) -> None:
    found = runs(client)
    assert set(found) == set(SOURCES)
    for run in found.values():
        assert run.info.status == "FINISHED"
        assert run.data.params["settings.seed"] == "0"
        assert run.data.params["model_version"] == run.data.tags["lakecast.model_version"]
        assert run.data.metrics["items"] == 6
        assert 0 <= run.data.metrics["coverage_95"] <= 1
    assert json.loads(found["lstm"].data.params["nets"])["smooth"]["items"] == 6


def test_a_net_has_its_loss_curve_and_the_file_has_all(client: MlflowClient, folder: Path) -> None:
    run = runs(client)["lstm"]
    curve = client.get_metric_history(run.info.run_id, "loss")
    path = Path(client.download_artifacts(run.info.run_id, "model_run.json", str(folder)))
    row = json.loads(path.read_text())
    assert [point.value for point in sorted(curve, key=lambda point: point.step)] == pytest.approx(row["loss_curve"])
    assert len(curve) > 1
    assert row["run_id"] == run.data.tags["lakecast.run_id"]


def test_what_a_stopped_command_has_left_is_copied_again(client: MlflowClient, folder: Path) -> None:
    run = runs(client)["seasonal_naive"]
    client.update_run(run.info.run_id, status="RUNNING")
    assert lakecast(Path(sys.prefix), "mlflow", "--lake", folder / "lake", "--to", folder / "mlruns").startswith("1 ")
