"""Folders are read when their content is new and nobody is writing to them."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from lakecast_assets.ingest.folder import open_folder
from lakecast_assets.pipeline.landing import SETTLED_SECONDS, UNSETTLED, Folders, dataset_ids, waiting
from lakecast_assets.pipeline.places import Place
from lakecast_lake.object_store import file_system

MakeInput = Callable[..., Path]
TEXT = "dataset_id,item_id,date,quantity\nb,A,2026-01-01,1\na,A,2026-01-01,1\n,A,2026-01-01,1\n"


def put(path: Path, text: str, age: float = 200.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1000 - age, 1000 - age))


@pytest.mark.parametrize("grown", [False, True])
def test_a_folder_that_was_written_to_lately_is_read_when_a_second_look_finds_it_the_same(
    tmp_path: Path, grown: bool
) -> None:
    put(tmp_path / "demand.csv", TEXT, age=30)
    (first,) = waiting(Place(str(tmp_path)), "demand", {}, now=1000)
    assert first.digest == UNSETTLED
    if grown:  # the copy had stalled
        put(tmp_path / "demand.csv", TEXT + "c,A,2026-01-01,1\n", age=20)
    (second,) = waiting(Place(str(tmp_path)), "demand", {str(tmp_path): (first.stamp, first.digest)}, now=1000)
    assert (second.digest == UNSETTLED) is grown
    (third,) = waiting(Place(str(tmp_path)), "demand", {str(tmp_path): (second.stamp, second.digest)}, now=1000)
    assert third.digest not in ("", UNSETTLED)


def test_only_settled_folders_with_the_file_are_waiting(tmp_path: Path) -> None:
    put(tmp_path / "old" / "demand.csv", TEXT)
    put(tmp_path / "fresh" / "demand.csv", TEXT, age=SETTLED_SECONDS / 2)
    put(tmp_path / "other" / "notes.csv", TEXT)
    put(tmp_path / "copying" / "demand.csv", TEXT)
    put(tmp_path / "copying" / "stock.csv.part", "")
    put(tmp_path / "marked" / "demand.csv", TEXT)
    put(tmp_path / "marked" / "_INCOMPLETE", "")
    assert [found.place.name for found in waiting(Place(str(tmp_path)), "demand", {}, now=1000)] == ["old"]
    assert not list(waiting(Place(str(tmp_path / "nowhere")), "demand", {}, now=1000))


def test_the_digest_follows_the_content_of_all_files_and_not_their_times(tmp_path: Path) -> None:
    put(tmp_path / "demand.csv", TEXT)
    (first,) = waiting(Place(str(tmp_path)), "demand", {}, now=1000)
    put(tmp_path / "demand.csv", TEXT, age=300)
    (second,) = waiting(Place(str(tmp_path)), "demand", {str(tmp_path): (first.stamp, first.digest)}, now=1000)
    assert second.digest == first.digest
    assert second.stamp != first.stamp
    put(tmp_path / "stock.csv", "item_id,date,on_hand\n")
    (third,) = waiting(Place(str(tmp_path)), "demand", {}, now=1000)
    assert third.digest != first.digest


def test_a_folder_with_the_same_stamp_is_not_read_again(tmp_path: Path) -> None:
    put(tmp_path / "demand.csv", TEXT)
    (first,) = waiting(Place(str(tmp_path)), "demand", {}, now=1000)
    (again,) = waiting(Place(str(tmp_path)), "demand", {str(tmp_path): (first.stamp, "remembered")}, now=1000)
    assert again.digest == "remembered"


def test_the_data_sets_of_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "Tower Parts" / "demand.csv", TEXT)
    assert dataset_ids(tmp_path / "Tower Parts") == ("a", "b", "tower_parts")
    assert dataset_ids(tmp_path) == ()


def test_a_folder_of_folders_gives_the_one_of_the_data_set(make_input: MakeInput) -> None:
    landing = make_input("Parts").parent
    assert Folders().find(str(landing), "Parts").datasets == ("Parts",)
    assert Folders().find(str(landing / "Parts"), "parts").datasets == ("parts",)


def test_rows_without_a_data_set_are_not_given_to_the_one_that_is_asked_for(make_input: MakeInput) -> None:
    folder = make_input(dataset_ids=("one",))
    with (folder / "demand.csv").open("a") as file:
        file.write(",item_9,2026-01-01,1\n")
    assert Folders().find(str(folder), "one").datasets == ("one", "parts")


def test_a_folder_that_is_open_is_not_read_again(make_input: MakeInput) -> None:
    folder = open_folder(make_input(), "other")
    (folder.path / "demand.csv").unlink()
    assert Folders(folder).find(str(folder.path), "other") is folder


def test_a_folder_of_an_object_store_is_read_as_a_local_one_is(
    s3_server: Any, make_input: MakeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3_server.options.items():
        monkeypatch.setenv(name, value)
    local = make_input("Tower Parts", dataset_ids=("one", "two"))
    root = Place(s3_server.fresh_uri())
    assert not root.files()
    store, path = file_system(root.uri, s3_server.options)
    fs.copy_files(str(local), f"{path}/Tower Parts", destination_filesystem=store)
    assert not list(waiting(root, "demand", {})), "somebody may still be copying"
    (found,) = waiting(root, "demand", {}, now=time.time() + 500)
    (same,) = waiting(Place(str(local)), "demand", {}, now=time.time() + 500)
    assert (found.place.name, found.digest) == ("Tower Parts", same.digest)
    with found.place.local() as copy:
        assert dataset_ids(copy) == ("one", "two")
    for address in (root.uri, found.place.uri):
        read = Folders().find(address, "tower_parts")
        assert read.datasets == ("one", "two")
        assert read.digest == open_folder(local).digest
    assert not copy.exists()
