"""What `lakecast run` says at its end."""

import datetime as dt
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lakecast_assets.pipeline.run import CheckFailed, DatasetReport, RunReport
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_ops import cli, problems
from lakecast_ops.commands import run
from lakecast_ops.progress import Progress
from lakecast_schema.rules import ContractError


def test_the_summary_says_what_became_of_every_data_set() -> None:
    good = DatasetReport(
        "towers",
        "run-1",
        61.0,
        snapshot_id=3,
        items=12,
        rejected=2,
        sources=("arima", "ensemble"),
        failed_sources={"lstm": "out of memory"},
        issues={"arima": 1, "ensemble": 0},
        notes=("2 rows rejected: date is empty",),
        warnings=("check freshness of demand has failed (newest: 2024-01-01)",),
    )
    bad = DatasetReport("shop", "run-2", 5.0, failure="disk full")
    text = "\n".join(run.summary(RunReport("/lake", (good, bad), 66.0)))
    assert "  warning: check freshness of demand has failed (newest: 2024-01-01)" in text
    for part in (
        "towers: published as snapshot 3 after 1 min 01 s: 12 items, sources arima, ensemble",
        "2 input rows were rejected",
        "2 rows rejected: date is empty",
        "lstm has no forecasts: out of memory",
        "arima: 1 item has a baseline only",
        "shop: not published after 5 s: disk full",
        "/lake, 1 min 06 s in all",
    ):
        assert part in text
    assert "ensemble: 0" not in text


def test_only_an_error_that_nobody_expected_shows_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of several data sets that were not published: a check that failed, and a defect."""
    good = DatasetReport("towers", "run-1", 1.0, snapshot_id=3)
    refused, broken = CheckFailed("coverage is off"), ContractError(())
    failed = [
        DatasetReport(name, "run", 1.0, failure=str(error), error=error)
        for name, error in (("shop", refused), ("depot", broken))
    ]
    monkeypatch.setattr("lakecast_assets.pipeline.run.run", lambda *_, **__: RunReport("/lake", (good, *failed), 2.0))
    monkeypatch.setattr(sys, "argv", ["lakecast", "run", "--data", str(tmp_path), "--lake", str(tmp_path / "lake")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == problems.FAILED
    told = capsys.readouterr()
    assert "lakecast_schema.rules.ContractError" in told.err
    assert "CheckFailed" not in told.err
    assert "shop: not published after 1 s: coverage is off" in told.out


def test_lines_are_json_where_a_setting_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = DatasetReport("towers", "run-1", 1.0, snapshot_id=3, items=1, sources=("arima",), rejected=2)
    failed = DatasetReport("shop", "run-2", 1.0, failure="coverage is off", error=CheckFailed("coverage is off"))

    def run_(*_: object, progress: Progress, **__: object) -> RunReport:
        progress.update("arima", 1, 1)
        return RunReport("/lake", (good, failed), 2.0)

    monkeypatch.setattr("lakecast_assets.pipeline.run.run", run_)
    monkeypatch.setenv("LAKECAST_LOG_FORMAT", "json")
    monkeypatch.setattr(sys, "argv", ["lakecast", "run", "--data", str(tmp_path), "--lake", str(tmp_path / "lake")])
    with pytest.raises(SystemExit):
        cli.main()
    told = capsys.readouterr()
    out, err = ([json.loads(line) for line in text.splitlines()] for text in (told.out, told.err))
    assert [(line["dataset"], line["run"], line["snapshot"]) for line in out] == [
        ("towers", "run-1", 3), ("towers", "run-1", 3), ("shop", "run-2", None)
    ]  # fmt: skip
    assert out[0]["message"] == "towers: published as snapshot 3 after 1 s: 1 item, sources arima"
    assert [(line["level"], line["message"]) for line in err] == [
        ("INFO", "arima: done, 1 items in 0 s"),
        ("ERROR", "not published: shop. What was published of them before is still served."),
    ]


def test_options_offer_what_a_run_accepts() -> None:
    for name, choices in (
        ("frequency", run.Frequency),
        ("gaps", run.Gaps),
        ("duplicates", run.Duplicates),
        ("fan_out", run.FanOut),
    ):
        accepted = RunSettings.model_fields[name].annotation
        assert set(accepted.__args__) == {choice.value for choice in choices}, name  # type: ignore[union-attr]


def test_ctrl_c_ends_a_run_without_a_traceback(tmp_path: Path) -> None:
    days = "".join(f"a,{dt.date(2020, 1, 1) + dt.timedelta(days=n)},{n % 7}\n" for n in range(900))
    (tmp_path / "demand.csv").write_text(f"item_id,date,quantity\n{days}")
    # A source of its own, so that there is time to stop it.
    code = """
import time, sys
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
SeasonalNaive.fit = lambda *_, **__: (print("fitting", flush=True), time.sleep(60))
from lakecast_ops.cli import main
main()
"""
    command = [sys.executable, "-c", code, "run", "--data", ".", "--lake", "lake", "--sources", "seasonal_naive"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    while "fitting" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 130, message
    assert "Traceback" not in message
    assert "stopped" in message
    assert not (tmp_path / "lake" / "snapshot").exists()
