"""Our advice at every judged origin, by the product's own formulas from what it would have learnt by then."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bench.decisions.forecasts import Said
from bench.decisions.sets import Kind
from lakecast_forecast.decisions.learned import Learned
from lakecast_forecast.decisions.learning import learned
from lakecast_forecast.decisions.replay import Origin, Replay, origin_at, past_offsets
from lakecast_forecast.decisions.spread import Spread
from lakecast_forecast.features.classify import STEADY
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.decision_inputs import Inputs
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.replenishment import Decision, decide
from lakecast_schema.units import MEASURED_STEP


@dataclass
class Ours:
    """Decisions about a set's items at its judged origins."""

    panel: Panel
    kind: Kind
    said: Said
    _origins: dict[int, Origin] = field(default_factory=dict)
    _spreads: dict[int, Spread] = field(default_factory=dict)
    _learned: dict[tuple[int, int], Learned] = field(default_factory=dict)

    def decision(
        self, offset: int, lead: int, review: int, service: float, *, fill: bool = False, fixed: bool = False
    ) -> Decision:
        """The decision `offset` periods before the end. lead, review: periods. fixed: orders on review days only."""
        count, per_period = len(self.panel), self.panel.frequency.mean_days
        known = self.learned(offset, lead + review)
        now = self._spreads[offset].replay.present
        forecast = self.said.ensemble[self.said.offsets.index(offset)]
        path = DemandPath.of(forecast, np.full(forecast.shape, per_period), self.panel.frequency.season_length)
        days = per_period * (lead + review)

        def all_of(value: float) -> Array:
            return np.full(count, value)

        return decide(
            Inputs(
                path=path.mixed(known.long_run_rate, known.long_run_weight),
                noise_variance=known.noise_variance,
                level_variance=known.level_variance,
                demand_size=np.where(~np.isin(now.kinds, STEADY), known.demand_size, np.nan),
                period_days=all_of(per_period),
                largest_window=known.largest_window,
                window_days=all_of(days),
                step=all_of(1.0 if self.kind.whole else MEASURED_STEP),
                used=self.used(offset),
                lead_time_days=all_of(lead * per_period),
                lead_time_std_days=all_of(0.0),
                review_period_days=all_of(review * per_period),
                service_level=all_of(service),
                is_fill=np.full(count, fill),
                min_order_quantity=all_of(0.0),
                order_multiple=all_of(1.0 if self.kind.whole else MEASURED_STEP),
                unit_cost=all_of(np.nan),
                weight=all_of(1.0),
                on_hand=all_of(0.0),
                on_order=all_of(0.0),
                days_to_review=all_of(0.0 if fixed else np.nan),
                inbound_days=np.zeros((count, 0)),
                inbound=np.zeros((count, 0)),
                ordered=all_of(np.nan),
            )
        )

    def used(self, offset: int) -> NDArray[np.bool_]:
        """(n,) whether an item had demand within the year before an origin."""
        width = self.panel.values.shape[1] - offset
        recent = self.panel.values[:, max(width - round(365 / self.panel.frequency.mean_days), 0) : width]
        used: NDArray[np.bool_] = np.any(np.nan_to_num(recent) > 0, axis=1)
        return used

    def learned(self, offset: int, periods: int) -> Learned:
        """What the product would have learnt by an origin, for lead time and review of so many periods."""
        key = offset, periods
        if key not in self._learned:
            if offset not in self._spreads:
                self._spreads[offset] = Spread(self._replay(offset))
            days = np.full(len(self.panel), periods * self.panel.frequency.mean_days)
            self._learned[key] = learned(self._spreads[offset], days)
        return self._learned[key]

    def _replay(self, offset: int) -> Replay:
        """As `replay` of the product; each past origin is forecast once for all judged ones."""
        seen = self.panel.until(offset)
        backs: Sequence[int] = past_offsets(seen, self.kind.horizon)
        now, *past = (replace(self._origin(offset + back), offset=back) for back in (0, *backs))
        return Replay(seen, self.kind.horizon, now, tuple(past))

    def _origin(self, offset: int) -> Origin:
        if offset not in self._origins:
            self._origins[offset] = origin_at(self.panel, offset, self.kind.horizon)
        return self._origins[offset]
