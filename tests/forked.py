"""Runs pytest again and again in forks of one process that has loaded the large libraries: tests/mutants.py's engine.

Reads lines of JSON {"folder", "arguments", "seconds", "durations"} and answers each with the exit code, or null after
that time. Nothing of Lakecast is loaded before the fork, so that every fork reads the sources as they are then. Within
a file the tests run from the quickest up, by the durations that earlier runs have left in a file.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

LIBRARIES = (
    *("pytest", "_pytest.junitxml", "hypothesis.extra.numpy", "numpy", "scipy.special", "scipy.stats", "pandas"),
    *("pyarrow.compute", "pyarrow.dataset", "pyarrow.fs", "pyarrow.parquet", "deltalake", "duckdb", "graphql"),
    *("strawberry", "starlette.applications", "uvicorn", "redis", "orjson", "httpx", "pydantic_settings"),
    *("torch", "holidays", "narwhals"),
)


def main() -> None:
    """Serve until the input ends."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        task = json.loads(line)
        code = _run(task["folder"], task["arguments"], task["seconds"], Path(task["durations"]))
        print(json.dumps(code), flush=True)


class QuickestFirst:
    """A plugin of pytest that orders the tests of each file by what they took before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        files = {item.nodeid.partition("::")[0]: place for place, item in reversed(list(enumerate(items)))}
        items.sort(key=lambda item: (files[item.nodeid.partition("::")[0]], self._seconds.get(item.nodeid, 0.0)))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            self._seconds[report.nodeid] = report.duration

    def pytest_sessionfinish(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._seconds))


def _run(folder: str, arguments: list[str], seconds: float, durations: Path) -> int | None:
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        import pytest

        code = int(pytest.main(arguments, plugins=[QuickestFirst(durations)]))
        os._exit(code)  # whatever threads the tests left behind
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _kill_group(child)  # what the tests started and did not end
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    _kill_group(child)
    os.waitpid(child, 0)
    return None


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


if __name__ == "__main__":
    main()
