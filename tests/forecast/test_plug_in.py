"""A model in a package of its own: installed, it is a source like any other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "gradient-boosting"
PAGE = ROOT / "docs" / "how-to" / "add-a-model.md"
_FILE = re.compile(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)

USE = """
import sys
import numpy as np
from lakecast_forecast import Forecaster, registry
name = sys.argv[1]
assert name in registry.names(), registry.names()
months = [f"{2019 + k // 12}-{1 + k % 12:02}" for k in range(60)]
frame = {
    "item_id": np.repeat(["a", "b", "c"], 60),
    "date": np.tile(months, 3),
    "quantity": np.tile(20.0 + np.arange(60) % 12, 3),
}
fitted = Forecaster(horizon=3, models=[name]).fit(frame)
assert not fitted.issues.num_rows, fitted.issues.to_pylist()
assert fitted.predict().num_rows == 9
assert fitted.model(name).predict(2, levels=[50]).num_rows == 6
print(fitted.predict(name)["mean"].to_pylist()[:3])
"""


DEMAND = """
import pandas as pd
df = pd.DataFrame({"item_id": "a", "date": pd.date_range("2019-01-01", periods=60, freq="MS")})
df["quantity"] = [20.0 + k % 12 for k in range(60)]
"""


def install(package: Path, target: Path) -> dict[str, str]:
    """Install a package into a folder; the environment in which it is found."""
    subprocess.run(["cp", "-r", str(package), str(target.with_name("source"))], check=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(target.with_name("source"))], check=True)
    return dict(os.environ) | {"PYTHONPATH": str(target)}


def use(name: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", USE, name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_package_that_the_page_describes_works(tmp_path: Path) -> None:
    package = tmp_path / "written"
    package.mkdir()
    for name, text in _FILE.findall(PAGE.read_text()):
        (package / name).write_text(text)
    environment = install(package, tmp_path / "target")
    assert "[30.0, 30.0, 30.0]" in use("last_months", environment)
    notebook = re.search(
        r"^<!-- python: notebook -->\n```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert notebook
    subprocess.run([sys.executable, "-c", DEMAND + notebook[1]], env=environment, check=True)


@pytest.mark.slow
def test_the_example_is_a_source_of_a_run(tmp_path: Path) -> None:
    environment = install(EXAMPLE, tmp_path / "target")
    use("gradient_boosting", environment)
    folder = tmp_path / "shop"
    folder.mkdir()
    rows = [
        f"item-{item},{2019 + k // 12}-{1 + k % 12:02}-01,{10 + item + k % 12}" for item in range(3) for k in range(60)
    ]
    (folder / "demand.csv").write_text("item_id,date,quantity\n" + "\n".join(rows) + "\n")
    lakecast = Path(sys.executable).with_name("lakecast")
    command = [str(lakecast), "run", "--data", str(folder), "--lake", str(tmp_path / "lake"), "--horizon", "3"]
    done = subprocess.run(
        [*command, "--sources", "gradient_boosting"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gradient_boosting" in done.stdout
