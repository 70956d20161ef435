"""Runs one model over rolling origins and the present, in batches, and calibrates what comes out."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.evaluation import conformal, validity
from lakecast_forecast.evaluation.origins import Origins, actuals, takes_part
from lakecast_forecast.features.classify import classify
from lakecast_forecast.interface import LEVELS, Diagnostics, Fitted, Forecasts, FurtherModel, JointModel, Model
from lakecast_forecast.panel import Array, Panel

Map = Callable[..., Iterable[Any]]
"""The builtin `map` or one with its signature that fans out, such as `Executor.map`: results in order."""

BATCH_SIZE = 2000
_MOST = 0.8
"""Share of the periods known now that an older state must have known for a model to go on from it.

At rolling origins of long weekly and daily series (.9 and more) the ensemble was as good or better for half of the
training; of M3 (.2 to .45), whose oldest nets have seen little, it was up to 3 % worse."""


@dataclass(frozen=True)
class Weight:
    """Share of a source in an ensemble; demand_class None means all classes."""

    source: str
    demand_class: str | None
    weight: float


@dataclass(frozen=True)
class OtherPanel:
    """Another panel of the same run, with its own origins and horizon: something more to learn from."""

    panel: Panel
    origins: Origins
    horizon: int


@dataclass(frozen=True)
class SourceForecasts:
    """All that one source has to say about a panel.

    origins: the backtest's; origins.offsets[:origins.scored] belong to `backtest`.
    backtest: calibrated forecasts per scored window, newest first; rows of items that `origins.takes_part` leaves
        out are the baseline and are not to be scored.
    live: calibrated forecasts of the periods after each item's end.
    raw, raw_live: the same before calibration, raw for all windows: what an ensemble is made of.
    seconds: (n,) seconds of computation per item, the share in the training included.
    weights: members of an ensemble, empty for any other source.
    """

    source: str
    version: str
    origins: Origins
    backtest: tuple[Forecasts, ...]
    live: Forecasts
    raw: tuple[Forecasts, ...]
    raw_live: Forecasts
    diagnostics: Diagnostics
    seconds: Array
    weights: tuple[Weight, ...] = ()

    def raw_at(self, levels: Sequence[float]) -> Self:
        """With the forecasts before calibration at these levels."""
        return replace(self, raw=tuple(window.at(levels) for window in self.raw), raw_live=self.raw_live.at(levels))


def run_source(
    model: Model,
    panel: Panel,
    origins: Origins,
    horizon: int,
    *,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
    map: Map = map,
    others: Sequence[OtherPanel] = (),
) -> SourceForecasts:
    """As `backtested`, without the fitted model."""
    return backtested(model, panel, origins, horizon, seed=seed, batch_size=batch_size, map=map, others=others)[0]


def backtested(
    model: Model,
    panel: Panel,
    origins: Origins,
    horizon: int,
    *,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
    map: Map = map,
    others: Sequence[OtherPanel] = (),
) -> tuple[SourceForecasts, Fitted | Exception]:
    """Backtest and live forecasts of one model for every item of the panel, and the model as it was fitted to all.

    The model is trained on everything for the live forecasts, anew on what was known at the origin for every scored
    window, and once, at the oldest origin, for those that only calibrate: no window is ever in its training.
    A `JointModel` is trained once, at the oldest scored origin, for all scored windows, and learns from the panels
    `others` as well, each as it was at its own oldest origin: three trainings serve the whole run, and a `FurtherModel`
    goes on from an older one that has known most of what is known now. Predictions run in batches of items of similar
    length through `map`, which may fan out to other processes; the result does not depend on the batches.
    """
    started = time.perf_counter()
    own = OtherPanel(panel, origins, horizon)
    past = _joint_past(model, own, others, seed) if isinstance(model, JointModel) else _past(model, own, seed)
    now, *then = past
    plan = [(0, now), *zip(origins.offsets, then, strict=True)]
    training = time.perf_counter() - started
    rows = _batches(panel, batch_size)
    batches = [panel.select(part) for part in rows]  # one copy of the panel, whatever the number of windows
    tasks = ((fitted, batch, offset, horizon) for offset, fitted in plan for batch in batches)
    predictions = iter(map(_predict, tasks))
    back = np.argsort(np.concatenate([*rows, np.empty(0, np.int64)]), kind="stable").astype(np.int64)
    seconds = np.full(len(panel), training / max(len(panel), 1))
    found = []
    for _ in plan:  # window by window, so that the batches of one only are held beside the result
        window = list(islice(predictions, len(rows)))
        found.append(_in_order([forecasts for forecasts, _ in window], back, horizon))
        for part, (_, spent) in zip(rows, window, strict=True):
            seconds[part] += spent / len(part)
    live, *raw = found
    diagnostics = Diagnostics() if isinstance(now, Exception) else now.diagnostics
    result = calibrated(model.name, model.version, panel, origins, tuple(raw), live, diagnostics, seconds)
    return result, now


def calibrated(
    source: str,
    version: str,
    panel: Panel,
    origins: Origins,
    raw: tuple[Forecasts, ...],
    live: Forecasts,
    diagnostics: Diagnostics,
    seconds: Array,
) -> SourceForecasts:
    """The source with calibrated intervals: each scored window by the windows older than it.

    The future is calibrated by the scored windows, for which global models were trained afresh and which resemble it
    most; by all windows where only one is scored.
    """
    horizon = live.mean.shape[1]
    windows = [
        conformal.Window(
            forecasts,
            actuals(panel, offset, horizon),
            takes_part(panel, offset),
            classify(panel.until(offset)),
        )
        for offset, forecasts in zip(origins.offsets, raw, strict=True)
    ]
    backtest = []
    for number in range(origins.scored):
        older = [windows[k] for k in origins.older(number, horizon)]
        backtest.append(conformal.learn(older, horizon).apply(raw[number], windows[number].classes))
    future = conformal.learn([windows[k] for k in origins.live_windows], horizon).apply(live, classify(panel))
    return SourceForecasts(source, version, origins, tuple(backtest), future, raw, live, diagnostics, seconds)


def at_levels(found: SourceForecasts, panel: Panel, levels: Sequence[float]) -> SourceForecasts:
    """The source with calibrated quantiles at more levels: those of LEVELS stay, the others lie between them in order.

    The raw forecasts are interpolated at the levels asked for, and calibrated there.
    """
    fine = found.raw_at(symmetric(levels))
    again = calibrated(
        fine.source, fine.version, panel, fine.origins, fine.raw, fine.raw_live, fine.diagnostics, fine.seconds
    )
    return merged(found, again)


def symmetric(levels: Sequence[float]) -> tuple[float, ...]:
    """LEVELS, the levels and their mirror images around 0.5, ascending."""
    return tuple(sorted({round(level, 10) for one in (*LEVELS, *levels) for level in (one, 1 - one)}))


def merged(found: SourceForecasts, again: SourceForecasts) -> SourceForecasts:
    """The source with the further levels of the same source, kept between those that it has."""
    return replace(
        found,
        backtest=tuple(_between(a, b) for a, b in zip(found.backtest, again.backtest, strict=True)),
        live=_between(found.live, again.live),
    )


def _between(coarse: Forecasts, fine: Forecasts) -> Forecasts:
    quantiles = fine.quantiles.copy()
    own = np.searchsorted(np.array(coarse.levels), np.array(fine.levels), side="right") - 1
    for place, level in enumerate(fine.levels):
        below = coarse.quantiles[:, :, max(own[place], 0)]
        if level in coarse.levels:
            quantiles[:, :, place] = below
            continue
        if own[place] >= 0:
            quantiles[:, :, place] = np.maximum(quantiles[:, :, place], below)
        if own[place] + 1 < len(coarse.levels):
            quantiles[:, :, place] = np.minimum(quantiles[:, :, place], coarse.quantiles[:, :, own[place] + 1])
    return replace(coarse, quantiles=np.sort(quantiles, axis=2), levels=fine.levels)


def _past(model: Model, own: OtherPanel, seed: int) -> list[Fitted | Exception]:
    """The model as it is now, and as each window may know it."""

    def fitted(offset: int) -> Fitted | Exception:
        return _tried(lambda: model.fit(own.panel.until(offset), own.horizon, seed=seed))

    offsets, scored = own.origins.offsets, own.origins.scored
    found = [fitted(offset) for offset in (0, *offsets[:scored])]
    older = len(offsets) - scored
    return [*found, *[fitted(own.origins.oldest)] * older] if older else found


def _joint_past(
    model: JointModel, own: OtherPanel, others: Sequence[OtherPanel], seed: int
) -> list[Fitted | Exception]:
    """As `_past`, of a model that is trained for all scored windows at once, and with other panels."""
    begun: dict[int, Fitted] = {}  # periods that were known -> what was learned from them

    def fitted(offset: Callable[[Origins], int]) -> Fitted | Exception:
        past = [(one.panel.until(offset(one.origins)), one.horizon) for one in others]
        seen = own.panel.until(offset(own.origins))
        periods = sum(int(panel.lengths.sum()) for panel in (seen, *[panel for panel, _ in past]))
        older = next((learned for known, learned in begun.items() if known >= _MOST * periods), None)
        if older is not None and isinstance(model, FurtherModel):
            return _tried(lambda: model.fit_further(older, seen, own.horizon, past, seed=seed))
        found = _tried(lambda: model.fit_with_others(seen, own.horizon, past, seed=seed))
        if not isinstance(found, Exception):
            begun[periods] = found
        return found

    offsets, scored = own.origins.offsets, own.origins.scored
    older = len(offsets) - scored
    oldest = [fitted(lambda origins: origins.oldest)] * older if older else []
    newer = [fitted(lambda origins: origins.oldest_scored)] * scored if scored else []
    return [fitted(lambda origins: 0), *newer, *oldest]


def _tried(fit: Callable[[], Fitted]) -> Fitted | Exception:
    try:
        return fit()
    except validity.FAILURES as error:
        return error


def _batches(panel: Panel, batch_size: int) -> list[NDArray[np.int64]]:
    """Rows of the panel in batches of similar length, so that little of a batch is padding."""
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    order = np.argsort(panel.lengths, kind="stable")
    return [order[k : k + batch_size] for k in range(0, len(order), batch_size)]


def _predict(task: tuple[Fitted | Exception, Panel, int, int]) -> tuple[Forecasts, float]:
    fitted, panel, offset, horizon = task
    started = time.perf_counter()
    seen = panel.until(offset).trimmed()
    if isinstance(fitted, Exception):
        forecasts = validity.unfitted(seen, horizon, fitted)
    else:
        forecasts = validity.predict(fitted, seen, horizon)
    return forecasts, time.perf_counter() - started


def _in_order(parts: list[Forecasts], back: NDArray[np.int64], horizon: int) -> Forecasts:
    if not parts:
        return Forecasts(np.empty((0, horizon)), np.empty((0, horizon, len(LEVELS))), ())
    whole = validity.joined(parts)
    return Forecasts(whole.mean[back], whole.quantiles[back], tuple(whole.issues[k] for k in back))
