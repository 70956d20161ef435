"""Keys: made once, shown once, kept only as hashes in a file that several servers may share.

The file is JSON, `{"keys": [{"key_id", "role", "hash", "created_at"}]}`. Several keys may be valid at once, so that
one can be replaced without a gap. A key has 256 random bits, which is why a plain SHA-256 is enough: there is
nothing to guess, and no dictionary to try.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from lakecast_graphql.admin.roles import RIGHTS

_MADE_BY_US = "lck_"


class KeysFileError(Exception):
    """The keys file cannot be read or written; the message says why and what to do."""


@dataclass(frozen=True)
class StoredKey:
    """What the file knows of a key.

    Attributes:
        key_id: short public name, to list and revoke it and to name it in the audit log.
        role: what it may do; see `RIGHTS`.
        hash: SHA-256 of the key, hexadecimal.
        created_at: ISO 8601 instant in UTC.
    """

    key_id: str
    role: str
    hash: str
    created_at: str


def create(path: Path | str, role: str, now: dt.datetime) -> str:
    """Make a key, add its hash to the file and return the key: the only time that it can be seen.

    The key is made of A-Z a-z 0-9 _ . - and over 40 characters long. Raises ValueError for an unknown role,
    KeysFileError where the file cannot be read or written.
    """
    if role not in RIGHTS:
        raise ValueError(f"There is no role {role!r}: it must be {' or '.join(RIGHTS)}.")
    key = _MADE_BY_US + secrets.token_urlsafe(32)
    stored = StoredKey(secrets.token_hex(4), role, _hash(key), now.astimezone(dt.UTC).isoformat(timespec="seconds"))
    _write(Path(path), [*stored_keys(path), stored])
    return key


def stored_keys(path: Path | str) -> list[StoredKey]:
    """All valid keys, oldest first; none where there is no file. Raises KeysFileError."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise KeysFileError(f"The keys file {path} cannot be read ({error}). Check its path and permissions.") from None
    try:
        return [StoredKey(**entry) for entry in json.loads(text)["keys"]]
    except (ValueError, TypeError, KeyError):
        raise KeysFileError(
            f"The keys file {path} is damaged. Restore it, or delete it and make new keys with `lakecast keys create`."
        ) from None


def revoke(path: Path | str, key_id: str) -> bool:
    """Take a key out of the file; False where there is none of that id. Raises KeysFileError."""
    keys = stored_keys(path)
    others = [key for key in keys if key.key_id != key_id]
    if len(others) == len(keys):
        return False
    _write(Path(path), others)
    return True


def verify(keys: list[StoredKey], presented: str) -> StoredKey | None:
    """The stored key that was presented, or None.

    Compares with every stored key, in constant time on bytes, so that neither the answer's time nor its order tells
    how much of a guess was right.
    """
    hashed = _hash(presented).encode()
    stored = None
    for key in keys:
        if hmac.compare_digest(hashed, key.hash.encode()):
            stored = key
    return stored


def _hash(key: str) -> str:
    # surrogatepass: header values are decoded from arbitrary bytes
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _write(path: Path, keys: list[StoredKey]) -> None:
    text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and renamed: a server that reads at this moment sees the old file or the new one.
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError as error:
        raise KeysFileError(f"The keys file {path} cannot be written ({error}).") from None
