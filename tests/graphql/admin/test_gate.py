"""Who may administrate: keys checked, guessing slowed down, everything written down."""

import datetime as dt
import json
from pathlib import Path

import pytest

from lakecast_graphql.admin import keys
from lakecast_graphql.admin.audit import Audit
from lakecast_graphql.admin.gate import FAILURES, WINDOW, Gate
from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation.operation import Caller

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Clock:
    """Time that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def gate(folder: Path, clock: Clock | None = None) -> Gate:
    return Gate(str(folder / "keys.json"), Audit(str(folder / "audit"), lambda: NOW), clock or Clock())


def refusal(found: Gate, caller: Caller) -> ErrorCode:
    with pytest.raises(ApiError) as raised:
        found.admin(caller, "refresh")
    return raised.value.code


def entries(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "audit").read_text().splitlines()]


def test_without_a_keys_file_it_is_off_for_everybody_and_says_so() -> None:
    with pytest.raises(ApiError, match=r"Admin mutations are off.*lakecast keys create") as raised:
        Gate(None, Audit(None)).admin(Caller(key="anything"), "refresh")
    assert raised.value.code is ErrorCode.FORBIDDEN


def test_a_missing_file_is_off_too(tmp_path: Path) -> None:
    assert refusal(gate(tmp_path), Caller(key="x")) is ErrorCode.FORBIDDEN


def test_a_key_made_or_revoked_while_the_server_runs_counts_at_once(tmp_path: Path) -> None:
    found = gate(tmp_path)
    first = keys.create(tmp_path / "keys.json", "admin", NOW)
    stored = found.admin(Caller(key=first), "refresh")
    second = keys.create(tmp_path / "keys.json", "admin", NOW)
    found.admin(Caller(key=second), "refresh")
    keys.revoke(tmp_path / "keys.json", stored.key_id)
    assert refusal(found, Caller(key=first)) is ErrorCode.UNAUTHENTICATED
    found.admin(Caller(key=second), "refresh")


def test_the_last_key_is_refused_like_any_other_once_it_is_revoked(tmp_path: Path) -> None:
    found = gate(tmp_path)
    key = keys.create(tmp_path / "keys.json", "admin", NOW)
    keys.revoke(tmp_path / "keys.json", found.admin(Caller(key=key), "refresh").key_id)
    assert refusal(found, Caller(key=key)) is ErrorCode.UNAUTHENTICATED
    assert refusal(found, Caller()) is ErrorCode.UNAUTHENTICATED


def test_a_missing_key_is_no_failure(tmp_path: Path) -> None:
    key = keys.create(tmp_path / "keys.json", "admin", NOW)
    found = gate(tmp_path)
    for _ in range(2 * FAILURES):
        assert refusal(found, Caller("here")) is ErrorCode.UNAUTHENTICATED
    found.admin(Caller("here", key), "refresh")


def test_who_keeps_guessing_has_to_wait_and_no_right_key_with_them(tmp_path: Path) -> None:
    key = keys.create(tmp_path / "keys.json", "admin", NOW)
    clock = Clock()
    found = gate(tmp_path, clock)
    for _ in range(FAILURES):
        assert refusal(found, Caller("there", "wrong")) is ErrorCode.UNAUTHENTICATED
    assert refusal(found, Caller("there", "wrong")) is ErrorCode.RATE_LIMITED
    found.admin(Caller("there", key), "refresh")
    assert refusal(found, Caller("elsewhere", "wrong")) is ErrorCode.UNAUTHENTICATED
    clock.now += WINDOW + 1
    assert refusal(found, Caller("there", "wrong")) is ErrorCode.UNAUTHENTICATED


def test_guesses_that_are_not_looked_at_leave_no_line_each(tmp_path: Path) -> None:
    keys.create(tmp_path / "keys.json", "admin", NOW)
    found = gate(tmp_path)
    for number in range(10 * FAILURES):
        refusal(found, Caller(f"2001:db8::{number:x}", "wrong"))  # one network of IPv6 is one caller
    outcomes = [entry["outcome"] for entry in entries(tmp_path)]
    assert outcomes == ["UNAUTHENTICATED"] * FAILURES + ["RATE_LIMITED"]
    assert refusal(found, Caller("2001:db8:0:1::1", "wrong")) is ErrorCode.UNAUTHENTICATED


def test_what_was_done_and_refused_is_written_down_without_keys(tmp_path: Path) -> None:
    key = keys.create(tmp_path / "keys.json", "admin", NOW)
    found = gate(tmp_path)
    refusal(found, Caller("1.2.3.4", "wrong-key"))
    stored = found.admin(Caller("1.2.3.4", key), "pin")
    found.record("pin", stored, Caller("1.2.3.4", key), "DONE", snapshot_id=3)
    refused, done = entries(tmp_path)
    assert (refused["action"], refused["outcome"], refused["key_id"]) == ("refresh", "UNAUTHENTICATED", None)
    assert done == {
        "at": "2026-01-01T00:00:00.000+00:00",
        "action": "pin",
        "key_id": stored.key_id,
        "address": "1.2.3.4",
        "outcome": "DONE",
        "snapshot_id": 3,
    }
    text = (tmp_path / "audit").read_text()
    assert key not in text
    assert "wrong-key" not in text


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Audit(str(tmp_path / "no" / "folder" / "audit")).write("refresh", key_id="a", address="", outcome="UNCHANGED")
    assert "cannot be written" in caplog.text
    assert '"outcome": "UNCHANGED"' in caplog.text
