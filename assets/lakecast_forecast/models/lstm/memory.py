"""Nets that this process has trained on several panels: each of these asks for the same one in turn."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lakecast_forecast.panel import Panel

if TYPE_CHECKING:  # torch takes a second to import
    from lakecast_forecast.models.lstm.training import Trained

_KEPT = 8  # two sources, each trained for the present and for two pasts; a net takes about 2 MB


class Memory:
    """The newest trained nets, by a digest of all that they depend on: a net is a function of that."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Trained | None] = OrderedDict()

    def recall(
        self, settings: object, panels: Sequence[Panel], horizons: Sequence[int], work: Callable[[], Trained | None]
    ) -> Trained | None:
        """What `work` gave for the same settings, panels without drivers and horizons; done if it has not been."""
        key = _digest(settings, panels, horizons)
        if key not in self._kept:
            self._kept[key] = work()
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _digest(settings: object, panels: Sequence[Panel], horizons: Sequence[int]) -> bytes:
    whole = hashlib.sha256(repr((settings, tuple(horizons))).encode())
    for panel in panels:
        whole.update(repr((panel.dataset_id, str(panel.frequency), panel.values.shape, panel.item_ids)).encode())
        for array in (panel.values, panel.lengths, panel.ends):
            whole.update(np.ascontiguousarray(array).tobytes())
    return whole.digest()
