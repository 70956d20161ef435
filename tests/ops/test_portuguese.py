"""What a planner's colleague reads on the command line is Portuguese where the locale says so."""

import re
from pathlib import Path

import pytest
from test_bad_input import BAD

from lakecast_assets.ingest.folder import read_folder
from lakecast_assets.pipeline.run import CheckFailed, DatasetReport, RunReport
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_lake.errors import BadResults, LakeUnreadable
from lakecast_lake.handover.importing import ImportReport
from lakecast_ops import language, portuguese, problems
from lakecast_ops.commands import run

ENGLISH = re.compile(r"\b(the|is|are|and|with|of|no|not|which|there|has|holds|write|rows|items|after|published)\b")


@pytest.fixture(autouse=True)
def _locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "pt_BR.UTF-8")


def english_in(text: str) -> list[str]:
    """English words of a text, but for what a library says in parentheses, and names of settings and files."""
    return ENGLISH.findall(re.sub(r"\(.*?\)|--[\w-]+ \w+|\S*[/.]\w\S*", "", text.lower()))


def refusal(folder: Path) -> InputError:
    """The error that reading a folder stops with."""
    try:
        read = read_folder(folder, None, Rules(), landed=False, tell=lambda what: None)
    except InputError as error:
        return error
    (error,) = read.failed.values()
    assert isinstance(error, InputError)
    return error


@pytest.mark.parametrize("kind", BAD)
def test_errors_of_files(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "pasta"
    folder.mkdir()
    for name, content in BAD[kind][0].items():
        (folder / name).write_bytes(content)
    error = refusal(folder)
    told = problems.told(error)
    assert english_in(told) == [], told
    assert portuguese.of(error.problem) is not None
    assert portuguese.of(error.remedy) is not None
    assert Path(error.file).name in told


def test_a_place_in_a_file() -> None:
    problem, remedy = "no row can be used; in the first, date is no day", "Write it as 2024-01-31"
    assert problems.told(InputError("demand.csv", problem, remedy, row=3, column="date")) == (
        "demand.csv, linha 3, coluna date: nenhuma linha pode ser usada; na primeira, a data não é um dia. "
        "Escreva-a como 2024-01-31."
    )


def test_what_a_run_says_at_its_end() -> None:
    good = DatasetReport(
        "torres",
        "run-1",
        61.0,
        snapshot_id=3,
        items=12,
        rejected=2,
        sources=("arima", "ensemble"),
        failed_sources={"lstm": "sem memória"},
        issues={"arima": 1, "ets": 3},
        notes=("2 rejected: date is no day; write it as 2024-01-31, such as row 4 of demand.csv",),
        warnings=("check freshness of demand has failed (newest: 2024-01-01)",),
    )
    others = (
        DatasetReport("loja", "run-2", 5.0, failure="disco cheio"),
        DatasetReport("sem", "run-3", 1.0, snapshot_id=3, unchanged=True),
    )
    lines = [language.spoken(line) for line in run.summary(RunReport("/lake", (good, *others), 66.0))]
    assert [line for line in lines if english_in(line)] == []
    assert lines[0] == "torres: publicado como snapshot 3 após 1 min 01 s: 12 itens, fontes arima, ensemble"
    assert "  2 rejeitados: a data não é um dia; escreva-a como 2024-01-31, como linha 4 de demand.csv" in lines


@pytest.mark.parametrize(
    "text",
    [
        "arima: 300 items",
        "arima: done, 300 items in 1 min 05 s",
        "arima: 100 of 300 items, 40 s left",
        "Written to ./r: fact_forecast.parquet, fact_metrics.parquet, metadata.json.",
        "Simulated sample written to ./s: 30 items, 90 days of demand, stock. None of it is real.",
        str(ImportReport(3, "run", ("towers",), ("mine",), 12, 0, 1, unchanged=False)),
        str(ImportReport(3, "run", ("towers",), ("mine",), 12, 0, 1, unchanged=True)),
        "stopped. What was published before is as it was.",
    ],
)
def test_other_lines(text: str) -> None:
    spoken = language.spoken(text)
    assert spoken != text
    assert english_in(spoken) == []


def test_errors_of_results_and_lakes_and_checks() -> None:
    failed = "check coverage of fact_forecast has failed (share: 0.1)"
    remedy = "Check the address, the credentials and the store; older snapshots are still there."
    for error in (
        BadResults("./r", "has no data set x", "It holds towers."),
        LakeUnreadable("s3://a", "cannot be read or written", remedy, "404"),
        CheckFailed(f"{failed}. Nothing was published; what was published before still is."),
    ):
        problem = problems.explain(error)
        assert problem is not None
        assert english_in(problem.message) == [], problem.message


def test_twins_have_the_same_placeholders() -> None:
    for english, portuguese_ in portuguese.SENTENCES.items():
        names = re.findall(r"\{\w+\}", english)
        assert sorted(names) == sorted(re.findall(r"\{\w+\}", portuguese_)), english
        assert len(set(names)) == len(names), english


def test_what_has_no_twin_stays_and_other_locales_are_english(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language.spoken("  a sentence of a plug-in") == "  a sentence of a plug-in"
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert language.spoken("is empty") == "is empty"
    assert str(InputError("f", "is empty", "Write a header and rows")) == problems.told(
        InputError("f", "is empty", "Write a header and rows")
    )
