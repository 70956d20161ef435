"""The example of a plug-in, as it stands in `examples/`."""

import numpy as np
from lakecast_gradient_boosting import GradientBoosting
from panels import AWKWARD, panel, seasonal

from lakecast_forecast import registry
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import run_source
from lakecast_forecast.panel import Panel


def test_a_plug_in_runs_like_any_other_source_and_learns() -> None:
    whole = panel(seasonal(40, 90))
    seen, actuals = whole.until(6), whole.values[:, -6:]
    plan = origins.plan(seen.lengths, seen.frequency, 6)
    found = run_source(GradientBoosting(trees=60), seen, plan, 6, seed=1)
    naive = run_source(registry.get("seasonal_naive"), seen, plan, 6)
    assert found.source == "gradient_boosting"
    assert np.abs(found.live.mean - actuals).sum() < np.abs(naive.live.mean - actuals).sum()
    assert found.diagnostics.parameters["trees"] == 60


def test_the_same_seed_gives_the_same_numbers() -> None:
    whole = panel(seasonal(20, 60))
    model = GradientBoosting(trees=20)
    one, other = (model.fit(whole, 6, seed=3).predict(whole, 6) for _ in range(2))
    np.testing.assert_array_equal(one.mean, other.mean)


def test_awkward_series_get_a_forecast() -> None:
    whole = panel([*AWKWARD.values(), *seasonal(20, 60)])
    found = run_source(GradientBoosting(trees=20), whole, origins.plan(whole.lengths, whole.frequency, 6), 6)
    assert np.isfinite(found.live.quantiles).all()


def test_too_little_to_train_on_gives_the_baseline_and_the_reason() -> None:
    whole = panel([[1.0, 2.0, 3.0]] * 3)
    found = run_source(GradientBoosting(), whole, origins.plan(whole.lengths, whole.frequency, 6), 6)
    assert all("training failed: no item has the" in str(issue) for issue in found.live.issues)
    assert (found.live.mean == 3).all()


def test_drivers_are_used() -> None:
    rng = np.random.default_rng(0)
    promotion = rng.binomial(1, 0.2, (30, 86)) * 1.0
    values = rng.uniform(10, 20, (30, 1)) * (1 + 3 * promotion[:, :80]) * rng.lognormal(0, 0.05, (30, 80))
    whole = Panel(**{**vars(panel(list(values))), "drivers": {"promotion": promotion}})
    mean = GradientBoosting(trees=60).fit(whole, 6).predict(whole, 6).mean
    promoted = promotion[:, 80:] > 0
    assert mean[promoted].mean() > 2 * mean[~promoted].mean()
