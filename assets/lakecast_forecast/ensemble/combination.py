"""The source `ensemble`: members combined by demand class, with weights from rolling origins and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.ensemble.components import Component, grouped, mixed, separate
from lakecast_forecast.ensemble.weighing import Evidence, greedy, improved
from lakecast_forecast.evaluation import conformal
from lakecast_forecast.evaluation.backtest import SourceForecasts, Weight
from lakecast_forecast.evaluation.origins import actuals, takes_part
from lakecast_forecast.features.classify import STEADY, classify
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.accuracy import scales
from lakecast_schema.periods import Frequency

NAME = "ensemble"
VERSION = "v1.1.1"

SPORADIC = ("intermittent", "lumpy")
_MOST_ITEMS = 1000
"""Items per class group that the weights are learned from: more make them no better, only slower."""
_MARGIN = 0.03
"""Fraction of the loss by which weights must beat the prior ones: any two windows differ by more than that."""
_CALIBRATING = 3
"""Windows that the intervals are learned from at most, the newest first."""
_CALIBRATED_MEAN = "negative_binomial"
"""Its mean is calibrated to the demand of all rarely bought items: theirs is taken from it."""


@dataclass(frozen=True)
class _Blend:
    """Weights of the components (C,) for one group of classes, for the quantiles and for the mean."""

    components: tuple[Component, ...]
    quantiles: Array
    means: Array

    def apply(self, forecasts: Mapping[str, Forecasts]) -> Forecasts:
        parts = [component.combine(forecasts) for component in self.components]
        whole = mixed(parts, self.quantiles)
        return replace(whole, mean=mixed(parts, self.means).mean)

    def shares(self) -> dict[str, float]:
        """Weight of each source in the quantiles; a group's is divided evenly among its members."""
        return {
            source: float(weight) / len(component.sources)
            for component, weight in zip(self.components, self.quantiles, strict=True)
            for source in component.sources
        }


_OF_DAYS = ("arima", "empirical", "ets", "lstm", "negative_binomial", "prophet")
_OF_STEADY_ITEMS = ("arima", "ces", "ets", "lstm", "mlp", "random_walk", "theta")
_OF_SPORADIC_ITEMS = ("empirical", "lstm", "negative_binomial")
MEMBERS = tuple(sorted({*_OF_DAYS, *_OF_STEADY_ITEMS, *_OF_SPORADIC_ITEMS}))
"""Every source that is a member of the ensemble of some panel."""


def member_names(panel: Panel) -> tuple[str, ...]:
    """The sources that the ensemble of this panel is made of, by its frequency and its demand classes.

    Complex exponential smoothing is in the families' median for what it adds, not for its own accuracy: at rolling
    origins of M3 the ensemble's MASE fell by 1.0 % (quarterly, six standard errors) and 0.4 % (monthly, two), and not
    noticeably in yearly series. Its logarithmic twin took another 0.4 % and made series without a season worse; it is
    left out because with it quarterly series cost more than a twentieth of the time of SCUM, the bound that was set.
    """
    present = set(classify(panel).tolist())
    if panel.frequency is Frequency.DAILY:
        return _OF_DAYS if present else ()
    steady = _OF_STEADY_ITEMS if present & set(STEADY) else ()
    sporadic = _OF_SPORADIC_ITEMS if present & set(SPORADIC) else ()
    return tuple(sorted({*steady, *sporadic}))


def combine(members: Sequence[SourceForecasts], panel: Panel) -> SourceForecasts:
    """The ensemble of the members' raw forecasts, calibrated.

    Smooth and erratic items: half the median of the statistical families, half the networks, unless other weights
    were clearly better. Rarely bought items, and any daily ones: the components that forward selection picks. All
    weights of a window come from windows that ended before it began; the live ones from all windows. Members must
    have run on the same panel with the same origins.
    """
    if not members:
        raise ValueError("an ensemble needs at least one member")
    origins = members[0].origins
    if any(member.origins != origins for member in members):
        raise ValueError("the members of an ensemble must share their origins")
    horizon = members[0].live.mean.shape[1]
    past = _Past.of(members, panel, horizon)
    backtest, raw = [], []
    for number in range(origins.scored):
        older = origins.older(number, horizon)
        blends = past.blends(older)
        raw.append(past.mixture(blends, number))
        backtest.append(past.calibrated(blends, older).apply(raw[number], past.classes[number]))
    blends = past.blends(origins.live_windows)
    raw += [past.mixture(blends, number) for number in range(origins.scored, len(origins.offsets))]
    combination = Combination(blends, past.calibrated(blends, origins.live_windows))
    raw_live = combination.raw({member.source: member.raw_live for member in members}, panel)
    live = combination.calibration.apply(raw_live, classify(panel))
    issues = _issues([member.live for member in members])
    return SourceForecasts(
        NAME,
        VERSION,
        origins,
        tuple(replace(one, issues=issues) for one in backtest),
        replace(live, issues=issues),
        tuple(raw),
        raw_live,
        Diagnostics({"margin": _MARGIN, "members": sorted(member.source for member in members)}),
        np.sum([member.seconds for member in members], axis=0),
        combination.weights(panel),
    )


Blends = Mapping[tuple[str, ...], _Blend]
"""Group of demand classes -> how its items' forecasts are combined."""


@dataclass(frozen=True)
class Combination:
    """What the ensemble has learned: how members are combined by demand class, and the shifts of the intervals."""

    blends: Blends
    calibration: conformal.Calibration

    def raw(self, forecasts: Mapping[str, Forecasts], panel: Panel) -> Forecasts:
        """The members' forecasts of the panel (source -> forecasts, of one set of levels) combined."""
        return _by_class(self.blends, forecasts, classify(panel))

    def apply(self, forecasts: Mapping[str, Forecasts], panel: Panel) -> Forecasts:
        """As `raw`, calibrated; an item has an issue where every member has one."""
        calibrated = self.calibration.apply(self.raw(forecasts, panel), classify(panel))
        return replace(calibrated, issues=_issues(list(forecasts.values())))

    def weights(self, panel: Panel) -> tuple[Weight, ...]:
        """Shares of the members above 0, by the demand classes that the panel has."""
        present = set(classify(panel).tolist())
        return tuple(
            Weight(source, name, share)
            for group, blend in self.blends.items()
            for name in group
            if name in present
            for source, share in sorted(blend.shares().items())
            if share > 0
        )


def learn(members: Sequence[SourceForecasts], panel: Panel) -> Combination:
    """Weights and intervals for the future, from the members' past windows on the panel."""
    past = _Past.of(members, panel, members[0].live.mean.shape[1])
    live_windows = members[0].origins.live_windows
    blends = past.blends(live_windows)
    return Combination(blends, past.calibrated(blends, live_windows))


@dataclass(frozen=True)
class _Past:
    """The members' windows: what they forecast, what came, and what each teaches about weights and intervals.

    All sequences run over the windows. evidence: group of classes -> per window.
    """

    forecasts: Sequence[Mapping[str, Forecasts]]
    actuals: Sequence[Array]
    counts: Sequence[NDArray[np.bool_]]
    classes: Sequence[NDArray[np.str_]]
    evidence: Mapping[tuple[str, ...], Sequence[Evidence]]
    components: Mapping[tuple[str, ...], tuple[Component, ...]]
    frequency: Frequency

    @classmethod
    def of(cls, members: Sequence[SourceForecasts], panel: Panel, horizon: int) -> "_Past":
        offsets = members[0].origins.offsets
        forecasts = [{member.source: member.raw[k] for member in members} for k in range(len(offsets))]
        known = [panel.until(offset) for offset in offsets]
        classes = [classify(seen) for seen in known]
        demand = [actuals(panel, offset, horizon) for offset in offsets]
        counts = [takes_part(panel, offset) for offset in offsets]
        names = [member.source for member in members]
        groups: tuple[tuple[str, ...], ...] = (STEADY, SPORADIC)
        by_group = {group: _components(names, group, panel.frequency) for group in groups}
        evidence = {
            group: [
                _evidence(components, forecasts[k], demand[k], known[k], counts[k] & np.isin(classes[k], group))
                for k in range(len(offsets))
            ]
            for group, components in by_group.items()
        }
        return cls(forecasts, demand, counts, classes, evidence, by_group, panel.frequency)

    def blends(self, windows: Sequence[int]) -> Blends:
        """Weights learned from some of the windows."""
        return {
            group: _weighed(components, [self.evidence[group][k] for k in windows], group, self.frequency)
            for group, components in self.components.items()
        }

    def mixture(self, blends: Blends, window: int) -> Forecasts:
        """What the ensemble with these weights would have forecast in a window."""
        return _by_class(blends, self.forecasts[window], self.classes[window])

    def calibrated(self, blends: Blends, windows: Sequence[int]) -> conformal.Calibration:
        """Intervals of the ensemble with these weights, learned from the newest of some of the windows."""
        return conformal.learn(
            [
                conformal.Window(self.mixture(blends, k), self.actuals[k], self.counts[k], self.classes[k])
                for k in windows[:_CALIBRATING]
            ],
            self.actuals[0].shape[1] if self.actuals else 0,
        )


def _by_class(blends: Blends, forecasts: Mapping[str, Forecasts], classes: NDArray[np.str_]) -> Forecasts:
    """Each item's forecast by the blend of its class."""
    first = next(iter(forecasts.values()))
    mean, quantiles = np.zeros_like(first.mean), np.zeros_like(first.quantiles)
    for group, blend in blends.items():
        rows = np.flatnonzero(np.isin(classes, group))
        if rows.size:
            mixture = blend.apply({name: _rows(one, rows) for name, one in forecasts.items()})
            mean[rows], quantiles[rows] = mixture.mean, mixture.quantiles
    return replace(first, mean=mean, quantiles=quantiles)


def _components(names: Sequence[str], group: tuple[str, ...], frequency: Frequency) -> tuple[Component, ...]:
    components = grouped(names) if group == STEADY else separate(names)
    if group == STEADY and frequency is Frequency.DAILY:
        components = (
            *(v for v in components if v.name == "families" and len(v.sources) > 1),
            *separate(names),
        )
    return components or tuple(Component(name, (name,)) for name in sorted(names))


def _weighed(
    components: tuple[Component, ...], evidence: Sequence[Evidence], group: tuple[str, ...], frequency: Frequency
) -> _Blend:
    prior = _prior(components, group)
    whole = _joined(evidence)
    if whole is None:
        return _Blend(components, prior, _on_calibrated_mean(components, prior) if group == SPORADIC else prior)
    if group == STEADY and frequency is not Frequency.DAILY:
        weights = improved(whole.quantile_loss, prior, _MARGIN)
        return _Blend(components, weights, weights)
    selected = greedy(whole.quantile_loss, len(components))
    weights = prior if selected is None else selected
    if group == STEADY:
        return _Blend(components, weights, weights)
    if frequency is not Frequency.DAILY:
        return _Blend(components, weights, _on_calibrated_mean(components, weights))
    means = greedy(whole.squared_error, len(components))  # of days: whoever follows the season, which a rate does not
    return _Blend(components, weights, _on_calibrated_mean(components, weights) if means is None else means)


def _prior(components: tuple[Component, ...], group: tuple[str, ...]) -> Array:
    """Weights before any evidence: the components made for the group's demand, alike; all, where there is none."""
    names = ("families", "nets") if group == STEADY else ("empirical", "negative_binomial")
    suits = np.array([component.name in names for component in components], dtype=np.float64)
    if not suits.any():
        suits = np.ones(len(components))
    return np.asarray(suits / suits.sum())


def _on_calibrated_mean(components: tuple[Component, ...], weights: Array) -> Array:
    """All weight on the component whose mean is calibrated, where it is there; the same weights otherwise."""
    alone = np.array([component.name == _CALIBRATED_MEAN for component in components], dtype=np.float64)
    return alone if alone.any() else weights


def _evidence(
    components: tuple[Component, ...],
    forecasts: Mapping[str, Forecasts],
    actuals: Array,
    seen: Panel,
    belongs: NDArray[np.bool_],
) -> Evidence:
    """Forecasts of the components in one window, of the items of the group, and the demand that followed."""
    rows = np.flatnonzero(belongs)
    if len(rows) > _MOST_ITEMS:  # the same ones in whatever order the items stand
        by_name = rows[np.argsort([seen.item_ids[row] for row in rows], kind="stable")]
        rows = by_name[np.linspace(0, len(rows) - 1, _MOST_ITEMS).astype(np.int64)]
    part = {name: _rows(one, rows).at(LEVELS) for name, one in forecasts.items()}
    parts = [component.combine(part) for component in components]
    scale, squared = scales(seen.values[rows], seen.frequency.season_length)
    return Evidence(
        np.array([one.quantiles for one in parts]),
        np.array([one.mean for one in parts]),
        actuals[rows],
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
    return replace(forecasts, mean=forecasts.mean[rows], quantiles=forecasts.quantiles[rows], issues=())


def _issues(members: Sequence[Forecasts]) -> tuple[str | None, ...]:
    """An item's reason where no member could model it."""
    each = zip(*(member.issues for member in members), strict=True)
    return tuple(issues[0] if all(issues) else None for issues in each)
