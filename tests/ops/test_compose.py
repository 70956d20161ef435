"""compose.yaml keeps the Compose specification, and names what exists."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lakecast_ops import settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


DASK: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.dask.yaml").read_text())["services"]


def test_services() -> None:
    assert set(SERVICES) == {"redis", "api", "pipeline"}
    assert set(DASK) == {"dask-scheduler", "dask-worker", "pipeline"}


def test_the_pipeline_finds_its_dask_scheduler() -> None:
    (variable,) = DASK["pipeline"]["environment"].items()
    assert variable == ("LAKECAST_DASK_ADDRESS", "tcp://dask-scheduler:8786")
    assert variable[0] in settings.names()
    assert variable[1] in DASK["dask-worker"]["command"]
    assert DASK["dask-scheduler"]["command"][-1] == variable[1].rpartition(":")[2]


def test_the_older_interface_finds_its_port() -> None:
    published = {str(port).rpartition(":")[0]: str(port).rpartition(":")[2] for port in SERVICES["api"]["ports"]}
    assert published == {"127.0.0.1:8000": "8000", "127.0.0.1:5000": "8000"}


def test_dagster_is_reachable_from_this_machine_only() -> None:
    assert SERVICES["pipeline"]["ports"] == ["127.0.0.1:3000:3000"]


def test_the_server_cannot_write_the_lake() -> None:
    assert "lake:/lake:ro" in SERVICES["api"]["volumes"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_a_setting(service: str) -> None:
    given = {name for name in SERVICES[service].get("environment", {}) if name.startswith("LAKECAST_")}
    assert given <= settings.names()


@pytest.mark.parametrize("service", ["api", "pipeline"])
def test_every_named_volume_and_build_file_exists(service: str) -> None:
    for volume in SERVICES[service]["volumes"]:
        name = volume.partition(":")[0]
        assert name.startswith("./") or name in COMPOSE["volumes"]
    assert (ROOT / SERVICES[service]["build"]["dockerfile"]).exists()


@pytest.mark.parametrize(("image", "extra"), [("serve", "serve"), ("ml", "ml,dask")])
def test_images_install_their_side_only(image: str, extra: str) -> None:
    text = (ROOT / "ops" / "images" / f"{image}.Dockerfile").read_text()
    installs = re.findall(r"pip install.*?'\.\[(.*?)\]'", text, re.DOTALL)
    assert installs == [extra]
    assert f"-c constraints/{image}.txt" in text


@pytest.mark.parametrize("image", ["serve", "ml"])
def test_images_copy_what_exists(image: str) -> None:
    for line in (ROOT / "ops" / "images" / f"{image}.Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
