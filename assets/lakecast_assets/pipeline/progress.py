"""Telling how far a run is, to whatever display whoever started the run has."""

from dataclasses import dataclass
from typing import Protocol


class Display(Protocol):
    """Shows progress: a live display, lines in a log, or nothing."""

    def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
        """`done` of `total` units of a step are finished."""
        ...

    def say(self, message: str) -> None:
        """A sentence worth keeping, such as why a source failed."""
        ...


class Silent:
    """Shows nothing."""

    def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
        return

    def say(self, message: str) -> None:
        return


@dataclass
class Progress:
    """The Dagster resource through which steps tell how far they are.

    prefix: said before each step's name; another one for each data set that a process runs.
    """

    display: Display
    prefix: str = ""

    def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
        self.display.update(f"{self.prefix}{step}", done, total, unit)

    def say(self, message: str) -> None:
        self.display.say(f"{self.prefix}{message}")
