"""The reading report: what was understood of a folder, what was left out and why, and what looks wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "rejected"]

EXAMPLES = 2
"""How many examples a line shows."""


@dataclass(frozen=True)
class Words:
    """A code for programs, and a sentence for people in English and in Brazilian Portuguese."""

    code: str
    english: str
    portuguese: str

    def of(self, **values: object) -> "Words":
        """The sentences with their placeholders filled in."""
        return Words(self.code, self.english.format(**values), self.portuguese.format(**values))


@dataclass(frozen=True)
class Line:
    """A line of the report. count: rows, items or values that it is about; examples: at most two."""

    severity: Severity
    words: Words
    count: int = 0
    examples: tuple[str, ...] = ()

    @property
    def english(self) -> str:
        return self.words.english + (f", such as {' and '.join(self.examples)}" if self.examples else "")

    @property
    def sentence(self) -> str:
        """The line as a person reads it, its count first."""
        rejected = " rejected:" if self.severity == "rejected" else ""
        return f"{self.count}{rejected} {self.english}" if self.count else self.english


def line(severity: Severity, words: Words, names: Iterable[str] = (), /, count: int | None = None) -> Line:
    """A line about items or rows; their number, unless stated, is the count, and the first two are the examples."""
    listed = names if isinstance(names, Sequence) else list(names)
    return Line(severity, words, len(listed) if count is None else count, tuple(listed[:EXAMPLES]))
