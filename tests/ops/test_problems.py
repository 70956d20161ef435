"""Which failures are answers, and which are bugs."""

import pytest

from lakecast_lake.errors import BadResults, LakeNotFound
from lakecast_ops import problems
from lakecast_ops.environment import EnvironmentMissing
from lakecast_schema.rules import ContractError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (problems.UsageProblem("wrong"), 2),
        (problems.Failure("broken"), 1),
        (EnvironmentMissing("absent"), 1),
        (ContractError(()), 2),
        (BadResults("folder", "holds nothing", "Fill it."), 2),
        (LakeNotFound("lake", "is empty", "Run."), 1),
    ],
)
def test_expected_failures_have_a_message_and_a_code(error: Exception, code: int) -> None:
    problem = problems.explain(error)
    assert problem == problems.Problem(str(error), code)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), RuntimeError("x"), OSError("x")])
def test_anything_else_is_a_bug(error: Exception) -> None:
    assert problems.explain(error) is None
