"""Commits that another writer beat are tried again, and not for ever."""

import pytest
from deltalake.exceptions import CommitFailedError, DeltaError

from lakecast_lake.errors import Contended, LakeUnreadable
from lakecast_lake.optimistic import ATTEMPTS, committed


def failing(times, error=None):
    """An attempt that fails so often (by default as beaten by another writer), then returns how often it was called."""
    calls = 0

    def attempt():
        nonlocal calls
        calls += 1
        if calls <= times:
            raise error or CommitFailedError("beaten")
        return calls

    return attempt


def test_it_retries_until_it_wins():
    pauses = []
    assert committed("table", failing(3), sleep=pauses.append, jitter=lambda: 1.0) == 4
    assert pauses == [0.01, 0.02, 0.04]


def test_it_gives_up_and_says_what_to_do():
    pauses = []
    with pytest.raises(Contended, match=f"table: other writers came first {ATTEMPTS} times .* nothing was written"):
        committed("table", failing(10**9), sleep=pauses.append, jitter=lambda: 1.0)
    assert max(pauses) == 0.5
    assert sum(pauses) < 30


def test_other_failures_are_not_retried():
    with pytest.raises(LakeUnreadable, match="disk full"):
        committed("table", failing(1, DeltaError("disk full")), sleep=lambda _: None)
