"""What the command `lakecast` starts: the command line, or a word on what is not installed."""

import sys
from importlib import import_module


def main() -> None:
    """Run the command line. Exit code 1 where only the forecasting library is installed, which has none."""
    try:
        cli = import_module("lakecast_ops.cli")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("lakecast"):
            raise
        print(
            f"The command line is not installed here (no package {error.name!r}): pip install 'lakecast[serve]' to "
            "serve or 'lakecast[ml]' to train, each into an environment of its own. The forecasting library alone is "
            "used from Python: from lakecast_forecast import Forecaster.",
            file=sys.stderr,
        )
        sys.exit(1)
    cli.main()
