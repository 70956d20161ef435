"""Older snapshots: few are kept, each is loaded once at a time."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from lakecast_graphql.serving.old_snapshots import OldSnapshots


def snapshot(number: int) -> Any:
    return SimpleNamespace(record=SimpleNamespace(snapshot_id=number))


def test_the_last_that_were_asked_for_are_kept() -> None:
    shelf, loads = OldSnapshots(2), []

    def get(number: int) -> Any:
        return shelf.get(number, lambda: loads.append(number) or snapshot(number))

    for number in (1, 2, 1, 3, 1, 2):
        assert get(number).record.snapshot_id == number
    assert loads == [1, 2, 3, 2]


def test_many_who_ask_at_once_wait_for_one_load() -> None:
    shelf, loads = OldSnapshots(2), []

    def load() -> Any:
        loads.append(1)
        time.sleep(0.1)
        return snapshot(1)

    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(shelf.get(1, load))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len({id(one) for one in found}) == 1


def test_a_failed_load_is_tried_again() -> None:
    shelf = OldSnapshots(2)

    def fail() -> Any:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        shelf.get(1, fail)
    assert shelf.get(1, lambda: snapshot(1)).record.snapshot_id == 1


def test_what_is_no_longer_retained_goes() -> None:
    shelf = OldSnapshots(3)
    for number in (1, 2, 3):
        shelf.put(snapshot(number))
    shelf.keep_only({2, 9})
    loads: list[int] = []
    for number in (1, 2, 3):
        shelf.get(number, lambda number=number: loads.append(number) or snapshot(number))
    assert loads == [1, 3]
