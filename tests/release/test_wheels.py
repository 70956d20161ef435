"""What a user installs: each extra from the wheel alone, in an empty environment. `make try-wheels` runs it.

It installs gigabytes, so `make test` leaves it out. LAKECAST_WHEEL names the wheel, TRY_PYTHON the
Python that is tried.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if "LAKECAST_WHEEL" not in os.environ:
    pytest.skip("only `make try-wheels` installs wheels into empty environments", allow_module_level=True)
WHEEL = Path(os.environ["LAKECAST_WHEEL"]).resolve()
MEGABYTES = 520
"""What an environment that serves may take on the disk after its first start."""
_SNIPPET = re.compile(r"^<!-- python -->\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
DEMAND = "item_id,date,quantity\n" + "".join(
    f"item-{item},{2021 + k // 12}-{1 + k % 12:02}-01,{10 + item + k % 12}\n" for item in range(3) for k in range(48)
)
RESULTS = """
import datetime as dt, os, pyarrow as pa, pyarrow.parquet as pq
os.mkdir("results")
pq.write_table(pa.table({
    "date": [dt.date(2024, month, 1) for month in (7, 8, 9)], "item_id": ["SFP-10G"] * 3, "forecast": [7.1, 7.3, 7.6],
    "actual": pa.nulls(3, pa.float64()), "source": ["my_model"] * 3, "model_version": ["v1.0.0"] * 3,
    "generated_at": [dt.datetime(2024, 6, 30)] * 3, "dataset_id": ["towers"] * 3}), "results/fact_forecast.parquet")
"""

Install = Callable[[str], Path]


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Installs an extra of the wheel into an environment of its own, without bytecode; its folder of programs."""

    def new(extra: str, *others: str) -> Path:
        folder = tmp_path_factory.mktemp(extra) / "venv"
        python = os.environ.get("TRY_PYTHON") or sys.executable
        subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
        side = "serve" if extra == "serve" else "ml"
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder), "install", "-q"]
        constraints = ["-c", str(ROOT / "constraints" / f"{side}.txt")]
        asked = f"lakecast[{extra}] @ {WHEEL.as_uri()}"
        subprocess.run([*pip, "--no-compile", *constraints, asked, *others], check=True)
        return folder / "bin"

    return new


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints, in a folder and an environment that know nothing of this repository."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LAKECAST", "PYTHON"))}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(1800)
def test_serve_serves_and_is_small(install: Install, tmp_path: Path) -> None:
    programs = install("serve")
    run(programs / "python", "-c", RESULTS, cwd=tmp_path)
    run(programs / "lakecast", "import", "results", "--lake", "lake", cwd=tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [str(programs / "lakecast"), "serve", "--lake", "lake", "--port", str(port)]
    server = subprocess.Popen(command, cwd=tmp_path)
    try:
        question = urllib.request.Request(
            f"http://127.0.0.1:{port}/graphql",
            b'{"query": "{ item(itemId: \\"SFP-10G\\") { forecast { forecast } } }"}',
            {"Content-Type": "application/json"},
        )
        end = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(question) as answer:
                    assert b"[7.1,7.3,7.6]" in answer.read()
                break
            except urllib.error.URLError:
                assert server.poll() is None
                assert time.monotonic() < end
                time.sleep(0.2)
    finally:
        server.terminate()
        server.wait()
    folder = programs.parent
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    by_package: dict[str, int] = {}
    for path, size in sizes.items():
        parts = path.relative_to(folder).parts
        name = "bytecode" if path.suffix == ".pyc" else parts[3].partition(".")[0] if len(parts) > 4 else parts[-1][:20]
        by_package[name] = by_package.get(name, 0) + size
    largest = sorted(by_package.items(), key=lambda pair: -pair[1])[:10]
    print(f"{sum(sizes.values()) / 1e6:.0f} MB:", ", ".join(f"{name} {size / 1e6:.0f}" for name, size in largest))
    assert sum(sizes.values()) <= MEGABYTES * 1e6


@pytest.mark.timeout(1800)
def test_forecast_runs_the_notebook_page(install: Callable[..., Path], tmp_path: Path) -> None:
    programs = install("forecast,plot", "pandas")
    page = (ROOT / "docs" / "tutorial" / "forecasting.md").read_text()
    run(programs / "python", "-c", "\n".join(_SNIPPET.findall(page)), cwd=tmp_path)


@pytest.mark.timeout(3600)
def test_ml_runs(install: Install, tmp_path: Path) -> None:
    programs = install("ml")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "demand.csv").write_text(DEMAND)
    said = run(programs / "lakecast", "run", "--data", "shop", "--lake", "lake", "--horizon", "3", cwd=tmp_path)
    assert "published as snapshot 1" in said
    assert "lstm" in said
