"""Node ids come back as what they were made of, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.read import node_ids

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS, TEXTS, st.none() | st.integers(1, 2**31 - 1))
def test_an_items_id_names_data_set_item_and_snapshot(dataset: str, item: str, snapshot: int | None) -> None:
    made = node_ids.item(dataset, item, snapshot)
    assert made.isascii()
    assert node_ids.decode(made) == node_ids.ItemId(dataset, item, snapshot)


@given(st.tuples(TEXTS, TEXTS, st.none() | st.integers(1, 9)), st.tuples(TEXTS, TEXTS, st.none() | st.integers(1, 9)))
def test_different_nodes_have_different_ids(one: tuple[str, str, int], other: tuple[str, str, int]) -> None:
    assert (node_ids.item(*one) == node_ids.item(*other)) == (one == other)


@given(st.integers(1, 2**31 - 1))
def test_a_snapshots_id_names_it(number: int) -> None:
    assert node_ids.decode(node_ids.snapshot_info(number)) == node_ids.SnapshotInfoId(number)


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as raised:
        node_ids.decode(text)
    assert (raised.value.code, raised.value.argument) == (ErrorCode.BAD_USER_INPUT, "id")


@pytest.mark.parametrize("parts", [[], ["Item"], ["Item", 1, 2], ["Other", "a", "b"], {"a": 1}, "Item", [["Item"]]])
def test_other_json_is_refused(parts: object) -> None:
    with pytest.raises(ApiError):
        node_ids.decode(node_ids._encode(parts))  # type: ignore[arg-type]
