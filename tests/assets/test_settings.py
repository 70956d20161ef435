"""Settings of a run: where its folder is, and what its fields mean."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lakecast_assets.ingest.rules import Rules
from lakecast_assets.settings import RunSettings
from lakecast_schema.periods import Frequency

MakeInput = Callable[..., Path]


def test_a_folder_of_folders_gives_the_one_of_the_data_set(make_input: MakeInput) -> None:
    landing = make_input("Parts").parent
    assert RunSettings(data=str(landing)).folder("Parts").datasets == ("Parts",)
    assert RunSettings(data=str(landing / "Parts")).folder("parts").datasets == ("parts",)


def test_rows_without_a_data_set_are_not_given_to_the_one_that_is_asked_for(make_input: MakeInput) -> None:
    folder = make_input(dataset_ids=("one",))
    with (folder / "demand.csv").open("a") as file:
        file.write(",item_9,2026-01-01,1\n")
    assert RunSettings(data=str(folder)).folder("one").datasets == ("one", "parts")


def test_a_folder_is_opened_once(make_input: MakeInput) -> None:
    settings = RunSettings(data=str(make_input()))
    assert settings.folder("parts") is settings.folder("parts")


def test_fields_become_rules_and_horizons() -> None:
    settings = RunSettings(data="x", frequency="monthly", gaps="unknown", duplicates="sum", country="")
    assert settings.rules == Rules(Frequency.MONTHLY, "unknown", "sum", None)
    assert settings.horizon_for(Frequency.MONTHLY) == 12
    assert RunSettings(data="x", horizon=5).horizon_for(Frequency.DAILY) == 5


@pytest.mark.parametrize("wrong", [{"horizon": -1}, {"frequency": "hourly"}, {"gaps": "never"}, {"batch_size": 0}])
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RunSettings(data="x", **wrong)  # type: ignore[arg-type]
