"""Which exceptions are answers to the person at the terminal, and with which exit code they end a command.

Every package of Lakecast names its own errors and words them for people. Those that a person can cause and put right
become one plain message. Anything else is a bug and keeps its traceback.
"""

import sys
from dataclasses import dataclass

from lakecast_ops.environment import EnvironmentMissing
from lakecast_ops.language import is_portuguese, spoken

FAILED = 1
"""What was asked for could not be done: a lake that cannot be reached, an environment that is not installed."""

WRONG_INPUT = 2
"""What was given is wrong: options, input files, a folder of results."""

STOPPED = 130
"""Ctrl-C: 128 and the signal's number, as shells have it."""

_EXPECTED = {
    ("lakecast_forecast.input.errors", "InputError"): WRONG_INPUT,
    ("lakecast_assets.pipeline.run", "RunError"): WRONG_INPUT,
    ("lakecast_assets.pipeline.run", "CheckFailed"): FAILED,
    ("lakecast_lake.errors", "BadResults"): WRONG_INPUT,
    ("lakecast_lake.errors", "BadSetting"): WRONG_INPUT,
    ("lakecast_lake.errors", "LakeNotFound"): FAILED,
    ("lakecast_lake.errors", "LakeUnreadable"): FAILED,
    ("lakecast_lake.errors", "TableMissing"): FAILED,
    ("lakecast_lake.errors", "VersionMissing"): FAILED,
    ("lakecast_lake.errors", "SnapshotGone"): FAILED,
    ("lakecast_lake.errors", "Superseded"): FAILED,
    ("lakecast_lake.errors", "Contended"): FAILED,
    ("lakecast_lake.errors", "StoreUnsafe"): FAILED,
    ("lakecast_graphql.admin.keys", "KeysFileError"): FAILED,
    ("lakecast_graphql.settings", "SettingsError"): WRONG_INPUT,
}
"""Errors of Lakecast's packages that a person at the terminal can cause and put right: module and class -> exit code.

Any other class of ours (a table of our own that breaks its contract, a model that nobody asked for) is a defect: one
sentence would hide where.
"""


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
        return Problem(spoken(str(error)), WRONG_INPUT)
    if isinstance(error, Failure | EnvironmentMissing):
        return Problem(spoken(str(error)), FAILED)
    for kind in type(error).__mro__:
        code = _EXPECTED.get((kind.__module__, kind.__qualname__))
        if code is not None:
            return Problem(told(error), code)
    return None


def told(error: Exception) -> str:
    """An error's message in the person's language: where, what and what to do each by themselves."""
    if not is_portuguese():
        return str(error)
    facts = vars(error)
    if {"file", "problem", "remedy"} <= facts.keys():
        row, column = facts["row"], facts["column"]
        place = (
            f"{facts['file']}{'' if row is None else f', linha {row}'}{'' if column is None else f', coluna {column}'}"
        )
        return f"{place}: {spoken(facts['problem'])}. {spoken(facts['remedy'])}."
    if {"where", "what", "remedy", "reason"} <= facts.keys():
        reason = f" ({facts['reason']})" if facts["reason"] else ""
        return f"{facts['where']}: {spoken(facts['what'])}{reason}. {spoken(facts['remedy'])}"
    return spoken(str(error))


def is_interruption(error: BaseException) -> bool:
    """Whether the person at the terminal stopped the command; Dagster turns Ctrl-C into an exception of its own."""
    dagster = sys.modules.get("dagster._core.errors")
    own = getattr(dagster, "DagsterExecutionInterruptedError", KeyboardInterrupt)
    return isinstance(error, (KeyboardInterrupt, own))
