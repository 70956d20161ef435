"""Telling running servers of a new snapshot, where there is a Redis to tell them through."""

import os

import redis

URL = "LAKECAST_REDIS_URL"
PREFIX, DEFAULT_PREFIX = "LAKECAST_REDIS_PREFIX", "lakecast:"
CHANNEL = "published"
"""Any message on it, behind the prefix, makes every server look at its lake; the servers listen to the same name."""
_TIMEOUT_SECONDS = 2.0


def announce(snapshot_id: int, url: str | None = None) -> str:
    """Say on Redis that a snapshot was published, and return a sentence on what came of it.

    Never raises: servers that hear nothing find the snapshot when they next look at the lake.
    """
    address = os.environ.get(URL, "") if url is None else url
    if not address:
        return f"no {URL} is set; servers look at the lake by themselves"
    try:
        with redis.Redis.from_url(
            address, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        ) as connection:
            listeners = connection.publish(channel(), str(snapshot_id))
    except (redis.RedisError, ValueError) as error:
        return f"could not be told: {error}; servers look at the lake by themselves"
    return f"told {listeners} listeners"


def channel() -> str:
    """The channel's whole name."""
    return (os.environ.get(PREFIX) or DEFAULT_PREFIX) + CHANNEL
