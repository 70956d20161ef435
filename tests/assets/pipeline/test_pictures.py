"""Pictures of a run: dates on the axis, history, every window of the backtest, the forecast and its bands."""

import base64
import dataclasses
import io
import re

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.dates import num2date
from PIL import Image

from lakecast_assets.pipeline import glimpses, pictures
from lakecast_forecast.interface import Diagnostics
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency, shift

HORIZON = 3
ITEMS = ("much", "some", "more", "none")
LEVELS = {"lower_80": -1.0, "upper_80": 1.0, "lower_95": -2.0, "upper_95": 2.0}


@pytest.fixture
def panel() -> Panel:
    values = np.arange(4.0)[::-1, None] * np.ones((4, 30))
    values[0, 10] = np.nan
    return Panel(
        "towers", Frequency.MONTHLY, ITEMS, values, np.full(4, 30), np.full(4, np.datetime64("2024-06-01")), {}
    )


def forecast_rows(sources: tuple[str, ...] = ("theta", "ensemble")) -> pa.Table:
    """Live rows of every item, and two windows before them."""
    rows = []
    for place, (item, source) in enumerate((item, source) for item in ITEMS for source in sources):
        for kind, offset in (("live", 0), ("backtest", 3), ("backtest", 6)):
            cutoff = shift(np.datetime64("2024-06-01"), -offset, Frequency.MONTHLY).item()
            for step in range(1, HORIZON + 1):
                date = shift(np.datetime64("2024-06-01"), step - offset, Frequency.MONTHLY).item()
                value = 10.0 + place + step
                rows.append(
                    {"item_id": item, "source": source, "kind": kind, "cutoff": cutoff, "date": date, "forecast": value}
                    | {name: value + distance for name, distance in LEVELS.items()}
                )
    return pa.Table.from_pylist(rows).sort_by([("date", "descending")])


def test_forecasts_of_the_largest_the_middle_and_a_small_item(panel: Panel) -> None:
    figure = pictures.of_forecasts(forecast_rows(), panel)
    assert [ax.get_title() for ax in figure.axes] == ["towers: much", "towers: some", "towers: none"]
    for place, ax in zip((0, 1, 3), figure.axes, strict=True):
        history, forecast, *windows = ax.get_lines()
        assert num2date(history.get_xdata(orig=False)[-1]).date().isoformat() == "2024-06-01"
        np.testing.assert_array_equal(history.get_ydata(), panel.values[place, -4 * HORIZON :])
        assert forecast.get_label() == "ensemble"
        assert [str(date)[:10] for date in forecast.get_xdata()] == ["2024-07-01", "2024-08-01", "2024-09-01"]
        np.testing.assert_array_equal(forecast.get_ydata(), 10.0 + 2 * place + 1 + np.arange(1, 4))
        assert sorted(str(window.get_xdata()[0])[:10] for window in windows) == ["2024-01-01", "2024-04-01"]
        assert len(ax.collections) == 2


def test_without_the_ensemble_another_source_is_drawn(panel: Panel) -> None:
    one = panel.select(np.array([2]))
    (ax,) = pictures.of_forecasts(forecast_rows(("zeta", "theta")), one).axes
    assert ax.get_lines()[1].get_label() == "theta"
    (ax,) = pictures.of_forecasts(forecast_rows(("theta", "prophet", "arima")), one).axes
    assert ax.get_lines()[1].get_label() == "arima"


def test_errors_by_source_with_the_coverage_that_is_meant() -> None:
    rows = pa.table(
        {
            "source": ["theta", "theta", "arima"],
            "scaled_quantile_loss": [0.5, 0.7, None],
            "coverage_80": [0.8, 0.9, 0.7],
            "coverage_95": [0.9, 0.9, 0.9],
        }
    )
    loss, eighty, ninety_five = pictures.of_metrics(rows).axes
    assert [text.get_text() for text in loss.texts] == ["unknown", "0.600"]
    assert [text.get_text() for text in eighty.texts] == ["0.700", "0.850"]
    assert [label.get_text() for label in loss.get_yticklabels()] == ["arima", "theta"]
    assert [set(ax.get_lines()[0].get_xdata()) for ax in (eighty, ninety_five)] == [{0.8}, {0.95}]
    assert not loss.get_lines()


def test_markdown_carries_the_picture_itself() -> None:
    assert pictures.of_training("lstm", Diagnostics()) == {}
    text = pictures.of_training("lstm", Diagnostics(loss_curve=(2.0, 1.0)))["loss_curve"].value
    (data,) = re.findall(r"^!\[picture\]\(data:image/png;base64,([^)]+)\)$", text or "")
    assert base64.b64decode(data).startswith(b"\x89PNG")
    assert len(data) < 60_000


@pytest.mark.parametrize("noise", [0.0, 50.0])
def test_glimpses_are_small_enough_to_be_shown_at_once(panel: Panel, noise: float) -> None:
    draw = np.random.default_rng(0)
    noisy = dataclasses.replace(panel, values=np.abs(panel.values + noise * draw.normal(size=panel.values.shape)))
    shown = glimpses.of_forecasts(forecast_rows(), noisy)
    assert len(shown) == 3
    assert all(name.startswith("ensemble of ") for name in shown)
    for picture in shown.values():
        assert len(picture.value or "") <= 1000
        (data,) = re.findall(r"^!\[forecast\]\(data:image/png;base64,([^)]+)\)$", picture.value or "")
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            assert image.width >= 120
            assert {"#d04000", "black"} <= {_named(colour) for _, colour in image.convert("RGB").getcolors() or ()}


def _named(colour: object) -> str:
    """A colour's name in `glimpses`, whose few colours are met nearly."""
    names = {(208, 64, 0): "#d04000", (0, 0, 0): "black", (168, 200, 232): "#a8c8e8", (255, 255, 255): "white"}
    return names[min(names, key=lambda known: np.abs(np.subtract(known, colour)).sum())]  # type: ignore[call-overload]
