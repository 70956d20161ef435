"""Cursors say where a page goes on, of one question and snapshot only."""

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.read import paging
from lakecast_graphql.read.paging import Connection, Question, page_info, place, start
from lakecast_graphql.rows.column import Values
from lakecast_graphql.rows.rows import Rows


def record(snapshot_id: int = 7, mark: str = "0a1b2c3d") -> Any:
    return SimpleNamespace(snapshot_id=snapshot_id, mark=mark)


def code(after: str, question: Question) -> ErrorCode:
    with pytest.raises(ApiError) as raised:
        start(after, question)
    return raised.value.code


@pytest.mark.parametrize("offset", [0, 1, 9, 10, 99, 12_345, 10**6, 10**17])
@pytest.mark.parametrize("snapshot_id", [0, 7, 123, 10**9])
def test_a_page_begins_behind_its_cursor(offset: int, snapshot_id: int) -> None:
    question = Question(record(snapshot_id), "items", {"sku": {"eq": "x"}})
    after = question.cursor(offset)
    assert place(after) == paging.Place(snapshot_id, question.name, offset, "0a1b2c3d")
    assert paging.snapshot_of(after) == snapshot_id
    assert start(after, question) == offset + 1


def test_without_a_cursor_a_page_begins_at_the_first_row() -> None:
    question = Question(None, "items")
    assert start(None, question) == 0
    assert paging.snapshot_of(None) is None
    assert (question.snapshot_id, question.mark) == (0, "")


def test_a_cursor_belongs_to_its_question_and_snapshot() -> None:
    questions = [Question(record(), "items", number) for number in range(8)]
    for one in questions:
        for other in questions:
            if one is not other:
                assert code(one.cursor(5), other) is ErrorCode.BAD_USER_INPUT
    for snapshot_id in (6, 8):
        later = Question(record(snapshot_id), "items", 0)
        assert code(questions[0].cursor(5), later) is ErrorCode.BAD_USER_INPUT
    for mark in ("0a1b2c3c", "0a1b2c3e", ""):
        anew = Question(record(mark=mark), "items", 0)
        assert code(questions[0].cursor(5), anew) is ErrorCode.SNAPSHOT_GONE


def test_equal_questions_have_equal_names_whatever_the_order_of_their_filter() -> None:
    names = {paging.name_of("items", where) for where in ({"a": 1, "b": 2}, {"b": 2, "a": 1})}
    assert len(names) == 1
    assert paging.name_of("items", {"a": 1}) != paging.name_of("items", {"a": 2})
    assert paging.name_of("items", {"a": 1}) != paging.name_of("metrics", {"a": 1})


@pytest.mark.parametrize(
    "text",
    [
        "7.aaaaaaaaaaaa.5", "7.aaaaaaaaaaa.5.0a1b2c3d", "7.aaaaaaaaaaaaa.5.0a1b2c3d", ".aaaaaaaaaaaa.5.0a1b2c3d",
        "7.aaaaaaaaaaaa..0a1b2c3d", "-7.aaaaaaaaaaaa.5.0a1b2c3d", "7.aaaaaaaaaaaa.-5.0a1b2c3d",
        f"{10**18}.aaaaaaaaaaaa.5.0a1b2c3d", f"7.aaaaaaaaaaaa.{10**18}.0a1b2c3d", "7.aaaaaaaaaaaa.5.0a1b2c3",
        "7.aaaaaaaaaaaa.5.0A1B2C3D", "x7.aaaaaaaaaaaa.5.0a1b2c3d", "7.aaaaaaaaaaaa.5.0a1b2c3d\n", "",
    ],
)  # fmt: skip
def test_what_is_no_cursor_is_refused(text: str) -> None:
    after = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    assert code(after, Question(record(), "items")) is ErrorCode.BAD_USER_INPUT


@pytest.mark.parametrize("after", ["é", "a", "====", "not a cursor", "x" * 5_000])
def test_what_is_no_base64_is_refused(after: str) -> None:
    assert code(after, Question(record(), "items")) is ErrorCode.BAD_USER_INPUT


@pytest.mark.parametrize(
    ("begin", "count", "total", "following", "previous"),
    [
        (0, 5, 5, False, False), (0, 4, 5, True, False), (1, 4, 5, False, True), (2, 2, 5, True, True),
        (5, 0, 5, False, True), (0, 0, 0, False, False), (9, 0, 5, False, True),
    ],
)  # fmt: skip
def test_where_a_page_lies(begin: int, count: int, total: int, following: bool, previous: bool) -> None:
    question = Question(record(), "items")
    info = page_info(begin, count, total, question)
    assert (info.has_next_page, info.has_previous_page) == (following, previous)
    if count:
        assert place(info.start_cursor or "").offset == begin
        assert place(info.end_cursor or "").offset == begin + count - 1
    else:
        assert (info.start_cursor, info.end_cursor) == (None, None)


def test_each_edge_has_the_cursor_of_its_row() -> None:
    question = Question(record(), "items")
    page = Connection(Rows(3, {"name": lambda _: Values(["a", "b", "c"])}), 4, 9, question)
    assert page.snapshot_id == 7
    assert [place(cursor).offset for cursor in page.edges.column("cursor").values] == [4, 5, 6]  # type: ignore[attr-defined]
    assert [edge.node.name for edge in page.edges] == ["a", "b", "c"]
    assert page.page_info == page_info(4, 3, 9, question)
    assert page.total_count == 9
