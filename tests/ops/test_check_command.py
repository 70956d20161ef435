"""`lakecast check` says what a run would understand, and its exit code says whether there is something to look at."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from lakecast_assets.ingest.folder import read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_ops import language
from lakecast_ops.cli import app
from lakecast_ops.commands.run import bounded

GOOD = "item_id,date,quantity\n" + "".join(f"A,2024-01-{day:02d},{day}\n" for day in range(1, 29))


def test_nothing_to_remark_warnings_and_a_stop_have_exit_codes_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text(GOOD)
    good = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert good.exit_code == 0, good.output
    assert "daily data of 1 item, 28 rows, from 2024-01-01 to 2024-01-28" in good.output
    (tmp_path / "demand.csv").write_text(GOOD + "A,2024-01-29,many\n")
    warned = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert warned.exit_code == 1
    assert "! 1 rejected: quantity is no number" in warned.output
    (tmp_path / "demand.csv").write_text(GOOD + "A,2024-01-29,many\n" * 9)
    stopped = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert isinstance(stopped.exception, InputError)
    assert [path.name for path in tmp_path.iterdir()] == ["demand.csv"], "nothing is written"


def test_a_data_set_without_any_usable_row_is_told(tmp_path: Path) -> None:
    rows = "".join(f"good,A,2024-01-{day:02d},5\nbad,B,2024-01-{day:02d},many\n" for day in range(1, 29))
    (tmp_path / "demand.csv").write_text(f"dataset_id,item_id,date,quantity\n{rows}")
    stopped = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert isinstance(stopped.exception, InputError)
    assert "bad: a run would stop: demand.csv" in stopped.output


def test_what_a_person_states_goes_before_the_file_even_where_it_is_as_by_default(tmp_path: Path) -> None:
    rows = "".join(f"A,2024-{month:02d}-01,5\n" for month in range(1, 13) if month != 6)
    (tmp_path / "demand.csv").write_text(f"item_id,date,quantity\n{rows}")
    (tmp_path / "lakecast.yaml").write_text("gaps: zero\n")
    assert "as --gaps zero says" in CliRunner().invoke(app, ["check", str(tmp_path)]).output
    assert "counts as unknown" in CliRunner().invoke(app, ["check", str(tmp_path), "--gaps", "unknown"]).output
    assert "as --gaps zero says" not in CliRunner().invoke(app, ["check", str(tmp_path), "--gaps", "auto"]).output


@pytest.mark.parametrize(
    ("variables", "portuguese"),
    [
        ({"LANG": "pt_BR.UTF-8"}, True),
        ({"LANG": "pt"}, True),
        ({"LC_ALL": "pt-PT", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LC_MESSAGES": "pt_BR", "LANG": "C"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "pt_BR.UTF-8"}, False),
        ({"LANG": "ptx_XX"}, False),
        ({}, False),
    ],
)
def test_the_locale_of_messages_decides_the_language(variables: dict[str, str], portuguese: bool) -> None:
    assert language.is_portuguese(variables) is portuguese


def test_the_report_is_in_portuguese_where_the_locale_is(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text(GOOD + "A,2024-01-29,many\n")
    said = CliRunner().invoke(app, ["check", str(tmp_path)], env={"LC_ALL": "pt_BR.UTF-8"})
    assert said.exit_code == 1
    assert "dados com frequência diária, 1 item, 29 linhas, de 2024-01-01 a 2024-01-28" in said.output
    assert "demand.csv: 29 linhas, utf-8, vírgula" in said.output
    assert "! 1 rejeitado: a quantidade não é um número" in said.output
    assert "como linha 29 de demand.csv (many)" in said.output
    both = "".join(
        f"good,A,2024-01-{day:02d},5\nbad,B,2024-01-{day:02d},{(day, 'many')[day % 2]}\n" for day in range(1, 29)
    )
    (tmp_path / "demand.csv").write_text(f"dataset_id,item_id,date,quantity\n{both}")
    stopped = CliRunner().invoke(app, ["check", str(tmp_path)], env={"LC_ALL": "pt"})
    assert isinstance(stopped.exception, InputError)
    assert "bad: uma execução pararia: " in stopped.output
    assert bounded(["linha"] * 41, portuguese=True)[-1] == "e mais 2 linhas"


@pytest.mark.parametrize("lines", [0, 40, 41, 5000])
def test_no_report_is_longer_than_forty_lines(lines: int) -> None:
    texts = [f"line {number}" for number in range(lines)]
    shown = bounded(texts)
    assert len(shown) == min(lines, 40)
    if lines > 40:
        assert shown[-1] == f"and {lines - 39} more lines"


def test_reading_says_what_it_reads(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text(GOOD)
    told: list[str] = []
    read_folder(tmp_path, "towers", tell=told.append, landed=False)
    assert told == ["demand", "items, stock and orders", "data set towers, 1 of 1"]
