"""The log: no client can fill the disk with tracebacks."""

import logging
import sys

from lakecast_graphql.logs import LONGEST, Formatter


def _deep(levels: int) -> None:
    if levels:
        _deeper(levels - 1)
    raise RecursionError("too deep")


def _deeper(levels: int) -> None:
    _deep(levels)


def _logged(levels: int) -> str:
    try:
        _deep(levels)
    except RecursionError:
        record = logging.LogRecord("lakecast", logging.ERROR, "", 0, "It failed.", (), sys.exc_info())
    return Formatter("%(message)s").format(record)


def test_a_traceback_of_a_recursion_shows_its_beginning_and_its_end() -> None:
    text = _logged(400)
    assert len(text) < LONGEST + 200
    assert text.startswith("It failed.\nTraceback (most recent call last)")
    assert "characters ..." in text
    assert text.endswith("RecursionError: too deep")


def test_an_ordinary_traceback_is_whole() -> None:
    text = _logged(3)
    assert text.endswith("RecursionError: too deep")
    assert "characters ..." not in text
