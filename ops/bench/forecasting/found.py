"""One set with what every method predicted for it, and any two methods on the same items."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.forecasting import predictions, sets
from bench.forecasting.predictions import Predictions
from bench.forecasting.sets import Set


@dataclass(frozen=True)
class Found:
    """Predictions of our sources and of the peers on one set.

    live_seconds: source of ours -> CPU seconds per 1,000 series of its forecasts alone, without the backtest and the
    calibration that `cpu_seconds` of its predictions includes and that no peer has.
    """

    whole: Set
    ours: Mapping[str, Predictions]
    peers: Mapping[str, Predictions]
    live_seconds: Mapping[str, float]

    def items(self, made: Predictions) -> Set:
        """The set's items that a method predicted, in its order."""
        return picked(self.whole, made.item_ids)

    def same_items(self, source: str, peer: Predictions) -> Predictions:
        """What our source predicted for the items that a peer ran on."""
        return of_items(self.ours[source], peer.item_ids)


def read(data: Path, ours: Path, peers: Path, name: str) -> Found:
    """Everything that the caches hold about one set."""
    whole = sets.read(data, name)
    costs = ours / name / "seconds.json"
    seconds = json.loads(costs.read_text(encoding="utf-8")) if costs.exists() else {}
    live = {source: 1000 * cost["live"] / len(whole) for source, cost in seconds.items()}
    return Found(whole, _all(ours, name), _all(peers, name), live)


def picked(whole: Set, item_ids: tuple[str, ...]) -> Set:
    """The set with these items only, in this order."""
    place = {item: k for k, item in enumerate(whole.item_ids)}
    rows = [place[item] for item in item_ids]
    return replace(
        whole,
        item_ids=item_ids,
        history=tuple(whole.history[k] for k in rows),
        dates=tuple(whole.dates[k] for k in rows),
        future=whole.future[rows],
    )


def of_items(made: Predictions, item_ids: tuple[str, ...]) -> Predictions:
    """The predictions for these items only, in this order; the cost in proportion."""
    place = {item: k for k, item in enumerate(made.item_ids)}
    rows = np.array([place[item] for item in item_ids])
    quantiles = None if made.quantiles is None else made.quantiles[rows]
    share = len(rows) / len(made.item_ids)
    return replace(
        made,
        item_ids=item_ids,
        mean=made.mean[rows],
        quantiles=quantiles,
        cpu_seconds=made.cpu_seconds * share,
    )


def _all(cache: Path, name: str) -> dict[str, Predictions]:
    files = sorted((cache / name).glob("*.npz"))
    loaded = {file.stem: predictions.load(cache, name, file.stem) for file in files}
    return {method: made for method, made in loaded.items() if made is not None}
