"""Sentences about one thing or several."""

import re

_ONE_OR_MORE = re.compile(r"\[([^|\[\]]*)\|([^|\[\]]*)\]")


def agreeing(words: str, count: int) -> str:
    """A sentence in the number that a count asks for: of `[item has|items have]` the first for 1, else the second."""
    return _ONE_OR_MORE.sub(r"\1" if count == 1 else r"\2", words)


def count_of(count: int, words: str) -> str:
    """A count before what is counted: `1 item has`, `2 items have`; words as `agreeing` takes them."""
    return f"{count} {agreeing(words, count)}"
