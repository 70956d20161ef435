"""A run of several sources over one panel: each backtested, the ensemble combined of what its members said."""

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lakecast_forecast import ensemble, registry
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import BATCH_SIZE, SourceForecasts, backtested
from lakecast_forecast.interface import Fitted, Model
from lakecast_forecast.panel import Panel

BASELINE = "seasonal_naive"
"""The source that `skill` compares with; always computed."""
_log = logging.getLogger("lakecast_forecast")


@dataclass(frozen=True)
class Run:
    """Forecasts of the sources that were asked for, and of those that they needed.

    sources: those to show; members: those of the ensemble that have forecasts; forecasts: source -> its windows
    and live forecasts; fitted: source -> the fitted model, or the error of its training; notes: what was left out, in
    sentences.
    """

    sources: tuple[str, ...]
    members: tuple[str, ...]
    forecasts: Mapping[str, SourceForecasts]
    fitted: Mapping[str, Fitted | Exception]
    notes: tuple[str, ...]


def members(models: Mapping[str, Model | None], panel: Panel) -> tuple[str, ...]:
    """Members of the ensemble that is asked for: its own choice, else those that suit the panel; else none."""
    if ensemble.NAME not in models:
        return ()
    return tuple(getattr(models[ensemble.NAME], "members", ())) or ensemble.member_names(panel)


def run(
    panel: Panel,
    horizon: int,
    models: Mapping[str, Model | None],
    *,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> Run:
    """Backtest and forecast the panel by every model.

    models: name -> model, None for the registered one. A member of the ensemble that is not installed is left out,
    and the notes say so. Raises `UnknownModelError` for a name that is asked for and that there is not.
    """
    plan = origins.plan(panel.lengths, panel.frequency, horizon)
    forecasts: dict[str, SourceForecasts] = {}
    fitted: dict[str, Fitted | Exception] = {}
    notes = []
    wanted = members(models, panel)
    for name in sorted({BASELINE, *models, *wanted} - {ensemble.NAME}):
        if models.get(name) is None and name not in models and (reason := registry.missing(name)):
            notes.append(f"the ensemble goes without {name}: {reason}")
            continue
        model = models.get(name) or registry.get(name)
        started = time.monotonic()
        forecasts[name], fitted[name] = backtested(model, panel, plan, horizon, seed=seed, batch_size=batch_size)
        if isinstance(error := fitted[name], Exception):
            notes.append(f"{name} could not be trained and has the baseline's forecasts: {error}")
        elif note := without_model(name, forecasts[name].live.issues):
            notes.append(note)
        _log.info("%s: %d items in %.1f s", name, len(panel), time.monotonic() - started)
    usable = tuple(name for name in wanted if name in forecasts)
    if ensemble.NAME in models:
        forecasts[ensemble.NAME] = ensemble.combine([forecasts[name] for name in usable], panel)
    return Run(tuple(models), usable, forecasts, fitted, tuple(notes))


def without_model(name: str, issues: Sequence[str | None]) -> str | None:
    """A sentence on the items that a source has no model of their own for; None where there is none.

    issues: per item the reason, None where all is well.
    """
    reasons = Counter(issue for issue in issues if issue)
    if not reasons:
        return None
    ((reason, count),) = reasons.most_common(1)
    others = f"; {len(reasons) - 1} other reasons" if len(reasons) > 1 else ""
    return f"{name}: {reasons.total()} of {len(issues)} items have no model of their own ({count} x {reason}{others})"
