"""The source `ensemble`: members combined by demand class, with weights from rolling origins and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_assets.models import voices
from lakecast_assets.models.backtest import SourceForecasts, Weight, calibrated
from lakecast_assets.models.base import LEVELS, Array, Diagnostics, Forecasts, Panel
from lakecast_assets.models.classify import CLASSES, STEADY, classify
from lakecast_assets.models.origins import Origins, actuals, takes_part
from lakecast_assets.models.voices import Voice
from lakecast_assets.models.weighing import Evidence, greedy, improved
from lakecast_schema.accuracy import scales
from lakecast_schema.periods import Frequency

NAME = "ensemble"
VERSION = "v1.0.0"

SPORADIC = ("intermittent", "lumpy")
_WITNESSES = 1000
"""Items per class group that the weights are learned from: more make them no better, only slower."""
_MARGIN = 0.01
"""Fraction of the loss by which weights must beat the prior ones, below which two windows' luck is more likely."""
_HONEST = "negative_binomial"
"""Its mean is calibrated to the demand of all rarely bought items: theirs is taken from it."""


@dataclass(frozen=True)
class _Blend:
    """Weights of the voices (V,) for one group of classes, for the quantiles and for the mean."""

    voices: tuple[Voice, ...]
    quantiles: Array
    means: Array

    def apply(self, forecasts: dict[str, Forecasts]) -> Forecasts:
        spoken = [voice.speak(forecasts) for voice in self.voices]
        whole = voices.mixed(spoken, self.quantiles)
        return Forecasts(voices.mixed(spoken, self.means).mean, whole.quantiles, whole.issues)

    def shares(self) -> dict[str, float]:
        """Weight of each source in the quantiles; a group's is divided evenly among its members."""
        return {
            source: float(weight) / len(voice.sources)
            for voice, weight in zip(self.voices, self.quantiles, strict=True)
            for source in voice.sources
        }


def member_names(panel: Panel) -> tuple[str, ...]:
    """The sources that the ensemble of this panel is made of, by its frequency and its demand classes."""
    present = set(classify(panel).tolist())
    steady = (*voices.FAMILIES, "lstm") if present & set(STEADY) else ()
    sporadic = ("empirical", "negative_binomial") if present & set(SPORADIC) else ()
    if panel.frequency is Frequency.DAILY:
        return tuple(sorted({"arima", "ets", "lstm", "prophet", "empirical", "negative_binomial"}))
    return tuple(sorted({*steady, *sporadic, *(("lstm",) if present else ())}))


def combine(members: Sequence[SourceForecasts], panel: Panel) -> SourceForecasts:
    """The ensemble of the members' raw forecasts, calibrated.

    Smooth and erratic items: half the median of the statistical families, half the networks, unless other weights
    were clearly better. Rarely bought items, and any daily ones: the voices that forward selection picks. All
    weights of a window come from windows that ended before it began; the live ones from all windows. Members must
    have run on the same panel with the same origins.
    """
    if not members:
        raise ValueError("an ensemble needs at least one member")
    origins = members[0].origins
    if any(member.origins != origins for member in members):
        raise ValueError("the members of an ensemble must share their origins")
    horizon = members[0].live.mean.shape[1]
    names = [member.source for member in members]
    past = [{m.source: m.raw[k] for m in members} for k in range(len(origins.offsets))]
    known = [panel.until(offset) for offset in origins.offsets]
    classes = [classify(seen) for seen in known]
    now = classify(panel)
    raw: list[Forecasts] = [_zeros(len(panel), horizon)] * len(past)
    live = _zeros(len(panel), horizon)
    weights: list[Weight] = []
    for group in (STEADY, SPORADIC):
        heard = _voices(names, group, panel.frequency)
        evidence = [
            _evidence(heard, past[k], panel, known[k], offset, horizon, np.isin(classes[k], group))
            for k, offset in enumerate(origins.offsets)
        ]
        for k in range(len(past)):
            scored = min(k, max(origins.scored - 1, 0))
            blend = _weighed(heard, [evidence[j] for j in origins.older(scored, horizon)], group, panel.frequency)
            raw[k] = _where(np.isin(classes[k], group), blend.apply(past[k]), raw[k])
        blend = _weighed(heard, _telling(evidence, origins), group, panel.frequency)
        live = _where(np.isin(now, group), blend.apply({m.source: m.raw_live for m in members}), live)
        weights += [
            Weight(source, name, share)
            for name in CLASSES
            if name in group and name in now
            for source, share in sorted(blend.shares().items())
            if share > 0
        ]
    issues = _issues(members)
    raw = [Forecasts(one.mean, one.quantiles, issues) for one in raw]
    live = Forecasts(live.mean, live.quantiles, issues)
    diagnostics = Diagnostics({"margin": _MARGIN, "members": sorted(names)})
    seconds = np.sum([member.seconds for member in members], axis=0)
    return calibrated(NAME, VERSION, panel, origins, tuple(raw), live, diagnostics, seconds, tuple(weights))


def _telling(evidence: Sequence[Evidence], origins: Origins) -> Sequence[Evidence]:
    """The windows that weigh the live forecasts: the scored ones, for which global models were trained afresh.

    All of them where there is one scored window only.
    """
    return evidence[: origins.scored] if origins.scored > 1 else evidence


def _voices(names: Sequence[str], group: tuple[str, ...], frequency: Frequency) -> tuple[Voice, ...]:
    heard = voices.grouped(names) if group == STEADY else voices.separate(names)
    if group == STEADY and frequency is Frequency.DAILY:
        heard = (*(v for v in heard if v.name == "families" and len(v.sources) > 1), *voices.separate(names))
    return heard or tuple(Voice(name, (name,)) for name in sorted(names))


def _weighed(
    heard: tuple[Voice, ...], evidence: Sequence[Evidence], group: tuple[str, ...], frequency: Frequency
) -> _Blend:
    prior = _prior(heard, group)
    found = _joined(evidence)
    if found is None:
        return _Blend(heard, prior, _mean_weights(heard, prior, group))
    if group == STEADY and frequency is not Frequency.DAILY:
        weights = improved(found.quantile_loss, prior, _MARGIN)
    else:
        picked = greedy(found.quantile_loss, len(heard))
        weights = prior if picked is None else picked
    return _Blend(heard, weights, _mean_weights(heard, weights, group))


def _prior(heard: tuple[Voice, ...], group: tuple[str, ...]) -> Array:
    """Weights before any evidence: the voices made for the group's demand, alike; all, where there is none."""
    made = ("families", "nets") if group == STEADY else ("empirical", "negative_binomial")
    suits = np.array([voice.name in made for voice in heard], dtype=np.float64)
    if not suits.any():
        suits = np.ones(len(heard))
    return np.asarray(suits / suits.sum())


def _mean_weights(heard: tuple[Voice, ...], weights: Array, group: tuple[str, ...]) -> Array:
    honest = np.array([voice.name == _HONEST for voice in heard], dtype=np.float64)
    return honest if group == SPORADIC and honest.any() else weights


def _evidence(
    heard: tuple[Voice, ...],
    forecasts: dict[str, Forecasts],
    panel: Panel,
    seen: Panel,
    offset: int,
    horizon: int,
    belongs: NDArray[np.bool_],
) -> Evidence:
    """What the voices said in one window about the items of the group, and what came."""
    rows = np.flatnonzero(belongs & takes_part(panel, offset))
    if len(rows) > _WITNESSES:  # the same ones in whatever order the items stand
        by_name = rows[np.argsort([panel.item_ids[row] for row in rows], kind="stable")]
        rows = by_name[np.linspace(0, len(rows) - 1, _WITNESSES).astype(np.int64)]
    part = {name: _rows(one, rows) for name, one in forecasts.items()}
    spoken = [voice.speak(part) for voice in heard]
    scale, squared = scales(seen.values[rows], panel.frequency.season_length)
    return Evidence(
        np.array([one.quantiles for one in spoken]),
        np.array([one.mean for one in spoken]),
        actuals(panel.select(rows), offset, horizon),
        scale,
        squared,
    )


def _joined(evidence: Sequence[Evidence]) -> Evidence | None:
    if not evidence:
        return None
    return Evidence(
        np.concatenate([one.quantiles for one in evidence], axis=1),
        np.concatenate([one.means for one in evidence], axis=1),
        np.concatenate([one.actuals for one in evidence]),
        np.concatenate([one.scale for one in evidence]),
        np.concatenate([one.squared_scale for one in evidence]),
    )


def _rows(forecasts: Forecasts, rows: NDArray[np.int64]) -> Forecasts:
    return Forecasts(forecasts.mean[rows], forecasts.quantiles[rows], ())


def _where(belongs: NDArray[np.bool_], one: Forecasts, other: Forecasts) -> Forecasts:
    return Forecasts(
        np.where(belongs[:, None], one.mean, other.mean),
        np.where(belongs[:, None, None], one.quantiles, other.quantiles),
        other.issues,
    )


def _zeros(items: int, horizon: int) -> Forecasts:
    return Forecasts(np.zeros((items, horizon)), np.zeros((items, horizon, len(LEVELS))), ())


def _issues(members: Sequence[SourceForecasts]) -> tuple[str | None, ...]:
    """An item's reason where no member could model it."""
    each = zip(*(member.live.issues for member in members), strict=True)
    return tuple(issues[0] if all(issues) else None for issues in each)
