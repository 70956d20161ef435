"""The reading report: what was understood of a folder, what was left out and why, and what looks wrong."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lakecast_schema.grammar import agreeing

Severity = Literal["info", "warning", "rejected"]

EXAMPLES = 2
"""How many examples a line shows."""
_ROW = re.compile(r"^row (\d+) of ")
"""An example that is a row of a file, as it stands in the lake."""


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
        """The line in English, its count first, without examples."""
        return self._counted(self.words.english, "rejected")

    @property
    def portuguese(self) -> str:
        """The same in Brazilian Portuguese."""
        return self._counted(self.words.portuguese, "rejeitado" if self.count == 1 else "rejeitados")

    @property
    def sentence(self) -> str:
        """The line as a person reads it in English, with its examples."""
        return self.english + (f", such as {' and '.join(self.examples)}" if self.examples else "")

    @property
    def sentence_in_portuguese(self) -> str:
        """The same in Brazilian Portuguese."""
        examples = [_ROW.sub(r"linha \1 de ", example) for example in self.examples]
        return self.portuguese + (f", como {' e '.join(examples)}" if examples else "")

    def _counted(self, words: str, rejected: str) -> str:
        words = agreeing(words, self.count)
        return f"{self.count}{f' {rejected}:' if self.severity == 'rejected' else ''} {words}" if self.count else words


def line(severity: Severity, words: Words, names: Iterable[str] = (), /, count: int | None = None) -> Line:
    """A line about items or rows; their number, unless stated, is the count, and the first two are the examples."""
    listed = names if isinstance(names, Sequence) else list(names)
    return Line(severity, words, len(listed) if count is None else count, tuple(listed[:EXAMPLES]))
