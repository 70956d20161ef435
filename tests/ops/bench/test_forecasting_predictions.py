from pathlib import Path

import numpy as np
import pytest

from bench.forecasting.predictions import Predictions, load, save
from bench.forecasting.scum import MEMBERS, scum


def _made(method: str, level: float, items: int = 3, quantiles: bool = True) -> Predictions:
    mean = np.full((items, 2), level)
    return Predictions(
        method,
        tuple(f"N{k}" for k in range(items)),
        mean,
        np.repeat(mean[:, :, None], 11, axis=2) if quantiles else None,
        6.0,
        {"library": "1.0"},
    )


@pytest.mark.parametrize("quantiles", [True, False])
def test_what_is_saved_is_loaded(tmp_path: Path, quantiles: bool) -> None:
    made = _made("TSB", 4.0, quantiles=quantiles)
    save(tmp_path, "raf", made)
    found = load(tmp_path, "raf", "TSB")
    assert found is not None
    assert (found.method, found.item_ids, found.cpu_seconds, found.versions) == (
        made.method,
        made.item_ids,
        made.cpu_seconds,
        made.versions,
    )
    np.testing.assert_array_equal(found.mean, made.mean)
    assert (found.quantiles is None) is (not quantiles)
    assert [path.name for path in (tmp_path / "raf").iterdir()] == ["TSB.npz"]


def test_nothing_saved_is_none(tmp_path: Path) -> None:
    assert load(tmp_path, "raf", "TSB") is None


@pytest.mark.parametrize("quantiles", [True, False])
def test_a_run_goes_on_where_it_stood(quantiles: bool) -> None:
    first, second = (_made("TSB", level, quantiles=quantiles) for level in (1.0, 2.0))
    both = first.followed_by(second)
    assert both.mean[:, 0].tolist() == [1, 1, 1, 2, 2, 2]
    assert both.cpu_seconds == 12.0
    assert len(both.item_ids) == 6
    assert both.quantiles is None or both.quantiles.shape == (6, 2, 11)


def test_scum_is_the_median_where_all_members_ran(tmp_path: Path) -> None:
    for method, level, items in zip(MEMBERS, (1.0, 9.0, 2.0, 4.0), (3, 2, 3, 3), strict=True):
        assert scum(tmp_path, "m3_yearly") is None
        save(tmp_path, "m3_yearly", _made(method, level, items))
    made = scum(tmp_path, "m3_yearly")
    assert made is not None
    assert made.mean.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert made.seconds_per_thousand == pytest.approx(2000 * 3 + 3000)


def test_scum_refuses_members_of_different_samples(tmp_path: Path) -> None:
    for method in MEMBERS:
        save(tmp_path, "m3_yearly", _made(method, 1.0))
    other = _made(MEMBERS[0], 1.0)
    moved = Predictions(other.method, ("X", "Y", "Z"), other.mean, other.quantiles, 1.0, {})
    save(tmp_path, "m3_yearly", moved)
    with pytest.raises(ValueError, match="different items"):
        scum(tmp_path, "m3_yearly")
