"""compose.yaml keeps the Compose specification, is closed but for the proxy, and names what exists."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lakecast_ops import settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"api", "pipeline", "dagster", "daemon"}
MONITORING = {"prometheus", "grafana"}
IMAGES = ROOT / "ops" / "images"
DASK: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.dask.yaml").read_text())["services"]


def test_services() -> None:
    assert set(SERVICES) == OURS | {"redis", "store", "proxy"} | MONITORING
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["monitoring"]} == MONITORING
    assert set(DASK) == {"dask-scheduler", "dask-worker", "pipeline"}


def test_the_pipeline_finds_its_dask_scheduler() -> None:
    (variable,) = DASK["pipeline"]["environment"].items()
    assert variable == ("LAKECAST_DASK_ADDRESS", "tcp://dask-scheduler:8786")
    assert variable[0] in settings.names()
    assert variable[1] in DASK["dask-worker"]["command"]
    assert DASK["dask-scheduler"]["command"][-1] == variable[1].rpartition(":")[2]


def test_other_machines_reach_the_proxy_and_nothing_else() -> None:
    assert SERVICES["proxy"]["ports"] == ["8000:8000", "5000:8000"]  # the second for callers of the older interface
    for name, service in SERVICES.items():
        if name != "proxy":
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
    assert "ports" not in SERVICES["api"]
    assert SERVICES["api"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_closed_and_bounded_and_watched(service: str) -> None:
    stated = SERVICES[service]
    assert stated["read_only"] is True
    assert stated["cap_drop"] == ["ALL"]
    assert stated["security_opt"] == ["no-new-privileges:true"]
    assert set(stated["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert stated["healthcheck"]["test"][0] == "CMD"
    if stated["image"].startswith("lakecast-"):
        text = (IMAGES / f"{stated['image'].removeprefix('lakecast-')}.Dockerfile").read_text()
        assert re.search(r"^USER 10001$", text, re.MULTILINE)
    else:
        assert re.fullmatch(r"[1-9]\d*:\d+", stated["user"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_a_setting_and_no_secret_is_one(service: str) -> None:
    given: dict[str, str] = SERVICES[service].get("environment", {})
    assert {name for name in given if name.startswith("LAKECAST_")} <= settings.names()
    secrets = {f"/run/secrets/{name}" for name in SERVICES[service].get("secrets", ())}
    named = re.findall(r"/run/secrets/[\w.]+", json.dumps([given, SERVICES[service].get("command")]))
    assert set(named) == secrets


def test_the_server_has_a_key_that_reads_only(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "ops" / "compose" / "new_secrets.py"), str(tmp_path / "new")], check=True
    )
    written = {file.name: file.read_text() for file in (tmp_path / "new").iterdir()}
    assert set(written) == set(COMPOSE["secrets"])
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    identities = {each["name"]: each["actions"] for each in json.loads(written["s3.json"])["identities"]}
    assert identities[written["server_key"]] == ["Read:lakes", "List:lakes"]
    assert SERVICES["api"]["environment"]["LAKECAST_S3_ACCESS_KEY_ID_FILE"] == "/run/secrets/server_key"
    assert SERVICES["api"]["environment"]["LAKECAST_LAKE"].startswith("s3://lakes/")


def test_secrets_are_never_written_over(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "ops" / "compose" / "new_secrets.py"), str(tmp_path)]
    subprocess.run(command, check=True)
    before = {file.name: file.read_text() for file in tmp_path.iterdir()}
    subprocess.run(command, check=True)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == before
    (tmp_path / "s3.json").unlink()
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "they belong together" in refused.stderr


def test_the_proxy_is_the_one_that_is_believed() -> None:
    address = SERVICES["proxy"]["networks"]["default"]["ipv4_address"]
    assert SERVICES["api"]["environment"]["LAKECAST_TRUSTED_PROXIES"] == address


def test_what_is_named_exists() -> None:
    for config in COMPOSE["configs"].values():
        assert (ROOT / config["file"]).exists(), config
    for name, service in SERVICES.items():
        assert {config["source"] for config in service.get("configs", ())} <= set(COMPOSE["configs"]), name
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        assert set(service.get("depends_on", ())) <= set(SERVICES), name
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).exists(), name
        for volume in service.get("volumes", ()):
            source, _, target = volume.partition(":")
            assert source.startswith("./") or not target or source in COMPOSE["volumes"], volume
    images = {service["image"] for service in SERVICES.values() if "build" in service}
    assert {service["image"] for service in SERVICES.values() if service["image"].startswith("lakecast-")} == images


def test_the_instance_of_dagster_is_not_hidden_by_its_volume() -> None:
    for name in OURS - {"api"}:
        assert "dagster:/dagster" in SERVICES[name]["volumes"]
        assert SERVICES[name]["configs"] == [{"source": "instance", "target": "/dagster/dagster.yaml"}]
    (place,) = yaml.safe_load((IMAGES / "workspace.yaml").read_text())["load_from"]
    assert place["grpc_server"]["host"] in SERVICES
    assert str(place["grpc_server"]["port"]) in SERVICES["pipeline"]["command"]


@pytest.mark.parametrize(("image", "extra"), [("serve", "serve"), ("ml", "ml,dask")])
def test_images_install_their_side_only(image: str, extra: str) -> None:
    text = (IMAGES / f"{image}.Dockerfile").read_text()
    installs = re.findall(r"pip install.*?'\.\[(.*?)\]'", text, re.DOTALL)
    assert installs == [extra]
    assert f"-c constraints/{image}.txt" in text


@pytest.mark.parametrize("image", ["serve", "ml", "store"])
def test_images_copy_what_exists_and_the_build_sees_it(image: str) -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in (IMAGES / f"{image}.Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                assert source.partition("/")[0] in sent, source
