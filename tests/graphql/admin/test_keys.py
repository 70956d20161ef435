"""Keys: shown once, kept as hashes, several at a time."""

import datetime as dt
import json
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.admin import keys

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_a_key_is_long_random_and_easy_to_pass_on(tmp_path: Path) -> None:
    made = {keys.create(tmp_path / "keys.json", "admin", NOW) for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]{20,}", key) for key in made)


def test_the_file_holds_no_key_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "keys.json"
    key = keys.create(path, "admin", NOW)
    assert key not in path.read_text()
    assert key.removeprefix("lck_") not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_of_several_keys_is_known_until_it_is_revoked(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first, second = keys.create(path, "admin", NOW), keys.create(path, "admin", NOW)
    stored = keys.stored_keys(path)
    assert [keys.verify(stored, key) for key in (first, second)] == stored
    assert keys.revoke(path, stored[0].key_id)
    assert not keys.revoke(path, stored[0].key_id)
    left = keys.stored_keys(path)
    assert keys.verify(left, first) is None
    assert keys.verify(left, second) == stored[1]


@given(st.text(max_size=80))
def test_nothing_else_is_taken_for_a_key(presented: str) -> None:
    stored = [keys.StoredKey("a", "admin", keys._hash("lck_right"), "2026-01-01T00:00:00+00:00")]
    assert (keys.verify(stored, presented) is None) == (presented != "lck_right")


def test_a_lone_surrogate_in_a_header_is_a_wrong_key() -> None:
    stored = [keys.StoredKey("a", "admin", keys._hash("lck_right"), "2026-01-01T00:00:00+00:00")]
    assert keys.verify(stored, "\udcff") is None


def test_an_unknown_role_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no role 'root': it must be admin or reader"):
        keys.create(tmp_path / "keys.json", "root", NOW)


def test_no_file_is_no_keys(tmp_path: Path) -> None:
    assert keys.stored_keys(tmp_path / "missing.json") == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": [{"key_id": "a"}]}', '{"keys": 3}'])
def test_a_damaged_file_says_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(keys.KeysFileError, match="damaged"):
        keys.stored_keys(path)


def test_the_file_is_plain_json(tmp_path: Path) -> None:
    keys.create(tmp_path / "keys.json", "admin", NOW)
    (entry,) = json.loads((tmp_path / "keys.json").read_text())["keys"]
    assert entry["role"] == "admin"
    assert entry["created_at"] == "2026-01-01T00:00:00+00:00"
