"""Data frames in and out: every library alike, and every mistake with its place and remedy."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lakecast_forecast.frames import read
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.models.theta import Theta

DATES = pd.date_range("2020-01-01", periods=30, freq="MS")
COLUMNS = {
    "item_id": ["b"] * 30 + ["a"] * 30,
    "date": [*DATES, *DATES],
    "quantity": [float(10 + k % 12) for k in range(60)],
}


class Capsule:
    """A frame of a library that only speaks Arrow's PyCapsule interface."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def arrow(columns: Mapping[str, Any]) -> pa.Table:
    return pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)


def polars(columns: Mapping[str, Any]) -> object:
    return pytest.importorskip("polars").from_arrow(arrow(columns))


KINDS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "pandas": pd.DataFrame,
    "index": lambda columns: pd.DataFrame(columns).set_index(["item_id", "date"]),
    "categories": lambda columns: pd.DataFrame(columns).astype({"item_id": "category"}),
    "arrow": arrow,
    "polars": polars,
    "mapping": dict,
    "capsule": lambda columns: Capsule(arrow(columns)),
}


def rows(frame: Any) -> list[dict[str, Any]]:
    table = frame if isinstance(frame, pa.Table) else pa.table(frame)
    return [row | {"date": pd.Timestamp(row["date"])} for row in table.to_pylist()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_library_gives_the_same_rows(kind: str) -> None:
    expected = rows(Theta().fit(pd.DataFrame(COLUMNS)).predict(3))
    given = KINDS[kind](COLUMNS)
    found = Theta().fit(given).predict(3)
    assert rows(found) == expected
    if kind in ("pandas", "arrow", "polars"):
        assert type(found) is type(given)


def test_names_of_others_come_back_as_they_went_in() -> None:
    frame = pd.DataFrame({"unique_id": [7] * 30, "ds": DATES, "y": range(30)})
    found = SeasonalNaive().fit(frame).predict(2)
    assert list(found.columns[:2]) == ["unique_id", "ds"]
    assert found["unique_id"].tolist() == [7, 7]
    assert found["ds"].tolist() == [pd.Timestamp("2022-07-01"), pd.Timestamp("2022-08-01")]


def test_wrong_rows_are_named_and_the_others_used() -> None:
    frame = pd.DataFrame({"unique_id": "a", "ds": DATES, "y": range(30)}).astype({"y": float})
    frame.loc[4, "y"] = np.inf
    fitted = SeasonalNaive().fit(frame)
    assert fitted.rejected.to_dict("records") == [
        {"row": 4, "column": "y", "value": "inf", "reason": fitted.rejected["reason"][0]}
    ]
    assert "infinite" in fitted.rejected["reason"][0]
    assert fitted.dataset.panel(2).values[0, 4] != fitted.dataset.panel(2).values[0, 4]  # unknown


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (5, "int: is no data frame. Give a pandas"),
        (pd.DataFrame(COLUMNS).drop(columns="quantity"), "column quantity: the column is missing. Name a column quan"),
        (pd.DataFrame({"sales": range(30)}, index=DATES), "reset_index()"),
        (pd.DataFrame(COLUMNS).assign(y=1), "has both quantity and y"),
        (pd.DataFrame(COLUMNS).iloc[:0], "holds no rows"),
        (pd.DataFrame(COLUMNS).assign(quantity="many"), "row 0, column quantity: no row can be used"),
        (pd.DataFrame(COLUMNS).assign(date="yesterday"), "row 0, column date: no row can be used"),
        (pd.DataFrame(COLUMNS).assign(quantity=np.inf), "row 0, column quantity: no row can be used"),
        (pd.DataFrame(COLUMNS).assign(dataset_id=["x", "y"] * 30), "holds 2 data sets. Fit one at a time"),
        (pd.DataFrame(COLUMNS).assign(quantity=[[1.0]] * 60), "column quantity: is of type list"),
        ({"item_id": ["a"], "date": [dt.date(2024, 1, 1)] * 2, "quantity": [1.0]}, "Give columns of one length"),
    ],
    ids=lambda case: case if isinstance(case, str) else type(case).__name__,
)
def test_a_mistake_is_said_with_its_place_and_remedy(frame: object, says: str) -> None:
    with pytest.raises(InputError) as caught:
        Theta().fit(frame)
    assert says in str(caught.value)


def test_other_columns_are_ignored_by_name() -> None:
    file, _ = read(pd.DataFrame(COLUMNS).assign(x_price=1.0, colour="red"))
    assert file.drivers == ("x_price",)
    assert file.ignored == ("colour",)
    shuffled, _ = read(pd.DataFrame(COLUMNS).sample(frac=1, random_state=0))
    assert shuffled.ignored == ()


def test_levels_are_nested_and_those_of_the_model_stay() -> None:
    fitted = Theta().fit(pd.DataFrame(COLUMNS))
    found = fitted.predict(3, levels=(50, 0.8, 99.5))
    columns = ["lower_99.5", "lower_80", "lower_50", "median", "upper_50", "upper_80", "upper_99.5"]
    assert (found[columns].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    own = fitted.forecasts(3)
    assert found["lower_80"].tolist() == own.quantiles[:, :, LEVELS.index(0.1)].reshape(-1).tolist()
    assert found["upper_80"].tolist() == fitted.predict(3)["upper_80"].tolist()


@pytest.mark.parametrize("levels", [(0,), (1,), (100,), (-0.5,), (120,)])
def test_levels_that_are_none_are_refused(levels: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"give fractions such as 0\.8"):
        Theta().fit(pd.DataFrame(COLUMNS)).predict(2, levels=levels)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, True])
def test_horizons_that_are_none_are_refused(horizon: Any) -> None:
    with pytest.raises(ValueError, match="whole number of at least 1"):
        Theta().fit(pd.DataFrame(COLUMNS), horizon)
    with pytest.raises(ValueError, match="whole number of at least 1"):
        Theta().fit(pd.DataFrame(COLUMNS)).predict(horizon)


def test_a_frequency_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of daily, weekly"):
        Theta().fit(pd.DataFrame(COLUMNS), frequency="hourly")
