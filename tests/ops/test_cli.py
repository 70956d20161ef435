"""The command line: quick to load, helpful, and plain about what it cannot do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lakecast_ops import cli, environment

LAKECAST = Path(sys.executable).with_name("lakecast")
COMMANDS = ("sample", "run", "import", "export", "serve", "refresh", "pin", "vacuum", "schema", "doctor")
KEYS = ("create", "list", "revoke")
HEAVY = {
    *("pyarrow", "deltalake", "duckdb", "numpy", "pandas", "torch", "dagster", "prophet", "statsmodels"),
    *("strawberry", "uvicorn", "redis", "rich.progress", "pydantic_settings", "starlette"),
}


def lakecast(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LAKECAST, *arguments], capture_output=True, text=True, check=False, cwd=cwd)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("command", [*([name] for name in COMMANDS), *(["keys", name] for name in KEYS)])
def test_help_shows_an_example(command: list[str]) -> None:
    shown = CliRunner().invoke(cli.app, [*command, "--help"])
    assert shown.exit_code == 0, shown.output
    text = " ".join(plain(shown.output).split())
    assert "Example: " in text
    assert f"lakecast {' '.join(command)}" in text.partition("Example: ")[2]


def test_help_lists_every_command_and_the_exit_codes() -> None:
    done = lakecast("--help")
    assert done.returncode == 0
    for name in (*COMMANDS, "keys"):
        assert re.search(rf"│ {name}\b", plain(done.stdout)), name
    assert "Exit codes: 0" in done.stdout


def test_loading_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, lakecast_ops.cli; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("needed", "arguments"),
    [
        (environment.ML, ["run", "--data", "somewhere"]),
        (environment.ML, ["sample", "somewhere"]),
        (environment.SERVE, ["serve"]),
    ],
)
def test_a_missing_environment_is_named(
    needed: environment.Environment, arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["lakecast", *arguments])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(environment.EnvironmentMissing) as caught:
        cli.app()
    assert f"{needed.folder}/bin/lakecast {arguments[0]}" in str(caught.value)
    assert f"lakecast[{needed.extra}]" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_an_expected_failure_is_one_plain_line(tmp_path: Path) -> None:
    done = lakecast("export", "results", "--lake", "lake", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("lakecast: ")
    assert str(tmp_path / "lake") in done.stderr
    assert not (tmp_path / "results").exists()


def test_wrong_options_end_with_2() -> None:
    done = lakecast("refresh", "--url", "http://127.0.0.1:1")
    assert done.returncode == 2
    assert "--key" in done.stderr
    assert lakecast("run").returncode == 2


def test_version() -> None:
    done = lakecast("--version")
    assert re.fullmatch(r"lakecast \d+\.\d+\.\d+\S*\n", done.stdout)
