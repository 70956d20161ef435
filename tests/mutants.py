"""Break modules in one place at a time and see whether their tests notice: what `make mutants` does.

A seeded sample of places is drawn, each is broken in one way by Cosmic Ray's operators (another operator, comparison or
number; a condition turned round; a loop that never runs), and the fast tests that mirror the broken module or import it
run in a copy of the tree. Left out is what mypy or any run at all would notice: places in annotations and in
`@dataclass(...)`, a shift in place of a sum; and what changes no result: `strict=True` of zip, sizes of caches and
batches, what is logged. A mutant that no test notices is a survivor: write the test, or say why
none can be written.

Runs in the environment `.venv-mutants`, the tests in the module's own: python tests/mutants.py MODULE_OR_FOLDER...
"""

import argparse
import ast
import contextlib
import difflib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[1]
SOURCE_ROOTS = ("schema", "lake", "graphql", "assets", "ops")
COPIED = (*SOURCE_ROOTS, "tests", "docs", "constraints", "examples")
"""Folders of which every worker has a copy, with the files beside them."""
DURATIONS = ROOT / ".lakecast" / "test-durations.json"
ALSO = {
    "assets/lakecast_forecast/input": ("tests/assets/ingest",),
    "assets/lakecast_forecast/models": ("tests/forecast/models/test_reference.py",),
    "assets/lakecast_forecast/features": ("tests/forecast/models/test_reference.py",),
    "assets/lakecast_forecast/evaluation": ("tests/forecast/evaluation/test_reference.py",),
    "assets/lakecast_forecast/ensemble": ("tests/forecast/evaluation/test_reference.py",),
}
"""Folders whose modules are tested from elsewhere, too: from a folder, or a file that compares numbers."""
SIZES = frozenset(
    {
        "_AT_ONCE",
        "_ROWS",
        "_BYTES",
        "_TOGETHER",
        "_SIMILAR",
        "_MOST_MEMBERS",
        "_HOLIDAYS",
        "_BATCH",
        "BATCH_SIZE",
        "_CHUNK",
        "_BLOCK",
        "_MOST_CELLS",
    }
)
"""Constants on which speed and memory depend, but no result."""
SERVE = ("graphql",)
"""Source roots that are tested in the serving environment; all others in the training one."""
_ALIKE = (
    {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"},
    {"BitAnd", "BitOr"},
    {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"},
    {"Is", "IsNot"},
    {"UAdd", "USub", "Not", "Delete"},
    {"Invert", "Delete"},
)
"""Operators that can stand for each other in a program that still runs."""


@dataclass(frozen=True)
class Mutant:
    """One way of breaking one place of a module."""

    module: Path
    operator: str
    occurrence: int
    line: int
    column: int

    def code(self, source: str) -> str:
        """The module's source, broken."""
        broken: str = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        return broken


@dataclass(frozen=True)
class Verdict:
    """What the tests made of a mutant: outcome is "killed", "killed: time" or "survived"."""

    mutant: Mutant
    outcome: str
    change: str
    seconds: float


def main(arguments: Sequence[str]) -> int:
    """Sample, test, write the table; 0 when at least the wanted share was killed."""
    options = _options(arguments)
    modules = sorted({path for name in options.modules for path in _modules(ROOT / name)})
    random_ = random.Random(options.seed)
    places = sorted({one for module in modules for one in mutants(module)}, key=_place)
    chosen = [one for one in sample(places, options.count, random_) if _is_program(one)]
    print(f"{len(modules)} modules, {len({_place(one) for one in places})} places, {len(chosen)} mutants", flush=True)
    verdicts = list(
        judged(
            chosen, options.jobs, options.minutes * 60, options.patience, trusted=options.trusted, only=options.tests
        )
    )
    killed = sum(one.outcome != "survived" for one in verdicts)
    share = 100 * killed / max(len(verdicts), 1)
    report = _report(verdicts, share, options, len(chosen))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(report)
    print(f"\n{report}\nWritten to {options.out}")
    return 0 if verdicts and share >= options.least else 1


def mutants(module: Path) -> Iterator[Mutant]:
    """Every mutant of a module outside annotations and data class decorators."""
    source = module.read_text()
    left_out = list(_left_out(source))
    tree = get_ast(source)
    for name in operator_names():
        kind = get_operator(name)
        if kind.arguments() or not _is_plausible(name):
            continue
        places = (position for node in ast_nodes(tree) for position in kind().mutation_positions(node))
        for occurrence, (start, _) in enumerate(places):
            one = Mutant(module, name, occurrence, *start)
            if not any(first <= start < last for first, last in left_out) and _can_be_made(one, source):
                yield one


def _is_program(one: Mutant) -> bool:
    """Whether the broken module compiles: a star of an argument list that became a minus needs no test."""
    try:
        compile(one.code(one.module.read_text()), str(one.module), "exec")
    except SyntaxError:
        return False
    return True


def _can_be_made(one: Mutant, source: str) -> bool:
    """Whether Cosmic Ray can break that place: it stumbles over exceptions with a dotted name."""
    if not one.operator.endswith("ExceptionReplacer"):
        return True
    try:
        return bool(one.code(source))
    except AttributeError:
        return False


def sample(places: Sequence[Mutant], count: int, random_: random.Random) -> list[Mutant]:
    """One mutant each of so many places, drawn without replacement: any first part is a sample, too."""
    by_place: dict[tuple[str, int, int], list[Mutant]] = {}
    for one in places:
        by_place.setdefault(_place(one), []).append(one)
    drawn = random_.sample(sorted(by_place), min(count, len(by_place)))
    return [random_.choice(sorted(by_place[place], key=_identity)) for place in drawn]


def environment_of(module: Path) -> str:
    return "serve" if module.relative_to(ROOT).parts[0] in SERVE else "ml"


def mirrors_of(module: Path, root: Path = ROOT) -> list[str]:
    """Test files that mirror the module or import it; the mirrored folder's where there are none."""
    inner = module.relative_to(ROOT).parts  # root, package, …, file
    package = inner[1].removeprefix("lakecast_")
    folder = root / "tests" / package
    for part in inner[2:-1]:
        folder = folder / part
    dotted = ".".join(inner[1:]).removesuffix(".py")
    parent, name = dotted.rsplit(".", 1)
    wanted = re.compile(rf"\b{re.escape(dotted)}\b|from {re.escape(parent)} import [^\n]*\b{name}\b")
    mirror = folder / f"test_{name.removeprefix('_')}.py"
    importers = [
        path for path in sorted((root / "tests" / package).rglob("test_*.py")) if wanted.search(path.read_text())
    ]
    also = [
        file
        for place, others in ALSO.items()
        if module.is_relative_to(ROOT / place)
        for other in others
        for file in ([root / other] if other.endswith(".py") else sorted((root / other).glob("test_*.py")))
    ]
    paths = dict.fromkeys([*([mirror] if mirror.exists() else []), *also, *importers])
    if not paths:
        while not folder.is_dir():
            folder = folder.parent
        paths = dict.fromkeys([folder])
    return [str(path.relative_to(root)) for path in paths]


class Worker:
    """A copy of the tree, and the processes that run tests in it."""

    def __init__(self, tree: Path, only: Sequence[str]) -> None:
        self.tree = _copy(tree)
        self._only = list(only)
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def judge(self, one: Mutant, patience: float) -> Verdict:
        """What the tests make of a mutant, the copy being whole again afterwards."""
        target = self.tree / one.module.relative_to(ROOT)
        source = target.read_text()  # as it was when the copy was made, whatever is edited meanwhile
        broken = one.code(source)
        started = time.monotonic()
        try:
            target.write_text(broken)
            code = self.test([one.module], patience)
        finally:
            target.write_text(source)
        outcome = {0: "survived", None: "killed: time"}.get(code, "killed")
        return Verdict(one, outcome, _change(source, broken), time.monotonic() - started)

    def test(self, modules: Sequence[Path], seconds: float) -> int | None:
        """Exit code of the modules' tests in the copy; None when they took too long."""
        process = self._process(environment_of(modules[0]))
        assert process.stdin is not None
        assert process.stdout is not None
        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-m", "not slow"]
        task = {
            "folder": str(self.tree),
            "arguments": [*options, *self.tests(modules)],
            "seconds": seconds,
            "durations": str(DURATIONS.with_name(f"{self.tree.name}-{DURATIONS.name}")),
        }
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        code: int | None = json.loads(process.stdout.readline())
        return code

    def tests(self, modules: Sequence[Path]) -> list[str]:
        return self._only or list(dict.fromkeys(test for module in modules for test in mirrors_of(module, self.tree)))

    def close(self) -> None:
        for process in self._processes.values():
            process.communicate()

    def _process(self, environment: str) -> "subprocess.Popen[str]":
        if environment not in self._processes:
            python = ROOT / f".venv-{environment}" / "bin" / "python"
            environ = dict(os.environ) | {
                "PYTHONPATH": os.pathsep.join(str(self.tree / root) for root in SOURCE_ROOTS),
                "PYTHONDONTWRITEBYTECODE": "1",
                "OMP_NUM_THREADS": "1",
                "LAKECAST_TEST_PROFILE": "mutants",
            }
            self._processes[environment] = subprocess.Popen(
                [str(python), str(ROOT / "tests" / "forked.py")],
                env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        return self._processes[environment]


def judged(
    chosen: Sequence[Mutant], jobs: int, seconds: float, patience: float, *, trusted: bool, only: Sequence[str] = ()
) -> Iterator[Verdict]:
    """Verdicts as they come, until the time is over.

    patience: seconds that a mutant's tests may take; trusted: whether the tests need not be seen to pass before;
    only: arguments of pytest in place of the mirroring tests.
    """
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="mutants-") as place, contextlib.ExitStack() as stack:
        idle: SimpleQueue[Worker] = SimpleQueue()
        for number in range(jobs):
            worker = Worker(Path(place) / str(number), only)
            stack.callback(worker.close)
            idle.put(worker)

        @contextlib.contextmanager
        def borrowed() -> Iterator[Worker]:
            worker = idle.get()
            try:
                yield worker
            finally:
                idle.put(worker)

        modules = [] if trusted else sorted({one.module for one in chosen})
        with borrowed() as worker:
            for environment in sorted({environment_of(module) for module in modules}):
                mine = [module for module in modules if environment_of(module) == environment]
                code = worker.test(mine, 1800.0)
                if code != 0:
                    tests = " ".join(worker.tests(mine))
                    raise SystemExit(f"without any mutant, pytest ends with {code} in .venv-{environment}: {tests}")

        def judge(one: Mutant) -> Verdict | None:
            if time.monotonic() > end:
                return None
            with borrowed() as worker:
                verdict = worker.judge(one, patience)
            place = f"{one.module.relative_to(ROOT)}:{one.line}"
            print(f"{verdict.outcome:12} {verdict.seconds:5.0f} s  {place}  {verdict.change}", flush=True)
            return verdict

        with ThreadPoolExecutor(jobs) as pool:
            yield from (verdict for verdict in pool.map(judge, chosen) if verdict is not None)


def _copy(tree: Path) -> Path:
    tree.mkdir(parents=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, tree / path.name)
    return tree


def _modules(path: Path) -> Iterable[Path]:
    if not path.exists():
        raise SystemExit(f"there is no {path}: name modules or folders from {ROOT} on")
    return [path] if path.is_file() else path.rglob("*.py")


def _is_plausible(operator: str) -> bool:
    """Whether an operator puts one of the same kind in place of another: "core/ReplaceBinaryOperator_Add_Sub"."""
    _, *pair = operator.split("_")
    return len(pair) != 2 or any(set(pair) <= alike for alike in _ALIKE)


def _left_out(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for node in ast.walk(ast.parse(source)):
        for one in _unmutated(node):
            if one.end_lineno is not None and one.end_col_offset is not None:
                # A decorator is said to begin at its @, which lies before the expression.
                yield (one.lineno, max(one.col_offset - 1, 0)), (one.end_lineno, one.end_col_offset)


def _unmutated(node: ast.AST) -> list[ast.expr]:
    """Parts of a node in which no mutant is worth a run."""
    match node:
        case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
            return [annotation]
        case ast.FunctionDef(returns=returns, decorator_list=decorators):
            caches = [one for one in decorators if "cache" in ast.unparse(one)]
            return caches if returns is None else [*caches, returns]
        case ast.ClassDef(decorator_list=decorators):
            return [one for one in decorators if "dataclass" in ast.unparse(one)]
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in SIZES:
            return [value]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="_log"))):
            return [node]
        case ast.keyword(arg="strict", value=value):
            return [value]
    return []


def _place(one: Mutant) -> tuple[str, int, int]:
    return str(one.module), one.line, one.column


def _identity(one: Mutant) -> tuple[str, int]:
    return one.operator, one.occurrence


def _change(source: str, broken: str) -> str:
    """The lines that differ, old → new."""
    lines = list(difflib.ndiff(source.splitlines(), broken.splitlines()))
    old, new = (" ".join(line[2:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return f"{old} → {new}"


def _report(verdicts: Sequence[Verdict], share: float, options: argparse.Namespace, planned: int) -> str:
    killed = sum(one.outcome != "survived" for one in verdicts)
    unfinished = f"; {planned - len(verdicts)} were not reached in time" if planned > len(verdicts) else ""
    lines = [
        f"# Mutants of {', '.join(options.modules)}",
        "",
        f"Seed {options.seed}: {killed} of {len(verdicts)} killed ({share:.0f} %){unfinished}.",
        "",
        "| survivor | line → mutant |",
        "|---|---|",
    ]
    for one in sorted(verdicts, key=lambda verdict: _place(verdict.mutant)):
        if one.outcome == "survived":
            change = one.change.replace("|", "\\|")
            lines.append(f"| `{one.mutant.module.relative_to(ROOT)}:{one.mutant.line}` | `{change}` |")
    return "\n".join(lines) + "\n"


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "modules", nargs="+", metavar="MODULE_OR_FOLDER", help="such as schema/lakecast_schema/accuracy.py"
    )
    parser.add_argument("--count", type=int, default=60, help="mutants to try (60)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--minutes", type=float, default=60, help="after which no further mutant is begun (60)")
    parser.add_argument("--patience", type=float, default=240, help="seconds that a mutant's tests may take (240)")
    parser.add_argument("--tests", nargs="*", default=(), help="pytest's arguments in place of the mirroring tests")
    parser.add_argument("--trusted", action="store_true", help="do not run the tests without a mutant first")
    parser.add_argument("--jobs", type=int, default=1, help="mutants tested at once (1)")
    parser.add_argument("--least", type=float, default=85, help="per cent to be killed for exit code 0 (85)")
    parser.add_argument("--out", type=Path, default=ROOT / ".lakecast" / "mutants.md", help="the table of survivors")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
