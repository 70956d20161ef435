"""The pages of the library and the examples in its docstrings run as they stand."""

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest

import lakecast_forecast
from lakecast_forecast import Source

ROOT = Path(__file__).resolve().parents[2]
_SNIPPET = re.compile(r"^<!-- python -->\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def demand() -> pd.DataFrame:
    months = pd.date_range("2020-01-01", periods=48, freq="MS")
    return pd.DataFrame({"item_id": "SFP-10G", "date": months, "quantity": 20.0 + np.arange(48) % 12})


@pytest.mark.slow
def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    snippets = _SNIPPET.findall((ROOT / "docs" / "tutorial" / "forecasting.md").read_text())
    assert len(snippets) == 3
    names: dict[str, Any] = {}
    for snippet in snippets:
        exec(compile(snippet, "forecasting.md", "exec"), names)
    matplotlib.pyplot.close("all")


def test_the_page_names_every_model() -> None:
    page = (ROOT / "docs" / "tutorial" / "forecasting.md").read_text()
    models = [name for name in lakecast_forecast.__all__ if hasattr(getattr(lakecast_forecast, name), "fit_panel")]
    assert [name for name in models if f"`{name}`" not in page and name != "Source"] == []


def test_every_public_name_is_there_and_documented() -> None:
    for name in lakecast_forecast.__all__:
        assert name == "LEVELS" or getattr(lakecast_forecast, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'Sarima'"):
        lakecast_forecast.Sarima  # noqa: B018


def models() -> list[type]:
    of = [getattr(lakecast_forecast, name) for name in lakecast_forecast.__all__]
    return [one for one in of if isinstance(one, type) and issubclass(one, Source) and one is not Source]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_model_names_its_source_its_parameters_and_an_example(model: type) -> None:
    text = model.__doc__ or ""
    assert re.search(r"[A-Z][a-z]+.*\b(19|20)\d\d\b|Hyndman & Athanasopoulos", text), "no reference"
    assert f"import {model.__name__}, example_demand" in text
    parameters = set(inspect.signature(model).parameters) - {"name", "version"}
    described = set(re.findall(r"\b(\w+):|`(\w+)`", text))
    assert parameters <= {name for pair in described for name in pair}


def test_examples_in_docstrings_run() -> None:
    examples = 0
    for module in pkgutil.walk_packages(lakecast_forecast.__path__, "lakecast_forecast."):
        done = doctest.testmod(importlib.import_module(module.name))
        assert done.failed == 0, module.name
        examples += done.attempted
    assert examples > 3 * len(models())
