"""What a run is asked to do, as a Dagster resource: the same settings from the launchpad, a sensor or `run`."""

import datetime as dt
import difflib
import os
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, Self

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG
from pydantic import Field, ValidationError, model_validator

from lakecast_assets.ingest.settings_file import NAMES as SETTINGS_FILES
from lakecast_assets.ingest.settings_file import read_settings
from lakecast_assets.pipeline.fanout import FanOut
from lakecast_assets.pipeline.landing import place_of
from lakecast_forecast import registry
from lakecast_forecast.ensemble import NAME as ENSEMBLE
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency
from lakecast_schema.review_day import ReviewDay


class WrongSettings(Exception):
    """Settings that no run can have; the message says which, and what to give instead."""


DASK_ADDRESS = "LAKECAST_DASK_ADDRESS"
"""Environment variable: the scheduler of a Dask cluster, where runs that say nothing else of it fan out."""
FrequencyName = Literal["auto", "daily", "weekly", "monthly", "quarterly", "yearly"]


class RunSettings(dg.ConfigurableResource[None]):
    """Settings of one run of one data set."""

    data: str = Field(
        default_factory=lambda: os.environ.get("LAKECAST_LANDING", "landing"),
        description="Folder with the demand file, or a folder that holds one such folder per data set",
    )
    horizon: int = Field(default=0, description="Periods to forecast; 0: the frequency's default")
    sources: list[str] = Field(
        default_factory=lambda: list(registry.DEFAULT_SOURCES), description="Sources to compute and publish"
    )
    library: list[str] = Field(
        default_factory=list, description="Of these, the ones to compute by their reference library, item by item"
    )
    frequency: FrequencyName = Field(default="auto", description="Length of a period; auto recognises it")
    gaps: Literal["auto", "zero", "unknown"] = Field(default="auto", description="What a missing row means")
    duplicates: Literal["auto", "sum", "reject"] = Field(default="auto", description="What several rows of a date mean")
    country: str = Field(default="BR", description="Holiday calendar, an ISO 3166 code; empty for none")
    as_of: str = Field(
        default="",
        pattern=r"^(\d{4}-\d{2}-\d{2})?$",
        description="Last day that demand and stock may have, such as 2024-01-31; empty: the day of the run",
    )
    last_period: Literal["auto", "keep", "drop"] = Field(
        default="auto", description="Whether a last period that the data hold in part counts"
    )
    inactive_days: int = Field(default=365, ge=1, description="Days without demand after which an item may be inactive")
    allow_rejected: float = Field(default=0.02, ge=0, le=1, description="Share of demand rows that may be rejected")
    negative: Literal["net", "reject"] = Field(default="net", description="What a negative quantity means")
    by: Literal["", "location"] = Field(default="", description="location: each is a data set of its own")
    decimal: Literal["auto", "point", "comma"] = Field(default="auto", description="Decimal sign of the files")
    dates: Literal["auto", "dmy", "mdy"] = Field(default="auto", description="Day or month first, as in 01/02/2024")
    review_day: str = Field(
        default="", description="Only day of orders: a weekday or a day of the month; empty: any day"
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Field -> its column in the files; stock.item_id for one kind of file"
    )
    ids: Literal["exact", "loose"] = Field(default="exact", description="Whether ids of other files match loosely")
    outliers: Literal["keep", "cap"] = Field(
        default="keep", description="Whether a demand far beyond all others of its item is lowered"
    )
    sheet: str = Field(default="", description="Sheet of a workbook of demand; empty for the first")
    currency: str = Field(
        default_factory=lambda: os.environ.get("LAKECAST_CURRENCY", ""),
        description="ISO 4217 code for items that state none",
    )
    service_measure: Literal["", "cycle", "fill"] = Field(
        default="", description="What service levels promise of items that state none"
    )
    champion: str = Field(default="", description="Source that decides what to order; empty for the ensemble")
    calendar: str = Field(default="", description="File of fiscal periods; empty for calendar.csv, where there is one")
    explicit: list[str] = Field(
        default_factory=list, description="Settings that go before lakecast.yaml even where they are as by default"
    )
    allow_loss: bool = Field(default=False, description="Publish though most of the demand published last is gone")
    replace: bool = Field(default=False, description="Publish under a name whose items so far are all others")
    retrain: bool = Field(default=False, description="Train though nothing has changed since it was published")
    seed: int = Field(default=0, description="The same data and seed give the same forecasts")
    batch_size: int = Field(default=2000, description="Items that a model takes at once")
    fan_out: Literal["inline", "processes", "dask"] = Field(
        default_factory=lambda: "dask" if os.environ.get(DASK_ADDRESS) else "inline", description="Where batches run"
    )
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, description="Processes to fan out to")
    dask_address: str = Field(
        default_factory=lambda: os.environ.get(DASK_ADDRESS, ""),
        description="Scheduler of the Dask cluster, such as tcp://host:8786",
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        """Refuses what no run can have, in the same words wherever settings come from. Raises `WrongSettings`."""
        if self.horizon < 0:
            raise WrongSettings(f"horizon is {self.horizon}. Give at least 1, or 0 for the frequency's default.")
        for name in ("workers", "batch_size"):
            if (value := getattr(self, name)) < 1:
                raise WrongSettings(f"{name} is {value}. Give at least 1.")
        if self.fan_out == "dask" and not self.dask_address:
            raise WrongSettings(
                "fan_out is dask, without an address. Give the scheduler's in dask_address, such as tcp://host:8786."
            )
        if not self.sources:
            raise WrongSettings(f"sources is empty. Name at least one of {', '.join(sources())}.")
        for name in (*self.sources, *([self.champion] if self.champion else ())):
            if name not in sources():
                raise WrongSettings(f"no source {name!r}.{_meant(name)} Known are {', '.join(sources())}.")
        if self.currency and not re.fullmatch("[A-Z]{3}", self.currency):
            raise WrongSettings(f"currency is {self.currency!r}. Give an ISO 4217 code such as BRL, or none.")
        for name in self.library:
            if not registry.has_engine(name, "library"):
                raise WrongSettings(f"library names {name!r}, which has no reference library. Leave it out.")
        try:
            _ = self.order_day
        except ValueError as error:
            raise WrongSettings(str(error)) from None
        return self

    def create_resource(self, context: dg.InitResourceContext) -> Any:
        """The settings of a run: what its configuration leaves at the default, `lakecast.yaml` of its data set says.

        Raises `WrongSettings` for one that no run can have. A file that cannot be read is for the reading to refuse.
        """
        name = context.run.tags.get(PARTITION_NAME_TAG) if context.run else None
        if name is None:
            return self
        try:
            with place_of(self.data, name).local(only=SETTINGS_FILES) as folder:
                return self.beside(read_settings(folder))
        except (InputError, OSError):
            return self

    @property
    def rules(self) -> Rules:
        frequency = None if self.frequency == "auto" else Frequency(self.frequency)
        return Rules(
            frequency=frequency,
            gaps=self.gaps,
            duplicates=self.duplicates,
            country=self.country or None,
            as_of=dt.date.fromisoformat(self.as_of) if self.as_of else None,
            last_period=self.last_period,
            inactive_days=self.inactive_days,
            allow_rejected=self.allow_rejected,
            negative=self.negative,
            by=self.by,
            decimal=self.decimal,
            dates=self.dates,
            columns=self.columns,
            ids=self.ids,
            outliers=self.outliers,
            sheet=self.sheet,
            currency=self.currency,
            service_measure=self.service_measure,
            calendar=self.calendar,
            stated=frozenset(self.explicit),
        )

    def beside(self, stated: Mapping[str, Any]) -> "RunSettings":
        """With the settings of a folder (`read_settings`) where these are as they are by default.

        Raises `WrongSettings` for one that no run can have.
        """
        columns = {**stated.get("columns", {}), **self.columns}
        own = {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in stated.items()
            if name not in ("columns", *self.explicit) and getattr(self, name) == _default(name)
        }
        try:
            return RunSettings(
                **{name: getattr(self, name) for name in RunSettings.model_fields} | own | {"columns": columns}
            )
        except ValidationError as error:
            first = error.errors()[0]
            raise WrongSettings(
                f"lakecast.yaml: {'.'.join(map(str, first['loc']))} is {first['input']!r}. {first['msg']}."
            ) from error

    @property
    def stated(self) -> dict[str, Any]:
        """The settings that are not as they are by default, as a run's configuration has them."""
        return {
            name: value
            for name in RunSettings.model_fields
            if name != "data" and (value := getattr(self, name)) != _default(name)
        }

    @property
    def order_day(self) -> ReviewDay | None:
        """The only day on which orders are placed; None for any day."""
        return ReviewDay.of(self.review_day) if self.review_day else None

    @property
    def parameters(self) -> dict[str, object]:
        """What `model_run` tells of a run: all that forecasts depend on, and nothing of this machine."""
        of_machine = {"data", "explicit", "fan_out", "workers", "dask_address"}
        return {name: getattr(self, name) for name in type(self).model_fields if name not in of_machine}

    @cached_property
    def fanning(self) -> FanOut:
        return FanOut(self.fan_out, self.workers, self.dask_address)

    def horizon_for(self, frequency: Frequency) -> int:
        return self.horizon or frequency.default_horizon


def _default(name: str) -> object:
    return RunSettings.model_fields[name].get_default(call_default_factory=True)


def sources() -> tuple[str, ...]:
    """Every source that a run can publish."""
    return (*registry.names(), ENSEMBLE)


def _meant(name: str) -> str:
    near = difflib.get_close_matches(name, sources(), 1)
    return f" Did you mean {near[0]!r}?" if near else ""
