"""When training stops, and which weights are kept."""

from typing import Any

import numpy as np
import pytest
import torch
from panels import panel, seasonal

from lakecast_forecast.models.lstm import training
from lakecast_forecast.models.lstm.level import Level
from lakecast_forecast.models.lstm.training import Plan, train
from lakecast_schema.periods import Frequency


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    """Rate and count of origins at each step; a step only writes its number into every weight."""
    made: list[tuple[float, int]] = []

    def step(net: Any, view: object, plan: Plan, optimiser: Any, random: object, counts: np.ndarray) -> None:
        made.append((optimiser.param_groups[0]["lr"], int(counts.sum())))
        with torch.no_grad():
            for weights in net.parameters():
                weights.fill_(float(len(made)))
        optimiser.step()

    monkeypatch.setattr(training, "_step", step)
    return made


def trained(losses: list[float], plan: Plan, monkeypatch: pytest.MonkeyPatch) -> training.Trained:
    told = iter(losses)
    monkeypatch.setattr(training, "_loss", lambda *_: next(told))
    periods = 60
    found = train("lstm", Level(panel(seasonal(20, periods, 7), Frequency.DAILY), 4), periods, plan, 0)
    assert found is not None
    return found


def number(found: training.Trained) -> float:
    (value,) = {float(weights.flat[0]) for weights in found.weights.values()}
    return value


def test_the_weights_of_the_lowest_loss_are_kept_and_training_ends_when_patience_does(
    steps: list[tuple[float, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(steps=7, every=1, patience=3)  # too few steps for a finish
    found = trained([3.0, 2.0, 2.5, 2.0, 4.0, 9.0, 9.0], plan, monkeypatch)
    assert found.losses == (3.0, 2.0, 2.5, 2.0, 4.0)
    assert found.steps == len(steps) == 5
    assert number(found) == 2


def test_a_net_that_goes_on_improving_uses_every_step_and_then_learns_from_all_windows(
    steps: list[tuple[float, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(steps=24, every=8, patience=1)
    found = trained([3.0, 2.0, 1.0], plan, monkeypatch)
    assert found.steps == 24
    assert number(found) == len(steps) == 24 + plan.finish == 27
    while_learning = {count for _, count in steps[:24]}
    (after,) = {count for _, count in steps[24:]}
    assert len(while_learning) == 1
    assert after > max(while_learning), "the validation's windows, too"
    rates = [rate for rate, _ in steps]
    assert max(rates) == pytest.approx(plan.rate, rel=0.05)
    assert rates[24:] == pytest.approx([plan.rate / 20 * left / 3 for left in (3, 2, 1)])


def test_a_small_panel_is_not_seen_more_often_than_its_passes(
    steps: list[tuple[float, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = trained([1.0] * 500, Plan(steps=500, every=400, passes=0.0), monkeypatch)
    assert found.steps == 100, "the fewest steps"


def test_a_net_that_goes_on_takes_a_third_of_the_steps_at_a_third_of_the_rate(
    steps: list[tuple[float, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    view = Level(panel(seasonal(20, 60, 7), Frequency.DAILY), 4)
    other = Level(panel(seasonal(20, 60, 7), Frequency.DAILY), 3)
    monkeypatch.setattr(training, "_loss", lambda *_: 1.0)
    plan = Plan(steps=7, every=100)
    first, elsewhere = train("lstm", view, 60, plan, 0), train("lstm", other, 60, plan, 0)
    assert first is not None
    assert elsewhere is not None
    assert first.digest != elsewhere.digest
    rates = []
    for start in (None, elsewhere, first):
        del steps[:]
        found = train("lstm", view, 60, plan, 0, start)
        assert found is not None
        assert found.steps == len(steps) == (3 if start is first else 7)
        rates.append(max(rate for rate, _ in steps))
    assert rates[0] == rates[1] == pytest.approx(plan.rate, rel=0.05)
    assert rates[2] == pytest.approx(plan.rate / 3, rel=0.1)


def test_a_net_goes_on_with_the_weights_that_it_had() -> None:
    view = Level(panel(seasonal(20, 60, 7), Frequency.DAILY), 4)
    first = train("mlp", view, 50, Plan(steps=6, every=100), 0)
    assert first is not None
    further = train("mlp", view, 60, Plan(steps=3, every=100, rate=1e-9), 0, first)
    assert further is not None
    for name, values in further.weights.items():
        np.testing.assert_allclose(values, first.weights[name], atol=1e-6)
