"""What a check-up found: how bad it is, and what to do."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad a finding is; the value is the word that is printed."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """One line of the check-up. A note tells what is turned off; a warning or a failure has to be put right."""

    subject: str
    level: Level
    message: str
    remedy: str = ""


def ok(subject: str, message: str) -> Finding:
    return Finding(subject, Level.OK, message)


def note(subject: str, message: str, remedy: str) -> Finding:
    return Finding(subject, Level.NOTE, message, remedy)


def warn(subject: str, message: str, remedy: str) -> Finding:
    return Finding(subject, Level.WARNING, message, remedy)


def fail(subject: str, message: str, remedy: str) -> Finding:
    return Finding(subject, Level.FAIL, message, remedy)
