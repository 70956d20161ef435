"""The folder in the temporary one through which workers reach each other: its name is known, so others may take it."""

import logging
import os
from pathlib import Path

import pytest

from lakecast_graphql.serving.signal_backend import own_folder


def name(temporary: Path) -> Path:
    return temporary / f"lakecast-{os.getuid()}"


def test_it_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    assert own_folder(tmp_path) == own_folder(tmp_path) == name(tmp_path)
    assert name(tmp_path).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["a link", "a file", "open to others", "another user's"])
def test_one_that_is_not_ours_alone_is_not_used(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    match kind:
        case "a link":
            (tmp_path / "elsewhere").mkdir(mode=0o700)
            name(tmp_path).symlink_to(tmp_path / "elsewhere")
        case "a file":
            name(tmp_path).write_text("")
        case "open to others":
            name(tmp_path).mkdir()
            name(tmp_path).chmod(0o777)
        case _:
            name(tmp_path).mkdir(mode=0o700)
            own = os.getuid()
            name(tmp_path).rename(tmp_path / f"lakecast-{own + 1}")
            monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with caplog.at_level(logging.ERROR, "lakecast.signals"):
        assert own_folder(tmp_path) is None
    assert "remove it, or set TMPDIR" in caplog.text
