"""One net for several panels: what each adds, what none may see, and that it is trained once."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from panels import AWKWARD, panel, seasonal, sporadic

from lakecast_forecast.evaluation import backtest, origins
from lakecast_forecast.evaluation.backtest import OtherPanel, SourceForecasts, run_source
from lakecast_forecast.interface import JointModel
from lakecast_forecast.models.lstm import Lstm, ResidualMlp, model, training
from lakecast_forecast.models.lstm.memory import Memory
from lakecast_forecast.models.lstm.smooth import Smooth
from lakecast_forecast.models.lstm.together import Together
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

MODELS = (Lstm, ResidualMlp)
FEW = 8


def monthly(seed: int = 0) -> Panel:
    return replace(panel(seasonal(6, 72, seed=seed) + sporadic(2, 60)), dataset_id="monthly")


def yearly() -> Panel:
    return replace(panel(seasonal(7, 24, season=5), Frequency.YEARLY), dataset_id="yearly")


def quarterly() -> Panel:
    return replace(panel(seasonal(5, 40, season=4), Frequency.QUARTERLY), dataset_id="quarterly")


def other_panel(of: Panel, horizon: int) -> OtherPanel:
    return OtherPanel(of, origins.plan(of.lengths, of.frequency, horizon), horizon)


def run(of: Panel, horizon: int, others: list[OtherPanel], steps: int = FEW) -> SourceForecasts:
    own = other_panel(of, horizon)
    return run_source(Lstm(steps=steps), of, own.origins, horizon, others=others)


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of the trainings that a test makes, none of which is remembered from another test."""
    made: list[int] = []
    train = training.train

    def counted(
        kind: str, view: object, now: int, plan: training.Plan, seed: int, start: training.Trained | None
    ) -> training.Trained | None:
        made.append(seed)
        return train(kind, view, now, plan, seed, start)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train", counted)
    monkeypatch.setattr(model, "_trained", Memory())
    return made


def test_rows_of_each_panel_are_seen_as_alone() -> None:
    panels = (monthly().select(np.arange(6)), yearly())
    view = Together(panels, (6, 4))
    alone = [Smooth(each, 6) for each in panels]
    rows = np.array([7, 0, 9, 5])
    frames = view.frames(rows, np.array([72, 60, 66, 50]))
    first = alone[0].frames(np.array([0, 5]), np.array([60, 50]))
    second = alone[1].frames(np.array([1, 3]), np.array([24, 18]))
    for got, a, b in (
        (frames.sequence, first.sequence, second.sequence),
        (frames.static[:, :-2], first.static, second.static),
        (frames.anchor, first.anchor, second.anchor),
        (frames.scale, first.scale, second.scale),
    ):
        assert np.array_equal(got[[1, 3]], a)
        assert np.array_equal(got[[0, 2]], b)
    assert frames.static[:, -2:].tolist() == [[0, 1], [1, 0], [0, 1], [1, 0]]


def test_what_lies_beyond_a_panels_own_horizon_is_not_learned_from() -> None:
    view = Together((monthly().select(np.arange(6)), yearly()), (6, 4))
    _, known = view.targets(np.array([0, 8]), np.array([40, 60]))
    assert known.tolist() == [[1] * 6, [1] * 4 + [0] * 2]


@pytest.mark.parametrize("kind", MODELS)
def test_each_panel_gets_its_forecasts_of_one_net(kind: type[Lstm] | type[ResidualMlp], trainings: list[int]) -> None:
    of = [(monthly().select(np.arange(6)), 9), (yearly(), 4), (quarterly(), 6)]
    for own, horizon in of:
        fitted = kind(steps=FEW).fit_with_others(own, horizon, [one for one in of if one[0] is not own])
        found = fitted.predict(own, horizon)
        assert found.quantiles.shape == (len(own), horizon, 11)
        assert np.isfinite(found.quantiles).all()
        assert not any(found.issues)
        assert fitted.diagnostics.parameters["panels"] == 3
        again = pickle.loads(pickle.dumps(fitted)).predict(own, horizon)
        loaded = type(fitted).load(fitted.state()).predict(own, horizon)
        assert np.array_equal(found.quantiles, again.quantiles)
        assert np.array_equal(found.quantiles, loaded.quantiles)
        with pytest.raises(ValueError, match="train it"):
            fitted.predict(own, horizon + 1)
    assert len(trainings) == 1


@pytest.mark.parametrize("kind", MODELS)
def test_panels_go_on_together(kind: type[Lstm] | type[ResidualMlp], trainings: list[int]) -> None:
    of = [(monthly().select(np.arange(6)), 6), (yearly(), 4)]
    older = [(each.until(2), horizon) for each, horizon in of]
    answers = []
    for place in (0, 1):
        begun = kind(steps=FEW).fit_with_others(*older[place], [older[1 - place]])
        further = kind(steps=FEW).fit_further(begun, *of[place], [of[1 - place]])
        cold = kind(steps=FEW).fit_with_others(*of[place], [of[1 - place]])
        answers.append(further.predict(*of[place]).quantiles)
        assert not np.array_equal(answers[-1], cold.predict(*of[place]).quantiles)
    assert len(trainings) == 3, "begun, gone on, and without a start, each once for both panels"
    with pytest.raises(TypeError, match="a net goes on with nets, not with SeasonalNaive"):
        kind(steps=FEW).fit_further(SeasonalNaive(), *of[0], [])


def test_the_order_of_panels_and_items_does_not_matter(trainings: list[int]) -> None:
    own, others = monthly().select(np.arange(6)), [(yearly(), 4), (quarterly(), 6)]
    one = Lstm(steps=FEW).fit_with_others(own, 6, others).predict(own, 6)
    turned = [(each.select(np.arange(len(each))[::-1]), horizon) for each, horizon in others[::-1]]
    model._trained = Memory()
    other = Lstm(steps=FEW).fit_with_others(own, 6, turned).predict(own, 6)
    np.testing.assert_allclose(other.quantiles, one.quantiles, rtol=1e-6)
    assert len(trainings) == 2


def test_no_window_sees_a_future_of_any_panel() -> None:
    noise = np.random.default_rng(0)

    def spoilt(of: Panel, horizon: int) -> Panel:
        values = of.values.copy()
        values[:, -horizon:] = noise.uniform(1, 1e6, (len(of), horizon))
        return replace(of, values=values)

    calibrated_mean = run(monthly(), 6, [other_panel(yearly(), 4), other_panel(quarterly(), 6)])
    other = run(spoilt(monthly(), 6), 6, [other_panel(spoilt(yearly(), 4), 4), other_panel(spoilt(quarterly(), 6), 6)])
    assert calibrated_mean.origins.scored >= 2
    for one, two in zip(calibrated_mean.raw, other.raw, strict=True):
        assert np.array_equal(one.quantiles, two.quantiles)
        assert np.array_equal(one.mean, two.mean)
    assert not np.array_equal(calibrated_mean.raw_live.quantiles, other.raw_live.quantiles)


def test_a_run_is_trained_for_the_present_and_two_pasts_whatever_its_panels(trainings: list[int]) -> None:
    of = [other_panel(monthly().select(np.arange(6)), 6), other_panel(quarterly(), 6)]
    for own in of:
        run(own.panel, own.horizon, [one for one in of if one is not own])
    assert len(trainings) == 3


def test_another_panel_teaches() -> None:
    own = yearly()
    alone = Lstm(steps=FEW).fit(own, 4).predict(own, 4)
    others = Lstm(steps=FEW).fit_with_others(own, 4, [(quarterly(), 6)]).predict(own, 4)
    assert not np.allclose(alone.quantiles, others.quantiles, rtol=1e-3)


def test_panels_that_cannot_share_a_net_are_left_apart(trainings: list[int]) -> None:
    own = monthly().select(np.arange(6))
    daily = replace(panel(seasonal(4, 120, season=7), Frequency.DAILY), dataset_id="daily")
    promoted = replace(quarterly(), drivers={"x_promo": np.zeros((5, 50))})
    rare = replace(panel(sporadic(4, 60)), dataset_id="rare")
    alone = Lstm(steps=FEW).fit(own, 6)
    others = Lstm(steps=FEW).fit_with_others(own, 6, [(daily, 7), (promoted, 6), (rare, 6)])
    assert np.array_equal(alone.predict(own, 6).quantiles, others.predict(own, 6).quantiles)
    assert [Lstm().learns_from_others(each) for each in (own, daily, promoted, rare)] == [True, False, False, False]


def test_awkward_other_panels_do_no_harm() -> None:
    awkward = replace(panel(list(AWKWARD.values()), Frequency.QUARTERLY), dataset_id="awkward")
    own = monthly()
    for others in ([(awkward, 5)], [(awkward.until(60), 5)], [(replace(panel([]), dataset_id="empty"), 3)]):
        found = Lstm(steps=2).fit_with_others(own, 6, others).predict(own, 6)
        assert np.isfinite(found.quantiles).all()


def test_a_large_other_panel_is_learned_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "LEARNED_FROM", 2 * 72 * 4)
    own, large = monthly().select(np.arange(3)), replace(panel(seasonal(20, 72)), dataset_id="large")
    fitted = Lstm(steps=FEW).fit_with_others(own, 6, [(large, 6)])
    assert fitted.items == {"smooth": 7}


def test_other_models_are_as_before_and_joint_ones_say_so() -> None:
    assert isinstance(Lstm(), JointModel)
    assert isinstance(ResidualMlp(), JointModel)
    assert not isinstance(SeasonalNaive(), JointModel)
    assert len(backtest.run_source(SeasonalNaive(), yearly(), origins.Origins((4,), 1), 4).raw) == 1
