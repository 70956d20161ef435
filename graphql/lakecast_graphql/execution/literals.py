"""Literals lifted out of a document, so that operations which differ in them only share a plan.

The skeleton is the text with each number and string replaced by its kind; a document that may hold what a simple
scan could misread (comments, block strings, escapes) is not lifted at all.
"""

import math
import re
from dataclasses import dataclass

_LITERAL = re.compile(r'"([^"\\\n\r]*)"|(?<![\w$.-])(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])')
LONGEST = 20_000
"""Characters of a document that is worth scanning."""


@dataclass(frozen=True)
class Skeleton:
    """A document without its literals.

    skeleton: equal for documents that differ in literals only. values: the literals as JSON would have them.
    starts: where each of them begins in the text.
    """

    skeleton: str
    values: tuple[str | int | float, ...]
    starts: tuple[int, ...]


def lift(query: str) -> Skeleton | None:
    """The literals of a document, None where they cannot be told safely."""
    if len(query) > LONGEST or '"""' in query or "#" in query or "\\" in query or "\x00" in query:
        return None
    values: list[str | int | float] = []
    starts: list[int] = []
    parts: list[str] = []
    end = 0
    for match in _LITERAL.finditer(query):
        text, number = match.group(1), match.group(2)
        parts.append(query[end : match.start()])
        end = match.end()
        starts.append(match.start())
        if number is None:
            values.append(text)
            parts.append("\x00s")
        elif number.lstrip("-").isdigit():
            if len(number) > 18:
                return None
            values.append(int(number))
            parts.append("\x00i")
        else:
            value = float(number)
            if not math.isfinite(value):
                return None  # the document is refused
            values.append(value)
            parts.append("\x00f")
    parts.append(query[end:])
    return Skeleton("".join(parts), tuple(values), tuple(starts))
