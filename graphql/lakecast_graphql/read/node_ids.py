"""Node ids: opaque to clients, stable across snapshots unless they were read from a named one.

The text inside is a JSON array, `["Item", dataset, item]` or `["SnapshotInfo", snapshot]`; ids of what was read
through `Query.snapshot(...)` carry that snapshot's number as a further element, so that a client's cache never
mixes an item of today with the same item of an older snapshot.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from lakecast_graphql.errors import bad_input

ITEM = "Item"
SNAPSHOT_INFO = "SnapshotInfo"


@dataclass(frozen=True, slots=True)
class ItemId:
    """An item's node; `snapshot_id` is None for the item as the current snapshot knows it."""

    dataset_id: str
    item_id: str
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class SnapshotInfoId:
    """A snapshot's node."""

    snapshot_id: int


def item(dataset_id: str, item_id: str, snapshot_id: int | None = None) -> str:
    """Node id of an item; `snapshot_id` only for what is read through `Query.snapshot(...)`."""
    parts: list[object] = [ITEM, dataset_id, item_id]
    return _encode(parts if snapshot_id is None else [*parts, snapshot_id])


def snapshot_info(snapshot_id: int) -> str:
    """Node id of a snapshot's provenance; a snapshot is the same however it was reached."""
    return _encode([SNAPSHOT_INFO, snapshot_id])


def decode(node_id: str) -> ItemId | SnapshotInfoId:
    """What a node id names. Raises BAD_USER_INPUT for anything that this server did not make."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(node_id.encode("ascii") + b"=" * (-len(node_id) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    match parts:
        case ["Item", str(dataset_id), str(item_id)]:
            return ItemId(dataset_id, item_id)
        case ["Item", str(dataset_id), str(item_id), int(snapshot_id)] if _is_number(snapshot_id):
            return ItemId(dataset_id, item_id, snapshot_id)
        case ["SnapshotInfo", int(snapshot_id)] if _is_number(snapshot_id):
            return SnapshotInfoId(snapshot_id)
        case _:
            raise bad_input("This is not a node id of this server: pass on an `id` as it was read.", argument="id")


def _is_number(snapshot_id: int) -> bool:
    """Whether it can be a snapshot's number: snapshots are counted in 64 bits, and true is no number."""
    return type(snapshot_id) is int and 0 <= snapshot_id < 1 << 63


def _encode(parts: list[object]) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode("ascii")
