"""Which failures of a step are tried again: those that may pass, and no mistakes."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from functools import wraps
from typing import Any

import dagster as dg

from lakecast_assets.pipeline.violations import input_error_table, violations_table
from lakecast_forecast.input.errors import InputError
from lakecast_lake.errors import Contended, LakeUnreadable
from lakecast_schema.rules import ContractError

PASSING = (OSError, MemoryError, BrokenExecutor, Contended, LakeUnreadable)
"""Failures that may pass: a store that did not answer, a killed worker, too many writers at once."""
RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


@contextmanager
def only_what_may_pass() -> Iterator[None]:
    """A failure that no retry mends ends the step at once; `cause` finds it again."""
    try:
        yield
    except (*PASSING, dg.DagsterError, dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        raise dg.Failure(str(error) or type(error).__name__, metadata=_tables(error), allow_retries=False) from error


def _tables(error: Exception) -> dict[str, dg.TableMetadataValue]:
    """What the failed step shows beside the message of an error."""
    if isinstance(error, ContractError):
        return {"broken rules": violations_table(error.violations)}
    return {"error of input": input_error_table(error)} if isinstance(error, InputError) else {}


def retried(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step's function whose mistakes are not tried again; it must return, not yield."""

    @wraps(step)
    def tried(*args: Any, **kwargs: Any) -> Any:
        with only_what_may_pass():
            return step(*args, **kwargs)

    return tried


def cause(error: BaseException) -> BaseException:
    """What has really happened, behind what Dagster made of it."""
    if isinstance(error, dg.Failure) and error.__cause__ is not None:
        return error.__cause__
    if isinstance(error, dg.DagsterError) and error.__context__ is not None:  # retries used up
        return cause(error.__context__)
    if isinstance(error, dg.RetryRequested) and error.__cause__ is not None:
        return cause(error.__cause__)
    return error
