"""Which units are counted, and rounding to what can be ordered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.units import is_counted, round_up, steps


@pytest.mark.parametrize(
    "unit", [None, "", " ", "UN", "un.", "pç", "PÇ", "Peça", "PAR", "cj", "CX", "rl", "kit", "Dúzia"]
)
def test_counted_units_whatever_case_accents_and_stops(unit):
    assert is_counted(unit)


@pytest.mark.parametrize("unit", ["m", "M", "km", "kg", "l", "LT", "m2", "m³", "t", "metros"])
def test_measured_units(unit):
    assert not is_counted(unit)


def test_steps():
    assert steps(["un", "m", None, "un"]).tolist() == [1.0, 0.001, 1.0, 1.0]


@given(st.floats(0, 1e9), st.sampled_from([1.0, 0.001, 6.0, 25.0]))
def test_rounding_up_is_the_next_multiple(quantity, step):
    found = round_up(np.array([quantity]), np.array([step]))[0]
    assert quantity - 1e-6 * max(quantity, 1) <= found < quantity + step
    assert found / step == pytest.approx(round(found / step), rel=1e-12)


@given(st.integers(0, 10**6), st.sampled_from([1.0, 0.001, 6.0]))
def test_a_multiple_stays_what_it_is(count, step):
    found = round_up(np.array([count * step]), np.array([step]))[0]
    assert found == pytest.approx(count * step, rel=1e-12)
    assert step != 0.001 or found == round(count / 1000, 3)


def test_what_floats_leave_over_grows_with_the_quantity():
    assert round_up(np.array([3000.001 + 5e-7]), np.array([0.001]))[0] == 3000.001
    assert round_up(np.array([3000.001 + 5e-6]), np.array([0.001]))[0] == 3000.002
