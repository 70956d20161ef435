"""The application as a whole: what watches something goes on whatever happens to it."""

import threading

import pytest
from running import running

from lakecast_graphql import app
from lakecast_graphql.metrics import Metrics
from lakecast_lake.storage import Lake


def test_what_watches_begins_anew_after_an_exception(
    small_lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls, again = 0, threading.Event()

    async def share(self: Metrics) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("no space left on device")
        again.set()

    monkeypatch.setattr(Metrics, "share", share)
    monkeypatch.setattr(app, "_AFTER_FAILURE_SECONDS", 0.01)
    with running(small_lake.uri):
        assert again.wait(10)
    assert "begins anew" in caplog.text
    assert "no space left" in caplog.text
