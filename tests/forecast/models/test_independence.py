"""Forecasts depend on the series and the seed alone: not on processes, batches or the order of items."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context

import numpy as np
import pytest
from panels import AWKWARD, panel, seasonal, sporadic

from lakecast_forecast import ensemble, registry
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import SourceForecasts, run_source
from lakecast_forecast.interface import Forecasts, Model
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

pytestmark = pytest.mark.slow

SOURCES = ("arima", "prophet", "lstm")
HORIZON = 6
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Three fresh interpreters, which share nothing with this one."""
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        yield processes


def monthly() -> Panel:
    """Items of every kind and of many lengths."""
    smooth = [one[k:] for k, one in enumerate(seasonal(14, 60))]
    return panel([*smooth, *sporadic(8, 50), *AWKWARD.values()])


def daily() -> Panel:
    """Counts with a week, bought often and rarely."""
    often = [np.round(one[5 * k :]) for k, one in enumerate(seasonal(6, 200, season=7))]
    return panel([*often, *sporadic(6, 180)], Frequency.DAILY)


PANELS = {"monthly": monthly, "daily": daily}


def model(source: str) -> Model:
    """The source; the net with a few steps, as many as its numbers can differ by."""
    return registry.get(source, **({"steps": 12} if source == "lstm" else {}))


def run(whole: Panel, source: str, **options: object) -> SourceForecasts:
    plan = origins.plan(whole.lengths, whole.frequency, HORIZON)
    return run_source(model(source), whole, plan, HORIZON, **options)  # type: ignore[arg-type]


@cache
def alone(of: str, source: str) -> SourceForecasts:
    """All items in one batch, in this process."""
    return run(PANELS[of](), source)


def assert_same(one: SourceForecasts, other: SourceForecasts, rows: object = slice(None)) -> None:
    """The same numbers, `rows` being where the items of `other` stand in `one`."""
    assert len(one.backtest) == len(other.backtest) >= 1
    for a, b in zip((one.live, *one.backtest, *one.raw), (other.live, *other.backtest, *other.raw), strict=True):
        assert_close(a, b, rows)


def assert_close(one: Forecasts, other: Forecasts, rows: object = slice(None)) -> None:
    size = np.abs(one.quantiles[rows]).max(axis=(1, 2), initial=0.0)  # type: ignore[index]
    unit = np.where(size > 0, size, 1.0)
    np.testing.assert_allclose(
        other.mean / unit[:, None],
        one.mean[rows] / unit[:, None],
        rtol=TOLERANCE,
        atol=TOLERANCE,  # type: ignore[index]
    )
    quantiles = one.quantiles[rows] / unit[:, None, None]  # type: ignore[index]
    np.testing.assert_allclose(other.quantiles / unit[:, None, None], quantiles, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("of", PANELS)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("batch_size", [5, 16])
def test_processes_and_batches_do_not_matter(source: str, of: str, batch_size: int, pool: ProcessPoolExecutor) -> None:
    assert_same(alone(of, source), run(PANELS[of](), source, batch_size=batch_size, map=pool.map))


@pytest.mark.parametrize("of", PANELS)
@pytest.mark.parametrize("source", SOURCES)
def test_the_order_of_items_does_not_matter(source: str, of: str) -> None:
    whole = PANELS[of]()
    rows = np.random.default_rng(1).permutation(len(whole))
    assert_same(alone(of, source), run(whole.select(rows), source, batch_size=7), rows)


@pytest.mark.parametrize("of", PANELS)
@pytest.mark.parametrize("source", SOURCES)
def test_the_same_seed_gives_the_same_numbers(source: str, of: str) -> None:
    one, again = alone(of, source), run(PANELS[of](), source)
    np.testing.assert_array_equal(one.live.mean, again.live.mean)
    np.testing.assert_array_equal(one.live.quantiles, again.live.quantiles)


def test_another_seed_trains_another_net() -> None:
    assert not np.allclose(alone("monthly", "lstm").live.mean, run(monthly(), "lstm", seed=1).live.mean, rtol=1e-4)


@pytest.mark.parametrize("of", PANELS)
def test_the_ensemble_does_not_depend_on_the_order_of_items(of: str) -> None:
    whole = PANELS[of]()
    rows = np.random.default_rng(2).permutation(len(whole))
    members = [alone(of, source) for source in SOURCES]
    moved = [
        replace(
            one,
            live=picked(one.live, rows),
            backtest=tuple(picked(window, rows) for window in one.backtest),
            raw=tuple(picked(window, rows) for window in one.raw),
            raw_live=picked(one.raw_live, rows),
            seconds=one.seconds[rows],
        )
        for one in members
    ]
    assert_close(ensemble.combine(members, whole).live, ensemble.combine(moved, whole.select(rows)).live, rows)


def picked(of: Forecasts, rows: np.ndarray) -> Forecasts:  # type: ignore[type-arg]
    return Forecasts(of.mean[rows], of.quantiles[rows], tuple(of.issues[row] for row in rows))
