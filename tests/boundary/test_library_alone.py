"""The forecasting library from the built wheel in an environment of its own: the page's code, and a run's numbers."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

pytest.importorskip("narwhals", reason="the wheel's library is tested in the training environment")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("dagster", "deltalake", "duckdb", "torch", "statsmodels", "prophet", "matplotlib", "pydantic_settings")
SOURCES = ("arima", "prophet", "seasonal_naive")
_SNIPPET = re.compile(r"^<!-- python -->\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

FORECASTS = """
import json, sys
import pandas as pd
from lakecast_forecast import Forecaster
f = Forecaster(horizon=3, models=["arima", "prophet", "seasonal_naive"]).fit(pd.read_csv(sys.argv[1]))
columns = ["mean", "median", "lower_80", "upper_80", "lower_95", "upper_95"]
print(json.dumps({name: f.predict(name)[columns].to_numpy().tolist() for name in f.sources}))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds `lakecast[forecast]` and pandas."""
    folder = tmp_path_factory.mktemp("alone")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True, cwd=folder)
    (wheel,) = folder.glob("lakecast-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    inside = [*pip, "--python", str(folder / "venv")]
    constraints = ["-c", str(ROOT / "constraints" / "ml.txt")]
    subprocess.run([*inside, "install", *constraints, f"lakecast[forecast] @ {wheel.as_uri()}", "pandas"], check=True)
    return folder / "venv" / "bin" / "python"


def run(python: Path, code: str, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python), "-c", code, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=python.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_pages_code_runs_without_what_the_extra_does_not_bring(python: Path) -> None:
    snippets = _SNIPPET.findall((ROOT / "docs" / "tutorial" / "forecasting.md").read_text())
    run(python, "\n".join([*snippets[:2], snippets[2].replace("f.plot(", "str("), "assert len(f.predict()) == 12"]))
    for name in FOREIGN:
        with pytest.raises(AssertionError, match=f"No module named '{name}'"):
            run(python, f"import {name}")


def test_importing_it_loads_little(python: Path) -> None:
    loaded = run(python, "import sys, lakecast_forecast; print(*sys.modules)").split()
    assert not {"scipy", "pandas", "holidays", "narwhals", "pyarrow"} & {name.partition(".")[0] for name in loaded}


def test_its_numbers_are_those_of_a_run(python: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    rows = [
        f"item-{item},{2019 + k // 12}-{1 + k % 12:02}-01,{(7 * k * (item + 1)) % 11 + item + k % 12}"
        for item in range(6)
        for k in range(60)
    ]
    (folder / "demand.csv").write_text("item_id,date,quantity\n" + "\n".join(rows) + "\n")
    alone = json.loads(run(python, FORECASTS, str(folder / "demand.csv")))
    lakecast = Path(sys.executable).with_name("lakecast")
    lake, out = tmp_path / "lake", tmp_path / "out"
    command = [str(lakecast), "run", "--data", str(folder), "--lake", str(lake), "--horizon", "3"]
    subprocess.run([*command, "--sources", ",".join(SOURCES)], check=True, capture_output=True)
    subprocess.run([str(lakecast), "export", str(out), "--lake", str(lake)], check=True, capture_output=True)
    live = pq.read_table(out / "fact_forecast.parquet").filter(pc.field("kind") == "live").to_pylist()
    live.sort(key=lambda row: (row["source"], row["item_id"], row["date"]))
    columns = ("forecast", "median", "lower_80", "upper_80", "lower_95", "upper_95")
    published = {name: [[row[c] for c in columns] for row in live if row["source"] == name] for name in SOURCES}
    assert set(alone) == set(SOURCES)
    for name in SOURCES:
        np.testing.assert_allclose(alone[name], published[name], rtol=1e-9, atol=1e-9, err_msg=name)
