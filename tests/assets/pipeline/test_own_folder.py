"""What steps unpickle comes from a folder that is this user's alone."""

import os
from pathlib import Path

import dagster as dg
import pytest

from lakecast_assets.pipeline.io import HandOver
from lakecast_assets.pipeline.own_folder import own_folder


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_it_is_made_for_this_user_alone(tmp_path: Path) -> None:
    assert mode(own_folder(tmp_path / "a" / "hand_over")) == 0o700


def test_one_of_an_earlier_version_is_closed(tmp_path: Path) -> None:
    (tmp_path / "hand_over").mkdir(mode=0o755)
    (tmp_path / "hand_over").chmod(0o777)
    assert mode(own_folder(tmp_path / "hand_over")) == 0o700


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "hand_over").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(dg.Failure, match="DAGSTER_HOME"):
        own_folder(tmp_path / "hand_over")


def test_that_of_another_user_is_refused_by_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hand_over").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: (tmp_path / "hand_over").stat().st_uid + 1)
    with pytest.raises(dg.Failure, match="belongs to another user"):
        HandOver(folder=str(tmp_path / "hand_over"))._path(dg.AssetKey("panel"), "alpha")
