"""The command `lakecast`: one small module per command; what a command needs is imported when it runs."""

import functools
import sys
from collections.abc import Callable
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from lakecast_lake import secret_files
from lakecast_ops import language, log_lines, problems
from lakecast_ops.commands import (
    check,
    doctor,
    export,
    import_,
    keys,
    mlflow,
    pin,
    refresh,
    run,
    sample,
    schema,
    serve,
    vacuum,
)

EXIT_CODES = "Exit codes: 0 done, 1 could not be done, 2 what was given is wrong, 130 stopped by Ctrl-C."

app = typer.Typer(
    name="lakecast",
    help="Demand forecasting as a lakehouse with a GraphQL face: files of demand in, forecasts out.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"lakecast {installed_version('lakecast')}")
        raise typer.Exit


@app.callback()
def lakecast(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Demand forecasting as a lakehouse with a GraphQL face: files of demand in, forecasts out."""


def _stoppable(command: Callable[..., None]) -> Callable[..., None]:
    """The command, ended by Ctrl-C without a traceback and with the exit code that shells expect."""

    @functools.wraps(command)
    def stoppable(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except BaseException as error:
            if not problems.is_interruption(error):
                raise
            stopped = language.spoken("stopped. What was published before is as it was.")
            print(f"\nlakecast: {stopped}", file=sys.stderr)
            raise typer.Exit(problems.STOPPED) from None

    return stoppable


for _module in (sample, check, run, import_, export, mlflow, serve, refresh, pin, vacuum, schema, doctor):
    app.command(_module.NAME, epilog=_module.EXAMPLE)(_stoppable(_module.command))
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run the command line; expected failures become one plain message and an exit code, bugs keep their traceback."""
    try:
        secret_files.load()
        app()
    except Exception as error:
        problem = problems.explain(error)
        if problem is None:
            raise
        told = log_lines.line(problem.message, "ERROR") if log_lines.is_json() else f"lakecast: {problem.message}"
        print(told, file=sys.stderr)
        sys.exit(problem.exit_code)
