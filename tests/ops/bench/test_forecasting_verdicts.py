"""What the benchmark says of two methods on the same items."""

from pathlib import Path

import numpy as np
import pytest

from bench.forecasting.found import Found, of_items
from bench.forecasting.predictions import Predictions
from bench.forecasting.sets import LEVELS, Kind, Set
from bench.forecasting.verdicts import Verdict, all_of

ITEMS = ("A", "B", "C", "D")


def _set() -> Set:
    """Four items whose MASE scale is 1, demand 10 to come."""
    history = tuple(np.array([8.0, 9.0, 10.0]) for _ in ITEMS)
    dates = tuple(np.arange(3).astype("datetime64[M]") for _ in ITEMS)
    return Set("m3_quarterly", Kind(2, 1, "QS"), ITEMS, history, dates, np.full((4, 2), 10.0))


def _made(method: str, errors: dict[str, float], seconds: float = 1.0) -> Predictions:
    mean = np.repeat(10 + np.array(list(errors.values()))[:, None], 2, axis=1)
    quantiles = np.repeat(mean[:, :, None], len(LEVELS), axis=2)
    return Predictions(method, tuple(errors), mean, quantiles, seconds, {})


def _paired(ours: dict[str, float], theirs: dict[str, float]) -> Verdict:
    found = Found(_set(), {"ensemble": _made("ensemble", ours)}, {"SCUM": _made("SCUM", theirs)}, {})
    return next(verdict for verdict in all_of({"m3_quarterly": found}, Path()) if verdict.measure.endswith("MASE"))


def test_a_peer_is_compared_on_its_items_in_its_order() -> None:
    verdict = _paired({"A": 1, "B": 2, "C": 3, "D": 100}, {"C": 3, "A": 2, "B": 4})
    assert (verdict.items, verdict.ours, verdict.theirs) == (3, "2.0000", "3.0000")
    assert verdict.holds
    assert verdict.reaches


def test_a_requirement_within_one_paired_standard_error_holds() -> None:
    """Differences 1, -1, 1, 0: mean 1/4, deviation √(11/12), standard error √(11/48) = 0.4787."""
    verdict = _paired({"A": 2, "B": 1, "C": 2, "D": 2}, {"A": 1, "B": 2, "C": 1, "D": 2})
    assert "difference +0.2500 ± 0.4787" in verdict.ratio
    assert verdict.holds
    assert not verdict.reaches


def test_a_requirement_is_missed_beyond_it() -> None:
    verdict = _paired({"A": 2, "B": 3, "C": 2, "D": 2}, {"A": 1, "B": 2, "C": 1, "D": 2})
    assert "difference +0.7500 ± 0.2500" in verdict.ratio
    assert not verdict.holds
    assert verdict.row()[-1] == "**missed**"


def test_some_items_cost_their_share() -> None:
    part = of_items(_made("ensemble", {"A": 1, "B": 2, "C": 3, "D": 4}, seconds=8.0), ("D", "B"))
    assert part.mean[:, 0].tolist() == [14, 12]
    assert part.cpu_seconds == pytest.approx(4)
