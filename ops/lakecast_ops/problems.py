"""Which exceptions are answers to the person at the terminal, and with which exit code they end a command.

Every package of Lakecast names its own errors and words them for people. Those become one plain message. Anything else
is a bug and keeps its traceback.
"""

import sys
from dataclasses import dataclass

from lakecast_ops.environment import EnvironmentMissing

FAILED = 1
"""What was asked for could not be done: a lake that cannot be reached, an environment that is not installed."""

WRONG_INPUT = 2
"""What was given is wrong: options, input files, a folder of results."""

STOPPED = 130
"""Ctrl-C: 128 and the signal's number, as shells have it."""

_WRONG_INPUT = (
    ("lakecast_forecast.input.errors", "InputError"),
    ("lakecast_assets.run", "RunError"),
    ("lakecast_schema.rules", "ContractError"),
    ("lakecast_lake.errors", "BadResults"),
    ("lakecast_lake.errors", "BadWrite"),
)


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
    if isinstance(error, _loaded_wrong_input()):
        return Problem(str(error), WRONG_INPUT)
    if any(kind.__module__.startswith("lakecast_") for kind in type(error).__mro__):
        return Problem(str(error), FAILED)
    return None


def is_interruption(error: BaseException) -> bool:
    """Whether the person at the terminal stopped the command; Dagster turns Ctrl-C into an exception of its own."""
    dagster = sys.modules.get("dagster._core.errors")
    own = getattr(dagster, "DagsterExecutionInterruptedError", KeyboardInterrupt)
    return isinstance(error, (KeyboardInterrupt, own))


def _loaded_wrong_input() -> tuple[type[Exception], ...]:
    """The classes of wrong input whose modules are loaded: no other can have been raised."""
    return tuple(getattr(sys.modules[module], name) for module, name in _WRONG_INPUT if module in sys.modules)
