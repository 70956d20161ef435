"""What is installed is what the constraints name: an unpinned package would change under our feet."""

import re
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(sys.prefix).name.removeprefix(".venv-")
FORBIDDEN_IN_SERVE = {
    *("torch", "tensorflow", "prophet", "cmdstanpy", "statsmodels", "scikit-learn", "scipy", "mlflow", "dagster"),
    *("pandas", "distributed", "dask", "dagster-webserver", "keras", "lightgbm", "xgboost"),
}
INSTALLERS = {"pip", "setuptools", "wheel", "lakecast"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(environment: str) -> dict[str, str]:
    lines = (ROOT / "constraints" / f"{environment}.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonical(name): version.strip() for name, version in pairs}


def installed() -> dict[str, str]:
    return {canonical(found.metadata["Name"]): found.version.partition("+")[0] for found in distributions()}


@pytest.mark.skipif(ENVIRONMENT not in ("ml", "serve"), reason="not one of the environments that `make` builds")
def test_every_installed_package_is_pinned() -> None:
    pinned = pins(ENVIRONMENT)
    loose = {name: version for name, version in installed().items() if pinned.get(name) != version}
    assert not {name: version for name, version in loose.items() if name not in INSTALLERS}


def test_serving_pins_nothing_of_machine_learning() -> None:
    assert not FORBIDDEN_IN_SERVE & set(pins("serve"))


def test_shared_packages_have_one_version() -> None:
    """Both sides read and write the same tables: with the same libraries."""
    ml, serve = pins("ml"), pins("serve")
    for name in ("pyarrow", "deltalake", "duckdb", "numpy", "pydantic-settings"):
        assert ml[name] == serve[name], name
