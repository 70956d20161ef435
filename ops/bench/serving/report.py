"""Writes the benchmark's results as Markdown: each requirement with its verdict, then every contender."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.markdown import processor, table
from bench.serving import code_size
from bench.serving.clients import COMPARED
from bench.serving.compare import COLUMNS, INSTALLED, LIMIT, OURS, REPEATED, Row
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
    for question in QUESTIONS:
        asked = [row for row in rows if row.question == question]
        plain = [row for row in asked if row.coding == "identity"]
        for row in plain:
            if row.contender in (INSTALLED, COLUMNS):
                measure = f"{question}, {_kind(row)}, without coding: CPU against the limit"
                found.append(Requirement(measure, row.cpu_ratio, 3.0, 2.0, "×"))
        for row in asked:
            if row.contender == REPEATED:
                measure = f"{question}, {_kind(row)}, {row.coding}: CPU against the limit"
                found.append(Requirement(measure, row.cpu_ratio, 1.7, 1.3, "×"))
        peers = [row for row in plain if row.contender not in (LIMIT, *OURS)]
        if peers:
            best = min(peers, key=lambda row: row.cpu_us)
            ours = next(row for row in plain if row.contender == INSTALLED and row.client == COMPARED)
            measure = f"{question}, {_kind(ours)}: times less CPU than the best peer ({best.contender})"
            must, aim = _AGAINST_PEERS[question]
            found.append(Requirement(measure, best.cpu_us / ours.cpu_us, must, aim, "×", at_least=True))
    for question, (must, aim) in _CODING_US.items():
        firsts = [row for row in rows if row.question == question and row.contender == INSTALLED]
        for row in firsts:
            if row.coding != "identity":
                measure = f"{question}, {row.client}: coding a first answer, {row.coding}"
                found.append(Requirement(measure, row.coding_us, must, aim, "µs"))
    return found


_AGAINST_PEERS = {"Q1": (12.0, 20.0), "Q2": (30.0, 50.0), "Q3": (15.0, 25.0)}
_CODING_US = {"Q1": (60.0, 35.0), "Q3": (6_000.0, 4_000.0)}
"""Question -> what must be reached, and the aim; Q1 has 13 kB, Q3 1.5 MB."""


def _kind(row: Row) -> str:
    return f"{row.contender.removeprefix('Lakecast ').removeprefix('Lakecast, ')}, {row.client}"


def write(
    file: Path, requirements: Sequence[Requirement], rows: Sequence[Row], notes: Sequence[str], settings: str
) -> None:
    """The whole report."""
    parts = [
        "# Serving benchmark",
        "Made by `make bench-serving`. 5,000 items × 4 sources × 90 days = 1.8 million forecasts, full double "
        "precision, the same rows for everybody. Servers are pinned to one core, the load to the other; processor "
        "time is the kernel's, of the server and all its children. Figures are medians over rounds in which all "
        "contenders take turns; ratios are taken within a round, for the same client and coding. Every client sends "
        "the headers that it really sends; limit and peers get the same. The limit is a bare ASGI handler under the "
        "same uvicorn that reads and parses the body and returns the same bytes, coded beforehand where the client "
        "asks for a coding. *As installed, any item or page*: all defaults, variables drawn from everything there is, "
        "so that hardly any answer repeats. *No answers kept*: each is put together from cells of columns. *Nothing "
        "kept at all*: no cells either, every number is turned into digits and every text escaped anew; no "
        "requirement is held against it.",
        f"Code in execution, operation, cache, transport and rows: {code_size.lines():,} lines, {code_size.BEFORE:,} "
        "before the serving house was made simple.",
        _machine(settings),
        "## Requirements",
        table(("measure", "found", "must", "aim", "verdict"), [one.cells() for one in requirements]),
    ]
    for question, words in QUESTIONS.items():
        own = [row for row in rows if row.question == question]
        if own:
            cells = [
                (
                    row.contender, row.client, row.coding, f"{row.cpu_us:,.0f}",
                    f"{row.cpu_ratio:.2f}", f"{row.per_second:,.0f}",
                    f"{row.p50_ms:.2f}", f"{row.p99_ms:.2f}", f"{row.kilobytes:,.1f}", str(row.errors),
                )
                for row in own
            ]  # fmt: skip
            head = ("", "client", "coding", "CPU µs", "× limit", "per second", "p50 ms", "p99 ms", "kB", "errors")
            parts += [f"## {question}: {words}", table(head, cells)]
    parts += ["## Notes", *(f"* {note}" for note in notes)]
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _machine(settings: str) -> str:
    packages = ", ".join(
        f"{name} {version(name)}"
        for name in ("strawberry-graphql", "graphql-core", "uvicorn", "duckdb", "pyarrow", "deltalake", "orjson")
    )
    return (
        f"Machine: {processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; "
        f"{packages}. {settings}"
    )
