"""Which exceptions are answers to the person at the terminal, and with which exit code they end a command.

Every package of Lakecast names its own errors and words them for people. Those become one plain message. Anything else
is a bug and keeps its traceback.
"""

from dataclasses import dataclass

from lakecast_ops.environment import EnvironmentMissing

FAILED = 1
"""What was asked for could not be done: a lake that cannot be reached, an environment that is not installed."""

WRONG_INPUT = 2
"""What was given is wrong: options, input files, a folder of results."""

_WRONG_INPUT_NAMES = frozenset({"InputError", "ContractError", "HandoverError", "SettingsError"})


@dataclass(frozen=True)
class Problem:
    """What to print, and the exit code."""

    message: str
    exit_code: int


class UsageProblem(Exception):
    """What was given on the command line cannot be used; the message says what to give instead."""


class Failure(Exception):
    """What was asked for could not be done; the message says why and what to do."""


def explain(error: Exception) -> Problem | None:
    """The plain message and exit code of an expected failure; None for a bug."""
    if isinstance(error, UsageProblem):
        return Problem(str(error), WRONG_INPUT)
    if isinstance(error, Failure | EnvironmentMissing):
        return Problem(str(error), FAILED)
    ours = [kind for kind in type(error).__mro__ if kind.__module__.partition(".")[0].startswith("lakecast_")]
    if not ours:
        return None
    wrong_input = any(kind.__name__ in _WRONG_INPUT_NAMES for kind in ours)
    return Problem(str(error), WRONG_INPUT if wrong_input else FAILED)
