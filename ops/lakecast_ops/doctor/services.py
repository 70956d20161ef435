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

    from lakecast_graphql.settings import Settings

    prefix = prefix or Settings.model_fields["redis_prefix"].default
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry_on_error=[]) as client:
            client.set(f"{prefix}doctor", b"", ex=1)
            client.delete(f"{prefix}doctor")
            version = client.info("server").get("redis_version", "unknown")
    except (RedisError, OSError) as error:
        refusal, remedy = _refusal(error, prefix)
        yield warn("redis", refusal, f"{remedy} Until then servers answer without it.")
    except ValueError:  # what is wrong with the address is a finding of the settings
        yield fail("redis", "not tried: its address cannot be read", "Correct LAKECAST_REDIS_URL.")
    else:
        yield ok("redis", f"answers, version {version}")


def _refusal(error: Exception, prefix: str) -> tuple[str, str]:
    """What Redis refused, and what to do about it."""
    from redis import exceptions

    said = " ".join(str(error).split())
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...] = (
        (exceptions.AuthenticationError, "refuses the user or the password", "Correct both in LAKECAST_REDIS_URL."),
        (exceptions.NoPermissionError, "does not let this user read and write",
         f"Grant ~{prefix}* and +@all but admin commands."),
        (exceptions.ReadOnlyError, "is a replica that cannot be written", "Name the primary in LAKECAST_REDIS_URL."),
        (exceptions.OutOfMemoryError, "is full", "Give it memory, or set maxmemory-policy allkeys-lru."),
        (exceptions.BusyLoadingError, "is still loading", "Wait."),
        (exceptions.TimeoutError, f"does not answer within {SECONDS:.0f} s",
         "Check its host and port, and whether it is busy."),
        ((exceptions.ConnectionError, OSError), "cannot be reached", "Start it, or correct LAKECAST_REDIS_URL."),
        (Exception, "refuses", "Check its log and LAKECAST_REDIS_URL."),
    )  # fmt: skip
    refusal, remedy = next((what, remedy) for kind, what, remedy in kinds if isinstance(error, kind))
    return f"{refusal} ({said})", remedy


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
