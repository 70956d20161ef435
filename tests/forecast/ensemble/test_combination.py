from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import AWKWARD, assert_valid, panel, panels, seasonal, sporadic
from scipy.special import ndtri

from lakecast_forecast import registry
from lakecast_forecast.ensemble import combination, model
from lakecast_forecast.ensemble.combination import combine, member_names
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import SourceForecasts, backtested, calibrated, run_source
from lakecast_forecast.features.classify import classify
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.panel import Panel
from lakecast_schema.accuracy import scales
from lakecast_schema.periods import Frequency

NAMES = ("ets", "theta", "random_walk", "empirical", "negative_binomial", "seasonal_naive")


def run(whole: Panel, horizon: int = 6, names: tuple[str, ...] = NAMES, **options: object) -> list[SourceForecasts]:
    plan = origins.plan(whole.lengths, whole.frequency, horizon)
    return [run_source(registry.get(name), whole, plan, horizon, **options) for name in names]  # type: ignore[arg-type]


def mixed(items: int = 12, periods: int = 60) -> Panel:
    return panel([*seasonal(items, periods), *sporadic(items, periods)])


@settings(max_examples=8, deadline=None)
@given(panels(longest=40), st.integers(1, 12))
def test_whatever_the_series_the_ensemble_is_valid(whole: Panel, horizon: int) -> None:
    found = combine(run(whole, horizon), whole)
    for forecasts in (found.live, *found.backtest):
        assert_valid(forecasts, whole, horizon)


def test_awkward_items_keep_company_with_others() -> None:
    whole = panel([*AWKWARD.values(), *seasonal(10, 60), *sporadic(10, 60)])
    found = combine(run(whole), whole)
    assert_valid(found.live, whole, 6)
    assert found.live.issues[list(AWKWARD).index("empty")] is not None


def test_weights_of_every_class_present_sum_to_one() -> None:
    whole = mixed()
    found = combine(run(whole), whole)
    classes = {weight.demand_class for weight in found.weights}
    assert "smooth" in classes
    assert classes & {"intermittent", "lumpy"}
    for name in classes:
        assert sum(w.weight for w in found.weights if w.demand_class == name) == pytest.approx(1)
    assert "seasonal_naive" not in {weight.source for weight in found.weights}


def test_batches_order_and_their_number_do_not_matter() -> None:
    whole = mixed()
    one = combine(run(whole), whole)
    rows = np.random.default_rng(0).permutation(len(whole))
    shuffled = whole.select(rows)
    other = combine(run(shuffled, batch_size=7), shuffled)
    np.testing.assert_allclose(one.live.mean[rows], other.live.mean, rtol=1e-6)
    np.testing.assert_allclose(one.live.quantiles[rows], other.live.quantiles, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(one.backtest[0].quantiles[rows], other.backtest[0].quantiles, rtol=1e-6, atol=1e-9)


def test_no_forecast_of_a_window_knows_what_came_in_it() -> None:
    clean = mixed()
    garbage = clean.values.copy()
    garbage[:, -6:] = np.random.default_rng(0).lognormal(6, 2, (len(clean), 6))
    spoiled = Panel(**{**vars(clean), "values": garbage})
    one, other = combine(run(clean), clean), combine(run(spoiled), spoiled)
    np.testing.assert_array_equal(one.backtest[0].mean, other.backtest[0].mean)
    np.testing.assert_array_equal(one.backtest[0].quantiles, other.backtest[0].quantiles)
    assert not np.allclose(one.live.quantiles, other.live.quantiles)


def test_beats_the_baseline_and_its_intervals_hold() -> None:
    whole = mixed(60, 72)
    seen, actuals = whole.until(6), whole.values[:, -6:]
    members = run(seen)
    found, naive = combine(members, seen).live, members[-1].live
    scale = scales(seen.values, 12)[0]
    assert np.nanmean(loss(found.quantiles, actuals) / scale) < 0.9 * np.nanmean(loss(naive.quantiles, actuals) / scale)
    smooth = np.arange(len(whole)) < 60
    covered = (actuals >= found.quantiles[:, :, 1]) & (actuals <= found.quantiles[:, :, 9])
    assert 0.72 <= covered[smooth].mean() <= 0.88
    assert covered[~smooth].mean() >= 0.78


def loss(quantiles: np.ndarray, actuals: np.ndarray) -> np.ndarray:
    below = actuals[:, :, None] - quantiles
    levels = np.array(LEVELS)
    return np.asarray(np.maximum(levels * below, (levels - 1) * below).mean(axis=(1, 2)))


def narrow(source: str, whole: Panel, plan: origins.Origins, off: float, seed: int) -> SourceForecasts:
    """A member that knows each item's level but for an error of its own, `off` in deviations, and is too sure of it."""
    draw = np.random.default_rng(seed)
    level, deviation = whole.values.mean(axis=1), whole.values.std(axis=1)

    def forecasts() -> Forecasts:
        mean = np.repeat((level + off * deviation * draw.normal(size=len(whole)))[:, None], 4, axis=1)
        quantiles = mean[:, :, None] + deviation[:, None, None] / 5 * ndtri(np.array(LEVELS))
        return Forecasts(mean, np.maximum(quantiles, 0), (None,) * len(whole))

    raw = tuple(forecasts() for _ in plan.offsets)
    return calibrated(source, "v1", whole, plan, raw, forecasts(), Diagnostics(), np.ones(len(whole)))


def levels(items: int = 150, periods: int = 60) -> Panel:
    return panel(list(np.random.default_rng(7).normal(100, 20, (items, periods)).clip(1)))


def test_intervals_of_the_ensemble_are_calibrated() -> None:
    whole = levels()
    past, actuals = whole.until(4), whole.values[:, -4:]
    plan = origins.plan(past.lengths, past.frequency, 4)
    found = combine([narrow(name, past, plan, 0.1, seed) for seed, name in enumerate(("ets", "lstm"))], past)
    truth = [actuals, *(origins.actuals(past, offset, 4) for offset in plan.offsets)]
    assert len(found.backtest) == 3
    for before, after, demand in zip(
        (found.raw_live, *found.raw[:3]), (found.live, *found.backtest), truth[:4], strict=True
    ):
        shares = [((q[:, :, 1] <= demand) & (demand <= q[:, :, 9])).mean() for q in (before.quantiles, after.quantiles)]
        assert shares[0] < 0.4
        assert shares[1] == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize(("off", "expected"), [(0.05, 0.5), (1.5, 0.0)])
def test_only_a_clear_gain_moves_the_weights(off: float, expected: float) -> None:
    """A net that is somewhat worse than the families keeps its half; one that is much worse loses it."""
    whole = levels()
    plan = origins.plan(whole.lengths, whole.frequency, 4)
    members = [narrow("ets", whole, plan, 0.05, 1), narrow("lstm", whole, plan, off, 2)]
    shares = {weight.source: weight.weight for weight in combine(members, whole).weights}
    assert shares.get("lstm", 0.0) == pytest.approx(expected)


@pytest.mark.parametrize(("frequency", "alike"), [(Frequency.DAILY, False), (Frequency.MONTHLY, True)])
def test_members_are_weighed_one_by_one_for_days_and_as_families_otherwise(frequency: Frequency, alike: bool) -> None:
    whole = replace(levels(), frequency=frequency)
    plan = origins.plan(whole.lengths, whole.frequency, 4)
    members = [
        narrow("arima", whole, plan, 3.0, 1),
        narrow("ets", whole, plan, 0.05, 2),
        narrow("lstm", whole, plan, 3.0, 3),
    ]
    shares = {weight.source: weight.weight for weight in combine(members, whole).weights}
    assert (shares.get("arima", 0.0) == pytest.approx(shares["ets"])) is alike


def test_weights_of_many_items_are_learned_from_a_thousand_whatever_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scaled: list[np.ndarray] = []
    scales_of = combination.scales
    monkeypatch.setattr(
        combination, "scales", lambda values, season: scaled.append(values) or scales_of(values, season)
    )
    whole = levels(1300, 24)
    plan = origins.Origins((4, 8), 1)
    for rows in (np.arange(1300), np.random.default_rng(1).permutation(1300)):
        part = whole.select(rows)
        combine([narrow("ets", part, plan, 0.1, 1), narrow("lstm", part, plan, 0.1, 2)], part)
    smooth = [values for values in scaled if len(values)]
    assert {len(values) for values in smooth} == {1000}
    half = len(smooth) // 2
    for one, other in zip(smooth[:half], smooth[half:], strict=True):
        np.testing.assert_array_equal(np.sort(one[:, 0]), np.sort(other[:, 0]))


def test_the_mean_of_rarely_bought_items_is_the_calibrated_one() -> None:
    whole = mixed()
    names = ("ets", "empirical", "negative_binomial")
    members = {one.source: one for one in run(whole, names=names)}
    found = combine(list(members.values()), whole)
    for rows, forecasts, own in (
        (classify(whole), found.live, members["negative_binomial"].live),
        (classify(whole.until(6)), found.backtest[0], members["negative_binomial"].backtest[0]),
    ):
        rare = np.isin(rows, ("intermittent", "lumpy"))
        assert 0 < rare.sum() < len(whole)
        np.testing.assert_allclose(forecasts.mean[rare], own.mean[rare])
        assert not np.allclose(forecasts.mean[~rare], own.mean[~rare])


def test_the_fitted_ensemble_forecasts_what_the_run_does() -> None:
    whole = mixed()
    plan = origins.plan(whole.lengths, whole.frequency, 5)
    runs, models = zip(*(backtested(registry.get(name), whole, plan, 5) for name in NAMES), strict=True)
    live = combine(runs, whole).live
    fitted = model.fitted(runs, dict(zip(NAMES, models, strict=True)), whole)
    assert fitted.horizon == 5
    own = fitted.predict(whole, 5)
    np.testing.assert_allclose(own.mean, live.mean, rtol=1e-12)
    np.testing.assert_allclose(own.quantiles, live.quantiles, rtol=1e-12)
    assert own.issues == live.issues
    assert fitted.predict(whole, 4).mean.shape == (len(whole), 4)
    with pytest.raises(ValueError, match="fitted for 5 periods ahead; fit it for 6"):
        fitted.predict(whole, 6)


def test_members_suit_the_demand() -> None:
    smooth, rare = panel(seasonal(3, 60)), panel(sporadic(3, 60))
    assert {"arima", "ces", "ets", "theta", "random_walk", "lstm"} <= set(member_names(smooth))
    assert "ets" not in member_names(rare)
    assert {"empirical", "negative_binomial"} <= set(member_names(rare))
    assert "prophet" in member_names(panel(seasonal(3, 60, 7), Frequency.DAILY))


def test_members_must_share_their_origins() -> None:
    whole = panel(seasonal(3, 60))
    one = run(whole, names=("ets",))
    short = origins.Origins((6,), 1)
    with pytest.raises(ValueError, match="share their origins"):
        combine([*one, run_source(registry.get("theta"), whole, short, 6)], whole)
    with pytest.raises(ValueError, match="at least one"):
        combine([], whole)
