"""Literals come out of a document and nothing else does."""

import json

from graphql import FloatValueNode, IntValueNode, Node, StringValueNode, Visitor, parse, visit
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.execution.literals import lift

texts = st.text(st.characters(exclude_characters='"\\\n\r#\x00', exclude_categories=("Cs", "Cc")), max_size=8)
numbers = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
)
values = st.one_of(texts, numbers)


def written(found: list[str | int | float]) -> str:
    arguments = ", ".join(f"a{place}1: {json.dumps(value, ensure_ascii=False)}" for place, value in enumerate(found))
    return f"query Q1($v2: Int) {{ alias3: field4({arguments}, z: $v2) {{ lower80 ...F5 }} }} fragment F5 on T {{ x }}"


@given(st.lists(values, min_size=1, max_size=5))
def test_values_and_their_places_are_those_of_the_parser(found: list[str | int | float]) -> None:
    text = written(found)
    lifted = lift(text)
    assert lifted is not None
    parsed: list[tuple[int, object]] = []

    class Literals(Visitor):
        def enter(self, node: Node, *_: object) -> None:
            if isinstance(node, StringValueNode | IntValueNode | FloatValueNode) and node.loc is not None:
                kind = {StringValueNode: str, IntValueNode: int, FloatValueNode: float}[type(node)]
                parsed.append((node.loc.start, kind(node.value)))

    visit(parse(text), Literals())
    assert list(zip(lifted.starts, lifted.values, strict=True)) == parsed


@given(st.lists(values, min_size=1, max_size=4), st.lists(values, min_size=1, max_size=4))
def test_equal_skeletons_have_literals_of_equal_kinds(left: list[object], right: list[object]) -> None:
    one, other = lift(written(left)), lift(written(right))  # type: ignore[arg-type]
    assert one is not None
    assert other is not None
    same = [type(value) for value in one.values] == [type(value) for value in other.values]
    assert (one.skeleton == other.skeleton) is same


def test_what_a_scan_could_misread_is_not_lifted() -> None:
    for text in (
        '{ a(b: """x""") }',
        "{ a # 1\n }",
        '{ a(b: "\\u0041") }',
        "{ a\x00 }",
        "{ a(b: 12345678901234567890) }",
    ):
        assert lift(text) is None
