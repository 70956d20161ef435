"""Predictions of one method on one set, kept outside of the repository: a peer is run once and compared often."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """What a method forecast, and what it cost.

    mean: (n, h) point forecasts. quantiles: (n, h, levels), or None from a method that has no distribution.
    cpu_seconds: processor time of fitting and predicting, child processes included, one thread.
    versions: package -> version that made them.
    """

    method: str
    item_ids: tuple[str, ...]
    mean: Array
    quantiles: Array | None
    cpu_seconds: float
    versions: dict[str, str]

    @property
    def seconds_per_thousand(self) -> float:
        return 1000 * self.cpu_seconds / max(len(self.item_ids), 1)

    def followed_by(self, other: "Predictions") -> "Predictions":
        """These predictions and those of the same method for more items, at the cost of both."""
        both = None
        if self.quantiles is not None and other.quantiles is not None:
            both = np.concatenate([self.quantiles, other.quantiles])
        return Predictions(
            self.method,
            self.item_ids + other.item_ids,
            np.concatenate([self.mean, other.mean]),
            both,
            self.cpu_seconds + other.cpu_seconds,
            self.versions,
        )


def path(cache: Path, set_name: str, method: str) -> Path:
    return cache / set_name / f"{method}.npz"


def save(cache: Path, set_name: str, made: Predictions) -> None:
    """Write predictions to `<cache>/<set>/<method>.npz`, whole or not at all."""
    target = path(cache, set_name, made.method)
    target.parent.mkdir(parents=True, exist_ok=True)
    about = {key: value for key, value in asdict(made).items() if key in ("method", "cpu_seconds", "versions")}
    partial = target.with_suffix(".partial.npz")
    np.savez_compressed(
        partial,
        about=np.array(json.dumps(about)),
        item_ids=np.array(made.item_ids),
        mean=made.mean,
        quantiles=np.empty(0) if made.quantiles is None else made.quantiles,
    )
    partial.replace(target)


def load(cache: Path, set_name: str, method: str) -> Predictions | None:
    """Saved predictions, None where there are none."""
    source = path(cache, set_name, method)
    if not source.exists():
        return None
    with np.load(source) as kept:
        about = json.loads(str(kept["about"]))
        quantiles = kept["quantiles"]
        return Predictions(
            about["method"],
            tuple(str(name) for name in kept["item_ids"]),
            kept["mean"],
            quantiles if quantiles.size else None,
            about["cpu_seconds"],
            about["versions"],
        )
