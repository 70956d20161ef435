"""Folders of input, written as a person would."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """Writes files (name without suffix -> text of the CSV) to a folder of its own and gives the folder."""

    def write(**files: str) -> Path:
        target = tmp_path / "Tower Parts"
        target.mkdir(exist_ok=True)
        for name, text in files.items():
            (target / f"{name}.csv").write_text(text, encoding="utf-8")
        return target

    return write
