"""View of the smooth series of several panels, which need not have one frequency: one net learns from all of them."""

from collections.abc import Sequence

import numpy as np

from lakecast_forecast.models.lstm.smooth import Smooth
from lakecast_forecast.models.lstm.views import Frames, Rows
from lakecast_forecast.panel import Array, Panel


class Together:
    """Rows of all panels, one below the other, right-aligned; a net for them is told which panel each is of.

    panels: to learn from, all of one layout (see `smooth.LAYOUT`), and their horizons; the net has the longest, and
    what lies beyond a panel's own is not learned from. To predict a single panel: `place` says which one it was
    of how many, and `horizons` holds the net's.
    """

    mirrors = True
    rated = False

    def __init__(self, panels: Sequence[Panel], horizons: Sequence[int], place: tuple[int, int] | None = None) -> None:
        self.horizon = max(horizons)
        self.periods = max(panel.values.shape[1] for panel in panels)
        counts = [len(panel) for panel in panels]
        self._views = tuple(Smooth(panel, self.horizon) for panel in panels)
        self._begins = np.cumsum([0, *counts])
        self._of = np.repeat(np.arange(len(panels)), counts)
        self._shift = np.array([self.periods - panel.values.shape[1] for panel in panels])
        self._told = np.eye(len(panels)) if place is None else np.eye(place[1])[[place[0]]]
        self.horizons: Rows = np.repeat(np.array(horizons, dtype=np.int64), counts)
        self.first: Rows = np.concatenate(
            [view.first + shift for view, shift in zip(self._views, self._shift, strict=True)]
        )

    def frames(self, rows: Rows, origins: Rows) -> Frames:
        """See `View`; the static features end with the panel."""
        parts = self._parts(rows)
        frames = [
            self._views[number].frames(rows[at] - self._begins[number], origins[at] - self._shift[number])
            for number, at in parts
        ]
        back = np.argsort(np.concatenate([at for _, at in parts]), kind="stable")
        static = np.concatenate([one.static for one in frames])[back]
        return Frames(
            np.concatenate([one.sequence for one in frames])[back],
            np.concatenate([static, self._told[self._of[rows]]], axis=1),
            np.concatenate([one.ahead for one in frames])[back],
            np.concatenate([one.anchor for one in frames])[back],
            np.concatenate([one.scale for one in frames])[back],
        )

    def targets(self, rows: Rows, origins: Rows) -> tuple[Array, Array]:
        """See `View`."""
        values, known = np.zeros((len(rows), self.horizon)), np.zeros((len(rows), self.horizon))
        for number, at in self._parts(rows):
            view = self._views[number]
            values[at], known[at] = view.targets(rows[at] - self._begins[number], origins[at] - self._shift[number])
        return values, known * (np.arange(self.horizon) < self.horizons[rows][:, None])

    def mirrored(self, frames: Frames, signs: Array) -> Frames:
        """See `View`."""
        return self._views[0].mirrored(frames, signs)

    def forecasts(self, rows: Rows, frames: Frames, quantiles: Array, rate: Array) -> tuple[Array, Array]:
        """See `View`; of a single panel."""
        (view,) = self._views
        return view.forecasts(rows, frames, quantiles, rate)

    def _parts(self, rows: Rows) -> list[tuple[int, Rows]]:
        """Panels that have some of the rows, and where these stand."""
        of = self._of[rows]
        parts = [(number, np.flatnonzero(of == number)) for number in range(len(self._views))]
        return [(number, at) for number, at in parts if at.size] or parts[:1]
