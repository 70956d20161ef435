"""Calibrated windows, weights and errors of a few sources stay what they are, whatever is moved or made faster."""

import json

import numpy as np
import pytest
from reference import FILE, backtests, evaluation

from lakecast_schema.periods import Frequency

WANTED = json.loads(FILE.read_text())["backtests"]
REMEDY = "Where that is meant, run tests/forecast/reference.py"


@pytest.mark.parametrize("frequency", [Frequency.MONTHLY, Frequency.DAILY])
@pytest.mark.parametrize("source", WANTED)
def test_calibration_weights_and_errors_stay(source: str, frequency: Frequency) -> None:
    wanted = WANTED[source][str(frequency)]
    assert set(backtests(frequency)) == set(WANTED)
    found = evaluation(source, frequency)
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9, err_msg=REMEDY)
