"""Who may refresh and pin, and read where that needs a key: checks keys, slows down guessing, writes the audit log."""

import ipaddress
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lakecast_graphql.admin import keys
from lakecast_graphql.admin.audit import Audit
from lakecast_graphql.admin.roles import RIGHTS, Right
from lakecast_graphql.admin.throttle import Throttle
from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.operation.operation import Caller

_log = logging.getLogger("lakecast.admin")

FAILURES = 10
"""Wrong keys that an address may present in `WINDOW` seconds."""
WINDOW = 60.0


def _network(address: str) -> str:
    """Whoever has one IPv6 address has the 2^64 beside it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


class Gate:
    """Lets administrators through. The keys file is read again whenever it changed: new keys hold at once."""

    def __init__(self, keys_file: str | None, audit: Audit, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = None if keys_file is None else Path(keys_file)
        self._audit = audit
        self.throttle = Throttle(FAILURES, WINDOW, clock)
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, int, int] | None, list[keys.StoredKey]] = (None, [])

    def admin(self, caller: Caller, action: str) -> keys.StoredKey:
        """The key of an administrator.

        Raises FORBIDDEN where there is no keys file and for a key of another role, UNAUTHENTICATED for a missing, wrong
        or revoked key, RATE_LIMITED after too many wrong ones. A right key is never held up by wrong ones from its
        address, which may be a proxy's: keys are too long to be guessed, and the limit only keeps the log short.
        """
        key = self._verified(caller, action)
        if Right.ADMINISTRATE not in RIGHTS[key.role]:
            self._refused(action, caller, ErrorCode.FORBIDDEN)
            raise ApiError(ErrorCode.FORBIDDEN, f"A key of the role {key.role} may not do this: use an admin key.")
        return key

    def reader(self, caller: Caller) -> keys.StoredKey:
        """The key of somebody who may read. Raises as `admin` does."""
        return self._verified(caller, "read")

    def _verified(self, caller: Caller, action: str) -> keys.StoredKey:
        known = self._keys()
        if known is None:
            raise ApiError(
                ErrorCode.FORBIDDEN,
                "Admin mutations are off, and what else needs a key: this server has none. Make one with "
                "`lakecast keys create --role admin` and point LAKECAST_KEYS_FILE to its file.",
            )
        if caller.key is None:
            raise ApiError(ErrorCode.UNAUTHENTICATED, "This needs a key in the X-API-Key header.")
        key = keys.verify(known, caller.key)
        if key is not None and key.role in RIGHTS:
            return key
        network = _network(caller.address)
        if self.throttle.blocked(network):
            raise ApiError(ErrorCode.RATE_LIMITED, f"Too many wrong keys from this address. Wait {WINDOW:.0f} seconds.")
        used_up = self.throttle.failed(network)
        self._refused(action, caller, ErrorCode.UNAUTHENTICATED)
        if used_up:  # said once: what follows is refused without a line, or who guesses would fill the disk
            self._refused(action, caller, ErrorCode.RATE_LIMITED)
        raise ApiError(
            ErrorCode.UNAUTHENTICATED,
            "The key in the X-API-Key header is not valid (any more). `lakecast keys list` shows those that are.",
        )

    def record(self, action: str, key: keys.StoredKey, caller: Caller, outcome: str, **facts: object) -> None:
        """Write what an administrator did to the audit log."""
        self._audit.write(action, key_id=key.key_id, address=caller.address, outcome=outcome, **facts)

    def _refused(self, action: str, caller: Caller, code: ErrorCode) -> None:
        self._audit.write(action, key_id=None, address=caller.address, outcome=code.value)

    def _keys(self) -> list[keys.StoredKey] | None:
        """The valid keys; None where no file is configured, or there is none yet."""
        if self._path is None:
            return None
        try:
            stat = os.stat(self._path)
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            return None
        with self._lock:
            if stamp != self._read[0]:
                try:
                    self._read = (stamp, keys.stored_keys(self._path))
                except (keys.KeysFileError, ValueError, AttributeError) as error:
                    # Which file, and why, is for the operator's log, not for the client.
                    _log.error("Admin mutations are off: %s", error)
                    raise ApiError(
                        ErrorCode.FORBIDDEN,
                        "Admin mutations are off: this server cannot read its admin keys. Its log says why.",
                    ) from None
            return self._read[1]
