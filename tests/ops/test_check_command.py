"""`lakecast check` says what a run would understand, and its exit code says whether there is something to look at."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from lakecast_assets.ingest.folder import read_folder
from lakecast_forecast.input.errors import InputError
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


def test_what_a_person_states_goes_before_the_file_even_where_it_is_as_by_default(tmp_path: Path) -> None:
    rows = "".join(f"A,2024-{month:02d}-01,5\n" for month in range(1, 13) if month != 6)
    (tmp_path / "demand.csv").write_text(f"item_id,date,quantity\n{rows}")
    (tmp_path / "lakecast.yaml").write_text("gaps: zero\n")
    assert "as --gaps zero says" in CliRunner().invoke(app, ["check", str(tmp_path)]).output
    assert "counts as unknown" in CliRunner().invoke(app, ["check", str(tmp_path), "--gaps", "unknown"]).output
    assert "as --gaps zero says" not in CliRunner().invoke(app, ["check", str(tmp_path), "--gaps", "auto"]).output


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
