"""What the server leans on beside the lake: Redis, admin keys, and settings that it knows."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lakecast_ops.doctor.finding import Finding, fail, note, ok, warn
from lakecast_ops.settings import PREFIX, unknown

SECONDS = 2.0
"""How long Redis may take to answer."""
_PROBE = "lakecast:doctor"


def redis(url: str | None) -> Iterator[Finding]:
    """Whether the Redis at `url` lets us read and write; servers answer without it, so that a refusal is a warning."""
    if not url:
        yield ok("redis", "not set (LAKECAST_REDIS_URL): every server process caches for itself")
        return
    from redis import Redis, RedisError

    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry_on_error=[]) as client:
            client.set(_PROBE, b"", ex=1)
            client.delete(_PROBE)
            version = client.info("server").get("redis_version", "unknown")
    except (RedisError, OSError) as error:
        refusal, remedy = _refusal(error)
        yield warn("redis", refusal, f"{remedy} Until then servers answer without it.")
    except ValueError:  # what is wrong with the address is a finding of the settings
        yield fail("redis", "not tried: its address cannot be read", "Correct LAKECAST_REDIS_URL.")
    else:
        yield ok("redis", f"answers, version {version}")


def _refusal(error: Exception) -> tuple[str, str]:
    """What Redis refused, and what to do about it."""
    from redis import exceptions

    said = " ".join(str(error).split())
    if isinstance(error, exceptions.AuthenticationError):
        return f"refuses the user or the password ({said})", "Correct both in LAKECAST_REDIS_URL."
    if isinstance(error, exceptions.NoPermissionError):
        return f"does not let this user read and write ({said})", "Grant ~lakecast:* and +@all but admin commands."
    if isinstance(error, exceptions.ReadOnlyError):
        return f"is a replica that cannot be written ({said})", "Name the primary in LAKECAST_REDIS_URL."
    if isinstance(error, exceptions.OutOfMemoryError):
        return f"is full ({said})", "Give it memory, or set maxmemory-policy allkeys-lru."
    if isinstance(error, exceptions.BusyLoadingError):
        return f"is still loading ({said})", "Wait."
    if isinstance(error, exceptions.TimeoutError):
        return f"does not answer within {SECONDS:.0f} s ({said})", "Check its host and port, and whether it is busy."
    if isinstance(error, exceptions.ConnectionError | OSError):
        return f"cannot be reached ({said})", "Start it, or correct LAKECAST_REDIS_URL."
    return f"refuses ({said})", "Check its log and LAKECAST_REDIS_URL."


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
