"""Which failures are answers, and which are bugs."""

from importlib import import_module
from importlib.util import find_spec

import pytest

from lakecast_lake.columns.sql import QueryTimeout
from lakecast_lake.columns.where import UnknownField
from lakecast_lake.errors import BadResults, BadSetting, BadWrite, LakeError, LakeNotFound, StoreUnsafe
from lakecast_ops import cli, problems
from lakecast_ops.environment import EnvironmentMissing
from lakecast_schema.frequency import FrequencyUnclear
from lakecast_schema.rules import ContractError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (problems.UsageProblem("wrong"), 2),
        (problems.Failure("broken"), 1),
        (EnvironmentMissing("absent"), 1),
        (BadResults("folder", "holds nothing", "Fill it."), 2),
        (BadSetting("ftp://x", "ftp:// is no lake address", "Use a folder."), 2),
        (LakeNotFound("lake", "is empty", "Run."), 1),
        (StoreUnsafe("lake", "overwrites", "Use another store."), 1),
    ],
)
def test_expected_failures_have_a_message_and_a_code(error: Exception, code: int) -> None:
    problem = problems.explain(error)
    assert problem == problems.Problem(str(error), code)


@pytest.mark.parametrize(
    "error",
    [
        *(ValueError("x"), KeyError("x"), RuntimeError("x"), OSError("x")),
        *(ContractError(()), BadWrite("lake", "is never written", "Report it."), LakeError("lake", "is odd", "Look.")),
        *(UnknownField("x"), QueryTimeout("x"), FrequencyUnclear("x")),
    ],
)
def test_anything_else_is_a_bug(error: Exception) -> None:
    assert problems.explain(error) is None


def test_every_expected_class_exists() -> None:
    for (module, name), code in problems._EXPECTED.items():
        if find_spec(module.partition(".")[0]) is None or _lacks_libraries(module):
            continue
        assert issubclass(getattr(import_module(module), name), Exception)
        assert code in (problems.FAILED, problems.WRONG_INPUT)


def _lacks_libraries(module: str) -> bool:
    """Whether the module belongs to the other environment."""
    return find_spec("dagster" if module.startswith("lakecast_assets") else "numpy") is None


def test_an_error_of_ours_that_nobody_expected_shows_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ContractError(())

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(ContractError):
        cli.main()
    assert capsys.readouterr().err == ""
