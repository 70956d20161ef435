"""ops/kubernetes: valid manifests, closed pods, and names that exist."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from lakecast_ops import settings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "ops" / "kubernetes"
PARTS = ("base", "dagster")


def kustomization(part: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / part / "kustomization.yaml").read_text())
    return content


def manifests() -> Iterator[tuple[str, dict[str, Any]]]:
    for part in PARTS:
        for name in kustomization(part)["resources"]:
            if (FOLDER / part / name).is_file():
                for content in yaml.safe_load_all((FOLDER / part / name).read_text()):
                    yield f"{part}/{name}:{content['kind']}/{content['metadata']['name']}", content


MANIFESTS = dict(manifests())


def pod(manifest: dict[str, Any]) -> dict[str, Any] | None:
    """The pod that a manifest makes."""
    spec = manifest.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    inner: dict[str, Any] | None = spec.get("template", {}).get("spec") if manifest["kind"] != "Pod" else spec
    return inner


PODS = {name: inner for name, manifest in MANIFESTS.items() if (inner := pod(manifest))}


def containers(inner: dict[str, Any]) -> list[dict[str, Any]]:
    return [*inner.get("initContainers", ()), *inner["containers"]]


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_keeps_its_schema(name: str) -> None:
    kubernetes_validate.validate(MANIFESTS[name], kubernetes_validate.latest_version(), strict=True)


def test_a_wrong_manifest_does_not() -> None:
    wrong = {**MANIFESTS["base/api.yaml:Deployment/api"], "replica": 2}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("name", PODS)
def test_a_pod_is_closed_and_bounded(name: str) -> None:
    """As Pod Security's profile `restricted` asks, which the namespace enforces."""
    inner = PODS[name]
    assert inner["automountServiceAccountToken"] is False
    assert inner["securityContext"]["runAsNonRoot"] is True
    assert inner["securityContext"]["runAsUser"] > 0
    assert inner["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    claims = MANIFESTS[name]["spec"].get("volumeClaimTemplates", ())
    volumes = {volume["name"] for volume in inner["volumes"]} | {claim["metadata"]["name"] for claim in claims}
    for container in containers(inner):
        closed = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert container["securityContext"] == closed
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert {mount["name"] for mount in container.get("volumeMounts", ())} <= volumes


@pytest.mark.parametrize("name", PODS)
def test_what_a_pod_names_exists(name: str) -> None:
    inner = PODS[name]
    kinds = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in MANIFESTS.values()}
    secrets = set(yaml.safe_load((ROOT / "compose.yaml").read_text())["secrets"])
    for volume in inner["volumes"]:
        if claim := volume.get("persistentVolumeClaim"):
            assert ("PersistentVolumeClaim", claim["claimName"]) in kinds
        if (secret := volume.get("secret")) and secret["secretName"] == "lakecast":
            assert {item["key"] for item in secret["items"]} <= secrets, "make secrets writes it"
    for container in containers(inner):
        variables = {each["name"]: each["value"] for each in container.get("env", ())}
        assert {variable for variable in variables if variable.startswith("LAKECAST_")} <= settings.names()
        mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
        for variable, value in variables.items():
            if value.startswith("/"):
                assert any(value == mount or value.startswith(f"{mount}/") for mount in mounts), variable


def test_services_lead_to_pods_and_patches_to_manifests() -> None:
    labels = [manifest["spec"]["template"]["metadata"]["labels"] for manifest in MANIFESTS.values()
              if manifest["kind"] in ("Deployment", "StatefulSet")]  # fmt: skip
    services = [manifest for manifest in MANIFESTS.values() if manifest["kind"] == "Service"]
    assert {service["metadata"]["name"] for service in services} >= {"redis", "store", "api"}
    for service in services:
        assert service["spec"]["selector"] in labels
    base = {(manifest["kind"], manifest["metadata"]["name"]) for name, manifest in MANIFESTS.items() if "base/" in name}
    for patch in kustomization("dagster")["patches"]:
        content = yaml.safe_load(patch["patch"])
        assert (content["kind"], content["metadata"]["name"]) in base


def test_the_same_image_runs_the_same_command_as_in_compose() -> None:
    """But for where secrets lie: what one way of running learns, the other must not forget."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    for service, name in (("api", "base/api.yaml:Deployment/api"), ("store", "base/store.yaml:StatefulSet/store")):
        (container,) = PODS[name]["containers"]
        assert [word.replace("/run/secrets", "/secrets") for word in services[service]["command"]] == container["args"]
    commands = {each["name"]: each["args"] for each in PODS["dagster/dagster.yaml:Deployment/dagster"]["containers"]}
    for service, name in (("pipeline", "pipeline"), ("dagster", "webserver"), ("daemon", "daemon")):
        theirs = [word.replace("127.0.0.1", "0.0.0.0") for word in commands[name]]
        assert services[service]["command"] == theirs
