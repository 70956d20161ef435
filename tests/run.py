"""Run the whole test suite in both environments and print the totals: what `make test` does.

Three suites run at a time, since they often wait for processes, and each is shown when it ends; JOBS=1 runs one after
the other and shows them as they go. Arguments are handed to pytest (`python tests/run.py -x -k publish`). Needs nothing
but the standard library.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Suite:
    """Folders of tests that run together in one environment, `without` some folders below them."""

    environment: str
    folders: tuple[str, ...]
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        without = f" without {' '.join(self.without)}" if self.without else ""
        return f"{self.environment}: {' '.join(self.folders)}{without}"


_ANSWERS = ("graphql/execution", "graphql/values")
SUITES = (
    Suite("ml", ("assets",)),
    Suite("serve", ("graphql",), without=_ANSWERS),
    Suite("serve", ("end_to_end",)),
    Suite("serve", _ANSWERS),
    Suite("ml", ("schema", "lake/handover", "forecast")),
    Suite("serve", ("schema", "lake")),
    Suite("ml", ("faults/pipeline", "ops", "boundary")),
    Suite("serve", ("faults/serving", "ops", "boundary")),
)
"""Those that take longest begin first."""


@dataclass(frozen=True)
class Totals:
    """What a suite came to. A suite that wrote no report counts as one error."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.seconds + other.seconds,
        )

    def __str__(self) -> str:
        return f"{self.passed:6} passed {self.failed:4} failed {self.skipped:4} skipped {self.seconds:7.0f} s"


def main(arguments: list[str]) -> int:
    """Run every suite, whatever the ones before it came to; the exit code is 0 only when nothing failed."""
    jobs = int(os.environ.get("JOBS", "3"))
    began = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        totals = list(pool.map(lambda suite: run(suite, arguments, aside=jobs > 1), SUITES))
    lines = [f"{one}   {suite}" for one, suite in zip(totals, SUITES, strict=True)]
    total = replace(sum(totals, Totals()), seconds=time.monotonic() - began)
    print("\n" + "\n".join(lines))
    print(f"{total}   in total")
    return 1 if total.failed else 0


def run(suite: Suite, arguments: list[str], *, aside: bool) -> Totals:
    """Run one suite with its environment's pytest; aside: what it says is shown when it ends."""
    started = time.monotonic()
    heading = f"\n── {suite} {'─' * max(2, 100 - len(str(suite)))}\n"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        python = ROOT / f".venv-{suite.environment}" / "bin" / "python"
        folders = [f"tests/{name}" for name in suite.folders] + [f"--ignore=tests/{name}" for name in suite.without]
        command = [str(python), "-m", "pytest", "-q", f"--junit-xml={report}", *folders, *arguments]
        # One thread per process: libraries that each take all cores are slower together, and less repeatable.
        environ = {"OMP_NUM_THREADS": "1"} | dict(os.environ)
        if aside:
            done = subprocess.run(
                command, cwd=ROOT, env=environ, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            sys.stdout.buffer.write(heading.encode() + done.stdout)  # in one piece, not between the lines of others
            sys.stdout.flush()
        else:
            print(heading, end="", flush=True)
            done = subprocess.run(command, cwd=ROOT, env=environ, check=False)
        seconds = time.monotonic() - started
        if not report.exists():
            return Totals(failed=1, seconds=seconds)
        return read(report, done.returncode, seconds)


def read(report: Path, code: int, seconds: float) -> Totals:
    """The totals in a JUnit report; an exit code of failure counts even where the report shows none."""
    counts = [
        {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        for suite in ElementTree.parse(report).getroot().iter("testsuite")
    ]
    tests, failures, errors, skipped = (
        sum(count[name] for count in counts) for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    if code != 0 and failed == 0:
        failed = 1
    return Totals(max(0, tests - failures - errors - skipped), failed, skipped, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
