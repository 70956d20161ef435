"""Calling a command that must refuse, and seeing that it changed nothing."""

import sys
from hashlib import sha256
from pathlib import Path

import pytest

from lakecast_ops import cli


def content(folder: Path) -> dict[str, str]:
    """Digest of every file below a folder."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lake: Path, *arguments: str
) -> tuple[int, str]:
    """Exit code and message of `lakecast ...` over a lake, which must stay as it was."""
    before = content(lake)
    monkeypatch.setattr(sys, "argv", ["lakecast", *arguments, "--lake", str(lake)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert content(lake) == before
    message = capsys.readouterr().err
    assert "Traceback" not in message
    assert isinstance(ended.value.code, int)
    return ended.value.code, message
