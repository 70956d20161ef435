"""SCUM, the simple combination of univariate models: the median of four peers (Petropoulos & Svetunkov 2020)."""

from pathlib import Path

import numpy as np

from bench.forecasting.predictions import Predictions, load, save

MEMBERS = ("AutoARIMA", "AutoETS", "DynamicOptimizedTheta", "AutoCES")


def scum(cache: Path, set_name: str) -> Predictions | None:
    """The members' median on the items that all of them ran on, saved; None where one of them did not run.

    Its cost is the sum of theirs. Raises ValueError where the members ran on different samples.
    """
    members = [load(cache, set_name, method) for method in MEMBERS]
    present = [member for member in members if member is not None]
    if len(present) < len(MEMBERS):
        return None
    n = min(len(member.item_ids) for member in present)
    item_ids = present[0].item_ids[:n]
    if any(member.item_ids[:n] != item_ids for member in present):
        raise ValueError(
            f"the members of SCUM ran on different items of {set_name}: empty the cache and run them again"
        )
    made = Predictions(
        "SCUM",
        item_ids,
        np.median([member.mean[:n] for member in present], axis=0),
        np.median([member.quantiles[:n] for member in present if member.quantiles is not None], axis=0),
        sum(member.seconds_per_thousand for member in present) * n / 1000,
        present[0].versions,
    )
    save(cache, set_name, made)
    return made
