"""Settings of a run: what its fields mean, and that nonsense is refused."""

import datetime as dt

import pytest

from lakecast_assets.pipeline.settings import RunSettings
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
    "wrong", [{"horizon": -1}, {"frequency": "hourly"}, {"gaps": "never"}, {"as_of": "31/01/2024"}, {"batch_size": 0}]
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RunSettings(data="x", **wrong)  # type: ignore[arg-type]
