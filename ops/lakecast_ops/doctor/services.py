"""What the server leans on beside the lake: Redis, admin keys, and settings that it knows."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lakecast_ops.doctor.finding import Finding, fail, note, ok

SECONDS = 2.0
"""How long Redis may take to answer."""


def redis(url: str | None) -> Iterator[Finding]:
    """Whether the Redis at `url` answers."""
    if not url:
        yield ok("redis", "not set (LAKECAST_REDIS_URL): every server process caches for itself")
        return
    from redis import Redis, RedisError

    try:
        client = Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        with client:
            client.ping()
            info = client.info("server")
    except (RedisError, OSError, ValueError) as error:
        yield fail(
            "redis",
            f"no answer: {error}",
            "Start it or correct LAKECAST_REDIS_URL; until then servers answer without it.",
        )
        return
    yield ok("redis", f"answers, version {info.get('redis_version', 'unknown')}")


def keys(file: Path) -> Iterator[Finding]:
    """Whether there is a key for admin mutations."""
    from lakecast_graphql.admin.keys import KeysFileError, stored_keys

    try:
        stored = stored_keys(file)
    except KeysFileError as error:
        yield fail("keys", str(error), "Servers accept no key until then.")
        return
    if stored:
        yield ok("keys", f"{len(stored)} valid in {file}")
    else:
        yield note("keys", f"none in {file}: admin mutations are off", "Make one with `lakecast keys create`.")


def settings(environ: Mapping[str, str], known: frozenset[str]) -> Iterator[Finding]:
    """Variables that look like settings, and are none: typing errors that would pass unnoticed."""
    given = {name for name in environ if name.startswith("LAKECAST_")}
    unknown = sorted(name for name in given - known if not name.startswith("LAKECAST_S3_"))
    if unknown:
        yield note("settings", f"unknown: {', '.join(unknown)}", "docs/settings.md lists those that exist.")
    else:
        yield ok("settings", f"{len(given)} set, all known")
