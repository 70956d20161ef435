"""Settings of a run: what its fields mean, and that nonsense is refused."""

import dataclasses
import datetime as dt
import re
from pathlib import Path

import dagster as dg
import pytest

from lakecast_assets.definitions import defs
from lakecast_assets.pipeline.run import RunError, run
from lakecast_assets.pipeline.settings import RunSettings, WrongSettings
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency


def test_fields_become_rules_and_horizons() -> None:
    settings = RunSettings(
        data="x", frequency="monthly", gaps="unknown", duplicates="sum", country="", as_of="2024-02-29"
    )
    assert settings.rules == Rules(Frequency.MONTHLY, "unknown", "sum", None, dt.date(2024, 2, 29))
    assert settings.horizon_for(Frequency.MONTHLY) == 12
    assert RunSettings(data="x", horizon=5).horizon_for(Frequency.DAILY) == 5


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"horizon": -1}, "horizon is -1. Give at least 1, or 0 for"),
        ({"workers": 0}, "workers is 0. Give at least 1"),
        ({"batch_size": -5}, "batch_size is -5"),
        ({"sources": []}, "sources is empty. Name at least one of seasonal_naive"),
        ({"sources": ["theta", "arimaa"]}, r"no source 'arimaa'. Did you mean 'arima'\? Known are .*ensemble"),
        ({"champion": "thetaa"}, r"no source 'thetaa'. Did you mean 'theta'\?"),
        ({"currency": "R$"}, "currency is 'R\\$'. Give an ISO 4217 code"),
        ({"library": ["theta"]}, "library names 'theta', which has no reference library"),
        ({"fan_out": "dask"}, "without an address. Give the scheduler's in dask_address"),
    ],
)
def test_what_no_run_can_have_is_refused_with_a_sentence(
    wrong: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongSettings, match=sentence):
        RunSettings(data="x", **wrong)  # type: ignore[arg-type]
    with pytest.raises(RunError, match=sentence):
        run(tmp_path, str(tmp_path / "lake"), **wrong)  # type: ignore[arg-type]
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("dataset", ["parts"])
        launchpad = {"resources": {"settings": {"config": {"data": "x", **wrong}}}}
        with pytest.raises(dg.DagsterError) as failed:
            defs.resolve_job_def("run").execute_in_process(launchpad, instance, partition_key="parts")
    assert re.search(sentence, str(failed.value.__cause__))


def test_every_rule_can_be_set() -> None:
    chosen = Rules(
        frequency=Frequency.DAILY,
        gaps="zero",
        duplicates="sum",
        country="US",
        as_of=dt.date(2024, 2, 29),
        last_period="keep",
        inactive_days=90,
        allow_rejected=0.5,
        negative="reject",
        by="location",
        decimal="comma",
        dates="dmy",
        columns={"date": "DATA"},
        ids="loose",
        outliers="cap",
        sheet="Plan2",
        currency="BRL",
        service_measure="fill",
        calendar="periods.csv",
        stated=frozenset({"gaps"}),
    )
    given = {field.name: getattr(chosen, field.name) for field in dataclasses.fields(Rules)}
    assert all(given[field.name] != getattr(Rules(), field.name) for field in dataclasses.fields(Rules))
    del given["stated"]
    settings = RunSettings(**{**given, "frequency": "daily", "as_of": "2024-02-29", "explicit": ["gaps"]})
    assert settings.rules == chosen


def test_explicit_settings_go_before_those_of_the_folder() -> None:
    stated = {"gaps": "zero", "horizon": 3, "champion": "theta", "columns": {"date": "DATA"}}
    assert RunSettings(data="x", gaps="auto").beside(stated).gaps == "zero"
    own = RunSettings(data="x", gaps="auto", explicit=["gaps"]).beside(stated)
    assert (own.gaps, own.horizon, own.champion, own.columns) == ("auto", 3, "theta", {"date": "DATA"})
    assert own.rules.stated == {"gaps"}


@pytest.mark.parametrize("wrong", [{"frequency": "hourly"}, {"gaps": "never"}, {"as_of": "31/01/2024"}])
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RunSettings(data="x", **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("below", ["", "parts"])
def test_a_run_started_by_hand_takes_from_the_folder_what_its_configuration_leaves_open(
    tmp_path: Path, below: str
) -> None:
    """The folder is the data set's own, or holds one folder for each."""
    folder = tmp_path / below
    folder.mkdir(exist_ok=True)
    (folder / "demand.csv").write_text("item_id,date,quantity\nA,2026-01-01,1\n")
    (folder / "lakecast.yaml").write_text("sources: [theta]\nhorizon: 7\ncountry: PT\n")
    assert by_hand(RunSettings(data=str(tmp_path), horizon=3)) == (["theta"], 3, "PT")
    (folder / "lakecast.yaml").write_text("sources: [arimaa]\n")
    with pytest.raises(dg.DagsterResourceFunctionError) as refusal:
        by_hand(RunSettings(data=str(tmp_path)))
    assert "no source 'arimaa'" in str(refusal.value.__cause__)
    (folder / "lakecast.yaml").write_text("horizont: 3\n")
    assert by_hand(RunSettings(data=str(tmp_path)))[1] == 0, "the reading of the files refuses it"


def by_hand(configured: RunSettings) -> tuple[list[str], int, str]:
    """Sources, horizon and country in a step of a run of the data set `parts`."""
    seen = []

    @dg.op
    def look(settings: RunSettings) -> None:
        seen.append((settings.sources, settings.horizon, settings.country))

    @dg.job(resource_defs={"settings": configured})
    def one() -> None:
        look()

    one.execute_in_process(tags={"dagster/partition": "parts"})
    return seen[0]
