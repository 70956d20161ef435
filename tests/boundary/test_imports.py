"""The import contracts hold, and each of them can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

BREACHES = {
    "serving imports pandas": ("graphql/lakecast_graphql/breach.py", "import pandas\n"),
    "serving imports scipy by way of the lake": ("lake/lakecast_lake/breach.py", "import scipy.stats\n"),
    "serving imports the assets": ("graphql/lakecast_graphql/breach.py", "import lakecast_assets.pipeline.settings\n"),
    "serving imports the forecasting library": (
        "graphql/lakecast_graphql/breach.py",
        "import lakecast_forecast.panel\n",
    ),
    "forecasting imports Dagster": ("assets/lakecast_forecast/breach.py", "import dagster\n"),
    "forecasting opens Delta tables": ("assets/lakecast_forecast/models/breach.py", "import deltalake\n"),
    "forecasting reads the lake": ("assets/lakecast_forecast/breach.py", "import lakecast_lake.storage\n"),
    "forecasting imports the assets": (
        "assets/lakecast_forecast/evaluation/breach.py",
        "import lakecast_assets.pipeline.settings\n",
    ),
    "tables know the pipeline": (
        "assets/lakecast_assets/tables/breach.py",
        "import lakecast_assets.pipeline.settings\n",
    ),
    "ingest makes tables": ("assets/lakecast_assets/ingest/breach.py", "import lakecast_assets.tables.metrics\n"),
    "ingest imports Dagster": ("assets/lakecast_assets/ingest/breach.py", "import dagster\n"),
    "assets import serving": ("assets/lakecast_assets/breach.py", "import lakecast_graphql.errors\n"),
    "the schema reads the lake": ("schema/lakecast_schema/breach.py", "import lakecast_lake.storage\n"),
    "the schema opens Delta tables": ("schema/lakecast_schema/breach.py", "import deltalake\n"),
    "serving opens Delta tables": ("graphql/lakecast_graphql/breach.py", "import deltalake\n"),
    "assets query DuckDB": ("assets/lakecast_assets/breach.py", "import duckdb\n"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the source tree in `folder`, which hides the one that is installed."""
    roots = [str(folder / name) for name in ("schema", "lake", "graphql", "assets", "ops")]
    code = f"import sys; sys.path[:0] = {roots!r}; from importlinter.cli import lint_imports; "
    code += "sys.exit(lint_imports(no_cache=True))"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the six packages and their contracts, to be broken."""
    import shutil

    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("schema", "lake", "graphql", "assets", "ops"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.parquet"))
    return tmp_path


def test_contracts_hold(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_seen(tree: Path, breach: str) -> None:
    path, code = BREACHES[breach]
    (tree / path).write_text(code)
    done = lint(tree)
    assert done.returncode != 0, done.stdout
    assert "breach" in done.stdout
