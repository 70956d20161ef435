"""Pages: connections of the Relay cursor specification, with cursors bound to snapshot, field, filter and order."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import orjson

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input
from lakecast_graphql.rows.column import Column, Values
from lakecast_graphql.rows.nested import Nested
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.lru import TextMemo
from lakecast_lake.snapshots import SnapshotRecord


@dataclass(frozen=True)
class Place:
    """Where a cursor points: after the row at `offset` (counted from 0) of one question's answer.

    `mark` is that of the snapshot's record.
    """

    snapshot_id: int
    question: str
    offset: int
    mark: str


class Question:
    """A field with its arguments, except those of paging; its name is computed where a cursor needs it.

    Args:
        record: of the snapshot that answers; None where none does.
    """

    def __init__(self, record: SnapshotRecord | None, *parts: Any) -> None:
        self.snapshot_id = 0 if record is None else record.snapshot_id
        self._record = record
        self._parts = parts
        self._name: str | None = None

    @property
    def name(self) -> str:
        """A short text, equal for equal questions only."""
        if self._name is None:
            self._name = name_of(*self._parts)
        return self._name

    @property
    def mark(self) -> str:
        """That of the snapshot's record."""
        return "" if self._record is None else self._record.mark

    def cursor(self, offset: int) -> str:
        """The cursor of the row at an offset, opaque to clients."""
        text = f"{self.snapshot_id}.{self.name}.{offset}.{self.mark}"
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode("ascii")


def name_of(field: str, *arguments: Any) -> str:
    """A short name of a field with its arguments: equal for equal questions only."""
    text = orjson.dumps([field, *arguments], default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return base64.urlsafe_b64encode(hashlib.blake2b(text, digest_size=9).digest()).decode("ascii")


def place(after: str) -> Place:
    """What a cursor says. Raises BAD_USER_INPUT for anything that this server did not make."""
    return PLACES.value(after)


_CURSOR = re.compile(r"([0-9]{1,18})\.([\w-]{12})\.([0-9]{1,18})\.([0-9a-f]{8}|)", re.ASCII)
"""Snapshot, question, offset and mark. Numbers of more digits may not fit into 64 bits: no lake has so many rows."""


def _place(after: str) -> Place:
    try:
        text = base64.urlsafe_b64decode(after.encode("ascii") + b"=" * (-len(after) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        text = ""
    parts = _CURSOR.fullmatch(text)
    if parts is None:
        raise bad_input("This is not a cursor of this server: pass on `endCursor` as it was read.", argument="after")
    return Place(int(parts[1]), parts[2], int(parts[3]), parts[4])


PLACES: TextMemo[str, Place] = TextMemo(_place, longest=100, limit=2_000_000, of_value=500)
"""What the last cursors say. None that is made here has a hundred characters."""


def snapshot_of(after: str | None) -> int | None:
    """The snapshot that a cursor goes on in; None without a cursor."""
    return None if after is None else place(after).snapshot_id


def start(after: str | None, question: Question) -> int:
    """Offset of the page's first row.

    Raises BAD_USER_INPUT for a cursor of another filter, order or field, SNAPSHOT_GONE for one of a snapshot that had
    the same number in a lake that was made anew or restored since.
    """
    if after is None:
        return 0
    at = place(after)
    if at.snapshot_id == question.snapshot_id and at.mark != question.mark:
        raise ApiError(
            ErrorCode.SNAPSHOT_GONE,
            f"The snapshot {at.snapshot_id} of this cursor is gone: the lake was made anew or restored since, and its "
            "numbers mean others. Leave `after` out to begin anew.",
        )
    if at.question != question.name or at.snapshot_id != question.snapshot_id:
        raise bad_input(
            "This cursor belongs to another filter, order or field: page on with the arguments that it came from, "
            "or leave `after` out to begin anew.",
            argument="after",
        )
    return at.offset + 1


@dataclass(frozen=True)
class PageInfo:
    """Where a page lies."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def page_info(begin: int, count: int, total: int, question: Question) -> PageInfo:
    """Where a page of `count` rows from offset `begin` lies."""
    return PageInfo(
        has_next_page=begin + count < total,
        has_previous_page=begin > 0,
        start_cursor=question.cursor(begin) if count else None,
        end_cursor=question.cursor(begin + count - 1) if count else None,
    )


RowsT = TypeVar("RowsT", bound=Rows)


class Connection(Generic[RowsT]):
    """A page of rows.

    Args:
        nodes: the rows of the page.
        begin: offset of the page's first row.
        total_count: rows on all pages together.
        question: what the page is an answer to.
    """

    def __init__(self, nodes: RowsT, begin: int, total_count: int, question: Question) -> None:
        self.nodes = nodes
        self.begin = begin
        self.total_count = total_count
        self.snapshot_id = question.snapshot_id
        self._question = question

    def cursor(self, row: int) -> str:
        """Cursor of a row of the page, counted from 0."""
        return self._question.cursor(self.begin + row)

    @cached_property
    def edges(self) -> Rows:
        """The rows with their cursors."""
        return Rows(
            len(self.nodes),
            {
                "cursor": lambda _: Values([self.cursor(row) for row in range(len(self.nodes))]),
                "node": lambda _: self._node(),
            },
        )

    @cached_property
    def page_info(self) -> PageInfo:
        return page_info(self.begin, len(self.nodes), self.total_count, self._question)

    def _node(self) -> Column:
        return Nested(self.nodes)
