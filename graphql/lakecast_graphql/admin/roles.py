"""What the keys of each role may do: the only place that says so."""

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """What a key may be needed for."""

    READ = "read"
    """Ask for data, where `LAKECAST_READ_KEYS` is on; without it everybody may."""
    ADMINISTRATE = "administrate"
    """Refresh, pin and unpin."""


RIGHTS: Mapping[str, frozenset[Right]] = {
    "admin": frozenset((Right.READ, Right.ADMINISTRATE)),
    "reader": frozenset((Right.READ,)),
}
