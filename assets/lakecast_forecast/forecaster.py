"""The library's face: several models over one data frame, backtested, calibrated, combined and compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lakecast_forecast import archive, ensemble, registry
from lakecast_forecast.dataset import Dataset
from lakecast_forecast.ensemble.model import fitted as fitted_ensemble
from lakecast_forecast.evaluation import scores
from lakecast_forecast.evaluation.backtest import BATCH_SIZE, SourceForecasts, at_levels, merged, symmetric
from lakecast_forecast.fitted import FittedModel
from lakecast_forecast.frames import Frame
from lakecast_forecast.input.rules import Duplicates, Gaps, Rules
from lakecast_forecast.interface import Model
from lakecast_forecast.intervals import INTERVALS, checked, quantile_levels
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.results import backtest_rows, forecast_rows, issue_rows
from lakecast_forecast.run import BASELINE, Run, run
from lakecast_schema import accuracy
from lakecast_schema.champion import Errors, Live, champions
from lakecast_schema.grammar import count_of
from lakecast_schema.periods import as_frequency, positive_horizon

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEASURES = (
    "scaled_quantile_loss", "skill", "wape", "mase", "rmsse", "bias", "coverage_80", "coverage_95",
)  # fmt: skip
"""Columns of the leaderboard, as `lakecast_schema.accuracy` defines them."""


class NotFittedError(RuntimeError):
    """Something was asked of a forecaster that has not seen demand yet."""


class Forecaster:
    """Forecasts of a data frame of demand by several models, with calibrated intervals and a backtest of each.

    horizon: periods ahead; unless given, the frequency's default (12 months, 28 days).
    models: names of sources, or models such as `Theta(sharpness=1)`; unless given seasonal_naive, prophet, arima, lstm
        and ensemble, lstm only where torch is installed.
    frequency: daily, weekly, monthly, quarterly or yearly; None recognises it from the dates.
    gaps, duplicates: what a period without a row, and several rows of one date mean; see `Rules`.
    country: ISO code of the holiday calendar of daily models, None for none.
    as_of: demand of later days is rejected; None for no such limit.
    seed: the same data and seed give the same forecasts.

    >>> from lakecast_forecast import Forecaster
    >>> months = [f"{2019 + k // 12}-{1 + k % 12:02}" for k in range(48)]
    >>> demand = {"item_id": ["SFP-10G"] * 48, "date": months, "quantity": [20 + k % 12 for k in range(48)]}
    >>> f = Forecaster(horizon=2, models=["theta", "seasonal_naive"]).fit(demand)
    >>> f.predict(source="seasonal_naive").select(["item_id", "date", "mean"]).to_pylist()
    [{'item_id': 'SFP-10G', 'date': datetime.date(2023, 1, 1), 'mean': 20.0}, \
{'item_id': 'SFP-10G', 'date': datetime.date(2023, 2, 1), 'mean': 21.0}]
    """

    def __init__(
        self,
        horizon: int | None = None,
        *,
        models: Sequence[str | Model] | None = None,
        frequency: str | None = None,
        gaps: Gaps = "auto",
        duplicates: Duplicates = "auto",
        country: str | None = "BR",
        as_of: dt.date | None = None,
        seed: int = 0,
        batch_size: int = BATCH_SIZE,
    ) -> None:
        self._horizon = None if horizon is None else positive_horizon(horizon)
        self._models = _models(models)
        self._rules = Rules(as_frequency(frequency), gaps, duplicates, country, as_of)
        self._seed, self._batch_size = seed, batch_size
        self._state: tuple[Dataset, Panel, Run] | None = None
        self._lost: frozenset[str] = frozenset()

    def fit(self, frame: Frame) -> Forecaster:
        """Read the frame, train and backtest every model, and forecast.

        frame: a pandas or Polars DataFrame, an Arrow table, anything with Arrow's PyCapsule interface, or a mapping of
        columns: item_id, date and quantity, or unique_id, ds and y; columns x_* are values known in advance, whose
        future rows have an empty quantity. Raises `InputError` with row, column and remedy.
        """
        dataset = Dataset.of(frame, self._rules)
        horizon = self._horizon or dataset.frequency.default_horizon
        panel = dataset.panel(horizon)
        self._state = (
            dataset,
            panel,
            run(panel, horizon, self._models, seed=self._seed, batch_size=self._batch_size),
        )
        return self

    def predict(self, source: str | None = None, levels: Sequence[float] = INTERVALS) -> Frame:
        """Forecasts of the `horizon` periods after each item's end: one row per item and date.

        source: one of `sources`, the champion unless given. levels: of the intervals, such as 0.8 or 80. Columns:
        item_id, date, source, mean, median, and lower_80 and upper_80 for each level; names and kind of the frame are
        those of the input.
        """
        dataset, panel, _ = self._fitted()
        wanted = checked(levels)
        name = source or self.champion
        forecasts = self._at(self._source(name), wanted)
        return dataset.style.write(forecast_rows(name, panel, forecasts.live, wanted))

    def backtest(self, source: str | None = None, levels: Sequence[float] = INTERVALS) -> Frame:
        """What the sources forecast at past origins, and what was demanded: one row per item, window, date and source.

        Columns are those of `predict`, with cutoff (the last period that was seen) and actual. source: one of
        `sources`; all unless given. No window was in the training, the calibration or the weights of its forecasts.
        """
        dataset, panel, ran = self._fitted()
        wanted = checked(levels)
        names = ran.sources if source is None else (source,)
        tables = [backtest_rows(self._at(self._source(name), wanted), panel, wanted) for name in names]
        return dataset.style.write(pa.concat_tables(tables))

    def leaderboard(self, *, by_item: bool = False) -> Frame:
        """Errors in the backtest, the best source first: means over items, or one row per item and source.

        Columns: source, the measures of `MEASURES`, and of means the seconds of computation.
        """
        dataset, panel, ran = self._fitted()
        measures = {name: self._measures(name) for name in ran.sources}
        if by_item:
            tables = [
                pa.table(
                    {
                        "item_id": pa.array(panel.item_ids, pa.string()),
                        "source": pa.array([name] * len(panel), pa.string()),
                        **{key: pa.array(values, from_pandas=True) for key, values in figures.items()},
                    }
                )
                for name, figures in measures.items()
            ]
            return dataset.style.write(pa.concat_tables(tables))
        rows = [
            {
                "source": name,
                **{key: _mean(values) for key, values in figures.items()},
                "seconds": float(ran.forecasts[name].seconds.sum()),
            }
            for name, figures in measures.items()
        ]
        rows.sort(key=lambda row: (row["scaled_quantile_loss"] is None, row["scaled_quantile_loss"], row["source"]))
        types = [("source", pa.string())]
        types += [(name, pa.float64()) for name in (*MEASURES, "seconds")]
        return dataset.style.write(pa.Table.from_pylist(rows, pa.schema(types)))

    @property
    def champion(self) -> str:
        """The source whose forecasts count unless another is named: the ensemble, else the best in the backtest."""
        _, panel, ran = self._fitted()
        figures = [self._measures(name) for name in ran.sources]
        item = np.tile(np.arange(len(panel)), len(figures))
        source = np.repeat(np.array(ran.sources, dtype=object), len(panel)).tolist()
        loss, rmsse = (
            np.concatenate([figure[name] for figure in figures]) for name in ("scaled_quantile_loss", "rmsse")
        )
        return str(champions(Errors(item, source, loss, rmsse), Live(item, source)).sources[0])

    @property
    def sources(self) -> tuple[str, ...]:
        """Names that `predict` and `backtest` take."""
        return tuple(self._models)

    @property
    def rejected(self) -> Frame:
        """Rows that were not used: row (its position, from 0), column, value, and the reason with its remedy."""
        dataset, _, _ = self._fitted()
        return dataset.style.write(dataset.rejected)

    @property
    def issues(self) -> Frame:
        """Items that a source has no model of their own for: item_id, source, reason, and reason_pt in Portuguese."""
        dataset, panel, ran = self._fitted()
        tables = [issue_rows(name, panel, ran.forecasts[name].live.issues) for name in ran.sources]
        return dataset.style.write(pa.concat_tables(tables))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about reading and training, in sentences."""
        dataset, panel, ran = self._fitted()
        return (*dataset.notes, *panel.notes, *ran.notes)

    def model(self, name: str) -> FittedModel:
        """One model, fitted to the frame: predicts any horizon that it can, with intervals of its own.

        A registered model that was not in the run is fitted now. The ensemble's intervals are calibrated. Raises
        `UnknownModelError`, which lists what there is.
        """
        dataset, panel, ran = self._fitted()
        horizon = self._horizon or dataset.frequency.default_horizon
        if name == ensemble.NAME and ran.members and set(ran.members) <= set(ran.fitted):
            members = {member: ran.fitted[member] for member in ran.members}
            own = fitted_ensemble([ran.forecasts[member] for member in members], members, panel)
            return FittedModel(name, own, dataset, horizon)
        if name in self._lost:
            raise NotFittedError(
                f"{name} was given as an object, of which a file keeps the forecasts only; "
                "give it to load(path, models=[…])"
            )
        fitted = ran.fitted.get(name)
        if fitted is None:
            fitted = (self._models.get(name) or registry.get(name)).fit(panel, horizon, seed=self._seed)
        if isinstance(fitted, Exception):
            raise NotFittedError(f"{name} could not be trained: {fitted}")
        return FittedModel(name, fitted, dataset, horizon)

    def save(self, path: str | Path) -> None:
        """Write settings, demand and forecasts to one file, without pickle.

        Models are fitted anew when asked for; those that were given as objects are to be given to `load` again.
        """
        dataset, panel, ran = self._fitted()
        archive.save(Path(path), self._settings(), dataset, panel, ran)

    @classmethod
    def load(cls, path: str | Path, models: Sequence[Model] = ()) -> Forecaster:
        """What `save` wrote. Its forecasts need no model to be installed.

        models: those that were given as objects, for `model` to fit anew. Raises ValueError for a file of another kind
        or format, and for a model of a name that was not saved.
        """
        settings, dataset, panel, ran = archive.load(Path(path))
        names, options = settings.pop("models"), set(settings.pop("given_as_objects"))
        if unknown := [model.name for model in models if model.name not in names]:
            raise ValueError(f"no model {unknown[0]!r} was saved; there are {', '.join(names)}")
        loaded = cls(**settings)
        given = {model.name: model for model in models}
        loaded._models = {name: given.get(name) for name in names}
        loaded._lost = frozenset(options - given.keys())
        loaded._state = (dataset, panel, ran)
        return loaded

    def plot(
        self,
        item_id: object,
        source: str | None = None,
        levels: Sequence[float] = INTERVALS,
        *,
        last: int | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """History, forecast and intervals of an item, on matplotlib axes (the extra `plot`).

        last: periods of history, four horizons unless given. Raises ValueError for an item that there is not.
        """
        from lakecast_forecast.plot import plot

        dataset, panel, _ = self._fitted()
        wanted = str(item_id)
        if wanted not in panel.item_ids:
            some = ", ".join(panel.item_ids[:3])
            raise ValueError(f"no item {wanted!r}; there are {len(panel)}, such as {some}")
        rows = _as_arrow(dataset, self.predict(source, levels))
        mine = rows.filter(pa.compute.equal(rows["item_id"], wanted))
        return plot(panel, panel.item_ids.index(wanted), mine, checked(levels), last, ax)

    def __repr__(self) -> str:
        names = ", ".join(self._models)
        if self._state is None:
            return f"Forecaster(horizon={self._horizon}, models=[{names}]), not fitted"
        dataset, panel, _ = self._state
        rejected = (
            f", {count_of(dataset.rejected.num_rows, '[row|rows]')} rejected" if dataset.rejected.num_rows else ""
        )
        horizon = self._horizon or dataset.frequency.default_horizon
        return f"Forecaster of {len(panel)} {dataset.frequency} items, horizon {horizon}, models: {names}{rejected}"

    def _settings(self) -> dict[str, object]:
        rules = self._rules
        return {
            "horizon": self._horizon,
            "models": list(self._models),
            "given_as_objects": [
                name for name, model in self._models.items() if model is not None or name in self._lost
            ],
            "frequency": None if rules.frequency is None else str(rules.frequency),
            "gaps": rules.gaps,
            "duplicates": rules.duplicates,
            "country": rules.country,
            "seed": self._seed,
        }

    def _fitted(self) -> tuple[Dataset, Panel, Run]:
        if self._state is None:
            raise NotFittedError("the forecaster has seen no demand yet; call fit(df) first")
        return self._state

    def _source(self, name: str) -> SourceForecasts:
        _, _, ran = self._fitted()
        if name not in ran.forecasts:
            have = ", ".join(ran.forecasts)
            raise registry.UnknownModelError(f"no source {name!r} in this forecaster; there are {have}")
        return ran.forecasts[name]

    def _at(self, forecasts: SourceForecasts, levels: Sequence[float]) -> SourceForecasts:
        """The source with calibrated quantiles for intervals of these levels."""
        wanted = quantile_levels(levels)
        if set(wanted) <= set(forecasts.live.levels):
            return forecasts
        _, panel, ran = self._fitted()
        if forecasts.source != ensemble.NAME:
            return at_levels(forecasts, panel, wanted)
        members = [ran.forecasts[name] for name in ran.members]
        grid = symmetric(wanted)
        return merged(forecasts, ensemble.combine([member.raw_at(grid) for member in members], panel))

    def _measures(self, name: str) -> dict[str, Array]:
        _, panel, ran = self._fitted()
        forecasts = ran.forecasts[name]
        scale = scores.scales(panel, forecasts.origins)
        unknown = np.full(len(panel), np.nan)
        columns = scores.score(forecasts, panel, scale)
        baseline = scores.score(ran.forecasts[BASELINE], panel, scale)
        loss = columns.get("scaled_quantile_loss", unknown)
        columns["skill"] = accuracy.skill(loss, baseline.get("scaled_quantile_loss", unknown))
        return {measure: columns.get(measure, unknown) for measure in MEASURES}


def _models(models: Sequence[str | Model] | None) -> Mapping[str, Model | None]:
    """Name -> model, None for a registered one. Raises `UnknownModelError` that lists what there is."""
    if models is None:
        return {name: None for name in registry.DEFAULT_SOURCES if registry.missing(name) is None}
    if isinstance(models, str):
        models = (models,)
    by_name: dict[str, Model | None] = {}
    for model in models:
        own: Model | None = None
        if isinstance(model, str):
            registry.get(model)
            name = model
        elif isinstance(model, Model):
            name, own = model.name, model
        else:
            raise TypeError(f"{model!r} is no model: give a name, or an object with name, version and fit")
        if name in by_name:
            raise ValueError(f"two models are named {name!r}; give one a name of its own, such as name='{name}_2'")
        by_name[name] = own
    if not by_name:
        raise ValueError("models is empty; name one at least, such as theta")
    return by_name


def _mean(values: Array) -> float | None:
    known = np.isfinite(values)
    return float(values[known].mean()) if known.any() else None


def _as_arrow(dataset: Dataset, frame: Frame) -> pa.Table:
    """A frame that this library wrote as an Arrow table with its own names."""
    from lakecast_forecast.frames import arrow

    table = arrow(frame)
    names = {dataset.style.item_id: "item_id", dataset.style.date: "date"}
    table = table.rename_columns([names.get(name, name) for name in table.column_names])
    return table.set_column(0, "item_id", table["item_id"].cast(pa.string()))
