"""A model's numbers change with its version and not otherwise: whatever is moved or made faster, forecasts stay.

The tolerances are what another processor's rounding may move; the figures are of no other worth.
"""

import json

import numpy as np
import pytest
from reference import FILE, MODELS, frequencies, numbers, version

from lakecast_schema.periods import Frequency

WANTED = json.loads(FILE.read_text())["models"]
REMEDY = "Where that is meant, raise the model's version and run tests/forecast/reference.py"
TOLERANCES = {"lstm": 2e-4, "mlp": 2e-4, "prophet, library": 1e-3, "arima, library": 1e-3}
CASES = [(variant, frequency) for variant in MODELS for frequency in frequencies(variant)]


@pytest.mark.parametrize(("variant", "frequency"), CASES, ids=lambda part: str(part))
def test_a_models_numbers_are_those_of_its_version(variant: str, frequency: Frequency) -> None:
    wanted = WANTED[variant]
    assert version(variant) == wanted["version"], "run tests/forecast/reference.py after a change of version"
    tolerance = TOLERANCES.get(variant, 1e-6)
    np.testing.assert_allclose(
        numbers(variant, frequency), wanted[str(frequency)], rtol=tolerance, atol=1e-9, err_msg=REMEDY
    )
