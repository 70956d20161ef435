"""Training one source on one data set: from its name to an outcome."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast import ensemble, registry
from lakecast_forecast.evaluation import backtest, origins
from lakecast_forecast.evaluation.backtest import OtherPanel
from lakecast_forecast.interface import JointModel
from lakecast_forecast.panel import Panel

ENSEMBLE = ensemble.NAME
BASELINE = "seasonal_naive"
"""The source that `skill` compares with; always computed."""

Tell = Callable[[int], None]


OtherPanels = Callable[[], Sequence[OtherPanel]]


def train(source: str, panel: Panel, settings: RunSettings, tell: Tell, others_of: OtherPanels = tuple) -> Outcome:
    """Backtest and live forecasts of a registered model. `tell` hears how many items are done; `others_of` gives the
    other panels of the run, and is asked only for a model that can learn from them.

    Raises whatever keeps the model from running at all; a series that it cannot fit is an issue of the outcome.
    """
    started = time.monotonic()
    model = registry.get(source, "library" if source in settings.library else "batched")
    horizon = settings.horizon_for(panel.frequency)
    plan = origins.plan(panel.lengths, panel.frequency, horizon)
    batches = (len(plan.offsets) + 1) * -(-len(panel) // settings.batch_size)
    others = others_of() if isinstance(model, JointModel) and model.learns_from_others(panel) else ()
    tell(0)  # training may take a while before the first batch is predicted
    with settings.fanning.map() as fan:

        def counted(function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
            for done, result in enumerate(fan(function, tasks), start=1):
                tell(len(panel) * done // batches)
                yield result

        forecasts = backtest.run_source(
            model, panel, plan, horizon, seed=settings.seed, batch_size=settings.batch_size, map=counted, others=others
        )
    return _outcome(forecasts, started)


def models_for(sources: Sequence[str]) -> tuple[str, ...]:
    """The models that publishing these sources may need: they, the baseline, and whatever may be a member of the
    ensemble where that is among them."""
    members = ensemble.MEMBERS if ENSEMBLE in sources else ()
    return tuple(name for name in registry.names() if name in {*sources, *members, BASELINE})


def is_needed(source: str, sources: Sequence[str], panel: Panel) -> bool:
    """Whether a model has to run: it is asked for, or the baseline, or a member of the ensemble asked for."""
    if source in sources or source == BASELINE:
        return True
    return ENSEMBLE in sources and source in ensemble.member_names(panel)


def train_ensemble(members: Iterable[Outcome | None], panel: Panel) -> Outcome:
    """The ensemble of the members that have forecasts. Raises ValueError where none has."""
    started = time.monotonic()
    names = ensemble.member_names(panel)
    usable = [
        member.forecasts
        for member in members
        if member is not None and member.forecasts is not None and member.source in names
    ]
    if not usable:
        raise ValueError("no member has forecasts; train at least one")
    return _outcome(ensemble.combine(usable, panel), started)


def idle(source: str) -> Outcome:
    """The outcome of a model that did not have to run."""
    return Outcome(source, dt.datetime.now(dt.UTC), 0.0)


def failed(source: str, error: Exception, seconds: float) -> Outcome:
    """The outcome of a source that could not run."""
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    return Outcome(source, dt.datetime.now(dt.UTC), seconds, failure=f"{type(error).__name__}: {reason}")


def _outcome(forecasts: backtest.SourceForecasts, started: float) -> Outcome:
    finished = dt.datetime.now(dt.UTC)
    return Outcome(forecasts.source, finished, time.monotonic() - started, forecasts, version=forecasts.version)
