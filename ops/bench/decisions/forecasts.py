"""What the product would have forecast at every origin: the ensemble, and each item's champion as it was chosen before.

Every source's forecast of an origin is made once, and serves as its live forecast and as a window of the backtests of
later origins. Two steps, both kept in the cache: raw forecasts of all sources, and what the product makes of them.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.decisions.sets import KINDS
from lakecast_forecast import ensemble, registry
from lakecast_forecast.ensemble.components import NETS
from lakecast_forecast.evaluation import origins, validity
from lakecast_forecast.evaluation.backtest import SourceForecasts, calibrated
from lakecast_forecast.evaluation.origins import Origins
from lakecast_forecast.evaluation.scores import scales, score
from lakecast_forecast.features.classify import classify
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.panel import Array, Panel

BEFORE = ("seasonal_naive", "prophet", "arima", "ensemble")
"""Sources among which each item's champion was chosen before, besides the nets."""
_SHORTEST = 9
"""Periods that the median item must have at an origin."""


@dataclass(frozen=True)
class Said:
    """Forecasts at judged origins (k of them): ensemble, champion (k, n, H), the champion's error (k, n) and classes.

    seconds: CPU time of all forecasts.
    """

    offsets: tuple[int, ...]
    ensemble: Array
    champion: Array
    champion_rmse: Array
    classes: NDArray[np.str_]
    seconds: float


def said(panel: Panel, name: str, cache: Path) -> Said:
    """The forecasts of a set, from the cache where the same versions made them for the same items."""
    members = [source for source in ensemble.member_names(panel) if source not in NETS]
    sources = sorted({*members, *BEFORE} - {"ensemble"})
    versions = [f"{source} {registry.get(source).version}" for source in sources]
    made_of = repr((versions, ensemble.VERSION, panel.item_ids, KINDS[name]))
    key = hashlib.sha256(made_of.encode() + np.ascontiguousarray(panel.values).tobytes()).hexdigest()[:16]
    file = cache / f"{name}-{key}.npz"
    if file.exists():
        with np.load(file) as kept:
            stored = dict(kept)
        return Said(
            tuple(stored["offsets"].tolist()), **{k: stored[k] for k in _ARRAYS}, seconds=float(stored["seconds"])
        )
    began = time.process_time()
    raw = {source: dict(_raw(panel, name, source)) for source in sources}
    rows = [_at(panel, raw, members, offset, KINDS[name].horizon) for offset in KINDS[name].judged]
    arrays = {field: np.array([row[field] for row in rows]) for field in _ARRAYS}
    seconds = time.process_time() - began
    file.parent.mkdir(parents=True, exist_ok=True)
    stored = {"offsets": np.array(KINDS[name].judged), "seconds": np.array(seconds), **arrays}
    np.savez(file, **stored)
    return Said(KINDS[name].judged, **arrays, seconds=seconds)


_ARRAYS = ("ensemble", "champion", "champion_rmse", "classes")


def _raw(panel: Panel, name: str, source: str) -> Iterator[tuple[int, Forecasts]]:
    """A source's forecasts at every origin with history enough."""
    horizon = KINDS[name].horizon
    for offset in KINDS[name].offsets:
        seen = panel.until(offset)
        if np.median(seen.lengths) < _SHORTEST:
            continue
        part = seen.trimmed()
        try:
            yield offset, validity.predict(registry.get(source).fit(seen, horizon, seed=0), part, horizon)
        except validity.FAILURES as error:
            yield offset, validity.unfitted(part, horizon, error)


def _at(
    panel: Panel, raw: Mapping[str, Mapping[int, Forecasts]], members: list[str], offset: int, horizon: int
) -> dict[str, Array | NDArray[np.str_]]:
    """What the product makes of the sources' forecasts at one origin, by its own backtest, calibration and ensemble."""
    seen, count = panel.until(offset), len(panel)
    whole = origins.plan(seen.lengths, seen.frequency, horizon)
    known = tuple(back for back in whole.offsets if offset + back in raw[members[0]])
    plan = Origins(known, min(whole.scored, len(known)))

    def backtest(source: str) -> SourceForecasts:
        said = raw[source]
        windows, live = tuple(said[offset + back] for back in plan.offsets), said[offset]
        version = registry.get(source).version
        return calibrated(source, version, seen, plan, windows, live, Diagnostics(), np.zeros(count))

    made = {source: backtest(source) for source in raw}
    combined = made["ensemble"] = ensemble.combine([made[source] for source in members], seen)
    scale = scales(seen, plan)
    figures = [score(made[source], seen, scale) for source in BEFORE]
    unknown = np.full(count, np.nan)
    loss, rmsse, rmse = (
        np.array([each.get(figure, unknown) for each in figures])
        for figure in ("scaled_quantile_loss", "rmsse", "rmse")
    )
    best = _lowest(loss, rmsse)
    rows = np.arange(count)
    live = np.array([made[source].live.mean for source in BEFORE])
    wide, narrow = LEVELS.index(0.9), LEVELS.index(0.1)
    width = np.array(
        [(one.quantiles[..., wide] - one.quantiles[..., narrow]).mean(axis=1) for one in (made[s].live for s in BEFORE)]
    )
    deviation = np.where(np.isfinite(rmse), rmse, width / 2.563)
    return {
        "ensemble": combined.live.mean,
        "champion": live[best, rows],
        "champion_rmse": deviation[best, rows],
        "classes": classify(seen),
    }


def _lowest(loss: Array, rmsse: Array) -> NDArray[np.int64]:
    """(n,) each item's source of the lowest loss, RMSSE where no source has one: how champions were chosen before."""
    error = np.where(np.isfinite(loss).any(axis=0), loss, rmsse)
    best: NDArray[np.int64] = np.argmin(np.where(np.isfinite(error), error, np.inf), axis=0)
    return best
