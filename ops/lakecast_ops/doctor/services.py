"""What the server leans on beside the lake: Redis, admin keys, and settings that it knows."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lakecast_ops.doctor.finding import Finding, fail, note, ok, warn
from lakecast_ops.settings import PREFIX, unknown

SECONDS = 2.0
"""How long Redis may take to answer."""


def redis(url: str | None, prefix: str | None = None) -> Iterator[Finding]:
    """Whether the Redis at `url` lets us read and write keys of that prefix, by default the server's.

    Servers answer without it, so that a refusal is a warning.
    """
    if not url:
        yield ok("redis", "not set (LAKECAST_REDIS_URL): every server process caches for itself")
        return
    from redis import Redis, RedisError

    from lakecast_graphql.redis_state import refusal_of
    from lakecast_graphql.settings import Settings

    prefix = prefix or Settings.model_fields["redis_prefix"].default
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry_on_error=[]) as client:
            client.set(f"{prefix}doctor", b"", ex=1)
            client.delete(f"{prefix}doctor")
            version = client.info("server").get("redis_version", "unknown")
    except (RedisError, OSError) as error:
        refusal = refusal_of(error, prefix)
        reason = " ".join(str(error).split())
        yield warn("redis", f"{refusal.what} ({reason})", f"{refusal.remedy} Until then servers answer without it.")
    except ValueError:  # what is wrong with the address is a finding of the settings
        yield fail("redis", "not tried: its address cannot be read", "Correct LAKECAST_REDIS_URL.")
    else:
        yield ok("redis", f"answers, version {version}")


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


def audit(path: str | None) -> Iterator[Finding]:
    """Whether refreshes and pins can be written down where they are to be."""
    if not path:
        return
    file = Path(path).expanduser()
    try:
        with file.open("ab"):
            pass
    except OSError as error:
        yield fail("audit", f"{file} cannot be written: {error.strerror}", "Correct LAKECAST_AUDIT_FILE or its folder.")
    else:
        yield ok("audit", f"written to {file}")


def settings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Settings that a server refuses, and variables that look like settings and are none."""
    from lakecast_graphql.settings import SettingsError, load

    mistakes = unknown(environ)
    try:
        load()
    except SettingsError as error:
        for sentence in str(error).splitlines():
            what, _, remedy = sentence.partition(". ")
            yield fail("settings", what, remedy or "Correct it, or leave it out.")
    else:
        if not mistakes:
            count = sum(name.startswith(PREFIX) for name in environ)
            yield ok("settings", f"{count} set, all known")
    for mistake in mistakes:
        what, _, remedy = mistake.partition(". ")
        yield warn("settings", what, remedy)
