import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import AWKWARD, panel, panels

from lakecast_forecast.features.classify import CLASSES, classify
from lakecast_forecast.panel import Panel


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([10.0, 11.0, 9.0, 10.0] * 6, "smooth"),
        ([1.0, 30.0, 2.0, 9.0] * 6, "erratic"),
        ([3.0, 0.0, 0.0, 3.0] * 6, "intermittent"),
        ([3.0, 0.0, 0.0, 40.0] * 6, "lumpy"),
        ([0.0] * 24, "intermittent"),
        ([0.0] * 20 + [5.0] * 20, "smooth"),  # the interval counts from the first demand on
        ([5.0, np.nan, np.nan, 5.0] * 6, "smooth"),  # an unknown period is not one without demand
    ],
)
def test_classes(series: list[float], expected: str) -> None:
    assert classify(panel([series]))[0] == expected


@pytest.mark.parametrize(("interval", "expected"), [(1.31, "smooth"), (1.33, "intermittent")])
def test_demand_is_rare_from_an_interval_of_1_32_on(interval: float, expected: str) -> None:
    periods = 2000
    when = np.unique((np.arange(periods / interval) * interval).astype(int))
    series = np.zeros(periods)
    series[when] = 5.0
    assert periods / len(when) == pytest.approx(interval, abs=0.005)
    assert classify(panel([series.tolist()]))[0] == expected


@pytest.mark.parametrize(("variation", "expected"), [(0.48, "smooth"), (0.50, "erratic")])
def test_sizes_vary_from_a_squared_coefficient_of_0_49_on(variation: float, expected: str) -> None:
    sizes = 10 + 10 * np.sqrt(variation) * np.array([-1.0, 1.0] * 20)
    assert sizes.var() / sizes.mean() ** 2 == pytest.approx(variation)
    assert classify(panel([sizes.tolist()]))[0] == expected


@given(panels(), st.sampled_from([0.001, 1000.0]))
def test_class_does_not_depend_on_the_unit(whole: Panel, unit: float) -> None:
    scaled = Panel(**{**vars(whole), "values": whole.values * unit})
    found = classify(whole)
    assert set(found) <= set(CLASSES)
    spread = np.nanmax(np.append(np.abs(whole.values).ravel(), 1.0))
    if spread < 1e6:  # beyond, rounding decides at the border
        assert found.tolist() == classify(scaled).tolist()


def test_awkward_series_have_a_class() -> None:
    assert set(classify(panel(list(AWKWARD.values())))) <= set(CLASSES)


def test_many_items_are_classed_as_each_alone() -> None:
    few = panel([[10.0, 11.0] * 6, [1.0, 30.0, 2.0] * 4, [3.0, 0.0, 0.0] * 4, [3.0, 0.0, 0.0, 40.0] * 3])
    rows = np.arange(1201) % 4
    assert classify(few.select(rows)).tolist() == classify(few)[rows].tolist()
    assert classify(few.select(rows[:0])).tolist() == []
