"""What `lakecast run` says at its end."""

from lakecast_assets.run import DatasetReport, RunReport
from lakecast_assets.settings import RunSettings
from lakecast_ops.commands import run


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
    )
    bad = DatasetReport("shop", "run-2", 5.0, failure="disk full")
    text = "\n".join(run.summary(RunReport("/lake", (good, bad), 66.0)))
    for part in (
        "towers: published as snapshot 3 after 1 min 01 s: 12 items, sources arima, ensemble",
        "2 input rows were rejected",
        "2 rows rejected: date is empty",
        "lstm has no forecasts: out of memory",
        "arima: 1 items have a baseline only",
        "shop: not published after 5 s: disk full",
        "/lake, 1 min 06 s in all",
    ):
        assert part in text
    assert "ensemble: 0" not in text


def test_options_offer_what_a_run_accepts() -> None:
    for name, choices in (
        ("frequency", run.Frequency),
        ("gaps", run.Gaps),
        ("duplicates", run.Duplicates),
        ("fan_out", run.FanOut),
    ):
        accepted = RunSettings.model_fields[name].annotation
        assert set(accepted.__args__) == {choice.value for choice in choices}, name  # type: ignore[union-attr]
