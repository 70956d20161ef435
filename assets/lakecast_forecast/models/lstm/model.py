"""The sources `lstm` and `mlp`: nets trained once for all items of a run, and what they predict."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.interface import LEVELS, Diagnostics, Fitted, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.lstm.level import Level
from lakecast_forecast.models.lstm.memory import Memory
from lakecast_forecast.models.lstm.smooth import LAYOUT
from lakecast_forecast.models.lstm.together import Together
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source
from lakecast_schema.periods import Frequency

if TYPE_CHECKING:  # torch takes a second to import, and naming a source must not
    from lakecast_forecast.models.lstm.training import Plan, Trained

Rows = NDArray[np.int64]

LEARNED_FROM = 8_000_000
"""Periods that a net learns from at most, those of 7,300 items of three daily years: more add memory, not accuracy."""
_SPARSE_BATCH = 128
"""Windows per step for series with zeros: half of the others', for there is less to learn."""
_TOGETHER = 512  # items predicted at once
_KINDS = ("smooth", "level")
_FORMAT = 2
_ALONE = (0, 1)
_trained = Memory()

OtherPanels = Sequence[tuple[Panel, int]]
"""Other panels of a run, each with its horizon."""


class Lstm(Source):
    """One recurrent net for all items: 11 quantiles of every horizon at once.

    Trained on windows of all series that are scaled one by one, on what a causal forecast leaves over (theta for
    series without zeros, the recent level for the others), by AdamW with a one-cycle rate, until the loss on the
    last `horizon` periods stops falling. Yearly, quarterly and monthly series without zeros share one net. `steps`
    is the most it may take; `flip` is the share of windows without zeros that are turned upside down, so that a
    common trend of the past is not taken for a law.

    Sources: Hochreiter & Schmidhuber 1997, Neural Computation 9, 1735-1780; several quantiles of several horizons after
    Wen et al. 2017, arXiv:1711.11053.

    >>> from lakecast_forecast import Lstm, example_demand
    >>> forecast = Lstm(steps=5).fit(example_demand(), horizon=2).predict(levels=[90])
    >>> forecast.num_rows, forecast.column_names[-2:]
    (4, ['lower_90', 'upper_90'])
    """

    name = "lstm"
    version = "v1.2.0"

    def __init__(self, steps: int = 300, flip: float = 0.3) -> None:
        _check(steps, flip)
        self._steps, self._flip = steps, flip

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> FittedNets:
        """Train on the panel, whatever the order of its items."""
        return self.fit_with_others(panel, horizon, (), seed=seed)

    def learns_from_others(self, panel: Panel) -> bool:
        """Whether it has series without zeros, of a frequency that shares a net, and no drivers."""
        return not panel.drivers and _is_shared(panel.frequency) and bool((kinds_of(panel) == "smooth").any())

    def fit_with_others(self, panel: Panel, horizon: int, others: OtherPanels, *, seed: int = 0) -> FittedNets:
        """Train for the panel, and on what other panels of the run can add to it."""
        return _fit(self.name, panel, horizon, others, self._plans(), seed)

    def fit_further(
        self, fitted: Fitted, panel: Panel, horizon: int, others: OtherPanels, *, seed: int = 0
    ) -> FittedNets:
        """As `fit_with_others`, going on with the nets of an older state of the same panels."""
        return _fit(self.name, panel, horizon, others, self._plans(), seed, _nets_of(fitted))

    def _plans(self) -> tuple[Plan, Plan]:
        from lakecast_forecast.models.lstm.training import Plan

        plan = Plan(steps=self._steps, rate=3e-3, flip=self._flip)
        return plan, Plan(steps=-(-4 * self._steps // 5), rate=3e-3, batch=_SPARSE_BATCH)


class ResidualMlp(Source):
    """Three residual perceptrons trained as one, as `Lstm` otherwise.

    The ensemble's second net: as good as the recurrent one, and wrong elsewhere. Source of the residual blocks:
    He et al. 2016, CVPR, 770-778. `steps` and `flip` are those of `Lstm`.

    >>> from lakecast_forecast import ResidualMlp, example_demand
    >>> ResidualMlp(steps=5).fit(example_demand(), horizon=2).predict().num_rows
    4
    """

    name = "mlp"
    version = "v1.2.0"

    def __init__(self, steps: int = 300, flip: float = 0.3) -> None:
        _check(steps, flip)
        self._steps, self._flip = steps, flip

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> FittedNets:
        """Train on the panel, whatever the order of its items."""
        return self.fit_with_others(panel, horizon, (), seed=seed)

    def learns_from_others(self, panel: Panel) -> bool:
        """Whether it has series without zeros, of a frequency that shares a net, and no drivers."""
        return not panel.drivers and _is_shared(panel.frequency) and bool((kinds_of(panel) == "smooth").any())

    def fit_with_others(self, panel: Panel, horizon: int, others: OtherPanels, *, seed: int = 0) -> FittedNets:
        """Train for the panel, and on what other panels of the run can add to it."""
        return _fit(self.name, panel, horizon, others, self._plans(), seed)

    def fit_further(
        self, fitted: Fitted, panel: Panel, horizon: int, others: OtherPanels, *, seed: int = 0
    ) -> FittedNets:
        """As `fit_with_others`, going on with the nets of an older state of the same panels."""
        return _fit(self.name, panel, horizon, others, self._plans(), seed, _nets_of(fitted))

    def _plans(self) -> tuple[Plan, Plan]:
        from lakecast_forecast.models.lstm.training import Plan

        plan = Plan(steps=self._steps, rate=3e-3, flip=self._flip)
        return plan, Plan(steps=self._steps, rate=2e-3, batch=_SPARSE_BATCH)


@dataclass(frozen=True)
class FittedNets:
    """A net for each kind of series that the panel had; pickles, and stores itself as bytes.

    nets: "smooth" for series without zeros, "level" for the others; items: how many each learned from, those of other
    panels included; place: which panel this one was of how many that the smooth net learned from.
    """

    horizon: int
    nets: Mapping[str, Trained] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    place: tuple[int, int] = _ALONE

    @property
    def diagnostics(self) -> Diagnostics:
        """Sizes and steps of the nets, and their state; the loss curve is of the net that learned from most items."""
        nets = {
            name: {"items": self.items[name], "steps": net.steps, **asdict(net.shape)}
            for name, net in self.nets.items()
        }
        largest = max(self.nets, key=lambda name: self.items[name], default=None)
        losses = self.nets[largest].losses if largest else ()
        return Diagnostics({"nets": nets, "panels": self.place[1]}, losses, self.state() if self.nets else None)

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast the `horizon` periods after each item's end, at most as many as the net was trained for.

        Raises ValueError for a longer horizon. An item without demand gets zeros, and where there was too little
        to train a net, all get the seasonal naive forecast; both say so.
        """
        if horizon > self.horizon:
            raise ValueError(f"the net forecasts {self.horizon} periods, {horizon} were asked for: train it for them")
        mean = np.zeros((len(panel), horizon))
        quantiles = np.zeros((len(panel), horizon, len(LEVELS)))
        issues: list[str | None] = [None] * len(panel)
        kinds = kinds_of(panel)
        for row in np.flatnonzero(kinds == ""):
            issues[row] = Issue.NONE_ABOVE_ZERO.of()
        for kind in _KINDS:
            rows = np.flatnonzero(kinds == kind)
            served = kind if kind in self.nets else next(iter(self.nets), None)
            for first in range(0, len(rows), _TOGETHER):
                part = rows[first : first + _TOGETHER]
                if served is None:
                    naive = SeasonalNaive().predict(panel.select(part), horizon)
                    mean[part], quantiles[part] = naive.mean, naive.quantiles
                    for row in part:
                        issues[row] = Issue.FEW_TO_TRAIN.of()
                    continue
                answers = self._answers(served, panel.select(part))
                mean[part], quantiles[part] = answers[0][:, :horizon], answers[1][:, :horizon]
        return Forecasts(mean, quantiles, tuple(issues))

    def state(self) -> bytes:
        """The fitted model as bytes, without pickle: a zip archive of arrays and a description in JSON."""
        described = {
            "format": _FORMAT,
            "horizon": self.horizon,
            "items": dict(self.items),
            "place": self.place,
            "nets": {
                name: {"kind": net.kind, "shape": asdict(net.shape), "losses": net.losses, "steps": net.steps}
                for name, net in self.nets.items()
            },
        }
        arrays = {f"{name}/{key}": values for name, net in self.nets.items() for key, values in net.weights.items()}
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, description=np.array(json.dumps(described)), **arrays)
        return stream.getvalue()

    @classmethod
    def load(cls, state: bytes) -> Self:
        """The fitted model that `state` wrote. Raises ValueError for bytes of another format."""
        from lakecast_forecast.models.lstm.nets import Shape
        from lakecast_forecast.models.lstm.training import Trained

        with np.load(io.BytesIO(state), allow_pickle=False) as stored:
            described = json.loads(str(stored["description"]))
            if described["format"] != _FORMAT:
                raise ValueError(f"this model was stored in format {described['format']}; train it again")
            nets = {
                name: Trained(
                    net["kind"],
                    Shape(**net["shape"]),
                    {key.removeprefix(f"{name}/"): stored[key] for key in stored.files if key.startswith(f"{name}/")},
                    tuple(net["losses"]),
                    net["steps"],
                )
                for name, net in described["nets"].items()
            }
        first, count = described["place"]
        return cls(described["horizon"], nets, described["items"], (first, count))

    def _answers(self, kind: str, panel: Panel) -> tuple[Array, Array]:
        from lakecast_forecast.models.lstm.training import answers

        horizon = self.nets[kind].shape.horizon
        ready = _with_future(panel, horizon)
        view = Together([ready], [horizon], self.place) if kind == "smooth" else Level(ready, horizon)
        rows = np.arange(len(panel))
        frames = view.frames(rows, np.full(len(panel), panel.values.shape[1]))
        return view.forecasts(rows, frames, *answers(self.nets[kind], frames))


def kinds_of(panel: Panel) -> NDArray[np.str_]:
    """The view (n,) that suits each series: smooth if all known demand is above zero, "" if none is, else level.

    Daily series are seen by their level, whose weekdays and holidays matter more than a trend.
    """
    inside = np.arange(panel.values.shape[1]) >= panel.values.shape[1] - panel.lengths[:, None]
    known = np.isfinite(panel.values) & inside
    occurs = known & (np.nan_to_num(panel.values) > 0)
    smooth = (occurs | ~known).all(axis=1) & (panel.frequency is not Frequency.DAILY)
    return np.where(occurs.any(axis=1), np.where(smooth, "smooth", "level"), "")


def _is_shared(frequency: Frequency) -> bool:
    return sum(layout == LAYOUT[frequency] for layout in LAYOUT.values()) > 1


def _check(steps: int, flip: float) -> None:
    if steps < 1 or not 0 <= flip < 1:
        raise ValueError(f"steps must be at least 1 and flip in [0, 1), got {steps} and {flip}")


def _nets_of(fitted: Fitted) -> Mapping[str, Trained]:
    if not isinstance(fitted, FittedNets):
        raise TypeError(f"a net goes on with nets, not with {type(fitted).__name__}")
    return fitted.nets


def _fit(
    kind: str,
    panel: Panel,
    horizon: int,
    others: OtherPanels,
    plans: tuple[Plan, Plan],
    seed: int,
    start: Mapping[str, Trained] = MappingProxyType({}),
) -> FittedNets:
    """The nets of a panel; plans: for series without zeros, and for the others; start: nets to go on with."""
    if horizon < 1:
        raise ValueError(f"horizon must be at least 1, got {horizon}")
    nets: dict[str, Trained] = {}
    items: dict[str, int] = {}
    place = _ALONE
    own = _of_kind(panel, "smooth", LEARNED_FROM, seed)
    if own is not None:
        joined = _joined(own, horizon, others, seed)
        place = (next(k for k, (one, _) in enumerate(joined) if one.dataset_id == own.dataset_id), len(joined))
        trained = _smooth(kind, joined, plans[0], seed, start.get("smooth"))
        if trained is not None:
            nets["smooth"], items["smooth"] = trained, sum(len(one) for one, _ in joined)
    own = _of_kind(panel, "level", LEARNED_FROM, seed)
    if own is not None:
        trained = _level(kind, own, horizon, plans[1], seed, start.get("level"))
        if trained is not None:
            nets["level"], items["level"] = trained, len(own)
    return FittedNets(horizon, nets, items, place)


def _of_kind(panel: Panel, kind: str, most: int, seed: int) -> Panel | None:
    """The panel's items of a kind, by name, with `most` periods in all at most; None where there are none."""
    order = np.argsort(np.array(panel.item_ids), kind="stable")
    rows = order[kinds_of(panel)[order] == kind]
    count = max(most // max(panel.values.shape[1], 1), 1)
    if len(rows) > count:
        places = np.random.default_rng([seed, _KINDS.index(kind)]).choice(len(rows), count, replace=False)
        rows = rows[np.sort(places)]
    return panel.select(rows) if len(rows) else None


def _joined(own: Panel, horizon: int, others: OtherPanels, seed: int) -> list[tuple[Panel, int]]:
    """The panel and what there is to learn with it, in the same order for whichever of them is trained for.

    Series with drivers are left apart: a promotion of one data set says nothing about another's.
    """
    fitting = [
        (smooth, theirs)
        for panel, theirs in others
        if not own.drivers
        and not panel.drivers
        and LAYOUT[panel.frequency] == LAYOUT[own.frequency]
        and panel.dataset_id != own.dataset_id
        and (smooth := _of_kind(panel, "smooth", LEARNED_FROM // (len(others) + 1), seed)) is not None
    ]
    if fitting:
        own_share = _of_kind(own, "smooth", LEARNED_FROM // (len(others) + 1), seed)
        own = own if own_share is None or len(own_share) == len(own) else own_share
    return sorted([(own, horizon), *fitting], key=lambda one: one[0].dataset_id)


def _smooth(kind: str, joined: OtherPanels, plan: Plan, seed: int, start: Trained | None) -> Trained | None:
    from lakecast_forecast.models.lstm.training import train

    panels = [panel.trimmed() for panel, _ in joined]
    horizons = [horizon for _, horizon in joined]

    def work() -> Trained | None:
        longest = max(horizons)
        view = Together([_with_future(panel, longest) for panel in panels], horizons)
        return train(kind, view, view.periods, plan, seed, start)

    if len(panels) == 1:
        return work()
    begun = None if start is None else start.digest
    return _trained.recall((kind, plan, seed, begun), panels, horizons, work)


def _level(kind: str, own: Panel, horizon: int, plan: Plan, seed: int, start: Trained | None) -> Trained | None:
    from lakecast_forecast.models.lstm.training import train

    return train(kind, Level(_with_future(own, horizon), horizon), own.values.shape[1], plan, seed, start)


def _with_future(panel: Panel, horizon: int) -> Panel:
    """The panel with unknown drivers where their known future is shorter than the net's horizon."""
    wanted = panel.values.shape[1] + horizon
    return replace(
        panel,
        drivers={
            name: np.pad(known, ((0, 0), (0, max(wanted - known.shape[1], 0))), constant_values=np.nan)
            for name, known in panel.drivers.items()
        },
    )
