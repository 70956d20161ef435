"""The server starts and answers where machine learning and orchestration are absent."""

import subprocess
from pathlib import Path

import pytest
from both_sides import ROOT, serving

PYTHON = ROOT / ".venv-serve" / "bin" / "python"
ABSENT = (
    "torch",
    "prophet",
    "statsmodels",
    "sklearn",
    "scipy",
    "dagster",
    "pandas",
    "tensorflow",
    "cmdstanpy",
    "mlflow",
)
ONLY_SERVE = Path(__file__).with_name("only_serve.py")


@pytest.mark.parametrize("package", ABSENT)
def test_the_package_cannot_be_imported_there(package: str) -> None:
    done = subprocess.run([PYTHON, "-c", f"import {package}"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"No module named '{package}'" in done.stderr


@pytest.mark.parametrize("module", ["pytest", "mypy", "hypothesis", "httpx"])
def test_the_narrow_environment_is_narrow(module: str) -> None:
    """What stands beside the extra `serve` is installed, and refused."""
    code = f"import sys; sys.path.insert(0, {str(ONLY_SERVE.parent)!r}); import only_serve; "
    code += f"sys.meta_path.insert(0, only_serve.OnlyServe()); import {module}"
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "in lakecast[serve]" in done.stderr


def test_the_extra_serve_is_enough_to_answer(published: Path, tmp_path: Path) -> None:
    with serving(published, tmp_path, "--dev", command=(str(PYTHON), str(ONLY_SERVE))) as server:
        answer = server.query("""{
            serviceStatus { mlPackages problem snapshotId }
            item(itemId: "M00") { forecast { source forecast } replenishment { alert reason } }
            leaderboard { source }
        }""")
    assert answer["serviceStatus"]["mlPackages"] == []
    assert answer["serviceStatus"]["problem"] is None
    assert len(answer["item"]["forecast"]["forecast"]) == 12


def test_a_running_server_has_loaded_none_of_them(published: Path, tmp_path: Path) -> None:
    with serving(published, tmp_path) as server:
        server.query("{ overview { itemCount } leaderboard { source } }")
        maps = Path(f"/proc/{server.process.pid}/maps")
        if not maps.exists():
            pytest.skip("no /proc on this system: the shared libraries of a process cannot be listed")
        loaded = maps.read_text()
    for package in ABSENT:
        assert f"site-packages/{package}/" not in loaded
