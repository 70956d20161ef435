"""One item has, two items have."""

from lakecast_schema.grammar import agreeing, count_of


def test_words_agree_with_their_number() -> None:
    words = "[item has|items have] no stock, so [it counts|they count]"
    assert count_of(1, words) == "1 item has no stock, so it counts"
    assert count_of(2, words) == "2 items have no stock, so they count"
    assert agreeing("brackets [1] and bars | stay", 1) == "brackets [1] and bars | stay"
