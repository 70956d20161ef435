"""Fitted models beside the tables: kept byte by byte, in a folder and on S3, and forgotten with their run."""

from datetime import UTC, datetime, timedelta

import pytest

from lakecast_lake import checkpoints
from lakecast_lake.errors import LakeUnreadable
from lakecast_lake.storage import Lake


def test_a_model_is_read_as_it_was_kept_and_a_retry_replaces_it(any_lake: Lake) -> None:
    for content in (b"first", bytes(range(256))):
        checkpoints.keep(any_lake, "peças/2026", "run 1", "lstm", content)
        assert checkpoints.read(any_lake, "peças/2026", "run 1", "lstm") == content


def test_what_was_never_kept_is_an_error_that_names_the_place(any_lake: Lake) -> None:
    with pytest.raises(LakeUnreadable, match="checkpoints"):
        checkpoints.read(any_lake, "a", "run-1", "lstm")


def test_only_old_models_of_forgotten_runs_go(any_lake: Lake) -> None:
    assert checkpoints.forget(any_lake, (), datetime.now(UTC)) == 0
    for run in ("shown", "forgotten"):
        checkpoints.keep(any_lake, "a", run, "lstm", b"weights")
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert checkpoints.forget(any_lake, {"shown"}, later - timedelta(hours=1)) == 0  # a run may be writing it
    assert checkpoints.forget(any_lake, {"shown"}, later, dry_run=True) == 1
    assert checkpoints.forget(any_lake, {"shown"}, later) == 1
    assert checkpoints.read(any_lake, "a", "shown", "lstm") == b"weights"
    with pytest.raises(LakeUnreadable):
        checkpoints.read(any_lake, "a", "forgotten", "lstm")
