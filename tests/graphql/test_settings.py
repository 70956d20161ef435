"""Settings come from the environment, and say what they mean."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from lakecast_graphql.app import create_app
from lakecast_graphql.settings import PREFIX, Settings, load, table


def test_every_setting_has_a_default_and_a_meaning() -> None:
    rows = table()
    assert len({name for name, _, _ in rows}) == len(Settings.model_fields)
    assert all(name.startswith(PREFIX) and meaning.endswith(".") for name, _, meaning in rows)
    Settings()


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKECAST_LAKE", "s3://a/b")
    monkeypatch.setenv("LAKECAST_POLL_SECONDS", "0.5")
    monkeypatch.setenv("LAKECAST_REDIS_URL", "redis://:secret@host:1/0")
    monkeypatch.setenv("LAKECAST_KEYS_FILE", "")
    found = Settings()
    assert (found.lake, found.poll_seconds, found.keys_file) == ("s3://a/b", 0.5, None)
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [("POLL_SECONDS", "-1"), ("MAX_DEPTH", "0"), ("PERSISTED_QUERIES", "maybe"), ("CORS_ORIGINS", "example.org")],
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"LAKECAST_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(("size", "count"), [("4000", 4000), ("4GB", 4_000_000_000), ("1.5 MiB", 1_572_864)])
def test_sizes_may_have_units(monkeypatch: pytest.MonkeyPatch, size: str, count: int) -> None:
    monkeypatch.setenv("LAKECAST_MEMORY_BUDGET", size)
    assert load().memory_budget == count


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError):
        Settings().lake = "other"  # type: ignore[misc]


def test_origins_are_taken_apart() -> None:
    assert Settings(cors_origins="https://a.example, http://b:3000").allowed_origins == (
        "https://a.example",
        "http://b:3000",
    )
    assert Settings().allowed_origins == ()


def test_a_setting_that_does_nothing_any_more_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    create_app(Settings(lake=str(tmp_path), block_bytes=1))
    assert "LAKECAST_BLOCK_BYTES does nothing any more" in caplog.text
