"""Writes the benchmark's results as Markdown: each requirement with its verdict, then every contender."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.serving.compare import BLOCKS, COLUMNS, INSTALLED, LIMIT, OURS, REPEATED, Row
from bench.serving.questions import QUESTIONS


@dataclass(frozen=True)
class Requirement:
    """A line of the design's table: at most `must`, better `aim`; `factor` requirements are at least."""

    measure: str
    value: float
    must: float
    aim: float
    unit: str
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.at_least:
            return "aim" if self.value >= self.aim else "must" if self.value >= self.must else "**missed**"
        return "aim" if self.value <= self.aim else "must" if self.value <= self.must else "**missed**"

    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        return (
            self.measure,
            f"{self.value:.3g} {self.unit}",
            f"{sign} {self.must:g}",
            f"{sign} {self.aim:g}",
            self.verdict,
        )


def compared(rows: Sequence[Row]) -> list[Requirement]:
    """The requirements that compare: against the limit, and against the best peer."""
    found = []
    by = {(row.contender, row.question): row for row in rows}
    peers = {row.contender for row in rows} - {LIMIT, *OURS}
    for question in QUESTIONS:
        for name, must, aim in ((COLUMNS, 3.0, 1.4), (INSTALLED, 3.0, 1.4), (BLOCKS, 1.6, 1.4), (REPEATED, 1.4, 1.1)):
            if (name, question) in by:
                measure = f"{question}, {_kind(name)}: CPU against the limit"
                found.append(Requirement(measure, by[name, question].cpu_ratio, must, aim, "×"))
        if peers:
            best = min((by[peer, question] for peer in peers), key=lambda row: row.cpu_us)
            must = 8.0 if question == "Q1" else 20.0
            for name in (COLUMNS, INSTALLED):
                factor = best.cpu_us / by[name, question].cpu_us
                measure = f"{question}, {_kind(name)}: times less CPU than the best peer ({best.contender})"
                found.append(Requirement(measure, factor, must, 20.0, "×", at_least=True))
    return found


def _kind(name: str) -> str:
    return name.removeprefix("Lakecast, ").removeprefix("Lakecast ")


def write(
    file: Path, requirements: Sequence[Requirement], rows: Sequence[Row], notes: Sequence[str], settings: str
) -> None:
    """The whole report."""
    parts = [
        "# Serving benchmark",
        "Made by `make bench-serving`. 5,000 items × 4 sources × 90 days = 1.8 million forecasts, full double "
        "precision, the same rows for everybody. Servers are pinned to one core, the load to the other; processor "
        "time is the kernel's, of the server and all its children. Figures are medians over rounds in which all "
        "contenders take turns; ratios are taken within a round. *Rendered from columns*: the server keeps neither "
        "answers nor rendered rows, but cells of its columns as JSON (`LAKECAST_CELL_BYTES`). *From warm blocks*: it "
        "keeps rows, and all that is asked for was asked for before. *As installed*: all defaults, variables drawn "
        "from everything there is, so that hardly any answer repeats. *Nothing kept at all*: no cells either, every "
        "number is turned into digits and every text escaped anew; no requirement is held against it.",
        _machine(settings),
        "## Requirements",
        _table(("measure", "found", "must", "aim", "verdict"), [one.cells() for one in requirements]),
    ]
    for question, words in QUESTIONS.items():
        own = [row for row in rows if row.question == question]
        if own:
            cells = [
                (
                    row.contender, f"{row.cpu_us:,.0f}", f"{row.cpu_ratio:.2f}", f"{row.per_second:,.0f}",
                    f"{row.p50_ms:.2f}", f"{row.p99_ms:.2f}", f"{row.kilobytes:,.1f}", str(row.errors),
                )
                for row in own
            ]  # fmt: skip
            head = ("", "CPU µs", "× limit", "per second", "p50 ms", "p99 ms", "kB", "errors")
            parts += [f"## {question}: {words}", _table(head, cells)]
    parts += ["## Notes", *(f"* {note}" for note in notes)]
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _machine(settings: str) -> str:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    packages = ", ".join(
        f"{name} {version(name)}"
        for name in ("strawberry-graphql", "graphql-core", "uvicorn", "duckdb", "pyarrow", "deltalake", "orjson")
    )
    return (
        f"Machine: {model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; "
        f"{packages}. {settings}"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
