"""Folders are read when their content is new and nobody is writing to them."""

import os
from pathlib import Path

from lakecast_assets.landing import SETTLED_SECONDS, dataset_ids, waiting

TEXT = "dataset_id,item_id,date,quantity\nb,A,2026-01-01,1\na,A,2026-01-01,1\n,A,2026-01-01,1\n"


def put(path: Path, text: str, age: float = 100.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1000 - age, 1000 - age))


def test_only_settled_folders_with_the_file_are_waiting(tmp_path: Path) -> None:
    put(tmp_path / "old" / "demand.csv", TEXT)
    put(tmp_path / "fresh" / "demand.csv", TEXT, age=SETTLED_SECONDS / 2)
    put(tmp_path / "other" / "notes.csv", TEXT)
    assert [found.path.name for found in waiting(tmp_path, "demand", {}, now=1000)] == ["old"]
    assert not list(waiting(tmp_path / "nowhere", "demand", {}, now=1000))


def test_the_digest_follows_the_content_of_all_files_and_not_their_times(tmp_path: Path) -> None:
    put(tmp_path / "demand.csv", TEXT)
    (first,) = waiting(tmp_path, "demand", {}, now=1000)
    put(tmp_path / "demand.csv", TEXT, age=200)
    (second,) = waiting(tmp_path, "demand", {str(tmp_path): (first.stamp, first.digest)}, now=1000)
    assert second.digest == first.digest
    assert second.stamp != first.stamp
    put(tmp_path / "stock.csv", "item_id,date,on_hand\n")
    (third,) = waiting(tmp_path, "demand", {}, now=1000)
    assert third.digest != first.digest


def test_a_folder_with_the_same_stamp_is_not_read_again(tmp_path: Path) -> None:
    put(tmp_path / "demand.csv", TEXT)
    (first,) = waiting(tmp_path, "demand", {}, now=1000)
    (again,) = waiting(tmp_path, "demand", {str(tmp_path): (first.stamp, "remembered")}, now=1000)
    assert again.digest == "remembered"


def test_the_data_sets_of_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "Tower Parts" / "demand.csv", TEXT)
    assert dataset_ids(tmp_path / "Tower Parts") == ("a", "b", "tower_parts")
    assert dataset_ids(tmp_path) == ()
